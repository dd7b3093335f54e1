"""The map of the course: every notebook is on it, under the title that it has, with the exercises that are solved."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from tinylab.lessons import check, course_map, forget
from tinylab.lessons.course import COURSE, Notebook

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def test_every_notebook_is_on_the_map_in_order() -> None:
    assert [notebook.file for notebook in COURSE] == sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("notebook", COURSE, ids=lambda notebook: notebook.number)
def test_the_title_is_the_notebooks_own(notebook: Notebook) -> None:
    first = nbformat.read(NOTEBOOKS / f"{notebook.file}.ipynb", as_version=4).cells[0].source
    assert first.splitlines()[0] == f"# {notebook.number} · {notebook.title}"
    assert "to read" in first


def test_a_solved_exercise_is_on_the_map() -> None:
    assert course_map().solved_count == 0
    check("06-4", [0, 0, 0, 0])
    assert course_map().solved_count == 0
    check("06-4", [48, 0, 64, 0])
    shown = course_map()
    (place,) = [place for place in shown.places if place.notebook.number == "06"]
    assert place.solved == {"06-1": False, "06-2": False, "06-3": False, "06-4": True}
    assert "○○○●" in repr(shown)
    assert f"exercises solved: 1 of {shown.exercise_count}" in repr(shown)
    forget()
    assert course_map().solved_count == 0


def test_every_exercise_is_on_the_map() -> None:
    from tinylab.lessons.checks import EXERCISES

    assert {name for place in course_map().places for name in place.solved} == EXERCISES.keys()


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href" and value]


def test_the_map_links_to_the_notebooks() -> None:
    links = Links()
    links.feed(course_map()._repr_html_())
    assert links.found == [f"{notebook.file}.ipynb" for notebook in COURSE]
