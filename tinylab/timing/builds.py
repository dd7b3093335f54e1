"""Builds whose instructions were counted: a target, a kernel library, and what the interpreter itself takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tinylab.errors import TimingError
from tinylab.timing import reference_work
from tinylab.timing.cmsis_nn_work import DSP_COUNTERS, MVE_COUNTERS
from tinylab.timing.work import Counter, Node, Work


@dataclass(frozen=True)
class Overhead:
    """Instructions of MicroInterpreter::Invoke itself, without kernels: each invoke, each operator, and what a custom
    operator saves (where operators' names are kept, a custom one's is found sooner)."""

    per_invoke: int
    per_operator: int
    saved_per_custom: int = 0

    def instructions(self, operator_count: int, custom_count: int = 0) -> int:
        """Of one invoke of that many operators, so many of them custom."""
        return self.per_invoke + self.per_operator * operator_count - self.saved_per_custom * custom_count

    def __str__(self) -> str:
        return f"{self.per_invoke} + {self.per_operator} n"


@dataclass(frozen=True)
class Build:
    """A measured build. counters: of operators whose int8 and int16 kernels are the library's own; others are TFLM's
    reference kernels. overhead_with_log_strings: where error messages are kept, None where that was not measured.
    sums_weights_of: operators whose int8 weights AllocateTensors adds up."""

    target: str
    overhead: Overhead
    overhead_with_log_strings: Overhead | None = None
    counters: Mapping[str, Counter] = field(default_factory=dict, repr=False)
    sums_weights_of: frozenset[str] = frozenset()

    def work_of(self, node: Node) -> Work:
        """How often the parts of the kernel run; an operator without a counter of its own is counted by elements."""
        own = self.counters.get(node.name) if node.types in ("INT8", "INT16") else None
        if own is not None and (node.types == "INT8" or node.name == "CONV_2D"):
            return own(node)
        return reference_work.COUNTERS.get(node.name, reference_work.elementwise)(node)


_LSTM = "UNIDIRECTIONAL_SEQUENCE_LSTM"

# 57 + 40 n was checked against a hand count of the disassembly; all are exact for every measured model.
BUILDS: Mapping[str, Build] = {
    build.target: build
    for build in (
        Build("cortex-m4/reference", Overhead(57, 40), Overhead(61, 66, saved_per_custom=4)),
        Build("cortex-m4/cmsis-nn", Overhead(57, 40), counters=DSP_COUNTERS, sums_weights_of=frozenset({_LSTM})),
        Build(
            "cortex-m55/cmsis-nn",
            Overhead(62, 40),
            counters=MVE_COUNTERS,
            sums_weights_of=frozenset({_LSTM, "FULLY_CONNECTED", "SVDF"}),
        ),
        Build("cortex-m0plus/reference", Overhead(80, 50)),
    )
}
DEFAULT_TARGET = "cortex-m4/reference"


def find_build(target: str) -> Build:
    """The measured build of a target; TimingError lists those there are."""
    if target not in BUILDS:
        raise TimingError(f"instructions were not counted on {target!r}: choose one of {', '.join(BUILDS)}")
    return BUILDS[target]
