"""export_cpp: from models to a folder of C++ that builds."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from tinylab.arena import Target, find_target
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.cpp.cpp_text import unique_identifiers
from tinylab.cpp.exported_model import ExportedModel, exported_model
from tinylab.cpp.folder import check_folder, write_folder
from tinylab.cpp.op_resolver import op_resolver as named_op_resolver
from tinylab.cpp.rendering import FLAVOURS, Program, render
from tinylab.cpp.self_test import self_test
from tinylab.cpp.smoothing import Smoothing
from tinylab.cpp.tensor_arena import tensor_arena
from tinylab.errors import DataError, ModelError
from tinylab.model import Model
from tinylab.runtime import MicroOpResolver
from tinylab.runtime.batch import Inputs

Option = TypeVar("Option", Sequence[str], Smoothing, Inputs)


def export_cpp(
    models: Model | Sequence[Model],
    folder: str | os.PathLike[str],
    *,
    target: str | Target = DEFAULT_TARGET,
    margin_bytes: int | None = None,
    margin: float | None = None,
    flavour: str = "tflm",
    labels: Sequence[str] | Mapping[str, Sequence[str]] = (),
    smoothing: Smoothing | Mapping[str, Smoothing] | None = None,
    test_inputs: Inputs | Mapping[str, Inputs] | None = None,
    op_resolver: MicroOpResolver | None = None,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write a program that runs `models` on a board into `folder`; returns its files, sorted.

    models: one, or several that share one arena and run one after another. target: whose arena is asked for.
    margin_bytes, or margin (0.1: 10 %): added to the smallest arena that works; 1,024 bytes where neither is given.
    flavour: "tflm", sources and a Makefile.inc for a folder of TFLM's examples, or "arduino", a sketch.
    labels: names of the first output's elements. smoothing: of the scores of a stream; then a class is reported when
    its average says so, and otherwise every output. test_inputs: [N, *shape] in the input's dtype, or a list of them
    for several inputs; by default made-up samples. These three may be mappings too, by the model's name.
    op_resolver: needed for kernels of your own: what they ask of the arena (Registration.arena_requests) is counted,
    and the expected outputs are theirs.
    overwrite: the folder may hold files. input_provider and responder, which are yours to write, and files that are not
    tinylab's stay as they are; the others are replaced.

    The same arguments give the same bytes. ResolverError, PrepareError: TFLM cannot run a model. ArenaError: target or
    margin is none. ModelError: labels do not fit. DataError: the folder is not empty, or its name is no sketch's.
    """
    chosen = [models] if isinstance(models, Model) else list(models)
    if not chosen:
        raise ModelError("there are no models to export: give one at least")
    if flavour not in FLAVOURS:
        raise DataError(f"there is no flavour {flavour!r}: choose one of {', '.join(FLAVOURS)}")
    place = Path(folder).resolve()
    name = _checked_name(place.name, flavour)
    check_folder(place, (), overwrite=overwrite)  # before the work
    resolver = named_op_resolver(chosen)
    arena = tensor_arena(chosen, find_target(target), margin_bytes, margin, op_resolver)
    exported = tuple(
        _exported(model, identifier, labels, smoothing, test_inputs, op_resolver)
        for model, identifier in zip(chosen, unique_identifiers(model.name for model in chosen), strict=True)
    )
    program = Program(name, flavour, exported, resolver, arena)
    files = render(program)
    yours = {f"{part}{program.suffix}" for part in ("input_provider", "responder")}
    write_folder(place, files, overwrite=overwrite, keep=yours)
    return tuple(Path(folder) / file for file in sorted(files))


def _exported(
    model: Model,
    name: str,
    labels: Sequence[str] | Mapping[str, Sequence[str]],
    smoothing: Smoothing | Mapping[str, Smoothing] | None,
    test_inputs: Inputs | Mapping[str, Inputs] | None,
    op_resolver: MicroOpResolver | None,
) -> ExportedModel:
    samples = self_test(model, _for_model(test_inputs, model), op_resolver)
    return exported_model(model, name, _for_model(labels, model) or (), _for_model(smoothing, model), samples)


def _for_model(option: Option | Mapping[str, Option] | None, model: Model) -> Option | None:
    """The option of one model, where it is given by model names."""
    return option.get(model.name) if isinstance(option, Mapping) else option


def _checked_name(name: str, flavour: str) -> str:
    """The folder's name. A sketch bears it too, and the Arduino IDE takes no other than these."""
    if flavour == "arduino" and (not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}", name) or name.endswith(".")):
        raise DataError(
            f"a sketch is called like its folder, and {name!r} is no name for one: "
            "letters, digits, '_', '.' and '-', at most 63"
        )
    return name
