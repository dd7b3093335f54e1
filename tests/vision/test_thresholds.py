"""Errors at a threshold: counted by hand, and what cannot be counted is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.errors import DataError
from tinylab.vision import errors_at

SCORES = np.array([0.9, 0.5, 0.2, 0.6, 0.5, 0.1])
LABELS = np.array([1, 1, 1, 0, 0, 0])


@pytest.mark.parametrize(
    ("threshold", "misses", "false_alarms"), [(0.0, 0, 3), (0.5, 1, 2), (0.51, 2, 1), (0.7, 2, 0), (1.0, 3, 0)]
)
def test_errors_by_hand(threshold: float, misses: int, false_alarms: int) -> None:
    found = errors_at(SCORES, LABELS, threshold)
    assert found == (threshold, misses, 3, false_alarms, 3)
    assert (found.miss_rate, found.false_alarm_rate) == (misses / 3, false_alarms / 3)


def test_every_class_but_1_is_no_person() -> None:
    assert errors_at(SCORES, np.array([1, 1, 1, 0, 2, 3]), 0.0).empty_count == 3


@pytest.mark.parametrize(
    ("scores", "labels", "said"),
    [
        (SCORES, LABELS[:3], "a score and a label a picture"),
        (SCORES[:, None], LABELS, "a score and a label a picture"),
        (SCORES, np.ones(6, int), "6 pictures with a person and 0 without"),
        (SCORES, np.zeros(6, int), "0 pictures with a person and 6 without"),
    ],
)
def test_what_cannot_be_counted_is_refused(scores: np.ndarray, labels: np.ndarray, said: str) -> None:
    with pytest.raises(DataError, match=said):
        errors_at(scores, labels, 0.5)
