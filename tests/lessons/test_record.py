"""What a reader has solved: noted, kept whole, absent or damaged without harm."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tinylab.lessons import check, record
from tinylab.lessons.record import Attempts


def test_attempts_are_counted_until_one_is_right() -> None:
    assert record.read() == {}
    check("06-4", [0, 0, 0, 0])
    check("06-4", [0, 0, 48, 0])
    assert record.read() == {"06-4": Attempts(2, False)}
    check("06-4", [48, 0, 64, 0])
    assert record.read() == {"06-4": Attempts(0, True)}
    check("06-4", [0, 0, 0, 0])
    assert record.read() == {"06-4": Attempts(1, True)}  # what was solved stays solved


@pytest.mark.parametrize("damaged", ["", "{", "[1]", '{"06-1": 3}', '{"06-1": {"wrong": "x", "done": true}}', "\x00"])
def test_a_damaged_file_counts_as_empty_and_is_written_anew(an_empty_record: Path, damaged: str) -> None:
    an_empty_record.write_text(damaged)
    assert record.read() == {}
    check("06-4", [48, 0, 64, 0])
    assert record.read() == {"06-4": Attempts(0, True)}


def test_a_folder_that_can_not_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TINYLAB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert check("06-4", [48, 0, 64, 0]).done
    assert record.read() == {}


def test_nothing_is_left_beside_the_file(an_empty_record: Path) -> None:
    check("06-4", [48, 0, 64, 0])
    assert [path.name for path in an_empty_record.parent.iterdir()] == ["progress.json"]


def test_forget() -> None:
    check("06-4", [48, 0, 64, 0])
    record.forget()
    record.forget()
    assert record.read() == {}


def test_off_reads_and_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYLAB_PROGRESS", "off")
    assert check("06-4", [48, 0, 64, 0]).done
    assert (record.path(), record.read()) == (None, {})
    record.forget()


@pytest.mark.skipif(sys.platform != "linux", reason="the folder of a user's data differs by platform")
def test_without_a_chosen_file_it_lies_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINYLAB_PROGRESS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert record.path() == tmp_path / "tinylab" / "progress.json"
