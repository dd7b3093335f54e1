"""The exercises of notebook 05, as readers may get them wrong; and the lecture's table beside the paper's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tinylab.lessons import check
from tinylab.lessons.the_interpreter import LECTURE, STEPS
from tinylab.timing import overhead_rows

Operators = Sequence[tuple[str, Sequence[int], Sequence[int]]]


def run(
    operators: Operators, kernels: dict[str, Callable[..., int]], tensors: list[Any], none: bool = True
) -> list[Any]:
    for name, inputs, outputs in operators:
        values = [None if none and index < 0 else tensors[index] for index in inputs]
        tensors[outputs[0]] = kernels[name](*values)
    return tensors


def backwards(operators: Operators, kernels: dict[str, Callable[..., int]], tensors: list[Any]) -> list[Any]:
    return run(operators[::-1], kernels, tensors)


def once_a_kernel(operators: Operators, kernels: dict[str, Callable[..., int]], tensors: list[Any]) -> list[Any]:
    return run(list({name: (name, *rest) for name, *rest in operators}.values()), kernels, tensors)


def swapped(first: int, second: int) -> list[str]:
    steps = list(STEPS)
    steps[first], steps[second] = steps[second], steps[first]
    return steps


WRONG: dict[str, list[tuple[Any, str]]] = {
    "05-1": [
        (57 + 40 * 5, "that is for 5 nodes, one a kind of operator"),
        (40 * 30, "what does every invoke take besides"),
        (1, "too small"),
        (10**9, "too large"),
        ("many", "a number is needed"),
    ],
    "05-2": [
        (lambda o, k, t: run(o, k, t, none=False), "an input of -1 is one that is left out"),
        (backwards, "it raises TypeError"),
        (once_a_kernel, "it raises TypeError"),
        (lambda o, k, t: None, "it returns None"),
        (lambda o, k, t: t, "ADD [0, 1] -> [2]: expected [3, 4, 7], got [3, 4, None]"),
        ([3, 4, 7], "a function is needed, and this is list"),
    ],
    "05-3": [
        (swapped(5, 6), "input(0) has no memory yet"),
        (swapped(3, 4), "the interpreter is handed the arena"),
        (swapped(2, 4), "the interpreter"),
        (swapped(0, 1), "the version stands in the model"),
        (STEPS[:5], "the 7 steps are needed"),
        (7, "the 7 steps are needed"),
    ],
}


def test_steps_that_do_not_need_each_other_may_change_places() -> None:
    assert check("05-3", swapped(2, 3)).done
    assert check("05-3", [STEPS[3], STEPS[2], STEPS[0], STEPS[1], *STEPS[4:]]).done


@pytest.mark.parametrize("row", LECTURE, ids=lambda row: row.name)
def test_the_lectures_figures_are_rows_of_the_papers_table(row: Any) -> None:
    (paper,) = [one for one in overhead_rows() if (one.model, one.target) == row.paper_row]
    assert paper.published_share == row.share
    assert row.kilocycles in (None, (paper.published_total, paper.published_kernels))
