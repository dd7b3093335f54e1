"""Boards: what each has, and whether models fit it.

`names()` and `load("esp_eye")` or `load("my_board.toml")` give a Board; fit(models, board) a FitReport with a budget of
flash and of RAM; fit_table(models) the same for every board.
"""

from __future__ import annotations

from tinylab.boards.board import Board, Extensions, Fact, RamRegion
from tinylab.boards.budget import Budget, BudgetLine, Reserves
from tinylab.boards.catalogue import load, names
from tinylab.boards.choosing import FitTable, fit_table
from tinylab.boards.cores import CORES, Core, KernelTargets
from tinylab.boards.fitting import FitReport, Remedy, fit
from tinylab.boards.workload import Choice

__all__ = [
    "CORES",
    "Board",
    "Budget",
    "BudgetLine",
    "Choice",
    "Core",
    "Extensions",
    "Fact",
    "FitReport",
    "FitTable",
    "KernelTargets",
    "RamRegion",
    "Remedy",
    "Reserves",
    "fit",
    "fit_table",
    "load",
    "names",
]
