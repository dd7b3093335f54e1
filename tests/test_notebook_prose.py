"""The prose of the notebooks: its numbers are printed by a cell or sourced, its links resolve, its figures have a text
for those who can not see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
PAGES = [
    *sorted(NOTEBOOKS.glob("*.ipynb")),
    *sorted(NOTEBOOKS.glob("*.md")),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
]

# Numbers of three digits or more that no cell prints, each with the reason why it may stand there.
SOURCED: Mapping[str, Mapping[str, str]] = {
    "00_start_here": {"3000": "a bound of what the first cell prints"},
    "01_why_micro": {"225": "0.225 in the cell below, in mAh"},
    "04_a_kernel": {"0.0088": "an example of a multiplier, in the question"},
    "05_the_interpreter": {
        "2010.08678": "the number of the paper",
        "200": "the times of straight_line.ratio_of_times, its default",
        "2020": "the year of the paper",
    },
    "06_tensor_arena": {
        "111": "112 - 1",
        "18432": "73,728 - 55,296 of vww_96, a hint at the comparison that the exercise makes",
        "2021": "the year of the paper",
        "150": "150 bytes of the cell's table, rounded",
        "500": "500 bytes of the cell's table, rounded",
        "84436": "TFLM's README; the table in the cell below splits it",
        "2016": "the table of 100 resource variables: tests/arena/test_published_arenas.py",
    },
    "07_op_resolver": {"12.2": "the version of GCC"},
    "08_keyword_spotting": {"100": "the step of the stream in ms, a default of speech.listen"},
    "09_visual_wake_words": {"0.25": "the width of the MobileNet, a part of its name"},
    "10_several_models": {"24.64": "2 × 12.32, worked out in the sentence"},
    "11_will_it_fit": {"256": "262,144 bytes in KiB", "520": "532,480 bytes in KiB", "12.2": "the version of GCC"},
}  # fmt: skip

TASK = re.compile(r"\*\*\d\d-\d\.\*\*")  # an exercise may give numbers of its own
NOT_PROSE = re.compile(r"`[^`]*`|\]\([^)]*\)|<[^>]*>")
NUMBER = re.compile(r"(?<![\w.#-])\d[\d,]*(?:\.\d+)?")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def numbers(text: str) -> set[str]:
    """The numbers of a text, without the commas between thousands."""
    return {found.replace(",", "").replace("_", "") for found in re.findall(r"\d[\d,_]*(?:\.\d+)?", text)}


def unsourced_numbers(notebook: Any, sourced: Mapping[str, str]) -> Iterator[str]:
    """Numbers of three digits or more in prose that stand in no output and no code of the notebook."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = "\n".join([*(cell.source for cell in code), *(text for cell in code for text in texts(cell))])
    known = numbers(said) | sourced.keys()
    for place, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "markdown" or TASK.search(cell.source):
            continue
        for found in NUMBER.findall(NOT_PROSE.sub("", cell.source)):
            number = found.rstrip(",").replace(",", "")
            if len(number.replace(".", "")) >= 3 and number not in known:
                yield f"cell {place}: {found} is printed by no cell"


def texts(cell: Any) -> list[str]:
    return [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]


def figures_without_alt(notebook: Any) -> Iterator[str]:
    for place, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            for kind in output.get("data", {}):
                if kind.startswith("image/") and not output.metadata.get(kind, {}).get("alt"):
                    yield f"cell {place}: a figure without alternative text: show it as a views.Picture"


def broken_links(text: str, folder: Path) -> Iterator[str]:
    for target in LINK.findall(text):
        path, _, anchor = target.partition("#")
        if re.match(r"https?:|mailto:", target):
            continue
        if path and not (folder / path).exists():
            yield f"{target}: there is no such file"
        if anchor and not path and anchor not in anchors(text):
            yield f"{target}: there is no such heading"


def anchors(text: str) -> set[str]:
    """The anchors that headings get on GitHub."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def prose(path: Path) -> str:
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_resolve(path: Path) -> None:
    assert not list(broken_links(prose(path), path.parent))


@pytest.mark.parametrize("path", [path for path in PAGES if path.suffix == ".ipynb"], ids=lambda path: path.stem)
def test_numbers_and_figures(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    found = [*unsourced_numbers(notebook, SOURCED.get(path.stem, {})), *figures_without_alt(notebook)]
    assert not found, "\n".join(found)


def test_no_exception_is_left_over() -> None:
    for stem, sourced in SOURCED.items():
        notebook = nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4)
        found = {
            line.split(": ")[1].split(" ")[0].rstrip(",").replace(",", "") for line in unsourced_numbers(notebook, {})
        }
        assert sourced.keys() == found, stem


# The checker itself, on made-up pages.


def made(*cells: Any) -> Any:
    return v4.new_notebook(cells=list(cells))


def test_a_number_that_no_cell_prints_is_found() -> None:
    printed = v4.new_code_cell("print(n)", outputs=[v4.new_output("stream", text="head 12,345 bytes\n")])
    fine = made(v4.new_markdown_cell("It takes 12,345 bytes (12345), or 12; `999`."), printed)
    assert not list(unsourced_numbers(fine, {}))
    wrong = made(v4.new_markdown_cell("It takes 12,346 bytes."), printed)
    assert list(unsourced_numbers(wrong, {})) == ["cell 1: 12,346 is printed by no cell"]
    assert not list(unsourced_numbers(wrong, {"12346": "a reason"}))
    task = made(v4.new_markdown_cell("**06-1.** A buffer of 640 bytes."), printed)
    assert not list(unsourced_numbers(task, {}))


def test_a_figure_needs_alternative_text() -> None:
    def figure(**metadata: Any) -> Any:
        output = v4.new_output("display_data", {"image/png": "iVBORw0KGgo="}, metadata=metadata)
        return made(v4.new_code_cell("p", outputs=[output]))

    assert not list(figures_without_alt(figure(**{"image/png": {"alt": "a bar"}})))
    assert list(figures_without_alt(figure()))


def test_a_link_needs_a_target(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("")
    text = "# A Title: 2\n[a](there.md) [b](#a-title-2) [c](https://example.org/x) [d](gone.md) [e](#nowhere)"
    assert list(broken_links(text, tmp_path)) == [
        "gone.md: there is no such file",
        "#nowhere: there is no such heading",
    ]
