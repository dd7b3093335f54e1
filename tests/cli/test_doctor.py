"""tinylab doctor: findings as text and JSON, exit codes, and what is told on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tests.doctor.made import dense
from tinylab.cli.app import app
from tinylab.doctor import CHECKS, examine
from tinylab.model import load_model

NAME = "zoo:hello_world"


def run(*arguments: str, width: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(app, ["doctor", *arguments])


@pytest.fixture
def hybrid(tmp_path: Path) -> str:
    path = tmp_path / "hybrid.tflite"
    path.write_bytes(dense(fed="FLOAT32"))
    return str(path)


def test_a_sound_model_ends_with_0() -> None:
    result = run(NAME)
    assert result.exit_code == 0
    assert result.stdout.startswith("hello_world on x86-64/reference: ")
    assert "not checked: " in result.stdout


def test_findings_end_with_1_and_are_those_of_examine(hybrid: str) -> None:
    result = run(hybrid)
    assert result.exit_code == 1
    assert "fails: hybrid quantization: operator 0 (FULLY_CONNECTED)" in result.stdout
    assert "      converter.inference_input_type = tf.int8\n" in result.stdout
    assert result.stdout.rstrip("\n") == examine(load_model(hybrid)).text(80)


def test_json_holds_the_same(hybrid: str) -> None:
    result = run(hybrid, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told == json.loads(json.dumps(examine(load_model(hybrid)).as_dict()))
    assert told["checks"] == [check.name for check in CHECKS]


def test_what_is_told_is_used(tmp_path: Path) -> None:
    np.save(tmp_path / "loud.npy", np.full((4, 1), 1000, np.float64))
    told = run(
        NAME, "--board", "microbit_v2", "--arena-bytes", "500", "--operators", "SOFTMAX, RELU", "--capacity", "2",
        "--samples", str(tmp_path / "loud.npy"),
    )  # fmt: skip
    assert told.exit_code == 1
    assert told.stdout.startswith("hello_world on cortex-m4/cmsis-nn")
    for words in ("arena too small", "operator missing in the resolver", "input range"):
        assert words in told.stdout
    assert "flash too small" in run(NAME, "--target", "cortex-m4/reference", "--flash-bytes", "1000").stdout
    assert "RAM too small" in run(NAME, "--target", "cortex-m4/reference", "--ram-bytes", "100").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["zoo:nothing"], "the zoo has no model"),
        ([NAME, "--board", "nothing"], "there is no board 'nothing'"),
        ([NAME, "--target", "m4"], "there is no target 'm4'"),
        ([NAME, "--samples", "/no/such.npy"], "/no/such.npy: No such file"),
        ([NAME, "--arena-bytes", "-1"], "--arena-bytes"),
    ],
)
def test_bad_input_is_one_line_and_code_2(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert said in line
