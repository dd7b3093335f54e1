"""The op resolver of the exported program: exactly the operators that its models have, and room for so many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tinylab.cpp.cpp_text import unique_identifiers
from tinylab.errors import ResolverError
from tinylab.model import BuiltinOperator, Model, Operator
from tinylab.runtime.op_resolver_cpp import cpp_add_call


class CustomOperator(NamedTuple):
    """A custom operator that TFLM does not bring: its name in the model, and the C++ function that will register it."""

    name: str
    function: str


class OpResolver(NamedTuple):
    """The template number, TFLM's calls ("AddConv2D()") in the order of first use, and the operators of one's own."""

    operator_count: int
    calls: tuple[str, ...]
    customs: tuple[CustomOperator, ...]


def op_resolver(models: Sequence[Model]) -> OpResolver:
    """One resolver for all of `models`: interpreters only read it. ResolverError for what TFLM has no kernel for."""
    first_uses: dict[tuple[bool, str], Operator] = {}
    for operator in (each for model in models for subgraph in model.subgraphs for each in subgraph.operators):
        first_uses.setdefault((operator.code is BuiltinOperator.CUSTOM, operator.name), operator)
    calls, customs = [], []
    for (is_custom, name), operator in first_uses.items():
        # TFLM brings some custom operators, and a custom one may bear a built-in one's name.
        call = None if is_custom and name in BuiltinOperator.__members__ else cpp_add_call(name, "")
        if call is not None:
            calls.append(call.removeprefix("."))
        elif is_custom:
            customs.append(name)
        else:
            raise _unknown(operator)
    functions = [f"Register_{name}" for name in unique_identifiers(customs)]
    return OpResolver(len(calls) + len(customs), tuple(calls), tuple(map(CustomOperator, customs, functions)))


def _unknown(operator: Operator) -> ResolverError:
    return ResolverError(
        f"operator {operator.index} is {operator.name}, which TFLM has no kernel for: convert the model without it",
        operator_name=operator.name,
        operator_index=operator.index,
    )
