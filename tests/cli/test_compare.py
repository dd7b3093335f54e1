"""tinylab compare: the table of `tl.compare`, and an exit code for scripts."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tests.builder import TensorSpec, single_operator
from tinylab import comparison, peers
from tinylab.cli import compare
from tinylab.cli.app import app

NAME = "zoo:hello_world"


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "150"}).invoke(app, ["compare", *arguments])


@pytest.mark.skipif(not peers.tflm.PEER.status().is_available, reason='pip install "tinylab[peers]"')
def test_tinylab_and_the_real_tflm_give_the_same_bytes() -> None:
    result = run(NAME, "--count", "12", "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    rows = {row["program"]: row for row in told["rows"]}
    assert told["sample_count"] == rows["TFLM int8"]["identical_to_tinylab"] == 12
    assert rows["tinylab int8"]["head_bytes"] == rows["TFLM int8"]["head_bytes"]


def test_the_table_and_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "labels.npy", np.zeros((16, 1), np.int64))
    result = run(NAME, "random", "--labels", str(tmp_path / "labels.npy"))
    assert result.exit_code == 0, result.stderr
    assert "same bytes as tinylab" in result.stdout
    assert "100.0 %" in result.stdout
    assert "smallest arena that works on x86-64/reference" in result.stdout


def test_a_difference_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = comparison.compare

    def wrong(*arguments: object, **options: object) -> comparison.Comparison:
        made = whole(*arguments, **options)  # type: ignore[arg-type]
        row = dataclasses.replace(made.row("TFLM"), program="TFLM int8", identical_to_tinylab=3)
        return dataclasses.replace(made, rows=(row, made.row("tinylab")))

    monkeypatch.setattr(compare, "compare", wrong)
    assert run(NAME).exit_code == 1


def test_two_inputs_are_bad_input(tmp_path: Path) -> None:
    x = TensorSpec((1, 4), "FLOAT32")
    (tmp_path / "add.tflite").write_bytes(single_operator("ADD", [x, x], [x]))
    result = run(str(tmp_path / "add.tflite"))
    assert result.exit_code == 2
    assert "compare takes a model with one input" in result.stderr
