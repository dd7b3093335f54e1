"""The exercises of notebook 10, as readers may get them wrong; and the formula that the first one teaches."""

from __future__ import annotations

from typing import Any

import numpy as np

import tinylab as tl
from tinylab.lessons.several_models import THREE, TRIO


def test_the_formula_of_the_exercise_is_what_an_allocator_does() -> None:
    models = [tl.zoo.load(name) for name in TRIO]
    alone = [tl.arena_needs(model, "cortex-m4/reference") for model in models]
    by_hand = max(needs.head_bytes for needs in alone) + sum(needs.tail_bytes for needs in alone) - 2 * 116
    assert tl.compare_tenancy(models, "cortex-m4/reference").form("shared").used_bytes == by_hand


def run(interpreter: Any, sample: np.ndarray) -> np.ndarray:
    interpreter.input(0).data[...] = sample
    interpreter.invoke()
    return interpreter.output(0).data


def not_copied(first: Any, second: Any, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    return [run(first, x), run(second, y)]


def both_filled_first(first: Any, second: Any, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    first.input(0).data[...] = x
    second.input(0).data[...] = y
    first.invoke()
    output = first.output(0).data.copy()
    second.invoke()
    return [output, second.output(0).data.copy()]


HEADS, TAILS = zip(*THREE, strict=True)
TWO = tl.compare_tenancy([tl.zoo.load(name) for name in TRIO], "cortex-m4/reference").form("two arenas")
PERSISTENT, NON_PERSISTENT = TWO.arena_bytes - TWO.head_bytes, TWO.head_bytes

WRONG: dict[str, list[tuple[Any, str]]] = {
    "10-1": [
        (sum(HEADS) + sum(TAILS), "separate arenas"),
        (max(HEADS) + sum(TAILS), "there is one allocator now"),
        (max(HEADS) + sum(TAILS) - 3 * 116, "one allocator of 116 bytes remains"),
        ("much", "how many allocators?"),
    ],
    "10-2": [
        (not_copied, "the first output: expected"),
        (both_filled_first, "output: expected"),
        (lambda a, b, x, y: [run(a, x)], "two outputs are needed, and it gives 1"),
        (lambda a, b, x, y: [None, None], "got None"),
        (lambda a, b: None, "TypeError"),
        (3, "a function is needed"),
    ],
    "10-3": [
        ((PERSISTENT - 16, NON_PERSISTENT), "too small"),
        ((PERSISTENT, NON_PERSISTENT - 16), "too small"),
        ((PERSISTENT + 16, NON_PERSISTENT), "the persistent arena could be smaller"),
        ((PERSISTENT, NON_PERSISTENT + 16), "the non-persistent arena could be smaller"),
        (PERSISTENT, "two sizes are needed"),
    ],
}
