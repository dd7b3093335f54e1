"""fit_table: the same models on many boards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinylab.boards.board import Board
from tinylab.boards.budget import Reserves
from tinylab.boards.catalogue import load, names
from tinylab.boards.fitting import FITS, FitReport, report_of
from tinylab.boards.workload import Choice, Workload
from tinylab.model import Model


@dataclass(frozen=True)
class FitTable:
    """models: names of those that run together; reports: one a board, without remedies, in the order asked for."""

    models: tuple[str, ...]
    reports: tuple[FitReport, ...]

    def report(self, board: str) -> FitReport:
        """The report of the board of that name."""
        return next(report for report in self.reports if report.board.name == board)

    @property
    def fitting(self) -> tuple[FitReport, ...]:
        """Those that fit, the smallest RAM first."""
        fitting = (report for report in self.reports if report.verdict == FITS)
        return tuple(sorted(fitting, key=lambda report: (report.board.ram_app_bytes, report.board.name)))


def fit_table(
    models: Model | Sequence[Model],
    boards: Iterable[str | Path | Board] | None = None,
    *,
    reserves: Reserves | None = None,
) -> FitTable:
    """Do these models, running together, fit each of `boards` (by default every one that tinylab knows)?

    Each board with the kernels that its core is made for, one arena for all models, and the needed operators only.
    """
    workload, kept = Workload.of(models), reserves or Reserves()
    found = [load(board) for board in (names() if boards is None else boards)]
    return FitTable(workload.names, tuple(report_of(workload, board, Choice(board.kernels), kept) for board in found))
