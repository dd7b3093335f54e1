"""The command line as a whole: help, errors of one line, exit codes, and a start in a child process."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tinylab
from tinylab.cli.app import COMMANDS, app

ROOT = Path(__file__).resolve().parents[2]
ZOO_MODEL = "zoo:kws_yes_no"


def child(*arguments: str, stdin: str = "", code: str = "") -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "tinylab"]
    return subprocess.run(
        [sys.executable, "-W", "error", *start, *arguments],
        input=stdin, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_no_command_prints_the_help() -> None:
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 0
    assert result.stdout == CliRunner().invoke(app, ["--help"]).stdout == CliRunner().invoke(app, ["-h"]).stdout
    for module in COMMANDS:
        assert f"  {module.__name__.rpartition('.')[2]} " in result.stdout
    assert "..." not in result.stdout.split("Commands:")[1]  # no help is cut
    assert len(result.stdout.splitlines()) < 34


@pytest.mark.parametrize("command", [module.__name__.rpartition(".")[2] for module in COMMANDS])
def test_every_command_has_a_short_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"Usage: tinylab {command}" in result.stdout or f" {command} " in result.stdout
    assert len(result.stdout.splitlines()) < 45


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"tinylab {tinylab.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan"], "Missing argument 'MODEL'"),
        (["plan", "zoo:nothing"], "the zoo has no model 'nothing': it has"),
        (["plan", "/no/such.tflite"], "/no/such.tflite: No such file or directory"),
        (["inspect", str(ROOT)], f"{ROOT}: Is a directory"),
        (["inspect", str(ROOT / "README.md")], "this is not a TensorFlow Lite model"),
        (["plan", ZOO_MODEL, "--target", "m4"], "there is no target 'm4': choose one of"),
        (["plan", ZOO_MODEL, "--planner", "best"], "there is no memory planner 'best'"),
        (["plan", ZOO_MODEL, "--colour"], "No such option: --colour"),
        (["explain", "/no/such.log"], "/no/such.log: No such file or directory"),
        (["explain", "-", "--model", "zoo:nothing"], "the zoo has no model 'nothing'"),
        (["explain", "-", "--planner", "best"], "there is no memory planner 'best'"),
        (["plann", ZOO_MODEL], "No such command 'plann'"),
    ],
)
def test_bad_input_is_one_line_and_code_2(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, arguments, input="")
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("tinylab: ")
    assert said in line


def test_an_error_of_tinylabs_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tinylab.cli.inspect.read_model", broken)
    assert isinstance(CliRunner().invoke(app, ["inspect", ZOO_MODEL]).exception, ZeroDivisionError)


def test_a_log_piped_into_a_child_process() -> None:
    done = child("explain", stdin="-> Failed to resize buffer. Requested: 192, available 4, missing: 188\r\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("line 1: Failed to resize buffer. Requested: 192, available 4, missing: 188\n")
    assert "\x1b" not in done.stdout  # no colour into a pipe


def test_without_the_extra_the_sentence_says_what_to_install() -> None:
    """As where typer is not installed: importing it fails."""
    code = "import sys; sys.modules['typer'] = None; from tinylab.cli import main; main()"
    done = child(code=code)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        'tinylab: the command line needs packages that are not installed: pip install "tinylab[cli]"\n'
    )


def test_the_script_is_the_same_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"tinylab": "tinylab.cli:main"}
    assert {name.split(">")[0] for name in project["optional-dependencies"]["cli"]} == {"typer", "rich"}
