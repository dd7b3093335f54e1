"""Picture: a matplotlib figure that shows itself in a notebook and carries the text that says the same."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 100

# Okabe and Ito's colours, which people with any colour vision tell apart.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")


class Picture:
    """figure: the matplotlib Figure; text: what it shows, in words and numbers (its repr, and its alternative text)."""

    def __init__(self, figure: Figure, text: str) -> None:
        self.figure = figure
        self.text = text
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

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"image/png": self.png(), "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that many inches, laid out so that labels never overlap."""
    return Figure(figsize=(width, height), layout="constrained")
