"""Picture: a matplotlib figure that shows itself in a notebook and carries the text that says the same."""

from __future__ import annotations

import base64
import functools
import html
import io
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 100

# Okabe and Ito's colours, which people with any colour vision tell apart.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")


class Picture:
    """figure: the matplotlib Figure; text: what it shows, in words and numbers (its repr); alt: the alternative text.

    alt is a sentence or two where `text` stands beside the picture anyway; by default it is all of `text`.
    """

    def __init__(self, figure: Figure, text: str, alt: str = "") -> None:
        self.figure = figure
        self.text = text
        self.alt = alt or text
        FigureCanvasAgg(figure)

    @functools.cached_property
    def _png(self) -> bytes:
        # Once: drawing a figure again moves its layout a little.
        buffer = io.BytesIO()
        # No software version in the file: the same picture is then the same bytes.
        self.figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight", metadata={"Software": None})
        return buffer.getvalue()

    def png(self) -> bytes:
        """The picture as a PNG file."""
        return self._png

    def save(self, path: str | Path) -> None:
        """Write the PNG file."""
        Path(path).write_bytes(self.png())

    def html(self) -> str:
        """The picture as an <img> that needs no file and says what it shows."""
        data = base64.b64encode(self.png()).decode()
        alt = html.escape(self.alt, quote=True)
        return f'<img alt="{alt}" style="max-width: 100%; height: auto" src="data:image/png;base64,{data}">'

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # alt is where nbconvert looks for it; JupyterLab shows the picture without.
        return {"image/png": self.png(), "text/plain": self.text}, {"image/png": {"alt": self.alt}}

    def __repr__(self) -> str:
        return self.text


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that many inches, laid out so that labels never overlap."""
    return Figure(figsize=(width, height), layout="constrained")


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a place of their own, in inches from the figure's lower left corner: text can then be measured to fit."""
    whole_width, whole_height = figure.get_size_inches()
    return figure.add_axes((left / whole_width, bottom / whole_height, width / whole_width, height / whole_height))
