"""A Comparison as text and as pictures: the table of programs, confusion matrices, noise layer by layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tinylab.comparison import Comparison, ComparisonRow, LayerRow
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.text import count, milliseconds, percent, shorten, table


def comparison_text(comparison: Comparison, *, times: bool = True) -> str:
    """The table, and below it what the notes of its rows say. `times=False` leaves out what changes from run to run."""
    headers = [
        "program",
        "accuracy",
        "same bytes as tinylab",
        "same class",
        "model bytes",
        "head",
        "tail",
        "arena used",
    ]
    rows = [_cells(row, comparison.sample_count) for row in comparison.rows]
    if times:
        headers.append("one inference")
        rows = [
            [*cells, milliseconds(row.seconds_per_inference)] for cells, row in zip(rows, comparison.rows, strict=True)
        ]
    needs = comparison.needs
    lines = [
        f"{comparison.model_name}: {comparison.sample_count} samples; arena of {comparison.target}",
        table(headers, rows),
        *(f"{row.program}: {row.note}" for row in comparison.rows if row.note),
        f"smallest arena that works on {comparison.target}: {needs.smallest_arena_bytes:,} bytes",
    ]
    return "\n".join(lines)


def _cells(row: ComparisonRow, sample_count: int) -> list[str]:
    def of_all(number: int | None) -> str:
        return "–" if number is None else f"{number} of {sample_count}"

    return [
        row.program,
        percent(row.accuracy),
        of_all(row.identical_to_tinylab),
        of_all(row.same_class_as_tinylab),
        count(row.model_bytes),
        count(row.head_bytes),
        count(row.tail_bytes),
        count(row.arena_used_bytes),
    ]


def confusion_text(comparison: Comparison, program: str = "tinylab") -> str:
    """Rows: what it was; columns: what the program heard or saw; then the accuracy of each class."""
    counts = comparison.confusion(program)
    names = comparison.class_names
    rows = [
        (name, *counts[i].tolist(), percent(counts[i, i] / counts[i].sum() if counts[i].sum() else None))
        for i, name in enumerate(names)
    ]
    return table((f"{comparison.row(program).program}: true class", *names, "right"), rows)


def confusion_picture(comparison: Comparison, programs: Sequence[str] = ("Keras", "tinylab")) -> Picture:
    """Confusion matrices side by side, one a program that ran."""
    shown = [name for name in programs if any(r.program.startswith(name) and r.ran for r in comparison.rows)]
    names = comparison.class_names
    figure = new_figure(1.2 + 3.0 * len(shown), 3.2)
    for place, program in enumerate(shown):
        counts = comparison.confusion(program)
        axes = figure.add_subplot(1, len(shown), place + 1)
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for (i, j), number in np.ndenumerate(counts):
            axes.annotate(
                str(number), (j, i), ha="center", va="center", color="white" if share[i, j] > 0.5 else "black"
            )
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
        axes.set_title(comparison.row(program).program)
    return Picture(figure, "\n\n".join(confusion_text(comparison, program) for program in shown))


def layers_text(layers: Sequence[LayerRow], *, figures: bool = True) -> str:
    """One row an operator: signal-to-quantization-noise ratio and largest error; then where the two first part.

    `figures=False` leaves the measured numbers out, which change with the training.
    """
    headers = ["operator", "output", "shape"]
    rows: list[list[str]] = [
        [f"{layer.node_index} {layer.operator_name}", shorten(layer.tensor_name, 36), "×".join(map(str, layer.shape))]
        for layer in layers
    ]
    if not figures:
        return table(headers, rows, left=3)
    for cells, layer in zip(rows, layers, strict=True):
        cells += [_decibels(layer.sqnr_db), f"{layer.largest_error_steps:.1f}", "parted" if layer.parted else ""]
    first = next((layer for layer in layers if layer.parted), None)
    verdict = (
        "int8 follows float through every layer: the noise stays below a tenth of the signal"
        if first is None
        else f"int8 first parts from float at operator {first.node_index} ({first.operator_name})"
    )
    return table([*headers, "SQNR", "error in steps", "below 20 dB"], rows, left=3) + "\n" + verdict


def layers_picture(layers: Sequence[LayerRow]) -> Picture:
    """The signal-to-quantization-noise ratio of each layer as a bar.

    The line is where noise reaches a tenth of the signal.
    """
    figure = new_figure(min(11.0, 3 + 0.45 * len(layers)), 3.4)
    axes = figure.add_subplot()
    finite = [min(layer.sqnr_db, 80.0) for layer in layers]
    colours = [COLOURS[5] if layer.parted else COLOURS[0] for layer in layers]
    axes.bar(range(len(layers)), finite, color=colours)
    axes.axhline(20, color="black", linewidth=0.8, linestyle="--")
    axes.set_xticks(range(len(layers)), [layer.operator_name for layer in layers], rotation=60, ha="right", fontsize=7)
    axes.set_ylabel("SQNR in dB")
    axes.set_title("float against int8, layer by layer")
    return Picture(figure, layers_text(layers))


def _decibels(value: float) -> str:
    return "equal" if math.isinf(value) else f"{value:.1f} dB"
