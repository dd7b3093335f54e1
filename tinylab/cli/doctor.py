"""`tinylab doctor`: what would go wrong on the board, before it does."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.text import Text

from tinylab.cli.arguments import TARGET_NAMES, AsJson, ModelName, read_model
from tinylab.cli.output import STYLES, console, prose_width
from tinylab.cli.samples import read_numbers
from tinylab.doctor import DeclaredResolver, examine


def _bytes(name: str, help: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(name, metavar="BYTES", min=0, help=help)
    return found


def command(
    model: ModelName,
    board: Annotated[
        str | None, typer.Option("--board", "-b", metavar="NAME", help="A board, or your .toml file.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", "-t", metavar="NAME", help=f"Without a board: {TARGET_NAMES}.")
    ] = None,
    arena_bytes: Annotated[int | None, _bytes("--arena-bytes", "kTensorArenaSize of your program.")] = None,
    flash_bytes: Annotated[int | None, _bytes("--flash-bytes", "Flash that your program may use.")] = None,
    ram_bytes: Annotated[int | None, _bytes("--ram-bytes", "RAM that your program may use.")] = None,
    operators: Annotated[
        str, typer.Option("--operators", metavar="NAMES", help="What your op resolver has: CONV_2D,SOFTMAX,…")
    ] = "",
    capacity: Annotated[
        int | None, typer.Option("--capacity", metavar="N", min=1, help="N of your MicroMutableOpResolver<N>.")
    ] = None,
    samples: Annotated[
        str | None, typer.Option("--samples", metavar="FILE", help="A .npy file of real inputs, as the board has them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what would go wrong on a board, and what mends it.

    Each finding has its cause, TFLM's own message, and the converter lines or C++ that help. The more you tell, the
    more is checked. Exit code 1: something fails, is wrong, or costs more than it must.

      tinylab doctor zoo:kws_yes_no --board microbit_v2 --arena-bytes 20000

      tinylab doctor kws.tflite --operators CONV_2D,SOFTMAX --samples x.npy
    """
    diagnosis = examine(
        read_model(model),
        board,
        target=target,
        op_resolver=_resolver(operators, capacity),
        arena_bytes=arena_bytes,
        flash_bytes=flash_bytes,
        ram_bytes=ram_bytes,
        samples=None if samples is None else read_numbers(samples),
    )
    if as_json:
        typer.echo(json.dumps(diagnosis.as_dict(), indent=2, ensure_ascii=False))
    else:
        to = console()
        for paragraph in diagnosis.paragraphs():
            to.print(Text(paragraph.wrapped(prose_width(to)), STYLES[paragraph.kind]), soft_wrap=True)
    if not diagnosis.is_fine:
        raise typer.Exit(1)


def _resolver(operators: str, capacity: int | None) -> DeclaredResolver | None:
    names = tuple(dict.fromkeys(name.strip() for name in operators.split(",") if name.strip()))
    return DeclaredResolver(names, capacity) if names or capacity is not None else None
