"""`tinylab explain`: what TFLM's messages mean, and which arena would do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tinylab.cli.arguments import (
    DEFAULT_PLANNER,
    DEFAULT_TARGET,
    PlannerName,
    TargetName,
    read_model,
)
from tinylab.cli.output import STYLES, console, prose_width
from tinylab.doctor import explain, prose

STDIN = "-"


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", show_default=False, help="The log; - or none: standard input.")
    ] = STDIN,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="MODEL", help="The model on the board: a .tflite file or zoo:NAME."),
    ] = None,
    target: TargetName = DEFAULT_TARGET,
    planner: PlannerName = DEFAULT_PLANNER,
) -> None:
    """Explain TFLM's messages in a log.

    Who says each line, when, and what to change. With the model and its target also which tensor or operator it was,
    how large the arena was, and the size that works. Other lines and time stamps do no harm. Exit code 1: no message of
    TFLM's was found.
    """
    chosen = None if model is None else read_model(model)
    explanation = explain(_log(file), chosen, target, planner)
    to = console()
    for paragraph in prose(explanation):
        to.print(Text(paragraph.wrapped(prose_width(to)), STYLES[paragraph.kind]), soft_wrap=True)
    if not explanation.lines:
        raise typer.Exit(1)


def _log(file: str) -> str:
    """The log's text. A serial line carries broken bytes, too: they are replaced."""
    if file != STDIN:
        return Path(file).read_bytes().decode(errors="replace")
    if sys.stdin.isatty():
        print("Paste the log, then press Ctrl-D on an empty line:", file=sys.stderr)
    return sys.stdin.buffer.read().decode(errors="replace")
