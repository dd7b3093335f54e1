"""Tables in plain text, and numbers as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, left: int = 1) -> str:
    """A table with aligned columns: the first `left` columns to the left, the others (numbers) to the right."""
    cells = [[str(cell) for cell in row] for row in [headers, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]

    def line(row: list[str]) -> str:
        padded = [
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(padded).rstrip()

    ruler = "  ".join("─" * width for width in widths)
    return "\n".join([line(cells[0]), ruler, *(line(row) for row in cells[1:])])


def count(number: int | None) -> str:
    """12,345, or a dash where there is no figure."""
    return "–" if number is None else f"{number:,}"


def percent(fraction: float | None) -> str:
    """90.1 %, or a dash."""
    return "–" if fraction is None else f"{100 * fraction:.1f} %"


def milliseconds(seconds: float | None) -> str:
    """0.42 ms, or a dash."""
    return "–" if seconds is None else f"{1000 * seconds:.2f} ms"


def shorten(name: str, width: int) -> str:
    """The end of a long name, which in TensorFlow's names is the telling part."""
    return name if len(name) <= width else "…" + name[-(width - 1) :]


def element(value: Any) -> str:
    """One element of a tensor: an integer as it is, a float to four digits."""
    return f"{value:.4g}" if isinstance(value, np.floating) else str(value)
