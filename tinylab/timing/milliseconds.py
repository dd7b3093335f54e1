"""estimate_time: milliseconds and microjoules, from instructions and the cycles that published runs took for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tinylab.errors import TimingError
from tinylab.model import Model
from tinylab.timing.builds import BUILDS
from tinylab.timing.estimate import InstructionEstimate, estimate_instructions
from tinylab.timing.published import (
    PublishedRow,
    SpreadError,
    left_out_rows,
    mean_cycles_per_instruction,
    published_rows,
    spread_of,
)

# To be said wherever milliseconds stand.
INSTRUCTIONS_ARE_NOT_CYCLES = (
    "Instructions are not cycles: flash wait states, caches and pipelines decide how many cycles one takes. These "
    "milliseconds are instructions times the cycles per instruction of published runs, and as rough as those differ."
)


class Range(NamedTuple):
    """A figure and how far the calibration lets it lie."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class TimeEstimate:
    """Time of one invoke. place: the board, or the target where only a clock was given; rows: the published runs that
    calibrate; basis: in words, what they have in common with the place; energy_rows: those of this board with energy.
    is_near: whether the rows are this board's, or of several boards with its core. milliseconds: low and high are the
    lowest and the highest cycles per instruction of the rows (further apart where they are not near, by what one
    board's rows are off on another), widened by what nine of ten instruction estimates are within; microjoules: None
    where nobody measured this board.
    """

    instructions: InstructionEstimate
    place: str
    clock_mhz: float
    rows: tuple[PublishedRow, ...]
    basis: str
    is_near: bool

    caution = INSTRUCTIONS_ARE_NOT_CYCLES

    @property
    def cycles_per_instruction(self) -> Range:
        """The lowest, the geometric mean and the highest."""
        each = [row.cycles_per_instruction for row in self.rows]
        factor = 1.0 if self.is_near else board_factor()
        return Range(min(each) / factor, mean_cycles_per_instruction(self.rows), max(each) * factor)

    @property
    def error(self) -> SpreadError:
        """How far published runs are off that did not calibrate: each of the rows, by the others."""
        return spread_of(self.rows)

    @property
    def cycles(self) -> Range:
        """Cycles of one invoke."""
        ratio, off = self.cycles_per_instruction, self.instructions.error.percentile_90
        total = self.instructions.total_instructions
        return Range(total * ratio.low * max(1 - off, 0.0), total * ratio.middle, total * ratio.high * (1 + off))

    @property
    def milliseconds(self) -> Range:
        """Of one invoke."""
        return Range(*(cycles / self.clock_mhz / 1000 for cycles in self.cycles))

    @property
    def microjoules(self) -> Range | None:
        """Energy of one inference, from what MLPerf Tiny measured on this board (at its clock and voltage)."""
        each = [nanojoules for row in self.rows if (nanojoules := row.nanojoules_per_cycle) is not None]
        if not each or any(row.board != self.place for row in self.rows):
            return None
        cycles = self.cycles
        low, middle, high = cycles.low * min(each), cycles.middle * sum(each) / len(each), cycles.high * max(each)
        return Range(low / 1000, middle / 1000, high / 1000)


def estimate_time(
    model: Model, place: str, clock_mhz: float | None = None, *, target: str | None = None, core: str | None = None
) -> TimeEstimate:
    """Milliseconds of one invoke on a board with published runs of TFLM ("nucleo_l4r5zi"), or on any with a target.

    place: one of those boards, or a target ("cortex-m4/cmsis-nn"), which needs clock_mhz; target: on a board, other
    kernels than CMSIS-NN's ("cortex-m4/reference"); core: with a target, the board's own ("cortex-m33"), where it is
    not the target's. TimingError where the place is neither, the clock is missing or not positive, or the core is
    not Arm's: published runs of person_detect on an ESP32 take four times what instructions of a Cortex-M4 would say.
    """
    on_board = [row for row in published_rows() if row.board == place]
    if not on_board and place not in BUILDS:
        known = f"no target ({', '.join(BUILDS)}) and no board with a published time ({', '.join(boards())})"
        raise TimingError(f"{place!r} is {known}")
    if clock_mhz is None and not on_board:
        raise TimingError(f"a target has no clock: estimate_time(model, {place!r}, clock_mhz=64)")
    clock = on_board[0].clock_mhz if clock_mhz is None else float(clock_mhz)
    if not clock > 0:
        raise TimingError(f"clock_mhz is {clock_mhz}: give megahertz above 0")
    target = target or (_usual_target(on_board) if on_board else place)
    core = core or (on_board[0].core if on_board else target.partition("/")[0])
    if not core.startswith("cortex-m"):
        raise TimingError(
            f"no instructions were counted for {core}, and Arm's say nothing of it: give a Cortex-M board"
        )
    rows, basis = _calibration(place, core, target)
    its_own = all(row.board == place for row in rows)
    is_near = its_own or (all(row.core == core for row in rows) and len({row.board for row in rows}) > 1)
    return TimeEstimate(estimate_instructions(model, target), place, clock, rows, basis, is_near)


def board_factor() -> float:
    """How far rows of other boards with the same core are off at worst, as a factor above 1."""
    off = [1 + left.other_boards for left in left_out_rows() if left.other_boards is not None]
    return max(max(error, 1 / error) for error in off)


def boards() -> tuple[str, ...]:
    """The boards with published runs of TFLM."""
    return tuple(dict.fromkeys(row.board for row in published_rows()))


def _usual_target(rows: Sequence[PublishedRow]) -> str:
    """CMSIS-NN where it was run."""
    return max((row.target for row in rows), key=lambda target: "cmsis-nn" in target)


def _calibration(board: str, core: str, target: str) -> tuple[tuple[PublishedRow, ...], str]:
    """The rows nearest to a place, and what they share with it."""
    kernels = target.partition("/")[2]
    choices: list[tuple[str, Callable[[PublishedRow], bool]]] = [
        ("runs of TFLM on this board with these kernels", lambda row: row.board == board and row.target == target),
        (f"runs of TFLM on {core} boards with these kernels", lambda row: row.core == core and row.target == target),
        (f"no run on {core} is known: runs on other cores, this code", lambda row: row.target == target),
        (f"no run on {core} is known: runs on other cores, kernels alike", lambda row: row.target.endswith(kernels)),
    ]
    for basis, fits in choices:
        if rows := tuple(row for row in published_rows() if fits(row)):
            return rows, basis
    raise TimingError(f"no published run is like {target}")
