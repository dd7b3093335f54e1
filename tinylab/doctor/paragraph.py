"""Paragraphs: words with a kind, which a terminal may colour and a notebook prints."""

from __future__ import annotations

import textwrap
from typing import NamedTuple


class Paragraph(NamedTuple):
    """kind: "said" (TFLM's own words, or a heading), "label", "text", "remedy", "" (empty).

    "row" (of a table) is cut where it is too long, not wrapped; "code" is neither, so that it can be copied.
    """

    kind: str
    text: str
    indent: int = 0

    def wrapped(self, width: int) -> str:
        """Its lines, at most `width` wide."""
        margin = " " * self.indent
        if self.kind == "code":
            return margin + self.text
        if self.kind == "row":
            return _cut(margin + self.text, width)
        hanging = margin + ("  " if self.kind == "said" else "")
        lines = textwrap.wrap(
            self.text, max(width, 40), initial_indent=margin, subsequent_indent=hanging, break_on_hyphens=False
        )
        return "\n".join(lines)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
