"""Non-negative least squares, by Lawson and Hanson's active-set method: small, and NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def non_negative_least_squares(matrix: Floats, values: Floats) -> Floats:
    """x >= 0 with the smallest |matrix x - values|: float64 [columns], of float64 [rows, columns] and [rows].

    Columns that are raised to no use stay exactly 0. C. L. Lawson and R. J. Hanson, "Solving Least Squares Problems",
    chapter 23.
    """
    scale = np.linalg.norm(matrix, axis=0)
    scaled = matrix / np.where(scale > 0, scale, 1.0)
    solution = np.zeros(matrix.shape[1])
    free = np.zeros(matrix.shape[1], dtype=bool)
    slack = 1e-10 * max(float(np.linalg.norm(values)), 1e-300)
    for _ in range(10 * matrix.shape[1]):
        gradient = scaled.T @ (values - scaled @ solution)
        gradient[free] = -np.inf
        if free.all() or gradient.max() <= slack:
            break
        free[int(np.argmax(gradient >= gradient.max() * (1 - 1e-9)))] = True  # of equally good columns the first
        solution = _within_bounds(scaled, values, solution, free)
    return solution / np.where(scale > 0, scale, 1.0)


def _within_bounds(matrix: Floats, values: Floats, solution: Floats, free: NDArray[np.bool_]) -> Floats:
    """The best solution of the free columns that is not negative; columns that fall to 0 on the way are freed no more
    (`free` is changed)."""
    while True:
        wanted = np.zeros_like(solution)
        wanted[free] = np.linalg.lstsq(matrix[:, free], values, rcond=None)[0]
        low = free & (wanted <= 0)
        if not low.any():
            return wanted
        step = float(np.min(solution[low] / np.maximum(solution[low] - wanted[low], 1e-300)))
        solution = solution + step * (wanted - solution)
        free &= solution > 1e-14 * max(float(solution.max()), 1e-300)
        solution = np.where(free, solution, 0.0)
