"""The exercises of notebook 01, as readers may get them wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Holes = Sequence[tuple[int, int]]


def best_fit(holes: Holes, size: int) -> int | None:
    fitting = [(free, offset) for offset, free in holes if free >= size]
    return min(fitting)[1] if fitting else None


def larger_only(holes: Holes, size: int) -> int | None:
    return next((offset for offset, free in holes if free > size), None)


def moves_blocks(holes: Holes, size: int) -> int | None:
    return holes[0][0] if sum(free for _, free in holes) >= size and holes else None


WRONG: dict[str, list[tuple[Any, str]]] = {
    "01-1": [
        (best_fit, "for holes [(0, 64), (128, 32)] and 32 bytes: expected 0, got 128"),
        (larger_only, "for holes [(0, 16), (64, 24), (128, 32)] and 32 bytes: expected 128, got None"),
        (moves_blocks, "expected 64, got 0"),
        (lambda holes, size: holes[0], "expected 0, got (0, 64)"),
        (lambda holes, size: 1 / 0, "ZeroDivisionError"),
        (64, "a function is needed"),
    ],
    "01-2": [
        (640, "that is all that is free"),
        (320.5, "less the largest piece"),
        ("none", "less the largest piece"),
    ],
    "01-3": [
        (48_600, "is seconds"),
        (2.8125, "one inference a second"),
        (5.6, "joules in the cell"),
        ("weeks", "a number of days"),
    ],
}
