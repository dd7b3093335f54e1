"""The exercises of notebook 09: what a separable convolution saves, misses and false alarms, a threshold in int8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinylab.lessons.verdict import Verdict, no_function
from tinylab.vision.thresholds import errors_at

# (height, width, kernel, channels in, channels out); the last but one is the third block of the zoo's vww_96.
SHAPES = ((1, 1, 1, 2, 3), (4, 5, 3, 2, 4), (24, 24, 3, 32, 32), (6, 6, 5, 3, 1))


def macs_of_both(answer: Any) -> Verdict:
    """09-1: a function (height, width, kernel, channels_in, channels_out) -> (MACs in full, MACs separable)."""
    if not callable(answer):
        return no_function(answer)
    for shape in SHAPES:
        height, width, kernel, channels_in, channels_out = shape
        places = height * width
        depthwise, pointwise = places * kernel**2 * channels_in, places * channels_in * channels_out
        wanted = (places * kernel**2 * channels_in * channels_out, depthwise + pointwise)
        asked = f"for {height}×{width} places, a kernel of {kernel}, {channels_in} channels in and {channels_out} out"
        try:
            full, separable = (int(value) for value in answer(*shape))
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"{asked} it raises {error!r}")
        if full != wanted[0]:
            return Verdict(False, f"{asked} the full convolution has {wanted[0]:,} MACs, not {full:,}")
        if separable in (depthwise, pointwise):
            missing = "pointwise" if separable == depthwise else "depthwise"
            return Verdict(False, f"{asked} the {missing} half is missing: {wanted[1]:,} are needed, not {separable:,}")
        if separable != wanted[1]:
            return Verdict(False, f"{asked} the separable one has {wanted[1]:,} MACs, not {separable:,}")
    return Verdict(
        True, "what is left is a share of 1/channels_out + 1/kernel²: about a ninth for 3×3 and many channels"
    )


# Scores of "person" and labels, 1 is person; one score is a threshold that is asked for.
SCORES = np.array([0.9, 0.8, 0.3, 0.1, 0.7, 0.5, 0.2, 0.05, 0.6])
LABELS = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0])


def errors_by_hand(answer: Any) -> Verdict:
    """09-2: a function (scores, labels, threshold) -> (misses, false alarms), counted."""
    if not callable(answer):
        return no_function(answer)
    for threshold in (0.4, 0.5, 0.0, 1.0, 0.75):
        found = errors_at(SCORES, LABELS, threshold)
        wanted = (found.misses, found.false_alarms)
        try:
            misses, false_alarms = (int(value) for value in answer(SCORES.copy(), LABELS.copy(), threshold))
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"at a threshold of {threshold} it raises {error!r}")
        if (misses, false_alarms) == wanted:
            continue
        if (false_alarms, misses) == wanted:
            return Verdict(False, f"at a threshold of {threshold} misses and false alarms are swapped")
        why = "; a score equal to the threshold is a person" if threshold in SCORES else ""
        return Verdict(False, f"at a threshold of {threshold} it gives {misses, false_alarms}, expected {wanted}{why}")
    return Verdict(True, "lowering the threshold never adds a miss, raising it never adds a false alarm")


# Probability, and the least int8 output (scale 1/256, zero point -128) that reaches it.
INT8_THRESHOLDS = ((0.5, 0), (0.0, -128), (0.75, 64), (0.6, 26), (0.9, 103), (0.999, 128))


def threshold_in_int8(answer: Any) -> Verdict:
    """09-3: a function (probability) -> the least int8 q with (q + 128) / 256 >= probability."""
    if not callable(answer):
        return no_function(answer)
    for probability, wanted in INT8_THRESHOLDS:
        try:
            given = int(answer(probability))
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"for {probability} it raises {error!r}")
        if given == wanted:
            continue
        asked = f"for {probability} it gives {given}, expected {wanted}"
        if given == wanted + 128:
            return Verdict(False, f"{asked}: the zero point is missing")
        if given == wanted - 1:
            return Verdict(False, f"{asked}: {given} stands for {(given + 128) / 256:.4f}, which is less: round up")
        return Verdict(False, asked)
    return Verdict(True, "the board compares two integers; 128 is above every int8, so that nothing reaches 0.999")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "09-1": macs_of_both,
    "09-2": errors_by_hand,
    "09-3": threshold_in_int8,
}

HINTS: dict[str, tuple[str, ...]] = {
    "09-1": (
        "each number of the output needs kernel² × channels_in multiplications in full",
        "separable: places × kernel² × channels_in, and then places × channels_in × channels_out",
    ),
    "09-2": (
        "said = scores >= threshold; is_person = labels == 1",
        "misses: np.sum(is_person & ~said); false alarms: np.sum(~is_person & said)",
    ),
    "09-3": (
        "q stands for (q + 128) / 256: solve for q",
        "what is just below must not pass: math.ceil(256 * probability) - 128",
    ),
}
