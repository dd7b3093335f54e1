"""Looking at a drawn figure: where its texts are."""

from __future__ import annotations

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from tinylab.views import Picture


def texts(picture: Picture) -> list[Text]:
    """Every text that shows, tick labels and legends included."""
    FigureCanvasAgg(picture.figure).draw()
    unseen = {
        label
        for axes in picture.figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    found = [text for text in picture.figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if text not in unseen]


def collisions(picture: Picture) -> list[tuple[str, str]]:
    """The pairs of texts that share more than two pixels in both directions."""
    shown = texts(picture)
    renderer = FigureCanvasAgg(picture.figure).get_renderer()
    boxes = {text: Text.get_window_extent(text, renderer) for text in shown}
    return [
        (one.get_text(), other.get_text())
        for one, other in combinations(shown, 2)
        if min(boxes[one].x1, boxes[other].x1) - max(boxes[one].x0, boxes[other].x0) > 2
        and min(boxes[one].y1, boxes[other].y1) - max(boxes[one].y0, boxes[other].y0) > 2
    ]
