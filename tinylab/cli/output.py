"""How commands print: tables and paragraphs as wide as the terminal, without colour where there is none."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

WIDEST_PROSE = 100  # longer lines are hard to read
PIPED_WIDTH = 1000  # into a file or a program: lines are not cut
MOST_LETTERS = 60  # of a tensor's name: some have hundreds
FEWEST_LETTERS = 12
GAP = "  "
_REDRAW_SECONDS = 0.1
STYLES = {
    "said": "bold",
    "label": "dim",
    "remedy": "green",
    "code": "cyan",
    "row": "",
    "text": "",
    "": "",
}  # of a Paragraph


def console() -> Console:
    """For standard output: of the terminal's width, or uncut and plain into a pipe (COLUMNS sets another width)."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


def prose_width(to: Console) -> int:
    """How wide paragraphs are."""
    return min(to.width, WIDEST_PROSE)


def paragraph(to: Console, text: str, style: str = "", indent: int = 0) -> None:
    """Text, wrapped at a width that is good to read."""
    margin = " " * indent
    wrapped = textwrap.fill(text, prose_width(to), initial_indent=margin, subsequent_indent=margin)
    to.print(Text(wrapped, style), soft_wrap=True)


def heading(to: Console, text: str) -> None:
    """A line that the eye finds."""
    to.print(Text(text, "bold"))


def figures(to: Console, rows: Sequence[tuple[str, int, str]]) -> None:
    """Name, bytes, and what they are, one a line."""
    names = max(len(name) for name, _, _ in rows)
    numbers = max(len(f"{number:,}") for _, number, _ in rows)
    for name, number, meaning in rows:
        to.print(Text.assemble(f"  {name:<{names}}  ", (f"{number:>{numbers},}", "bold"), ("  " + meaning, "dim")))


def table(to: Console, headers: Sequence[str], rows: Iterable[Sequence[object]], *, left: Sequence[int] = (0,)) -> None:
    """A table: columns `left` hold words, the others numbers.

    Where the terminal is narrow, and wherever a word is longer than MOST_LETTERS, the widest column of words is cut.
    """
    lines = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headers, *lines, strict=True)]
    widest = max(left, key=lambda column: widths[column])
    room = to.width - (sum(widths) - widths[widest]) - len(GAP) * (len(widths) - 1)
    widths[widest] = max(min(widths[widest], room, MOST_LETTERS), FEWEST_LETTERS)

    def line(cells: Sequence[str], style: str) -> Text:
        padded = [
            _end(cell, width).ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return Text(GAP.join(padded).rstrip(), style, no_wrap=True, overflow="ellipsis")

    to.print(line(headers, "bold"))
    to.print(Text(GAP.join("─" * width for width in widths), "dim", no_wrap=True, overflow="ellipsis"))
    for cells in lines:
        to.print(line(cells, ""))


def _end(text: str, width: int) -> str:
    """The end of a long name, which in TensorFlow's names is the telling part."""
    return text if len(text) <= width else "…" + text[len(text) - width + 1 :]


class Bar:
    """A line on stderr that is drawn over itself; nothing where nobody watches."""

    def __init__(self) -> None:
        self._last, self._stage = 0.0, ""

    def show(self, stage: str, done: int, total: int) -> None:
        """As a progress callback."""
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self._last < _REDRAW_SECONDS and done < total and stage == self._stage):
            return
        filled = 24 * done // max(total, 1)
        end = "\n" if self._stage not in ("", stage) else ""
        self._last, self._stage = now, stage
        print(f"{end}\r{stage} [{'#' * filled:<24}] {done:,} of {total:,}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line as it is and begin another."""
        if self._stage:
            print(file=sys.stderr)
