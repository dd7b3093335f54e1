"""What the interpreter itself costs: the share that was published for two models, beside what was counted."""

from __future__ import annotations

from dataclasses import dataclass

from tinylab.timing.builds import BUILDS, Overhead
from tinylab.timing.estimate import read_data


@dataclass(frozen=True)
class OverheadRow:
    """One model with one kernel library on a Cortex-M4. published_share: as the paper prints it ("<0.1%");
    published_total, published_kernels: thousands of what it calls cycles; counted_total, counted_overhead:
    instructions."""

    model: str
    target: str
    published_share: str
    published_total: float
    published_kernels: float
    operator_count: int
    counted_total: int
    counted_overhead: int

    @property
    def counted_share(self) -> float:
        """The interpreter's part of the instructions, 0 to 1."""
        return self.counted_overhead / self.counted_total

    @property
    def overhead(self) -> Overhead:
        """The law of the counted overhead."""
        return BUILDS[self.target].overhead


def overhead_rows() -> tuple[OverheadRow, ...]:
    """The table 2a of "TensorFlow Lite Micro" (arXiv 2010.08678v3), each row beside counted instructions."""
    return tuple(OverheadRow(**row) for row in read_data("published.json")["overhead"])
