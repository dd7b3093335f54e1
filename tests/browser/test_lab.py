"""Notebooks in JupyterLab, in a real browser: every cell runs, and a widget answers the keyboard.

Skipped where there is no Chromium: `apt-get install chromium` gives one on Debian, and continuous integration does so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.widgets import USES, Step, Use, write_notebook

pytestmark = [
    pytest.mark.skipif(bool(lab.missing()), reason=f"no browser: {lab.missing()}"),
    pytest.mark.filterwarnings("default"),  # the browser's driver is not ours
]

NOTEBOOKS = ("00_start_here", "01_why_micro")
ALL_WIDGETS = "widgets"  # a notebook made for this test: each widget of the course once


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / f"{ALL_WIDGETS}.ipynb", [use.source for use in USES])
    with lab.jupyterlab(folder, NOTEBOOKS) as found:
        yield found


@pytest.fixture
def page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.browser_path(), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_start_here_runs_from_the_first_cell_to_the_last(address: str, page: Any) -> None:
    notebook = lab.LabPage(page, address, "00_start_here")
    prompts = notebook.run_all()
    assert prompts == [str(number) for number in range(1, len(prompts) + 1)]
    assert not notebook.errors()
    assert "arena_used_bytes: 676 of 2000" in notebook.text()
    assert page.get_by_role("link", name="06 · The tensor arena").get_attribute("href")


def test_a_widget_of_a_notebook_follows_the_arrow_keys(address: str, page: Any) -> None:
    notebook = lab.LabPage(page, address, "01_why_micro")
    notebook.run_all()
    assert not notebook.errors()
    player = notebook.widget()
    assert player.text().startswith("call 119 of 119: malloc(8000)")
    player.use("call", ["ArrowLeft"], says="call 118 of 119:")


def test_every_widget_works_by_keyboard_alone(address: str, page: Any) -> None:
    notebook = lab.LabPage(page, address, ALL_WIDGETS)
    notebook.run_all()
    assert not notebook.errors()
    for index, use in enumerate(USES):
        for step in use.steps:
            take(notebook.widget(index), use, step)


def take(widget: lab.Widget, use: Use, step: Step) -> None:
    """One step, after which words and picture are others than before."""
    place = f"{use.name}, {step.control}"
    drawn = widget.pictures()
    assert not step.says or step.says not in widget.text(), f"{place}: it was said before"
    widget.use(step.control, step.keys, step.says)
    if drawn and step.says and step.redraws:
        widget.wait_for(lambda: widget.pictures() != drawn, lambda: f"{place}: the picture is the same")


def test_where_there_is_no_browser_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert lab.missing().startswith("no Chromium on this machine")


def test_outputs_are_removed_before_a_run(tmp_path: Path) -> None:
    lab.copy_without_outputs(lab.NOTEBOOKS / "00_start_here.ipynb", tmp_path / "copy.ipynb")
    assert '"execution_count": null' in (tmp_path / "copy.ipynb").read_text()
    assert "676" not in (tmp_path / "copy.ipynb").read_text()
