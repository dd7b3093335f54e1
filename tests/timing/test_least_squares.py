"""tinylab/timing/least_squares.py: exact where it can be, never negative, and as good as any corner."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from tinylab.timing.least_squares import non_negative_least_squares


def test_what_is_a_sum_is_found() -> None:
    matrix = np.array([[1.0, 2.0], [3.0, 1.0], [5.0, 9.0]])
    assert np.allclose(non_negative_least_squares(matrix, matrix @ [6.0, 40.0]), [6.0, 40.0])


def test_a_negative_cost_becomes_nothing() -> None:
    matrix = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    found = non_negative_least_squares(matrix, np.array([3.0, 2.0, 1.0]))  # by itself: 4 and -1
    assert found[1] == 0
    assert found[0] == pytest.approx(2.0)


def test_of_equal_columns_the_first_bears_it() -> None:
    assert non_negative_least_squares(np.array([[2.0, 4.0], [1.0, 2.0]]), np.array([6.0, 3.0])).tolist() == [3.0, 0.0]


@pytest.mark.parametrize("seed", range(20))
def test_no_choice_of_columns_is_better(seed: int) -> None:
    """Every subset of columns solved without bounds, those solutions that are not negative: none fits better."""
    generator = np.random.default_rng(seed)
    matrix, values = generator.normal(size=(9, 5)), generator.normal(size=9)
    found = non_negative_least_squares(matrix, values)
    assert (found >= 0).all()
    assert residual(matrix, values, found) <= best_of_all(matrix, values) * (1 + 1e-9)


def best_of_all(matrix: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    best = residual(matrix, values, np.zeros(matrix.shape[1]))
    for chosen in itertools.product([False, True], repeat=matrix.shape[1]):
        if not any(chosen):
            continue
        solution = np.zeros(matrix.shape[1])
        solution[list(chosen)] = np.linalg.lstsq(matrix[:, chosen], values, rcond=None)[0]
        if (solution >= 0).all():
            best = min(best, residual(matrix, values, solution))
    return best


def residual(matrix: NDArray[np.float64], values: NDArray[np.float64], solution: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(matrix @ solution - values))
