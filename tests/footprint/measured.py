"""The measured builds of TFLM in the shared folder, as they were recorded."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from tests.shared import SHARED

FOLDER = SHARED / "measurements"

needs_measurements = pytest.mark.skipif(
    not (FOLDER / "codesize_cortex-m4_reference.json").is_file(),
    reason="the measured builds are not here: put them in ../shared/measurements or name ../shared in TINYLAB_SHARED",
)


@functools.cache
def measured(file: str) -> dict[str, Any]:
    """codesize_<file>.json."""
    content: dict[str, Any] = json.loads((FOLDER / f"codesize_{file}.json").read_text())
    return content
