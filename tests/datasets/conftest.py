"""Every test has a cache of its own, and a network that it made itself."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; TINYLAB_OFFLINE and proxies are not set."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TINYLAB_CACHE", str(folder))
    for name in ("TINYLAB_OFFLINE", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return folder / "datasets"
