"""`tinylab explain`: what TFLM's messages mean, and which arena would do."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from tinylab.cli.arguments import (
    DEFAULT_PLANNER,
    DEFAULT_TARGET,
    AsJson,
    PlannerName,
    TargetName,
    read_model,
)
from tinylab.cli.output import STYLES, console, prose_width
from tinylab.doctor import Explanation, explain, prose

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
    as_json: AsJson = False,
) -> None:
    """Explain TFLM's messages in a log.

    Who says each line, when, and what to change. With the model and its target also which tensor or operator it was,
    how large the arena was, and the size that works. Other lines and time stamps do no harm. Exit code 1: no message of
    TFLM's was found.

      tinylab explain serial.log --model kws.tflite --target cortex-m4/cmsis-nn
    """
    chosen = None if model is None else read_model(model)
    explanation = explain(_log(file), chosen, target, planner)
    if as_json:
        typer.echo(json.dumps(_as_json(explanation), indent=2, ensure_ascii=False))
        raise typer.Exit(0 if explanation.lines else 1)
    to = console()
    for paragraph in prose(explanation):
        to.print(Text(paragraph.wrapped(prose_width(to)), STYLES[paragraph.kind]), soft_wrap=True)
    if not explanation.lines:
        raise typer.Exit(1)


def _as_json(explanation: Explanation) -> dict[str, Any]:
    fields = ("line_number", "text", "count", "said_by", "phases", "meaning", "remedy")
    plan = explanation.plan
    return {
        "line_count": explanation.line_count,
        "lines": [{name: getattr(line, name) for name in fields} for line in explanation.lines],
        "shortages": [
            {
                "lines": [line.line_number for line in shortage.lines],
                "arena_bytes": shortage.arena_bytes,
                "steps": [step.event._asdict() for step in shortage.steps],
                "other_targets": list(shortage.other_targets),
            }
            for shortage in explanation.shortages
        ],
        "smallest_arena_bytes": None if plan is None else plan.needs.smallest_arena_bytes,
        "plan_error": explanation.plan_error,
    }


def _log(file: str) -> str:
    """The log's text. A serial line carries broken bytes, too: they are replaced."""
    if file != STDIN:
        return Path(file).read_bytes().decode(errors="replace")
    if sys.stdin.isatty():
        print("Paste the log, then press Ctrl-D on an empty line:", file=sys.stderr)
    return sys.stdin.buffer.read().decode(errors="replace")
