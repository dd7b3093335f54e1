"""Where the measured models and data lie: TINYLAB_SHARED, else ../shared beside the project; else tests skip."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("TINYLAB_SHARED") or Path(__file__).resolve().parents[2] / "shared")

needs_shared = pytest.mark.skipif(
    not (SHARED / "models" / "INDEX.json").is_file(),
    reason="the measured models and data are not here: put them in ../shared or name their folder in TINYLAB_SHARED",
)


@functools.cache
def model_index() -> list[dict[str, Any]]:
    """The entries of models/INDEX.json, or none where the folder is absent (for parametrization)."""
    index = SHARED / "models" / "INDEX.json"
    return json.loads(index.read_text())["models"] if index.is_file() else []


def model_bytes(file: str) -> bytes:
    """The bytes of one shared model, by its `file` in the index."""
    return (SHARED / "models" / file).read_bytes()
