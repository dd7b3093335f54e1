"""`tinylab time`: instructions and milliseconds of one inference, with how sure they are."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from tinylab import boards
from tinylab.cli.arguments import AsJson, ModelName, read_model
from tinylab.timing import TimeEstimate, estimate_instructions, estimate_time
from tinylab.timing import boards as boards_with_runs

DEFAULT_BOARD = "arduino_nano_33_ble_sense"


def command(
    model: ModelName,
    board: Annotated[str, typer.Option("--board", "-b", metavar="NAME", help="A board, or your .toml file.")] = (
        DEFAULT_BOARD
    ),
    kernels: Annotated[str | None, typer.Option(help="reference or cmsis-nn.  [default: what suits the core]")] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate how long an inference takes on a board.

    Instructions are counted on the real TFLM; milliseconds come from the cycles that published runs took for each.

      tinylab time zoo:kws_yes_no --board nucleo_l4r5zi
    """
    read, found = read_model(model), boards.load(board)
    target = found.targets[kernels or found.kernels].footprint
    counted = estimate_instructions(read, target)
    who = found.name if found.name in boards_with_runs() else target
    took = estimate_time(read, who, clock_mhz=found.clock_mhz.value, target=target, core=found.core.value)
    if as_json:
        figures = _as_json(took) | {"board": found.name, "target": target, "instructions": counted.total_instructions}
        typer.echo(json.dumps(figures, indent=2, ensure_ascii=False))
        return
    from tinylab.views.timing import instructions_text, time_text  # brings matplotlib

    typer.echo(instructions_text(counted))
    typer.echo()
    typer.echo(time_text(took))


def _as_json(took: TimeEstimate) -> dict[str, Any]:
    ranges = {"milliseconds": took.milliseconds, "cycles": took.cycles, "microjoules": took.microjoules}
    return {name: None if value is None else value._asdict() for name, value in ranges.items()}
