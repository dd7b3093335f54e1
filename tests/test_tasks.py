"""Running and storing notebooks headless: the files that result, and the exit status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from tasks import notebooks
from tests.test_notebooks import faults

WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "1f"}, "text/plain": "IntSlider(value=0)"}


def write(path: Path, *sources: str) -> Path:
    """A notebook of code cells that was executed long ago and gave other outputs; the last cell is tagged `table`."""
    old = [v4.new_output("stream", text="old\n")]
    cells = [v4.new_code_cell(source, execution_count=7, outputs=old) for source in sources]
    cells[-1].metadata["tags"] = ["table"]
    nbformat.write(v4.new_notebook(cells=cells, metadata={"widgets": {}}), path)
    return path


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def test_run_prints_the_table_and_leaves_the_notebook_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    path = write(tmp_path / "a.ipynb", "x = 40", "import sys\nprint('noise', file=sys.stderr)\nprint('row', x + 2)")
    before = path.read_bytes()
    assert notebooks.run(path) == 0
    said = capsys.readouterr().out
    assert " 1/2  x = 40 " in said
    assert "\n\nrow 42\n\n" in said
    assert "noise" not in said
    assert path.read_bytes() == before
    built = read(tmp_path / "build" / "notebooks" / "a.ipynb")
    assert [cell.execution_count for cell in built.cells] == [1, 2]


def test_a_cell_that_fails_stops_the_run_and_shows_no_old_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    path = write(tmp_path / "a.ipynb", "1 / 0", "print('row')")
    before = path.read_bytes()
    assert notebooks.run(path) == 1
    said = capsys.readouterr()
    assert "ZeroDivisionError" in said.err
    assert "old" not in said.out
    assert notebooks.store([path]) == 1
    assert path.read_bytes() == before


def test_a_stored_notebook_is_steady_and_without_faults(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", "print('a')", "import ipywidgets\nipywidgets.IntSlider()")
    assert notebooks.store([path]) == 0
    first = path.read_bytes()
    assert list(faults(read(path))) == []
    assert read(path).cells[1].outputs[0].data == {"text/plain": "IntSlider(value=0)"}
    assert read(path).cells[1].metadata == {"tags": ["table"]}
    assert notebooks.store([path]) == 0
    assert path.read_bytes() == first


def test_a_notebook_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert notebooks.run(tmp_path / "none.ipynb") == 2
    assert "none.ipynb is not here" in capsys.readouterr().err


def test_run_on_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "a.ipynb", 'DATA = "synthetic"  # or another\nx = 1', "print(DATA, x)")
    (tmp_path / "my clips").mkdir()
    for data, printed in (
        ("", "synthetic 1"),
        ("speech_commands", "speech_commands 1"),
        ("my clips", f"{tmp_path}/my clips 1"),
    ):
        assert notebooks.run(path, data) == 0
        assert f"\n\n{printed}\n\n" in capsys.readouterr().out
    assert notebooks.run(write(tmp_path / "b.ipynb", "x = 1"), "speech_commands") == 2
    assert "b.ipynb takes no other data: no code cell of it has a line" in capsys.readouterr().err


def test_what_was_printed_in_pieces_is_stored_in_one() -> None:
    outputs = [v4.new_output("stream", text=text) for text in ("a", "b\n")]
    outputs += [v4.new_output("stream", name="stderr", text="c"), v4.new_output("stream", text="d")]
    assert [(output.name, output.text) for output in notebooks.joined(outputs)] == [
        ("stdout", "ab\n"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]
