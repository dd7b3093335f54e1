"""estimate_instructions: what one invoke of a model executes, operator by operator, before anything is flashed."""

from __future__ import annotations

import functools
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

from tinylab.errors import TimingError
from tinylab.model import BuiltinOperator, Model
from tinylab.timing.allocation import allocation_work
from tinylab.timing.builds import DEFAULT_TARGET, Build, Overhead, find_build
from tinylab.timing.laws import Law, Laws, MeasuredPath, predict
from tinylab.timing.work import Node, node_of


class LeftOutError(NamedTuple):
    """One model, estimated by laws that were fitted without it. error: signed, as a fraction of the invoke; guessed:
    how many of its operators no law covered then."""

    model: str
    error: float
    guessed: int


class EstimateError(NamedTuple):
    """Errors over models left out, as fractions: half of the models are within `median`, nine of ten within
    `percentile_90`, all within `worst`."""

    median: float
    percentile_90: float
    worst: float
    worst_model: str
    models: int

    def __str__(self) -> str:
        parts = f"median {self.median:.1%}, nine of ten within {self.percentile_90:.1%}"
        return f"{parts}, worst {self.worst:.1%} ({self.worst_model}) over {self.models} models left out"


@dataclass(frozen=True)
class OperatorInstructions:
    """One operator. path: the kernel library's way ("1x1"), or ""; macs: multiplications with weights, padding left
    out; instructions: None where nobody knows; basis: "law", "guess" or "unknown", and because: why it is no law."""

    index: int
    name: str
    types: str
    path: str
    macs: int
    instructions: int | None
    basis: str
    because: str = ""


@dataclass(frozen=True)
class InstructionEstimate:
    """Instructions of one invoke of a model on one measured build. Executed instructions, not cycles.

    operators: of the main subgraph; overhead: the law of the interpreter's own, and its instructions; error: of
    estimates for models like this one, left out of the fit: models whose operators all had a law if this one's have,
    and all models else.
    allocate_instructions: of AllocateTensors, once, with allocate_error: nine of ten models are within, left out.
    """

    model: str
    target: str
    log_strings: bool
    operators: tuple[OperatorInstructions, ...]
    overhead: Overhead
    overhead_instructions: int
    error: EstimateError
    allocate_instructions: int
    allocate_error: float

    @property
    def kernel_instructions(self) -> int:
        """The sum over the operators that are known or guessed."""
        return sum(operator.instructions or 0 for operator in self.operators)

    @property
    def total_instructions(self) -> int:
        """Kernels and interpreter; too few where an operator is unknown."""
        return self.kernel_instructions + self.overhead_instructions

    @property
    def macs(self) -> int:
        """Multiplications with weights, those with padding left out."""
        return sum(operator.macs for operator in self.operators)

    @property
    def unknown(self) -> tuple[OperatorInstructions, ...]:
        """The operators that are missing from the total."""
        return tuple(operator for operator in self.operators if operator.basis == "unknown")

    @property
    def guessed(self) -> tuple[OperatorInstructions, ...]:
        """The operators that no law covers, with the nearest one's figure."""
        return tuple(operator for operator in self.operators if operator.basis == "guess")

    @property
    def overhead_share(self) -> float:
        """The interpreter's part of the total, 0 to 1."""
        return self.overhead_instructions / self.total_instructions

    def by_operator(self) -> dict[str, int]:
        """Instructions by operator name, most first."""
        sums: dict[str, int] = {}
        for operator in self.operators:
            sums[operator.name] = sums.get(operator.name, 0) + (operator.instructions or 0)
        return dict(sorted(sums.items(), key=lambda item: -item[1]))


def estimate_instructions(
    model: Model, target: str = DEFAULT_TARGET, *, log_strings: bool = False
) -> InstructionEstimate:
    """Instructions of one invoke, from laws fitted to counts of the real TFLM.

    target: "cortex-m4/reference", "cortex-m4/cmsis-nn", "cortex-m55/cmsis-nn" or "cortex-m0plus/reference".
    log_strings: whether error messages are kept, which costs the interpreter 26 instructions an operator more
    (measured on cortex-m4/reference). TimingError lists what was measured. An operator that was never counted has a
    guess, marked, or nothing; subgraphs that operators call are not looked into.
    """
    build = find_build(target)
    overhead = build.overhead_with_log_strings if log_strings else build.overhead
    if overhead is None:
        raise TimingError(f"log strings were measured on cortex-m4/reference, not on {target}: leave log_strings out")
    subgraph = model.subgraphs[0]
    nodes = [node_of(subgraph, operator) for operator in subgraph.operators]
    operators = tuple(_row(build, laws_of(target), node) for node in nodes)
    covered = all(operator.basis == "law" for operator in operators)
    return InstructionEstimate(
        model=model.name,
        target=target,
        log_strings=log_strings,
        operators=operators,
        overhead=overhead,
        overhead_instructions=overhead.instructions(len(operators), sum(map(_is_custom, nodes))),
        error=error_of(target, covered=covered),
        allocate_instructions=round(_allocation_law(target).instructions(allocation_work(build, model))),
        allocate_error=_ninth([abs(error) for error in _target_data(target)["allocate"]["left_out"]]),
    )


def _is_custom(node: Node) -> bool:
    return node.operator.code == BuiltinOperator.CUSTOM


def _row(build: Build, laws: Laws, node: Node) -> OperatorInstructions:
    work = build.work_of(node)
    prediction = predict(build, laws, node)
    instructions = None if prediction.instructions is None else round(prediction.instructions)
    path = work.path if not work.runs_as else f"{work.path} as {work.runs_as}"
    return OperatorInstructions(
        node.operator.index, node.name, node.types, path, work.macs, instructions, prediction.basis, prediction.because
    )


def error_of(target: str, *, covered: bool = False) -> EstimateError:
    """The error over models of two operators or more, each estimated by laws fitted to the others; `covered`: only
    those whose operators all had a law then."""
    kept = [left for left in left_out_errors(target) if not (covered and left.guessed)]
    errors = sorted(abs(left.error) for left in kept)
    worst = max(kept, key=lambda left: abs(left.error))
    return EstimateError(statistics.median(errors), _ninth(errors), abs(worst.error), worst.model, len(kept))


def _ninth(errors: Sequence[float]) -> float:
    """What nine of ten are within."""
    return statistics.quantiles(errors, n=10, method="inclusive")[-1]


def left_out_errors(target: str) -> tuple[LeftOutError, ...]:
    """Each model that was left out of the fit once, on one target."""
    entries = _target_data(target)["left_out"]
    return tuple(LeftOutError(model, error, guessed) for model, (error, guessed) in entries.items())


@functools.cache
def laws_of(target: str) -> Laws:
    """The laws of a target, by "CONV_2D INT8"; TimingError lists the targets."""
    return {
        name: Law(
            parts=entry["parts"],
            paths={path: MeasuredPath(*values) for path, values in entry["paths"].items()},
            models=entry["models"],
            worst=entry["worst"],
        )
        for name, entry in _target_data(target)["laws"].items()
    }


def _allocation_law(target: str) -> Law:
    return Law(_target_data(target)["allocate"]["parts"], {}, 0, 0.0)


def _target_data(target: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = read_data("laws.json")["targets"][find_build(target).target]
    return content


@functools.cache
def read_data(name: str) -> Mapping[str, Any]:
    """One file of data/."""
    content: Mapping[str, Any] = json.loads((resources.files("tinylab.timing") / "data" / name).read_text("utf-8"))
    return content
