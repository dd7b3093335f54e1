"""notebooks/README.md: every topic has its place, and that place exists; every notebook is listed."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from tinylab.lessons.course import COURSE

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PAGE = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
TOPICS = re.findall(r"^\| (.+?) \| (\d\d) · (.+?) \|$", PAGE, re.MULTILINE)


def sections(number: str) -> set[str]:
    """The headings of a notebook, without their numbers."""
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    prose = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    return {re.sub(r"^\d+ · ", "", heading) for heading in re.findall(r"^## (.+)$", prose, re.MULTILINE)}


def test_every_topic_has_a_section_that_exists() -> None:
    assert len(TOPICS) > 40
    gone = [f"{topic}: {number} · {section}" for topic, number, section in TOPICS if section not in sections(number)]
    assert not gone, "\n".join(gone)


def test_every_notebook_is_listed_with_its_minutes() -> None:
    rows = re.findall(r"^\| \[(\d\d) .+\]\((.+)\.ipynb\) \| .+ \| (\d+) \|$", PAGE, re.MULTILINE)
    assert rows == [(notebook.number, notebook.file, str(notebook.minutes)) for notebook in COURSE]


def test_every_notebook_but_the_first_teaches_a_topic() -> None:
    assert {number for _, number, _ in TOPICS} == {notebook.number for notebook in COURSE} - {"00"}
