"""Which operators a model, a resolver or a list of names asks for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from tinylab.errors import FootprintError
from tinylab.footprint.build import Build
from tinylab.model import BuiltinOperator, Model


@runtime_checkable
class OpResolver(Protocol):
    """What a resolver of tinylab's runtime shows, which stands on the same floor and is not imported here."""

    @property
    def operator_names(self) -> tuple[str, ...]: ...


Operators = Model | OpResolver | str | Iterable[str]


def operator_names(operators: Operators, build: Build) -> tuple[str, ...]:
    """TFLM's names of the operators, each once, in the order in which they first appear.

    A resolver with `links_every_operator` (AllOpsResolver) stands for every operator that TFLM has. FootprintError
    names the first operator that was not measured, and what to do.
    """
    if isinstance(operators, Model):
        return _of_model(operators, build)
    if getattr(operators, "links_every_operator", False):
        return tuple(build.operators)
    if isinstance(operators, OpResolver):
        names: Iterable[str] = operators.operator_names
    else:
        names = [operators] if isinstance(operators, str) else operators
    names = tuple(dict.fromkeys(names))
    for name in names:
        if name not in build.operators:
            raise _unknown(name, build)
    return names


def _of_model(model: Model, build: Build) -> tuple[str, ...]:
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            code = build.operators.get(operator.name)
            # A custom operator is known by its code alone, even where that is spelt like a built-in one's name.
            if code is None or (code.type == "custom") != (operator.code is BuiltinOperator.CUSTOM):
                raise _unknown(operator.name, build, f"operator {operator.index} of {model.name}: ")
    return tuple(model.operator_counts())


def _unknown(name: str, build: Build, place: str = "") -> FootprintError:
    if not isinstance(name, str):
        return FootprintError(f"an operator is named by a str such as 'CONV_2D', and this is {name!r}")
    if name.endswith(".tflite"):
        return FootprintError(f"{name} is a file: estimate_flash(load_model({name!r}))", operator_name=name)
    by_lower = {known.lower(): known for known in build.operators}
    near = [by_lower[match] for match in difflib.get_close_matches(name.lower(), by_lower, 3, 0.8)]
    if name in BuiltinOperator.__members__ and name not in build.operators:
        remedy = "TFLM has no kernel for it: convert the model without it"
    elif near and not place:
        remedy = f"do you mean {' or '.join(near)}?"
    else:
        remedy = "estimate without it, and count your own kernel in application_bytes"
    return FootprintError(f"{place}no flash was measured for {name}: {remedy}", operator_name=name)
