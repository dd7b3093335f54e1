"""What a model costs in time: instructions by laws fitted to counts of the real TFLM, and milliseconds from published
runs.

estimate_instructions(model, target) gives an InstructionEstimate, estimate_time(model, board or target, clock_mhz) a
TimeEstimate. work.py and its neighbours count what kernels do, laws.py says what it costs, fit.py how that was got.
"""

from __future__ import annotations

from tinylab.timing.builds import BUILDS, DEFAULT_TARGET, Build, Overhead, find_build
from tinylab.timing.estimate import (
    EstimateError,
    InstructionEstimate,
    LeftOutError,
    OperatorInstructions,
    error_of,
    estimate_instructions,
    laws_of,
    left_out_errors,
)
from tinylab.timing.laws import Law
from tinylab.timing.milliseconds import INSTRUCTIONS_ARE_NOT_CYCLES, Range, TimeEstimate, boards, estimate_time
from tinylab.timing.overhead import OverheadRow, overhead_rows
from tinylab.timing.published import (
    Excluded,
    LeftOutRow,
    PublishedRow,
    SpreadError,
    excluded_rows,
    left_out_rows,
    published_rows,
)

__all__ = [
    "BUILDS",
    "DEFAULT_TARGET",
    "INSTRUCTIONS_ARE_NOT_CYCLES",
    "Build",
    "EstimateError",
    "Excluded",
    "InstructionEstimate",
    "Law",
    "LeftOutError",
    "LeftOutRow",
    "OperatorInstructions",
    "Overhead",
    "OverheadRow",
    "PublishedRow",
    "Range",
    "SpreadError",
    "TimeEstimate",
    "boards",
    "error_of",
    "estimate_instructions",
    "estimate_time",
    "excluded_rows",
    "find_build",
    "laws_of",
    "left_out_errors",
    "left_out_rows",
    "overhead_rows",
    "published_rows",
]
