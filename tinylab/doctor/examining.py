"""examine: every check there is, on one model. A check is one function and one row of CHECKS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tinylab.arena import Target
from tinylab.arena.target import DEFAULT_TARGET, find_target
from tinylab.boards import Board, load
from tinylab.doctor import (
    graph_checks,
    memory_checks,
    operator_checks,
    range_checks,
    refusal_checks,
    type_checks,
)
from tinylab.doctor.case import Case, OpResolver
from tinylab.doctor.diagnosis import COSTS, FAILS, NEEDS, SEVERITIES, WRONG, Diagnosis, Finding, Found
from tinylab.errors import DataError
from tinylab.footprint import MEASURED
from tinylab.model import Model


class Check(NamedTuple):
    """A row: what the finding is called, how grave it is, and who finds it.

    last_resort: its findings count only for operators about which no other check says that they fail.
    """

    name: str
    severity: str
    find: Callable[[Case], Iterator[Found]]
    last_resort: bool = False


CHECKS = (
    Check("operator unknown to TFLM", FAILS, operator_checks.no_kernel),
    Check("TensorFlow operator", FAILS, operator_checks.select_operators),
    Check("custom operator", FAILS, operator_checks.custom_operators),
    Check("compiled for an NPU", FAILS, operator_checks.npu_operators),
    Check("hybrid quantization", FAILS, type_checks.hybrid),
    Check("weights of a type without kernels", FAILS, type_checks.unknown_weights),
    Check("float16 weights", FAILS, type_checks.float16_weights),
    Check("type without a kernel", FAILS, type_checks.unknown_type),
    Check("int16 with per-channel weights", FAILS, type_checks.per_channel_int16),
    Check("bias written as missing", FAILS, type_checks.missing_bias),
    Check("tensor without a fixed size", FAILS, type_checks.no_fixed_size),
    Check("operator missing in the resolver", FAILS, operator_checks.resolver_lacks),
    Check("resolver too small", FAILS, operator_checks.resolver_too_small),
    Check("offline plan for another model", FAILS, graph_checks.offline_plan_size),
    Check("offline plan and later variables", FAILS, graph_checks.offline_variables),
    Check("arena too small", FAILS, memory_checks.arena_too_small),
    Check("RAM too small", FAILS, memory_checks.ram_too_small),
    Check("flash too small", FAILS, memory_checks.flash_too_small),
    Check("does not fit the board", FAILS, memory_checks.board_too_small),
    Check("refused by its kernel", FAILS, refusal_checks.refused, last_resort=True),
    Check("refused on this target", FAILS, refusal_checks.not_laid_out, last_resort=True),
    Check("impossible quantization", WRONG, range_checks.impossible_range),
    Check("input range", WRONG, range_checks.input_range),
    Check("saturation", WRONG, range_checks.saturation),
    Check("free size", WRONG, graph_checks.free_size),
    Check("overlapping offline plan", WRONG, graph_checks.offline_overlap),
    Check("constants that lie askew", WRONG, graph_checks.askew),
    Check("float inputs or outputs", COSTS, range_checks.float_ends),
    Check("float32 weights", COSTS, range_checks.float_weights),
    Check("shape computed at run time", COSTS, graph_checks.free_batch),
    Check("batch", COSTS, graph_checks.large_batch),
    Check("head above what is possible", COSTS, memory_checks.head_above_bound),
    Check("operators that nobody needs", COSTS, operator_checks.resolver_has_too_many),
    Check("more while it is planned", NEEDS, memory_checks.planning_binds),
    Check("resource variables", NEEDS, graph_checks.resource_variables),
    Check("state", NEEDS, graph_checks.state),
)


def examine(
    model: Model,
    board: str | Path | Board | None = None,
    *,
    target: str | Target | None = None,
    op_resolver: OpResolver | None = None,
    arena_bytes: int | None = None,
    flash_bytes: int | None = None,
    ram_bytes: int | None = None,
    samples: ArrayLike | None = None,
    input_range: tuple[float, float] | None = None,
) -> Diagnosis:
    """What would go wrong with `model` on a board, before it does: each thing with its cause and its remedy.

    board: one of tinylab.boards (a name, a .toml file, a Board): it says the target, if none is given, and whether
    everything fits is computed as `tl.fit` does. target: for the arena, else x86-64/reference. op_resolver,
    arena_bytes: as the program has them (`DeclaredResolver`: names alone). flash_bytes, ram_bytes: what an application
    may use, without a board. samples: real numbers [N, *shape of the input] as the board will feed them; input_range:
    (lowest, highest) where there are no samples. What is not told is not checked, and `not_checked` says so.

    ArenaError, BoardError for a target or board that there is not; DataError for samples of another shape.
    """
    found = None if board is None else load(board)
    builds = None if found is None else found.targets[found.kernels]
    chosen = find_target(target or (builds.arena if builds is not None else DEFAULT_TARGET))
    flash_target = builds.footprint if builds is not None else chosen.name
    if all(key.target != flash_target for key in MEASURED):
        flash_target = ""
    real = None if samples is None else _samples(model, samples)
    case = Case(model, chosen, op_resolver, arena_bytes, flash_bytes, ram_bytes, flash_target, found, real, input_range)
    findings = sorted(_findings(case), key=lambda finding: SEVERITIES.index(finding.severity))
    return Diagnosis(
        model.name, chosen.name, tuple(findings), tuple(check.name for check in CHECKS), tuple(_not_checked(case))
    )


def _samples(model: Model, samples: ArrayLike) -> Any:
    """As float32 [N, *shape of the input]; a leading 1 of the input's shape may be left out."""
    real = np.asarray(samples, np.float32)
    main = model.subgraphs[0]
    if len(main.inputs) != 1:
        raise DataError(f"samples are taken for a model with one input, and {model.name} has {len(main.inputs)}")
    shape = main.tensors[main.inputs[0]].shape
    if real.shape[1:] not in (shape, shape[1:]) or not len(real):
        raise DataError(f"the input is {list(shape)}, so samples are [N, {', '.join(map(str, shape[1:]))}], "
                        f"and these are {list(real.shape)}")  # fmt: skip
    return real.reshape(-1, *shape)


def _findings(case: Case) -> Iterator[Finding]:
    failing: set[tuple[int, int]] = set()
    some_fail = False
    for check in CHECKS:
        for found in check.find(case):
            said = some_fail if not found.operators else failing.issuperset(found.operators)
            if check.last_resort and said:
                continue
            if check.severity == FAILS:
                failing.update(found.operators)
                some_fail = True
            yield Finding(check.name, check.severity, *found)


def _not_checked(case: Case) -> Iterator[str]:
    if case.plan is None:
        yield f"the arena: {case.plan_error}"
    elif case.arena_bytes is None:
        yield "whether your arena is large enough: tell its size"
    if case.board is None and (case.flash_bytes is None or case.ram_bytes is None):
        yield "whether it fits the board: tell the board, or its flash and RAM"
    if case.op_resolver is None:
        yield "your op resolver: tell the operators that it registers"
    quantized = any(tensor.quantization is not None for tensor in case.inputs)
    if case.samples is None and case.input_range is None and quantized:
        yield "whether the quantization fits your data: give samples, or their range"
