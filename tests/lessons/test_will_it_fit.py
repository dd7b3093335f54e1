"""The exercises of notebook 11, as readers may get them wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tinylab as tl

BOTH = [tl.zoo.load("kws_yes_no"), tl.zoo.load("kws_tiny_conv")]
NANO = "arduino_nano_33_ble_sense"


def without_doubt(available: int, lines: Sequence[int], doubt: int) -> str:
    return "fits" if available >= sum(lines) else "does not fit"


def strictly(available: int, lines: Sequence[int], doubt: int) -> str:
    return "fits" if available > sum(lines) else "does not fit"


WRONG: dict[str, list[tuple[Any, str]]] = {
    "11-1": [
        (tl.fit(BOTH, NANO, arena="separate").ram.margin_bytes, "with an arena each"),
        (tl.fit(BOTH[0], NANO).ram.margin_bytes, "the first model alone"),
        (tl.fit(BOTH, NANO).ram.margin_bytes - 1, "is not the margin"),
        ("much", "is not the margin"),
    ],
    "11-2": [
        (without_doubt, "a doubt of 20 it gives 'fits', expected 'too close to call'"),
        (strictly, "lines [50, 50] and a doubt of 0"),
        (lambda *_: 1 / 0, "ZeroDivisionError"),
        ("fits", "a function is needed"),
    ],
    "11-3": [
        ("esp_eye", "a board with less RAM too"),
        ("arduino_nano_33_iot", "does not fit both"),
        ("nano", "is no board's name"),
        (7, "is no board's name"),
    ],
}
