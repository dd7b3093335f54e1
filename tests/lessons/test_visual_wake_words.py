"""The exercises of notebook 09, as readers may get them wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def swapped(scores: np.ndarray, labels: np.ndarray, threshold: float) -> tuple[int, int]:
    said = scores >= threshold
    return int(np.sum(said[labels == 0])), int(np.sum(~said[labels == 1]))


def strictly(scores: np.ndarray, labels: np.ndarray, threshold: float) -> tuple[int, int]:
    said = scores > threshold
    return int(np.sum(~said[labels == 1])), int(np.sum(said[labels == 0]))


WRONG: dict[str, list[tuple[Any, str]]] = {
    "09-1": [
        (
            lambda h, w, k, i, o: (h * w * k * i * o, h * w * i * (k**2 + o)),
            "the full convolution has 1,440 MACs, not 480",
        ),
        (lambda h, w, k, i, o: (h * w * k**2 * i * o, h * w * k**2 * i), "the pointwise half is missing"),
        (lambda h, w, k, i, o: (h * w * k**2 * i * o, h * w * i * o), "the depthwise half is missing"),
        (lambda h, w, k, i, o: (h * w * k**2 * i * o, h * w * (k**2 * i + o)), "separable one has 8 MACs, not 5"),
        (lambda h, w, k, i, o: h * w, "it raises TypeError"),
        (3, "a function is needed"),
    ],
    "09-2": [
        (swapped, "misses and false alarms are swapped"),
        (strictly, "a score equal to the threshold is a person"),
        (lambda scores, labels, threshold: (np.sum(scores < threshold), 0), "at a threshold of 0.4"),
        (lambda scores, labels, threshold: 1 / 0, "ZeroDivisionError"),
        (0.5, "a function is needed"),
    ],
    "09-3": [
        (lambda p: math.ceil(256 * p), "the zero point is missing"),
        (lambda p: math.floor(256 * p) - 128, "for 0.6 it gives 25, expected 26: 25 stands for 0.5977, which is less"),
        (lambda p: round(256 * p) - 128, "for 0.9 it gives 102"),
        (lambda p: math.ceil(255 * p) - 128, "for 0.6 it gives 25"),
        (lambda p: "much", "it raises ValueError"),
        (26, "a function is needed"),
    ],
}
