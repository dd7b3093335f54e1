"""What benchmarks share: medians of interleaved rounds, and a table in text."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class AbsentError(Exception):
    """Raised by a benchmark that cannot run here: the message says what is missing and where to put it."""


class Table(NamedTuple):
    """Rows of cells under columns, as text: the first column to the left, the others to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def text(self) -> str:
        lines = [[str(cell) for cell in row] for row in (self.columns, *self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        return "\n".join(
            "  ".join(
                f"{cell:<{width}}" if not place else f"{cell:>{width}}" for place, (cell, width) in enumerate(pairs)
            )
            for pairs in (list(zip(line, widths, strict=True)) for line in lines)
        )


def medians(acts: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each act over `rounds`, taken in turns, so that a slow moment of the machine hits them all.

    Each act runs once before, uncounted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for _ in range(rounds):
        for name, act in acts.items():
            started = time.perf_counter()
            act()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def beside(acts: Mapping[str, Callable[[], object]], rounds: int, peer: str) -> Table:
    """The medians of several acts, and how many times the peer's each one is."""
    taken = medians(acts, rounds)
    rows = [(name, f"{1000 * seconds:.3f}", f"{seconds / taken[peer]:.2f}") for name, seconds in taken.items()]
    return Table(("", "median ms", f"times {peer}"), rows)
