"""What several commands take: a model, targets, a planner."""

from __future__ import annotations

from typing import Annotated

import typer

from tinylab import zoo
from tinylab.arena import TARGETS
from tinylab.arena.memory_planners import DEFAULT_PLANNER, MEMORY_PLANNERS
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.model import Model, load_model

ZOO = "zoo:"
TARGET_NAMES = ", ".join(sorted(TARGETS))

ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="A .tflite file, or zoo:NAME.", show_default=False)]
ModelNames = Annotated[
    list[str], typer.Argument(metavar="MODEL...", help=".tflite files, or zoo:NAME.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
TargetName = Annotated[str, typer.Option("--target", "-t", metavar="NAME", help=f"The board: {TARGET_NAMES}.")]
PlannerName = Annotated[
    str, typer.Option("--planner", "-p", metavar="NAME", help=f"TFLM's memory planner: {', '.join(MEMORY_PLANNERS)}.")
]

__all__ = [
    "DEFAULT_PLANNER",
    "DEFAULT_TARGET",
    "TARGET_NAMES",
    "AsJson",
    "ModelName",
    "ModelNames",
    "PlannerName",
    "TargetName",
    "read_model",
]


def read_model(name: str) -> Model:
    """The model at a path, or `zoo:NAME`. ModelError, DataError or OSError say what is wrong with it."""
    return zoo.load(name.removeprefix(ZOO)) if name.startswith(ZOO) else load_model(name)
