"""Boards: what each has, and whether models fit it. `names()`, `load("esp_eye")`, `load("my_board.toml")`."""

from __future__ import annotations

from tinylab.boards.board import Board, Extensions, Fact, RamRegion
from tinylab.boards.catalogue import load, names
from tinylab.boards.cores import CORES, Core, KernelTargets

__all__ = ["CORES", "Board", "Core", "Extensions", "Fact", "KernelTargets", "RamRegion", "load", "names"]
