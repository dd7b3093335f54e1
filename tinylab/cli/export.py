"""`tinylab export`: a folder of C++ that runs models on a board."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tinylab.cli.arguments import DEFAULT_TARGET, AsJson, ModelNames, TargetName, read_model
from tinylab.cpp import export_cpp


def command(
    models: ModelNames,
    folder: Annotated[Path, typer.Option("--folder", "-o", metavar="FOLDER", help="Where to write it.")],
    target: TargetName = DEFAULT_TARGET,
    flavour: Annotated[str, typer.Option(help="tflm (a folder of TFLM's examples) or arduino (a sketch).")] = "tflm",
    margin_bytes: Annotated[int | None, typer.Option(help="Added to the smallest arena.  [default: 1024]")] = None,
    labels: Annotated[str, typer.Option(help="Names of the output's elements, with commas.")] = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="The folder may hold files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write C++ that runs models on a board.

    Model arrays, the resolver with exactly the needed operators, the arena's size, the main loop, and a self test with
    the bytes that the model must give. Several models share one arena.

      tinylab export zoo:kws_yes_no -o kws --target cortex-m4/cmsis-nn --labels silence,unknown,yes,no
    """
    names = [label.strip() for label in labels.split(",")] if labels else []
    files = export_cpp(
        [read_model(name) for name in models],
        folder,
        target=target,
        flavour=flavour,
        margin_bytes=margin_bytes,
        labels=names,
        overwrite=overwrite,
    )
    if as_json:
        typer.echo(json.dumps([str(file) for file in files], indent=2))
        return
    typer.echo("\n".join(str(file) for file in files))
