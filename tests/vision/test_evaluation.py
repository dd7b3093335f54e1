"""The two measures, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.vision.evaluation import area_under_curve, balanced_accuracy


def test_balanced_accuracy_is_the_mean_of_recalls() -> None:
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    assert balanced_accuracy(scores, np.array([0, 0, 0, 1])) == pytest.approx((2 / 3 + 1) / 2)


def test_area_counts_pairs_in_order() -> None:
    labels = np.array([0, 0, 1, 1])
    assert area_under_curve(np.array([0.1, 0.2, 0.3, 0.4]), labels) == 1
    assert area_under_curve(np.array([0.4, 0.3, 0.2, 0.1]), labels) == 0
    assert area_under_curve(np.array([0.1, 0.3, 0.2, 0.4]), labels) == 0.75
    assert area_under_curve(np.ones(4), labels) == 0.5
