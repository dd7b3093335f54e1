"""What a widget says: text as it stands, which a screen reader reads aloud when it changes."""

from __future__ import annotations

import html

# JupyterLab would break a line in the middle of a word, and of a number.
_STYLE = "line-height: 1.3; margin: 0.3rem 0; white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere"


def spoken(text: str, *, role: str = "status") -> str:
    """The HTML of a widget's words. role: "status", or "alert" where something was refused."""
    polite = ' aria-live="polite"' if role == "status" else ""
    return f'<pre role="{role}"{polite} style="{_STYLE}">{html.escape(text)}</pre>'
