"""Notebooks in JupyterLab, in a real browser: every cell runs, and a widget answers the keyboard.

Skipped where there is no Chromium: `apt-get install chromium` gives one on Debian, and continuous integration does so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab

pytestmark = [
    pytest.mark.skipif(bool(lab.missing()), reason=f"no browser: {lab.missing()}"),
    pytest.mark.filterwarnings("default"),  # the browser's driver is not ours
]

NOTEBOOKS = ("00_start_here", "01_why_micro")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lab.jupyterlab(tmp_path_factory.mktemp("lab"), NOTEBOOKS) as found:
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


def test_a_widget_follows_the_arrow_keys(address: str, page: Any) -> None:
    notebook = lab.LabPage(page, address, "01_why_micro")
    notebook.run_all()
    assert not notebook.errors()
    at_rest = notebook.status()
    assert at_rest.startswith("call 119 of 119: malloc(8000)")
    notebook.widget().locator(".noUi-handle").focus()
    page.keyboard.press("ArrowLeft")
    after = notebook.wait_for_another_status(at_rest)
    assert after.startswith("call 118 of 119:")


def test_where_there_is_no_browser_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert lab.missing().startswith("no Chromium on this machine")


def test_outputs_are_removed_before_a_run(tmp_path: Path) -> None:
    lab.copy_without_outputs(lab.NOTEBOOKS / "00_start_here.ipynb", tmp_path / "copy.ipynb")
    assert '"execution_count": null' in (tmp_path / "copy.ipynb").read_text()
    assert "676" not in (tmp_path / "copy.ipynb").read_text()
