"""The benchmark runner: what it finds, what it prints, and what it says of one that cannot run or fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from bench import __main__ as runner
from bench import contest, speed
from bench.measure import AbsentError, Table, beside
from tests.builder import TensorSpec, single_operator


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


# -- runtimes in processes of their own --------------------------------------------------------------------------------


class Scripted:
    """A contender whose replies are written down; None stands for a refusal."""

    def __init__(self, name: str, replies: Sequence[list[float] | None]) -> None:
        self.name, self.refusal, self.replies = name, "", list(replies)

    def ask(self, step: str, number: int) -> list[float]:
        reply = None if self.refusal else self.replies.pop(0)
        if reply is None:
            self.refusal = f"no {step} of {number}"
            raise contest.RefusedError(self.refusal)
        return reply


def test_each_is_asked_in_turn_and_one_that_refuses_is_a_row() -> None:
    ours, peer = Scripted("tinylab", [[9.0], [1.0], [2.0], [4.0]]), Scripted("TFLM", [[9.0], [2.0], [6.0], [8.0]])
    refusing = Scripted("LiteRT default", [[9.0], None])
    figures = contest.in_turn([ours, peer, refusing], "invoke", 5, rounds=3)  # type: ignore[list-item]
    assert figures == {
        "tinylab": [[1.0], [2.0], [4.0]],
        "TFLM": [[2.0], [6.0], [8.0]],
    }  # the first round is not counted
    assert contest.ratio([1, 2, 4], [2, 6, 8]) == 2  # the median of 2, 3, 2
    result = {"model": "m", "row": "invoke", "unit": "ms", "refusals": {"LiteRT default": refusing.refusal}}
    result["figures"] = {name: [one for (one,) in taken] for name, taken in figures.items()}
    cells = dict(zip(*(speed.table([result]).columns, speed.table([result]).rows[0]), strict=True))
    assert (cells["tinylab"], cells["TFLM"], cells["LiteRT default"]) == ("2", "6", "no invoke of 5")
    assert (cells["TFLM / ours"], cells["LiteRT default / ours"]) == ("2.00", "–")


def test_a_contender_says_its_figures_or_why_there_are_none(tmp_path: Path) -> None:
    tensor, files = TensorSpec((1, 4), "FLOAT32"), (tmp_path / "model.tflite", tmp_path / "none.tflite")
    files[0].write_bytes(single_operator("ABS", [tensor], [tensor]))
    with contest.contest(["tinylab"], files[0]) as (tinylab,):
        assert len(tinylab.ask("memory", 2)) == 1
        load, allocate = tinylab.ask("ready", 1)
        assert min(load, allocate) > 0
        assert len(tinylab.ask("predict", 10)) == 3
        assert len(tinylab.ask("dispatch", 2)) == 1
    with contest.contest(["tinylab"], files[1]) as (tinylab,):
        for _ in range(2):
            with pytest.raises(contest.RefusedError, match=r"FileNotFoundError: .*none\.tflite"):
                tinylab.ask("ready", 1)
