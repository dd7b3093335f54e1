"""JupyterLab in a real browser: started on copies of notebooks, driven through its menus and by the keyboard."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
READY = re.compile(r"(http://127\.0\.0\.1:\d+/)lab\?token=\w+")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
START_MS, RUN_MS = 60_000, 120_000  # until the kernel is there; for all cells of one notebook, on a busy machine
CHANGE_MS = 60_000  # until a widget shows something else
MOST_TABS = 60
KEYS = ("ArrowLeft", "ArrowRight", "Space", "Enter", "Tab", "Control+a")
SAYS = ".jp-OutputArea-output :is([role=status], [role=alert])"  # where a widget says what it shows
# What a screen reader would say of the element in focus: a button's words, or the label of its widget.
LABEL_IN_FOCUS = """cell => {
    const focused = document.activeElement;
    if (!cell.contains(focused)) return '';
    if (focused.tagName === 'BUTTON') return focused.innerText.trim();
    for (let around = focused; around && around !== cell; around = around.parentElement) {
        const labels = [...around.querySelectorAll('label')].map(label => label.innerText.replace('\u200b', '').trim());
        if (labels.some(words => words)) return labels.find(words => words);
    }
    return '';
}"""
LEAST_SIZE = {"width": 1100, "height": 900}


def missing() -> str:
    """Why there is no browser to drive, or an empty string."""
    if browser_path() is None:
        return f"no Chromium on this machine ({', '.join(BROWSERS)}): apt-get install chromium"
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "playwright is not installed: make env, or pip install '.[browser]'"
    return ""


def browser_path() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def jupyterlab(folder: Path, notebooks: Sequence[str]) -> Iterator[str]:
    """The address of a JupyterLab (with its token) on copies of notebooks, without outputs, in `folder`."""
    for name in notebooks:
        copy_without_outputs(NOTEBOOKS / f"{name}.ipynb", folder / f"{name}.ipynb")
    settings = folder / ".settings" / "@jupyterlab"
    write_setting(settings / "notebook-extension" / "tracker.jupyterlab-settings", {"windowingMode": "none"})
    write_setting(settings / "apputils-extension" / "notification.jupyterlab-settings", {"fetchNews": "false"})
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", "--ip=127.0.0.1"]
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".workspaces"),
        "JUPYTER_RUNTIME_DIR": str(folder / ".runtime"),
        "TINYLAB_PROGRESS": "off",
    }
    with (
        (folder / ".log").open("w") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stderr=log, stdout=log) as server,
    ):
        try:
            yield address(server, folder / ".log")
        finally:
            server.terminate()


def copy_without_outputs(source: Path, target: Path) -> None:
    """So that every prompt and every output that is seen later comes from this run."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, target)


def write_setting(path: Path, setting: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(setting))


def address(server: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(600):
        if found := READY.search(log.read_text()):
            return found.group(0)
        try:
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


class LabPage:
    """One notebook in one browser tab."""

    def __init__(self, page: Any, address: str, name: str) -> None:
        self.page = page
        page.set_viewport_size(LEAST_SIZE)
        page.goto(address.replace("/lab?", f"/lab/workspaces/{name}/tree/{name}.ipynb?"))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=START_MS)

    def run_all(self) -> list[str]:
        """Run > Run All Cells, as a person does it; the prompts of the code cells once the last one has run."""
        page = self.page
        page.wait_for_selector("text=/Python 3.*Idle/", timeout=START_MS)  # run earlier, cells are dropped silently
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_function(
            """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
                     .every(prompt => /^\\[\\d+\\]:?$/.test(prompt.textContent.trim()))""",
            timeout=RUN_MS,
        )
        prompts: list[str] = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
        return [prompt.strip("[]: ") for prompt in prompts]

    def errors(self) -> list[str]:
        """Tracebacks on the page."""
        found: list[str] = self.page.locator('[data-mime-type="application/vnd.jupyter.error"]').all_inner_texts()
        return found

    def text(self) -> str:
        """All outputs of the notebook, as text."""
        return "\n".join(self.page.locator(".jp-OutputArea-output").all_inner_texts())

    def widget(self, index: int = 0) -> Widget:
        """The widget number `index` of the page, of those that say what they show."""
        return Widget(self.page, self.page.locator(f".jp-CodeCell:has({SAYS})").nth(index))


class Widget:
    """A widget on a page, used as by somebody without a mouse."""

    def __init__(self, page: Any, cell: Any) -> None:
        self.page, self.cell = page, cell

    def text(self) -> str:
        """What the widget says of itself."""
        texts: list[str] = self.cell.locator(SAYS).all_inner_texts()
        return "\n".join(texts)

    def pictures(self) -> list[str]:
        """What is drawn: the source of each image, the HTML of a bar."""
        found: list[str] = self.cell.evaluate(
            "cell => [...cell.querySelectorAll('img, [aria-hidden=true] > span')].map(drawn => drawn.outerHTML)"
        )
        return found

    def picture(self, path: Path) -> None:
        """The whole widget as a .png: the window grows until nothing of it is hidden, and shrinks again."""
        self.wait_until_still()
        height = self.cell.bounding_box()["height"]
        self.page.set_viewport_size({**LEAST_SIZE, "height": int(height) + 300})
        self.page.wait_for_timeout(500)  # the page is laid out anew
        self.cell.locator(".jp-Cell-outputWrapper").screenshot(path=path)
        self.page.set_viewport_size(LEAST_SIZE)

    def wait_until_still(self) -> None:
        """Until words and pictures have been the same for a second."""
        before: tuple[str, list[str]] | None = None
        while (now := (self.text(), self.pictures())) != before:
            before = now
            self.page.wait_for_timeout(1000)

    def go_to(self, control: str) -> None:
        """Tab from the widget's cell to the control with this label, or to the button that says so."""
        for _ in range(3):  # a control that another one opens may be closed yet
            self.cell.focus()
            for _ in range(MOST_TABS):
                self.page.keyboard.press("Tab")
                if self.cell.evaluate(LABEL_IN_FOCUS) == control:
                    return
        raise AssertionError(f'{MOST_TABS} times Tab, and the focus was never on "{control}"')

    def use(self, control: str, keys: Sequence[str], says: str) -> None:
        """Go to the control and press the keys (what is no key's name is typed), until the widget says `says`."""
        self.go_to(control)
        for key in keys:
            if key in KEYS:
                self.page.keyboard.press(key)
            else:
                self.page.keyboard.type(key)
        self.wait_for(lambda: says in self.text(), lambda: f'"{says}" was awaited, and it says: {self.text()}')

    def wait_for(self, seen: Callable[[], bool], otherwise: Callable[[], str]) -> None:
        for _ in range(CHANGE_MS // 100):
            if seen():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(otherwise())
