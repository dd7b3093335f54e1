"""tinylab footprint, fit and boards: the figures of the library, as text and as JSON, and exit codes for scripts."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from tinylab import boards, zoo
from tinylab.cli.app import app
from tinylab.footprint import estimate_flash
from tinylab.timing import estimate_instructions

NAME, BOARD = "zoo:kws_yes_no", "arduino_nano_33_ble_sense"


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, arguments)


def test_footprint() -> None:
    estimate = estimate_flash(zoo.load("kws_yes_no"), "cortex-m4/cmsis-nn")
    assert f"{estimate.total_bytes:,} bytes" in run("footprint", NAME, "-t", "cortex-m4/cmsis-nn").stdout
    found = json.loads(run("footprint", NAME, "-t", "cortex-m4/cmsis-nn", "--json").stdout)
    assert (found["total_bytes"], found["core_bytes"]) == (estimate.total_bytes, estimate.core_bytes)
    every = json.loads(run("footprint", NAME, "--all-operators", "--json").stdout)
    assert len(every["operators"]) == 118


def test_fit_on_one_board_and_its_exit_code(tmp_path: Path) -> None:
    fits = run("fit", NAME, "--board", BOARD)
    assert fits.exit_code == 0
    assert "20,464" in fits.stdout
    report = boards.fit(zoo.load("kws_yes_no"), "arduino_nano_33_iot")
    assert not report.fits
    does_not = run("fit", NAME, "--board", "arduino_nano_33_iot", "--json")
    assert does_not.exit_code == 1
    assert json.loads(does_not.stdout)["verdict"] == report.verdict


def test_fit_on_all_boards() -> None:
    rows = json.loads(run("fit", NAME, "zoo:kws_tiny_conv", "--json").stdout)
    assert [row["board"] for row in rows] == list(boards.names())
    assert "microbit_v2" in run("fit", NAME).stdout


def test_boards() -> None:
    listed = run("boards").stdout
    assert all(name in listed for name in boards.names())
    one = run("boards", BOARD).stdout
    assert "github:" in one  # a source
    assert json.loads(run("boards", BOARD, "--json").stdout)["name"] == BOARD


def test_an_unknown_board_is_one_line() -> None:
    result = run("fit", NAME, "--board", "nano_33_ble_sense")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "do you mean arduino_nano_33_ble_sense" in result.stderr


def test_time_on_a_board_with_published_runs_and_on_another() -> None:
    for board, target in (("nucleo_l4r5zi", "cortex-m4/cmsis-nn"), ("microbit_v2", "cortex-m4/cmsis-nn")):
        found = json.loads(run("time", NAME, "--board", board, "--json").stdout)
        counted = estimate_instructions(zoo.load("kws_yes_no"), target)
        assert found["instructions"] == counted.total_instructions
        assert found["milliseconds"]["low"] < found["milliseconds"]["middle"] < found["milliseconds"]["high"]
    assert "Instructions are not cycles" in run("time", NAME).stdout


def test_export(tmp_path: Path) -> None:
    folder = tmp_path / "kws"
    written = run("export", NAME, "-o", str(folder), "-t", "cortex-m4/cmsis-nn", "--labels", "silence,unknown,yes,no")
    assert written.exit_code == 0, written.stderr
    files = [Path(line) for line in written.stdout.splitlines()]
    assert {file.name for file in files} >= {"main.cc", "op_resolver.h", "tensor_arena.h", "README.md"}
    assert all(file.is_file() for file in files)
    again = run("export", NAME, "-o", str(folder))
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)
    found = json.loads(run("export", NAME, "-o", str(folder), "--overwrite", "--json").stdout)
    assert str(folder / "main.cc") in found
