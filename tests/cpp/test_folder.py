"""A folder is written whole or not at all, and nothing of the reader's is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinylab.cpp.folder import write_folder
from tinylab.errors import DataError


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_and_an_empty_one(tmp_path: Path) -> None:
    for name in ("new/inside", "empty"):
        if name == "empty":
            (tmp_path / name).mkdir()
        write_folder(tmp_path / name, {"a": "1\n"}, overwrite=False)
        assert contents(tmp_path / name) == {"a": "1\n"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "new"]
    assert (tmp_path / "new" / "inside").stat().st_mode == (tmp_path / "empty").stat().st_mode


def test_what_is_there_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(DataError, match="is not empty: name another folder, or say overwrite=True"):
        write_folder(tmp_path, {"mine": "1"}, overwrite=False)
    with pytest.raises(DataError, match="is not a folder"):
        write_folder(tmp_path / "mine", {"a": "1"}, overwrite=True)
    assert contents(tmp_path) == {"mine": "mine"}


def test_overwrite_replaces_its_own_and_keeps_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    write_folder(folder, {"a": "1", "yours": "1"}, overwrite=False)
    (folder / "notes").mkdir()
    (folder / "notes" / "n").write_text("mine")
    (folder / "yours").write_text("changed")
    write_folder(folder, {"a": "2", "yours": "2", "new": "2"}, overwrite=True, keep={"yours", "new"})
    assert contents(folder) == {"a": "2", "yours": "changed", "new": "2", "notes/n": "mine"}


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    folder = tmp_path / "there"
    (folder / "b").mkdir(parents=True)
    with pytest.raises(DataError, match="is a folder, and a file of that name is to be written"):
        write_folder(folder, {"a": "1", "b": "1"}, overwrite=True)
    assert contents(folder) == {}


@pytest.mark.parametrize("exists", [False, True])
def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool) -> None:
    folder = tmp_path / "there"
    if exists:
        write_folder(folder, {"a": "old"}, overwrite=False)
    write_text = Path.write_text

    def full(path: Path, text: str, **options: str) -> int:
        if path.name == "b":
            raise OSError("no space left")
        return write_text(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space left"):
        write_folder(folder, {"a": "new", "b": "new"}, overwrite=True)
    assert contents(tmp_path) == ({"there/a": "old"} if exists else {})
    assert [path.name for path in tmp_path.iterdir()] == (["there"] if exists else [])
