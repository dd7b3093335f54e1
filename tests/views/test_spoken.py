"""A widget's words: nothing in them is HTML, and a change is read aloud."""

from __future__ import annotations

from pathlib import Path

import tinylab
from tinylab.views.spoken import spoken


def test_a_status_is_read_aloud_when_it_changes_and_an_alert_at_once() -> None:
    assert spoken("a < b").startswith('<pre role="status" aria-live="polite" style="')
    assert spoken("a < b").endswith(">a &lt; b</pre>")
    assert spoken("no", role="alert").startswith('<pre role="alert" style="')


def test_lines_break_between_words() -> None:
    assert "word-break: normal" in spoken("")


def test_no_widget_has_a_menu() -> None:
    """JupyterLab takes a menu's arrow keys: see CONTRIBUTING."""
    sources = Path(tinylab.__file__).parent.rglob("*.py")
    assert not [path.name for path in sources if "ipywidgets.Dropdown" in path.read_text(encoding="utf-8")]
