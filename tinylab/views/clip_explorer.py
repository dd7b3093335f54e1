"""The KWS widget: pick a clip, hear it, see its features, each layer's output and the probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from tinylab.speech.inspection import ClipInspection
from tinylab.views.sound import wav
from tinylab.views.speech import clip_picture, clip_text
from tinylab.views.spoken import spoken


class _Explorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    def __repr__(self) -> str:
        return "(the clip explorer: a slider, sound, a picture and text; it needs a running kernel)"


def clip_explorer(inspect: Callable[[int], ClipInspection], clip_count: int, first: int = 0) -> Any:
    """A slider over `clip_count` clips and, below it, what `inspect` makes of the chosen one: sound, picture and text.

    It works by keyboard (the slider takes the arrow keys; the number beside it can be typed). Returns an
    ipywidgets.VBox of an IntSlider, an Audio, an Image and an HTML.
    """
    slider = ipywidgets.IntSlider(
        value=first,
        min=0,
        max=clip_count - 1,
        description="test clip",
        continuous_update=False,
        layout=ipywidgets.Layout(width="32rem"),
    )
    sound = ipywidgets.Audio(format="wav", autoplay=False, loop=False)
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
    text = ipywidgets.HTML()

    def show(index: int) -> None:
        clip = inspect(index)
        sound.value = wav(clip.samples, clip.sample_rate_hz)
        picture.value = clip_picture(clip).png()
        text.value = spoken(clip_text(clip))

    slider.observe(lambda change: show(change["new"]), names="value")
    show(first)
    return _Explorer([slider, sound, picture, text])
