"""Pictures made visible: a contact sheet of samples, each with its label, or with what a net says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
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
    return Picture(figure, contact_sheet_text(labels, class_names, scores))


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
