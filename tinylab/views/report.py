"""One self-contained HTML page of a comparison: tables and pictures, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from pathlib import Path

from tinylab.comparison import Comparison, LayerRow
from tinylab.views.arena import arena_text
from tinylab.views.arena_figure import arena_picture
from tinylab.views.comparison import (
    comparison_text,
    confusion_picture,
    confusion_text,
    layers_picture,
    layers_text,
)
from tinylab.views.picture import Picture

_STYLE = """
body { font-family: system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.45; }
pre { overflow-x: auto; background: #f5f5f5; padding: 0.8rem; font-size: 0.85rem; line-height: 1.3; }
img { max-width: 100%; height: auto; }
"""


def write_report(
    path: str | Path, comparison: Comparison, layers: Sequence[LayerRow] = (), operator_names: Sequence[str] = ()
) -> Path:
    """Write the page and return its path. It is written beside and moved into place, so there is never half a page."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    title = f"{comparison.model_name}: side by side"
    parts = [f"<h1>{html.escape(title)}</h1>", _text(comparison_text(comparison))]
    if comparison.labels is not None:
        parts += ["<h2>Confusion</h2>", _picture(confusion_picture(comparison)), _text(confusion_text(comparison))]
    if layers:
        parts += ["<h2>Layer by layer</h2>", _picture(layers_picture(layers)), _text(layers_text(layers))]
    picture = arena_picture(comparison.plan, operator_names)
    parts += ["<h2>Arena</h2>", _picture(picture), _text(arena_text(comparison.plan))]
    page = (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">\n<title>{html.escape(title)}</title>\n'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )
    partial = target.with_name(target.name + ".partial")
    partial.write_text(page, encoding="utf-8")
    partial.replace(target)
    return target


def _text(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>"


def _picture(picture: Picture) -> str:
    data = base64.b64encode(picture.png()).decode()
    return f'<img alt="{html.escape(picture.text, quote=True)}" src="data:image/png;base64,{data}">'
