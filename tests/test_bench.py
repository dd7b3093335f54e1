"""The benchmark runner: what it finds, what it prints, and what it says of one that cannot run or fails."""

from __future__ import annotations

from types import ModuleType

import pytest

from bench import __main__ as runner
from bench.measure import AbsentError, Table, beside


def made(main: object) -> ModuleType:
    module = ModuleType("made", "What it measures.\n\nAnd more.")
    module.main = main  # type: ignore[attr-defined]
    return module


def absent() -> None:
    raise AbsentError("no recordings: name their folder in TINYLAB_SHARED")


def test_a_table_is_printed_under_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.run("made", made(lambda: Table(("", "ms"), [("a", 1), ("bcd", 23)]))) == "ran"
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == ["== made: What it measures.", "     ms", "a     1", "bcd  23"]


def test_what_is_missing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.run("made", made(absent)) == "skipped"
    assert "skipped: no recordings: name their folder" in capsys.readouterr().out


def test_one_that_fails_is_counted_and_the_next_one_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    modules = {"a": made(lambda: 1 / 0), "b": made(absent), "c": made(lambda: None), "measure": ModuleType("measure")}
    monkeypatch.setattr(runner, "found", lambda: modules)
    assert runner.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "benchmarks: 1 ran, 1 skipped, 1 failed"
    assert runner.main(["c"]) == 0
    assert runner.main(["measure"]) == 2
    assert "no benchmark named measure: there are a, b, c" in capsys.readouterr().err


def test_every_benchmark_can_be_imported() -> None:
    assert {"import_time", "measure"} <= set(runner.found())


def test_rounds_are_interleaved_and_the_peer_is_one() -> None:
    calls: list[str] = []
    table = beside({"x": lambda: calls.append("x"), "peer": lambda: calls.append("peer")}, rounds=2, peer="peer")
    assert calls == ["x", "peer"] * 3
    assert table.rows[1][2] == "1.00"
