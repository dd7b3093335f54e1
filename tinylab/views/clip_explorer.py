"""The KWS widget: pick a clip, hear it, see its features, each layer's output and the probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
from IPython.display import Audio, display

from tinylab.speech.inspection import ClipInspection
from tinylab.views.speech import clip_picture, clip_text


def clip_explorer(inspect: Callable[[int], ClipInspection], clip_count: int, first: int = 0) -> Any:
    """A slider over `clip_count` clips and, below it, what `inspect` makes of the chosen one: sound, picture and text.

    It works by keyboard (the slider takes the arrow keys; the number beside it can be typed). Returns an
    ipywidgets.VBox.
    """
    slider = ipywidgets.IntSlider(
        value=first,
        min=0,
        max=clip_count - 1,
        description="test clip",
        continuous_update=False,
        layout=ipywidgets.Layout(width="32rem"),
    )
    output = ipywidgets.Output()

    def show(index: int) -> None:
        clip = inspect(index)
        with output:
            output.clear_output(wait=True)
            display(Audio(clip.samples / 32768, rate=clip.sample_rate_hz, normalize=False))  # type: ignore[no-untyped-call]
            display(clip_picture(clip))  # type: ignore[no-untyped-call]
            print(clip_text(clip))

    slider.observe(lambda change: show(change["new"]), names="value")
    show(first)
    return ipywidgets.VBox([slider, output])
