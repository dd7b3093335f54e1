"""A page of one model's arena: everything in one file, each picture with words."""

from __future__ import annotations

import html.parser
from pathlib import Path

from tests.views.plans import hello_plan
from tinylab.views import ArenaRow, memory_plan_text, write_arena_report


def test_the_page_of_an_arena_needs_nothing_else_and_says_what_it_shows(tmp_path: Path) -> None:
    path = write_arena_report(tmp_path / "new" / "arena.html", hello_plan(), [ArenaRow("<both>", 10, 20)])
    page = path.read_text(encoding="utf-8")
    images: list[dict[str, str | None]] = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag in ("img", "link", "script", "a"):
                images.append(dict(attrs))

    Reader().feed(page)
    assert len(images) == 4
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in images)
    assert all(len(image["alt"] or "") > 30 for image in images)
    assert html.escape(memory_plan_text(hello_plan())) in page
    assert "&lt;both&gt;" in page
    assert "<both>" not in page
    assert [file.name for file in path.parent.iterdir()] == ["arena.html"]
