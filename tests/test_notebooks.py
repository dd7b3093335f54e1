"""Every committed notebook was executed in order, is short, and holds nothing that differs by machine or by run.

Re-running them and comparing outputs is nbval's part (`make test`); what nbval lets pass is caught here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

ROOT = Path(__file__).resolve().parents[1]
MOST_CELLS = 40
MOST_CODE_LINES = 15
MOST_WORDS = 120

NOT_IN_OUTPUTS = {
    "a path": re.compile(r"(?<![\w.])(/(home|root|tmp|usr|work|Users|var|opt)/|[A-Z]:\\\\)|site-packages"),
    "a time of day": re.compile(r"\b\d{1,2}:\d{2}:\d{2}\b"),
    "a date": re.compile(r"\b20\d\d-\d\d-\d\d\b"),
    "an address": re.compile(r"\b0x[0-9a-f]{8,}\b"),
    "TensorFlow's log": re.compile(r"cpu_feature_guard|cudart_stub|XNNPACK|oneDNN"),
}
EMBEDDED = re.compile(r"data:[\w/;=+-]+;base64,[A-Za-z0-9+/=\s]+")


def faults(notebook: Any) -> Iterator[str]:
    """What is wrong with a notebook, a line each."""
    if len(notebook.cells) > MOST_CELLS:
        yield f"{len(notebook.cells)} cells, at most {MOST_CELLS}"
    if set(notebook.metadata) - {"kernelspec", "language_info"} or set(notebook.metadata.get("language_info", {})) - {
        "name"
    }:
        yield "metadata that differs by run: store it with make notebooks"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        for fault in (*faults_of_source(cell.source), *faults_of_outputs(cell, number)):
            yield f"code cell {number}: {fault}"
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown" and len(cell.source.split()) > MOST_WORDS:
            yield f"cell {number}: {len(cell.source.split())} words, at most {MOST_WORDS}"
    yield from figures_without_text(code)


def faults_of_source(source: str) -> Iterator[str]:
    lines = source.splitlines()
    if not source.strip():
        yield "empty"
    if len(lines) > MOST_CODE_LINES:
        yield f"{len(lines)} lines, at most {MOST_CODE_LINES}"
    if source.rstrip().endswith(";"):
        yield "ends with ';', which nbval does not obey: write _ = … instead"
    if re.search(r"^\s*#\s*(NBVAL|PYTEST)_", source, re.MULTILINE):
        yield "a magic comment: use a tag"
    if "../shared" in source or "TINYLAB_SHARED" in source:
        yield "needs files that are not in the project"


def faults_of_outputs(cell: Any, number: int) -> Iterator[str]:
    if cell.execution_count != number:
        yield f"executed as number {cell.execution_count}: the notebook must be run in order, once, from the top"
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"an error: {output.ename}: {output.evalue}"
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
            yield "a widget view, whose id is random: store it with make notebooks"
        for text in texts(output):
            for name, pattern in NOT_IN_OUTPUTS.items():
                if found := pattern.search(EMBEDDED.sub("", text)):
                    yield f"{name} in an output: …{text[max(0, found.start() - 20) : found.end() + 20]!r}…"


def figures_without_text(code: list[Any]) -> Iterator[str]:
    """nbval compares no image, so each stands beside text that says the same: in its cell or the one before."""
    for number, cell in enumerate(code, start=1):
        has_image = any(kind.startswith("image/") for output in cell.outputs for kind in output.get("data", {}))
        if has_image and not any(said(beside) for beside in code[max(0, number - 2) : number]):
            yield f"code cell {number}: a figure, and no text beside it that says the same value"


def said(cell: Any) -> bool:
    """Whether a cell has text output other than the name of a figure object."""
    said_texts = (text.strip() for output in cell.outputs for text in texts(output))
    return any(text and not text.startswith("<Figure") for text in said_texts)


def texts(output: Any) -> list[str]:
    data = output.get("data", {})
    return [text for text in (output.get("text"), data.get("text/plain"), data.get("text/html")) if text]


def test_the_notebooks_are_as_they_were_executed() -> None:
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    found = [f"{path.name}: {fault}" for path in paths for fault in faults(nbformat.read(path, as_version=4))]
    assert not found, "\n".join(found)


# The checker itself, on made-up notebooks.


def made(source: str = "print(1)", text: str = "1\n", count: int | None = 1) -> Any:
    """A notebook of one cell of prose and one code cell with its output: nothing is wrong with it."""
    cell = v4.new_code_cell(source, execution_count=count, outputs=[v4.new_output("stream", text=text)])
    return v4.new_notebook(cells=[v4.new_markdown_cell("# A title"), cell])


def show_a_figure(notebook: Any) -> Any:
    png = v4.new_output(
        "display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 640x480 with 1 Axes>"}
    )
    notebook.cells[1].outputs.append(png)
    return notebook


def change(act: Callable[[Any], object]) -> Any:
    notebook = made()
    act(notebook)
    return notebook


WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "1f"}, "text/plain": "IntSlider(value=0)"}


@pytest.mark.parametrize(
    ("notebook", "fault"),
    [
        (made(count=None), "executed as number None"),
        (made(count=2), "executed as number 2"),
        (made(source="\n".join("x = 1" for _ in range(16))), "16 lines, at most 15"),
        (made(source="plt.plot([1]);"), "ends with ';'"),
        (made(source="# NBVAL_SKIP\n1"), "a magic comment"),
        (made(source="open('../shared/x')"), "needs files"),
        (made(source=" "), "empty"),
        (made(text="saved to /home/me/x.tflite"), "a path"),
        (made(text="at 12:30:01"), "a time of day"),
        (made(text="made on 2026-11-21"), "a date"),
        (made(text="<object at 0x7f46bcc8ae10>"), "an address"),
        (change(lambda n: n.cells.extend(v4.new_markdown_cell("more") for _ in range(39))), "41 cells, at most 40"),
        (change(lambda n: n.cells.append(v4.new_markdown_cell("word " * 121))), "121 words, at most 120"),
        (change(lambda n: n.metadata.update(widgets={})), "metadata that differs"),
        (
            change(lambda n: n.cells[1].outputs.append(v4.new_output("error", ename="E", evalue="no"))),
            "an error: E: no",
        ),
        (change(lambda n: n.cells[1].outputs.append(v4.new_output("display_data", WIDGET))), "a widget view"),
        (show_a_figure(made(text=" ")), "a figure, and no text"),
    ],
)
def test_each_fault_is_found(notebook: Any, fault: str) -> None:
    assert any(fault in line for line in faults(notebook)), list(faults(notebook))


def test_nothing_is_found_in_a_right_one() -> None:
    assert list(faults(show_a_figure(made()))) == []


def test_embedded_sound_is_not_read_as_text() -> None:
    notebook = made()
    html = '<audio src="data:audio/wav;base64,AAAA/tmp/AAAA" />'
    notebook.cells[1].outputs.append(v4.new_output("display_data", {"text/html": html, "text/plain": "<Audio>"}))
    assert list(faults(notebook)) == []
