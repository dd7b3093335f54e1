"""Pictures of every widget in JupyterLab, at rest and after it was used by keyboard alone.

`python -m tests.browser.screenshots [FOLDER] [--only NAME]` writes build/screenshots/NAME_1_at_rest.png and
NAME_2_used.png, and prints what was pressed and what each widget said before and after. The widgets are those of the
course's notebooks, run from the first cell to the last; notebooks that train a net first are replaced by a small one.
"""

from __future__ import annotations

import argparse
import difflib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.browser import lab
from tests.browser.widgets import USES, Use, write_notebook


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--only", default="", help="a part of a widget's name")
    arguments = parser.parse_args()
    if why := lab.missing():
        print(why, file=sys.stderr)
        return 2
    uses = [use for use in USES if arguments.only in use.name]
    arguments.folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for use, report in taken(uses, arguments.folder):
        print(f"{use.name} ({use.notebook})\n{report}\n", flush=True)
        failed += report.startswith("FAILED")
    return 1 if failed else 0


def taken(uses: list[Use], folder: Path) -> Iterator[tuple[Use, str]]:
    """Each widget with what was done to it and seen."""
    from playwright.sync_api import Error, sync_playwright

    with tempfile.TemporaryDirectory() as made:
        for use in uses:
            if use.needs_training:
                write_notebook(Path(made) / f"{use.notebook}.ipynb", [use.source])
        given = [use.notebook for use in uses if not use.needs_training]
        with lab.jupyterlab(Path(made), given) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=lab.browser_path(), args=["--no-sandbox"])
            for use in uses:
                page = browser.new_page()
                try:
                    yield use, take(lab.LabPage(page, address, use.notebook), use, folder)
                except (AssertionError, Error) as error:
                    yield use, f"FAILED: {error}"
                page.close()
            browser.close()


def take(notebook: lab.LabPage, use: Use, folder: Path) -> str:
    """Run the notebook, press the keys of every step; the steps and how the widget's words changed."""
    notebook.run_all()
    assert not notebook.errors(), notebook.errors()
    widget: Any = notebook.widget()
    name = use.name.replace(" ", "_").replace("'", "")
    widget.picture(folder / f"{name}_1_at_rest.png")
    lines = []
    for step in use.steps:
        words, drawn = widget.text(), widget.pictures()
        widget.use(step.control, step.keys, "")
        if not step.says:
            continue
        widget.wait_for(lambda words=words: widget.text() != words, lambda step=step: f"{step.control}: the same words")
        widget.wait_until_still()
        redrawn = "" if not drawn else ", picture redrawn" if widget.pictures() != drawn else ", picture the same"
        lines.append(f"  {step.control}: {' '.join(step.keys)}{redrawn}\n{changed(words, widget.text())}")
    widget.picture(folder / f"{name}_2_used.png")
    return "\n".join(lines)


def changed(before: str, after: str) -> str:
    """The first line that went and the first that came, of two texts."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    first = [next((line for line in lines if line.startswith(sign)), sign) for sign in "-+"]
    return "\n".join(f"    {line}" for line in first)


if __name__ == "__main__":
    sys.exit(main())
