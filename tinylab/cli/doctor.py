"""`tinylab doctor`: what would go wrong on the board, before it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.text import Text

from tinylab.cli.arguments import DEFAULT_TARGET, AsJson, ModelName, TargetName, read_model
from tinylab.cli.output import STYLES, console, prose_width
from tinylab.doctor import examine
from tinylab.errors import DataError, ResolverError
from tinylab.kernels.kernel_util import Registration, refuse
from tinylab.runtime import MicroMutableOpResolver


def _bytes(name: str, help: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(name, metavar="BYTES", min=0, help=help)
    return found


def command(
    model: ModelName,
    target: TargetName = DEFAULT_TARGET,
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
    """Say what would go wrong with a model on a board, and how to mend it.

    Each finding has its cause, TFLM's own message, and the converter lines or C++ that help. The more you tell, the
    more is checked. Exit code 1: something fails, is wrong, or costs more than it must.

    \b
    tinylab doctor kws.tflite --target cortex-m4/cmsis-nn --arena-bytes 20000
    tinylab doctor kws.tflite --operators CONV_2D,SOFTMAX --samples features.npy
    """
    diagnosis = examine(
        read_model(model),
        target=target,
        op_resolver=_resolver(operators, capacity),
        arena_bytes=arena_bytes,
        flash_bytes=flash_bytes,
        ram_bytes=ram_bytes,
        samples=None if samples is None else _samples(samples),
    )
    if as_json:
        typer.echo(json.dumps(diagnosis.as_dict(), indent=2, ensure_ascii=False))
    else:
        to = console()
        for paragraph in diagnosis.paragraphs():
            to.print(Text(paragraph.wrapped(prose_width(to)), STYLES[paragraph.kind]), soft_wrap=True)
    if not diagnosis.is_fine:
        raise typer.Exit(1)


def _resolver(operators: str, capacity: int | None) -> MicroMutableOpResolver | None:
    """A resolver that knows names alone, as nothing is run with it."""
    names = list(dict.fromkeys(name.strip() for name in operators.split(",") if name.strip()))
    if not names and capacity is None:
        return None
    resolver = MicroMutableOpResolver(max(capacity or 0, len(names), 1))
    for name in names:
        resolver.add_custom(name, _NO_KERNEL._replace_name(name))
    return resolver


def _samples(file: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    try:
        array = np.load(Path(file), allow_pickle=False)
    except ValueError as error:
        raise DataError(f"{file}: no .npy file of numbers: {error}") from None
    return array.astype(np.float32)
