"""A threshold for "person": what is missed above it, and what is a false alarm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.errors import DataError


class ThresholdErrors(NamedTuple):
    """misses: of `person_count` pictures with a person, those that score below the threshold; false_alarms: of
    `empty_count` pictures without, those that reach it."""

    threshold: float
    misses: int
    person_count: int
    false_alarms: int
    empty_count: int

    @property
    def miss_rate(self) -> float:
        """0 to 1."""
        return self.misses / self.person_count

    @property
    def false_alarm_rate(self) -> float:
        """0 to 1."""
        return self.false_alarms / self.empty_count


def errors_at(person_scores: np.ndarray, labels: np.ndarray, threshold: float) -> ThresholdErrors:
    """The errors where a picture counts as one with a person if its score is at least `threshold`.

    person_scores: probabilities [picture]; labels: int [picture], 1 is person, anything else is not. DataError where
    the lengths differ, or there are only pictures of one kind.
    """
    scores, is_person = np.asarray(person_scores), np.asarray(labels) == 1
    if scores.ndim != 1 or scores.shape != is_person.shape:
        raise DataError(f"needed is a score and a label a picture, found are {scores.shape} and {is_person.shape}")
    person_count = int(is_person.sum())
    empty_count = len(scores) - person_count
    if not person_count or not empty_count:
        raise DataError(f"{person_count} pictures with a person and {empty_count} without: some of each are needed")
    said = scores >= threshold
    misses, false_alarms = int(np.sum(is_person & ~said)), int(np.sum(~is_person & said))
    return ThresholdErrors(float(threshold), misses, person_count, false_alarms, empty_count)
