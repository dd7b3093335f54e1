"""Pictures made visible: a contact sheet of samples, each with its label, or with what a net says of it; and the
integers that a net gets of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.text import table


def contact_sheet(
    pictures: NDArray[Any],
    labels: NDArray[Any],
    class_names: Sequence[str],
    scores: NDArray[Any] | None = None,
    columns: int = 10,
) -> Picture:
    """Pictures side by side.

    uint8 (or float in 0..1) [picture, height, width, 1 or 3]; labels: int [picture]; scores: probabilities [picture,
    class] of a net, whose wrong answers get a red frame and say what it took them for.
    """
    count = len(pictures)
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = new_figure(1.1 * columns, (1.1 if scores is None else 1.3) * rows + 0.2)
    grid = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(grid.flat):
        axes.set_xticks([])
        axes.set_yticks([])
        if place >= count:
            axes.set_axis_off()
            continue
        one = pictures[place]
        axes.imshow(
            one[..., 0] if one.shape[-1] == 1 else one, cmap="gray", vmin=0, vmax=1 if one.dtype.kind == "f" else 255
        )
        if scores is None:
            axes.set_title(class_names[int(labels[place])], fontsize=7, pad=2)
        else:
            _mark(axes, class_names, int(labels[place]), scores[place])
    counts = ", ".join(f"{int(np.sum(labels == k))} {name}" for k, name in enumerate(class_names))
    answered = "" if scores is None else ", each with the answer of a net, wrong ones framed"
    alt = f"{count} small pictures side by side: {counts}{answered}."
    return Picture(figure, contact_sheet_text(labels, class_names, scores), alt)


def _mark(axes: Any, class_names: Sequence[str], label: int, score: NDArray[Any]) -> None:
    answer = int(np.argmax(score))
    axes.set_title(f"{class_names[answer]} {score[answer]:.2f}", fontsize=7, pad=2)
    for spine in axes.spines.values():
        spine.set_color(COLOURS[2] if answer == label else COLOURS[5])
        spine.set_linewidth(2.5)


def contact_sheet_text(labels: NDArray[Any], class_names: Sequence[str], scores: NDArray[Any] | None = None) -> str:
    """How many pictures of each class there are and, with scores, how many of them are taken for what they are."""
    names = list(class_names)
    if scores is None:
        return table(("class", "pictures"), [(n, str(int(np.sum(labels == k)))) for k, n in enumerate(names)])
    answers = np.argmax(scores, axis=1)
    rows = [
        (n, str(int(np.sum(labels == k))), str(int(np.sum(answers[labels == k] == k)))) for k, n in enumerate(names)
    ]
    return table(("class", "pictures", "right"), rows)


def pixels_picture(
    picture: NDArray[Any], quantized: NDArray[Any], *, corner: tuple[int, int] = (44, 44), side: int = 6
) -> Picture:
    """A picture and, of a square of it, the integers that a net gets.

    picture: uint8 [height, width, 1 or 3]; quantized: int8 [height, width, channel], the net's input; corner: (row,
    column) of the square's upper left pixel.
    """
    channels = quantized.shape[-1]
    row, column = corner
    figure = new_figure(2.7 * (1 + channels), 2.9)
    whole, *details = figure.subplots(1, 1 + channels)
    image = picture[..., 0] if picture.shape[-1] == 1 else picture
    whole.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    frame = Rectangle((column - 0.5, row - 0.5), side, side, fill=False, edgecolor="white", linewidth=2)
    frame.set_path_effects([withStroke(linewidth=4, foreground="black")])  # seen on any picture
    whole.add_patch(frame)
    whole.set_title(f"{'×'.join(map(str, picture.shape))} pixels", fontsize=9)
    for channel, axes in enumerate(details):
        square = quantized[row : row + side, column : column + side, channel]
        axes.imshow(square, cmap="gray", vmin=-128, vmax=127)
        for (y, x), value in np.ndenumerate(square):
            axes.annotate(
                str(value), (x, y), ha="center", va="center", fontsize=8, color="black" if value > 0 else "white"
            )
        axes.set_title(f"int8, {_channel_names(channels)[channel]}", fontsize=9)
    for axes in (whole, *details):
        axes.set_xticks([])
        axes.set_yticks([])
    alt = f"A picture with a frame, and for each channel the {side}×{side} int8 values inside it, as numbers on grey."
    return Picture(figure, pixels_text(picture, quantized, corner=corner), alt)


def pixels_text(picture: NDArray[Any], quantized: NDArray[Any], *, corner: tuple[int, int] = (44, 44)) -> str:
    """One pixel, channel by channel, and the range of all: as it was, and as the net gets it."""
    row, column = corner
    names = _channel_names(quantized.shape[-1])
    rows: list[tuple[object, ...]] = [
        (name, quantized[row, column, k], quantized[..., k].min(), quantized[..., k].max())
        for k, name in enumerate(names)
    ]
    if picture.shape == quantized.shape:
        rows = [(*cells, picture[row, column, k]) for k, cells in enumerate(rows)]
    columns = ("channel", f"int8 at {row}, {column}", "lowest", "highest", "its pixel")
    return table(columns[: len(rows[0])], rows)


def _channel_names(count: int) -> tuple[str, ...]:
    return ("red", "green", "blue") if count == 3 else ("grey",)
