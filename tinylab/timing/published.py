"""Published times of TFLM on boards, beside the instructions that the same model was counted to execute.

Only rows that ran TFLM calibrate, and only with kernels that were counted. data/published.json says where each is from;
what was left out, and why, stands there too.
"""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tinylab.timing.estimate import read_data


@dataclass(frozen=True)
class PublishedRow:
    """One published time. board: as boards are called here; core: "cortex-m4"; target: the build whose instructions
    stand beside it; cycles: of one inference; instructions: counted on `target`; microjoules: of one inference, None
    where not published; software, reading: what ran, and how the figure was read."""

    board: str
    core: str
    clock_mhz: float
    target: str
    model: str
    cycles: float
    instructions: int
    microjoules: float | None
    software: str
    source: str
    reading: str

    @property
    def milliseconds(self) -> float:
        return self.cycles / self.clock_mhz / 1000

    @property
    def cycles_per_instruction(self) -> float:
        """Cycles of the published run by instructions of the counted build; the two builds are never quite the same."""
        return self.cycles / self.instructions

    @property
    def nanojoules_per_cycle(self) -> float | None:
        return None if self.microjoules is None else 1000 * self.microjoules / self.cycles


class LeftOutRow(NamedTuple):
    """A row and what the other rows say of it, as signed fractions: those of its board, and those of other boards with
    its core; None where there are none."""

    row: PublishedRow
    same_board: float | None
    other_boards: float | None


class Excluded(NamedTuple):
    """Published figures that calibrate nothing, and the reason."""

    rows: str
    because: str


@functools.cache
def published_rows() -> tuple[PublishedRow, ...]:
    """Every row that calibrates, in the order of the file."""
    return tuple(PublishedRow(**row) for row in read_data("published.json")["rows"])


@functools.cache
def excluded_rows() -> tuple[Excluded, ...]:
    """What was published and not used."""
    return tuple(Excluded(*entry) for entry in read_data("published.json")["excluded"].items())


def mean_cycles_per_instruction(rows: Iterable[PublishedRow]) -> float:
    """The geometric mean: as far above as below in proportion."""
    logarithms = [math.log(row.cycles_per_instruction) for row in rows]
    return math.exp(sum(logarithms) / len(logarithms))


def left_out_rows() -> tuple[LeftOutRow, ...]:
    """Each row, predicted from rows that are not itself."""
    rows = published_rows()
    return tuple(
        LeftOutRow(
            row,
            _error(row, (other for other in rows if other is not row and other.board == row.board)),
            _error(row, (other for other in rows if other.board != row.board and other.core == row.core)),
        )
        for row in rows
    )


class SpreadError(NamedTuple):
    """How far rows are off that did not calibrate, as fractions."""

    median: float
    worst: float
    rows: int

    def __str__(self) -> str:
        return f"median {self.median:.0%}, worst {self.worst:.0%} over {self.rows} runs left out"


def spread_of(rows: Sequence[PublishedRow]) -> SpreadError:
    """Each of these rows, predicted by the others: by those of other boards, where there are several boards."""
    boards = {row.board for row in rows}
    errors = []
    for row in rows:
        others = [other for other in rows if (other.board != row.board if len(boards) > 1 else other is not row)]
        errors.append(abs(mean_cycles_per_instruction(others) / row.cycles_per_instruction - 1))
    return SpreadError(statistics.median(errors), max(errors), len(errors))


def _error(row: PublishedRow, others: Iterable[PublishedRow]) -> float | None:
    alike = [other for other in others if other.target == row.target]
    return mean_cycles_per_instruction(alike) / row.cycles_per_instruction - 1 if alike else None
