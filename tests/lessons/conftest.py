"""No test reads or writes what the person at the keyboard has solved."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def an_empty_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress.json"
    monkeypatch.setenv("TINYLAB_PROGRESS", str(path))
    return path
