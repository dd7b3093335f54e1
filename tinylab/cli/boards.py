"""`tinylab boards`: the boards that tinylab knows, or one of them with the source of every number."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Annotated, Any

import typer

from tinylab import boards
from tinylab.boards import Board, Fact
from tinylab.cli.arguments import AsJson
from tinylab.cli.output import console, table


def command(
    board: Annotated[str | None, typer.Argument(metavar="[BOARD]", help="A name, or your own .toml file.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the boards, or show one with its sources.

    Core, clock, memory, what bootloader and RTOS leave for an application, and where each number is from.

    tinylab boards arduino_nano_33_ble_sense
    """
    if board is not None:
        found = boards.load(board)
        if as_json:
            typer.echo(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
            return
        from tinylab.views.boards import board_text  # brings matplotlib

        typer.echo(board_text(found))
        return
    known = [boards.load(name) for name in boards.names()]
    if as_json:
        typer.echo(json.dumps([_as_json(each) for each in known], indent=2, ensure_ascii=False))
        return
    rows = [_row(each) for each in known]
    table(console(), ("name", "board", "core", "RAM for you", "flash for you"), rows, left=(0, 1, 2))


def _row(board: Board) -> tuple[str, ...]:
    ram, flash = board.ram_app_bytes, board.flash_app_bytes.value
    return board.name, board.title, board.core.value, f"{ram:,}", f"{flash:,}"


def _as_json(board: Board) -> dict[str, Any]:
    """Every fact with its source; what is no fact as text."""
    found: dict[str, Any] = {"name": board.name}
    for field in fields(board):
        value = getattr(board, field.name)
        if isinstance(value, Fact):
            found[field.name] = {"value": value.value, "source": value.source, "confidence": value.confidence}
        elif isinstance(value, str | int | None):
            found[field.name] = value
    return found | {"ram_app_bytes": board.ram_app_bytes}
