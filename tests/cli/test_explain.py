"""tinylab explain: from a file or standard input, with and without a model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tinylab import zoo
from tinylab.cli.app import app
from tinylab.doctor import ArenaSteps, explain
from tinylab.runtime import plan_arena

NAME, TARGET = "zoo:kws_yes_no", "cortex-m4/reference"
NOISE = "I (312) boot: \x80\xff\r\n"


def run(*arguments: str, log: str | bytes = "", width: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(app, ["explain", *arguments], input=log)


def log_at(arena_bytes: int) -> str:
    steps = ArenaSteps(plan_arena(zoo.load("kws_yes_no"), TARGET))
    event = steps.first_failure(arena_bytes)
    assert event is not None
    return steps.message(event, arena_bytes)


def test_the_step_the_size_and_what_works() -> None:
    result = run("--model", NAME, "--target", TARGET, log=log_at(10_000))
    needs = plan_arena(zoo.load("kws_yes_no"), TARGET).needs
    assert result.exit_code == 0
    assert "where kws_yes_no on cortex-m4/reference stopped" in result.stdout
    assert "The arena has 10,000 bytes" in " ".join(result.stdout.split())
    assert f"kTensorArenaSize = {needs.smallest_arena_bytes} works" in result.stdout


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input_with_broken_bytes(arguments: list[str]) -> None:
    result = run(*arguments, log=b"\xff\xfe\x00 \r\n" + log_at(10_000).encode() + b"\r\n\x80")
    assert result.exit_code == 0
    assert "line 2: Failed to resize buffer" in result.stdout


def test_a_file_and_its_text(tmp_path: Path) -> None:
    file = tmp_path / "serial.log"
    file.write_text(NOISE + log_at(10_000))
    result = run(str(file), "-m", NAME, "-t", TARGET, width=100)
    assert result.stdout == explain(file.read_text(), zoo.load("kws_yes_no"), TARGET).text(100) + "\n"


def test_nothing_of_tflms_is_code_1() -> None:
    result = run(log="hello\n")
    assert result.exit_code == 1
    assert "No message of TFLM is in this log (1 line read)" in result.stdout


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    result = run("-m", NAME, "-t", TARGET, log=log_at(7000), width=width)
    assert max(map(len, result.stdout.splitlines())) <= width


def test_json_holds_lines_steps_and_the_size_that_works() -> None:
    result = run("--model", NAME, "--target", TARGET, "--json", log="noise\n" + log_at(10_000))
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["lines"][0]["text"].startswith("Failed to ")
    assert told["shortages"][0]["arena_bytes"] == 10_000
    assert told["smallest_arena_bytes"] == plan_arena(zoo.load("kws_yes_no"), TARGET).needs.smallest_arena_bytes
    nothing = run("--json", log="noise")
    assert nothing.exit_code == 1
    assert json.loads(nothing.stdout)["lines"] == []
