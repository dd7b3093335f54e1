"""The cache: whole files or none, unreadable files count as absent, and where it lies."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tinylab import cache

MAKER = cache.Maker("tests", (Path(__file__),))
KEY = {"words": ["yes"], "seed": 0}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYLAB_CACHE", str(tmp_path))


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    cache.save(MAKER, KEY, {"a/b": np.arange(5, dtype=np.int16), "words": np.array(["yes", ""])})
    loaded = cache.load(MAKER, KEY)
    assert loaded is not None
    assert loaded["a/b"].tolist() == [0, 1, 2, 3, 4]
    assert loaded["words"].tolist() == ["yes", ""]
    assert [p.suffix for p in tmp_path.rglob("*") if p.is_file()] == [".npz"]


def test_nothing_is_loaded_where_nothing_was_saved() -> None:
    assert cache.load(MAKER, KEY) is None


@pytest.mark.parametrize("damage", [b"", b"PK", b"hello" * 100])
def test_a_damaged_file_counts_as_absent(damage: bytes) -> None:
    cache.save(MAKER, KEY, {"a": np.arange(5)})
    cache.path_of(MAKER, KEY).write_bytes(damage)
    assert cache.load(MAKER, KEY) is None


def test_a_truncated_file_counts_as_absent() -> None:
    cache.save(MAKER, KEY, {"a": np.arange(5000)})
    path = cache.path_of(MAKER, KEY)
    path.write_bytes(path.read_bytes()[:-2000])
    assert cache.load(MAKER, KEY) is None


def test_an_error_while_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: object, **_: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(KeyboardInterrupt):
        cache.save(MAKER, KEY, {"a": np.arange(5)})
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_folder_that_can_not_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("TINYLAB_CACHE", str(blocked))
    cache.save(MAKER, KEY, {"a": np.arange(5)})
    assert cache.load(MAKER, KEY) is None


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not there")
def test_a_kill_leaves_no_half_file(tmp_path: Path) -> None:
    code = (
        "import numpy as np, tinylab.cache as c\n"
        f"from pathlib import Path; maker = c.Maker('tests', (Path({__file__!r}),))\n"
        "while True: c.save(maker, {'words': ['yes'], 'seed': 0}, {'a': np.zeros(2_000_000)})"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as child:
        deadline = time.monotonic() + 30
        while not list(tmp_path.rglob("*.part")) and time.monotonic() < deadline:
            time.sleep(0.001)
        child.kill()
    loaded = cache.load(MAKER, KEY)
    assert loaded is None or len(loaded["a"]) == 2_000_000


def test_a_change_of_the_code_makes_another_key(tmp_path: Path) -> None:
    module = tmp_path / "maker.py"
    keys = set()
    for code in ("x = 1", "x = 2", "x = 1"):
        module.write_text(code)
        keys.add(cache.path_of(cache.Maker("tests", (module,)), KEY))
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "tinylab"),
        ("win32", "LOCALAPPDATA", "tinylab/Cache"),
        ("darwin", None, "Library/Caches/tinylab"),
    ],
)
def test_the_folder_is_the_platform_s(
    platform: str, variable: str | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINYLAB_CACHE")
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path))
    assert cache.folder() == tmp_path / expected
