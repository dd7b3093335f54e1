"""One self-contained HTML page: text and pictures, nothing fetched from anywhere."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from tinylab.views.picture import Picture

_STYLE = """
body { font-family: system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.45; }
pre { overflow-x: auto; background: #f5f5f5; padding: 0.8rem; font-size: 0.85rem; line-height: 1.3; }
img { max-width: 100%; height: auto; }
.clip { display: inline-block; width: 22rem; margin: 0.5rem; vertical-align: top; font-size: 0.85rem; }
.clip audio { width: 100%; }
"""


class Html(str):
    """Text that is HTML already: nothing in it is escaped."""

    __slots__ = ()


def write_page(path: str | Path, title: str, parts: Sequence[tuple[str, Sequence[Picture | str]]]) -> Path:
    """Write the page and return its path; parts: (heading or "", its pictures and texts).

    It is written beside and moved into place, so there is never half a page.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    body = [f"<h1>{html.escape(title)}</h1>"]
    for heading, contents in parts:
        body += [f"<h2>{html.escape(heading)}</h2>"] if heading else []
        body += [_html(content) for content in contents]
    page = (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">\n<title>{html.escape(title)}</title>\n'
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )
    partial = target.with_name(target.name + ".partial")
    partial.write_text(page, encoding="utf-8")
    partial.replace(target)
    return target


def _html(content: Picture | str) -> str:
    if isinstance(content, Picture):
        return content.html()
    return content if isinstance(content, Html) else f"<pre>{html.escape(content)}</pre>"
