"""What the commands of `tinylab train` share: data by name, and a trained model that is compared, told and written."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import typer

from tinylab import datasets
from tinylab.cli.compare import comparison_json, differs_from_tflm
from tinylab.cli.output import Bar, console
from tinylab.comparison import Comparison, compare
from tinylab.errors import DataError
from tinylab.model import load_model
from tinylab.quiet import import_tensorflow
from tinylab.training import FittingRecipe

SYNTHETIC = "synthetic"
_PROGRAMS = ("tinylab", "Keras", "LiteRT", "TFLM")  # in the order in which compare runs them


@dataclass(frozen=True)
class Lesson:
    """What was learnt, and how. counts: samples (clips or pictures: `unit`) of each split."""

    data: str
    unit: str
    class_names: tuple[str, ...]
    counts: dict[str, int]
    model: str
    recipe: FittingRecipe
    seed: int


class Trained(NamedTuple):
    """A Keras model, its int8 file, and what it is tested on: inputs float32 [sample, …], labels int [sample]."""

    keras: Any
    tflite: bytes
    inputs: np.ndarray
    labels: np.ndarray


def require_data(data: str, kind: str) -> None:
    """DataError where `data` is neither synthetic, nor a folder, nor a data set of that kind; it lists those.

    ExtraMissingError without TensorFlow.
    """
    known = datasets.names(kind)
    if data == SYNTHETIC or data in known or Path(data).is_dir():
        import_tensorflow()  # where it is missing, say so before minutes of work
        return
    raise DataError(
        f"--data {data}: there is neither a folder nor a data set of {kind} with this name: choose {SYNTHETIC} (made"
        f" here, without a download), {', '.join(known)}, or a folder with a folder for each class"
    )


def require_free(out: Path, force: bool) -> None:
    """DataError where the model could not be written; asked before the training, which takes long."""
    if out.is_dir():
        raise DataError(f"--out {out}: this is a folder: name a file in it, as {out / 'model.tflite'}")
    if out.exists() and not force:
        raise DataError(f"--out {out}: the file is there already: --force overwrites it, another --out leaves it")
    if not out.parent.is_dir():
        raise DataError(f"--out {out}: there is no folder {out.parent}: make it first")
    if not os.access(out.parent, os.W_OK):
        raise DataError(f"--out {out}: nothing may be written into {out.parent.resolve()}: choose another folder")


def write_whole(out: Path, content: bytes, force: bool) -> None:
    """The file, whole or not at all. DataError where it can not be written."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        require_free(out, force)  # again: training takes long
        part.replace(out)  # atomic
    except OSError as error:
        raise DataError(f"--out {out}: it was not written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def finish(lesson: Lesson, trained: Trained, out: Path, force: bool, target: str, as_json: bool, bar: Bar) -> None:
    """Compare, write and tell; exit code 1 where the real TFLM gives other integers."""
    comparison = compare(
        load_model(trained.tflite, name=out.stem),
        trained.inputs,
        trained.labels,
        keras=trained.keras,
        class_names=lesson.class_names,
        target=target,
        progress=lambda program: bar.show(f"comparing with {program}", _PROGRAMS.index(program), len(_PROGRAMS)),
    )
    bar.end()
    write_whole(out, trained.tflite, force)
    if as_json:
        typer.echo(json.dumps(_as_json(lesson, comparison, out), indent=2, ensure_ascii=False))
    else:
        _tell(lesson, comparison, out)
    if differs_from_tflm(comparison):
        raise typer.Exit(1)


def _tell(lesson: Lesson, comparison: Comparison, out: Path) -> None:
    from tinylab.views import comparison_text, confusion_text  # they bring matplotlib

    to = console()
    counts = ", ".join(f"{count:,} {name}" for name, count in lesson.counts.items())
    recipe = lesson.recipe
    for line in (
        f"data: {lesson.data}: {lesson.unit} {counts}",
        f"training: {lesson.model}, {recipe.epochs} epochs in batches of {recipe.batch_size}, seed {lesson.seed}",
        "",
        comparison_text(comparison),
        "",
        confusion_text(comparison),
        "",
        f"written: {out} ({out.stat().st_size:,} bytes), its outputs in this order: {', '.join(lesson.class_names)}",
    ):
        to.print(line, soft_wrap=True)


def _as_json(lesson: Lesson, comparison: Comparison, out: Path) -> dict[str, Any]:
    return {
        "file": str(out),
        "bytes": out.stat().st_size,
        "data": lesson.data,
        "counts": lesson.counts,
        "class_names": lesson.class_names,
        "network": lesson.model,
        "epochs": lesson.recipe.epochs,
        "batch_size": lesson.recipe.batch_size,
        "seed": lesson.seed,
        **comparison_json(comparison),
        "confusion": comparison.confusion("tinylab").tolist(),
    }
