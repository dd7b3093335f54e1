"""How good answers are when one class is rarer than the other: balanced accuracy, and the area under the ROC curve."""

from __future__ import annotations

import numpy as np


def balanced_accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """The mean of the classes' recalls, 0 to 1. scores: [picture, class]; labels: int [picture]."""
    answers = scores.argmax(axis=1)
    return float(np.mean([np.mean(answers[labels == label] == label) for label in np.unique(labels)]))


def area_under_curve(person_scores: np.ndarray, labels: np.ndarray) -> float:
    """The probability that a picture with a person (label 1) scores higher than one without, ties counted half: 0.5 is
    chance. person_scores: [picture]."""
    with_person, without = person_scores[labels == 1], person_scores[labels == 0]
    order = np.sort(without)
    below, upto = (np.searchsorted(order, with_person, side) for side in ("left", "right"))
    return float(np.mean((below + upto) / 2) / len(without))
