"""The exercises of notebook 10: solution, stub and named wrong answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinylab as tl
from tinylab.lessons import check
from tinylab.lessons.several_models import EXERCISES, THREE, TRIO


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_stub_is_not_yet(exercise: str) -> None:
    assert repr(check(exercise, None)) == "not yet: the answer is still None"


def test_a_shared_arena_by_hand() -> None:
    heads, tails = zip(*THREE, strict=True)
    assert check("10-1", max(heads) + sum(tails) - 2 * 116).done
    assert "separate arenas" in repr(check("10-1", sum(heads) + sum(tails)))
    assert "there is one allocator now" in repr(check("10-1", max(heads) + sum(tails)))
    assert "one allocator of 116 bytes remains" in repr(check("10-1", max(heads) + sum(tails) - 3 * 116))
    assert not check("10-1", "much").done


def test_the_formula_of_the_exercise_is_what_an_allocator_does() -> None:
    models = [tl.zoo.load(name) for name in TRIO]
    alone = [tl.arena_needs(model, "cortex-m4/reference") for model in models]
    by_hand = max(needs.head_bytes for needs in alone) + sum(needs.tail_bytes for needs in alone) - 2 * 116
    assert tl.compare_tenancy(models, "cortex-m4/reference").form("shared").used_bytes == by_hand


def run(interpreter: Any, sample: np.ndarray) -> np.ndarray:
    interpreter.input(0).data[...] = sample
    interpreter.invoke()
    return interpreter.output(0).data


def copied(first: Any, second: Any, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    return [run(first, x).copy(), run(second, y).copy()]


def not_copied(first: Any, second: Any, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    return [run(first, x), run(second, y)]


def both_filled_first(first: Any, second: Any, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    first.input(0).data[...] = x
    second.input(0).data[...] = y
    first.invoke()
    output = first.output(0).data.copy()
    second.invoke()
    return [output, second.output(0).data.copy()]


def test_both_outputs() -> None:
    assert check("10-2", copied).done
    assert "the first output: expected" in repr(check("10-2", not_copied))
    assert not check("10-2", both_filled_first).done
    assert "two outputs are needed, and it gives 1" in repr(check("10-2", lambda a, b, x, y: [run(a, x)]))
    assert "got None" in repr(check("10-2", lambda a, b, x, y: [None, None]))
    assert "TypeError" in repr(check("10-2", lambda a, b: None))
    assert "a function is needed" in repr(check("10-2", 3))


def test_two_arenas() -> None:
    two = tl.compare_tenancy([tl.zoo.load(name) for name in TRIO], "cortex-m4/reference").form("two arenas")
    persistent, non_persistent = two.arena_bytes - two.head_bytes, two.head_bytes
    assert check("10-3", (persistent, non_persistent)).done
    assert "too small" in repr(check("10-3", (persistent - 16, non_persistent)))
    assert "too small" in repr(check("10-3", (persistent, non_persistent - 16)))
    assert "the persistent arena could be smaller" in repr(check("10-3", (persistent + 16, non_persistent)))
    assert "the non-persistent arena could be smaller" in repr(check("10-3", (persistent, non_persistent + 16)))
    assert "two sizes are needed" in repr(check("10-3", persistent))
