"""`tinylab fit`: does it fit the board, with what margin, and what would make it fit."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from tinylab.boards import FitReport, fit, fit_table
from tinylab.cli.arguments import AsJson, ModelNames, read_model

ALL = "all"
DOES_NOT_FIT = 1


def command(
    models: ModelNames,
    board: Annotated[
        str, typer.Option("--board", "-b", metavar="NAME", help="A board, your .toml file, or all.")
    ] = ALL,
    kernels: Annotated[str | None, typer.Option(help="reference or cmsis-nn.  [default: what suits the core]")] = None,
    arena: Annotated[str, typer.Option(help="Of several models: shared, separate or two arenas.")] = "shared",
    sources: Annotated[bool, typer.Option("--sources", help="Say where each number is from.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether models fit a board, and what would help.

    Flash and RAM line by line, the margin, and remedies where they do not fit. Without a board: all boards.
    Exit code 1 where they do not fit, so that a script can ask.

      tinylab fit zoo:kws_yes_no --board nano_33_ble_sense
    """
    read = [read_model(name) for name in models]
    if board == ALL:
        from tinylab.views.boards import fit_table_text

        found = fit_table(read)
        if as_json:
            rows = [{"board": r.board.name, "verdict": r.verdict, "arena_bytes": r.arena_bytes} for r in found.reports]
            typer.echo(json.dumps(rows, indent=2))
        else:
            typer.echo(fit_table_text(found))
        return
    report = fit(read, board, kernels=kernels, arena=arena)
    if as_json:
        typer.echo(json.dumps(_as_json(report), indent=2, ensure_ascii=False))
    else:
        from tinylab.views.boards import fit_text

        typer.echo(fit_text(report, sources=sources))
    if not report.fits:
        raise typer.Exit(DOES_NOT_FIT)


def _as_json(report: FitReport) -> dict[str, Any]:
    budgets = [
        {
            "memory": budget.place,
            "used_bytes": budget.used_bytes,
            "available_bytes": budget.available_bytes,
            "lines": [
                {"label": line.label, "bytes": line.bytes, "known": line.known, "source": line.source}
                for line in budget.lines
            ],
        }
        for budget in report.budgets
    ]
    remedies = [{"what": remedy.what, "board": remedy.board} for remedy in report.remedies]
    return {
        "board": report.board.name,
        "models": list(report.models),
        "verdict": report.verdict,
        "is_estimate": report.is_estimate,
        "arena_bytes": report.arena_bytes,
        "budgets": budgets,
        "remedies": remedies,
    }
