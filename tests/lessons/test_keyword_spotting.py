"""The exercises of notebook 08, as readers may get them wrong."""

from __future__ import annotations

from typing import Any

import tinylab as tl

NEEDED = tl.arena_needs(tl.zoo.load("kws_yes_no"), "cortex-m4/reference").smallest_arena_bytes

WRONG: dict[str, list[tuple[Any, str]]] = {
    "08-1": [
        (NEEDED - 16, "too small"),
        (10**6, "more than is needed"),
        ("many", "more than is needed"),
    ],
    "08-2": [
        (lambda real, scale, zero_point: round(real / scale) + zero_point, "expected 127"),
        (lambda real, scale, zero_point: int(real / scale) + zero_point, "expected 6"),
        (lambda real, scale, zero_point: round(real / scale), "expected 3"),
        (lambda real, scale, zero_point: 1 / 0, "ZeroDivisionError"),
        (3, "a function is needed"),
    ],
}
