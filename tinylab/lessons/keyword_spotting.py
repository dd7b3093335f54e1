"""The exercises of notebook 08: the arena on a board, and quantization of the input by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinylab import zoo
from tinylab.lessons.verdict import Verdict, no_function
from tinylab.runtime import arena_needs

BOARD_MODEL, BOARD_TARGET = "kws_yes_no", "cortex-m4/reference"


def smallest_arena(answer: Any) -> Verdict:
    """08-1: the smallest arena, in bytes, in which the zoo's DS-CNN works on a Cortex-M4."""
    needed = arena_needs(zoo.load(BOARD_MODEL), BOARD_TARGET).smallest_arena_bytes
    if answer == needed:
        return Verdict(True, f"{needed:,} bytes, and 16 fewer fail")
    return Verdict(False, f"{answer!r} is {'too small' if _number(answer) < needed else 'more than is needed'}")


def _number(answer: Any) -> float:
    return float(answer) if isinstance(answer, (int, float)) else float("nan")


def quantize_by_hand(answer: Any) -> Verdict:
    """08-2: a function (real, scale, zero_point) -> int8 that rounds, shifts and saturates."""
    if not callable(answer):
        return no_function(answer)
    for real, scale, zero_point, wanted in (
        (0.0, 0.5, 3, 3),
        (1.0, 0.5, 3, 5),
        (1.3, 0.5, 3, 6),
        (1e6, 0.5, 3, 127),
        (-1e6, 0.5, 3, -128),
    ):
        try:
            given = int(np.asarray(answer(real, scale, zero_point)))
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"for real={real:g}, scale={scale}, zero_point={zero_point} it raises {error!r}")
        if given != wanted:
            return Verdict(
                False, f"for real={real:g}, scale={scale}, zero_point={zero_point} it gives {given}, expected {wanted}"
            )
    return Verdict(True, "it rounds, adds the zero point and saturates, as the converter's QUANTIZE does")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {"08-1": smallest_arena, "08-2": quantize_by_hand}

HINTS: dict[str, tuple[str, ...]] = {
    "08-1": (
        "tl.arena_needs(model, target) is what step 5 calls for its own model",
        'tl.arena_needs(tl.zoo.load("kws_yes_no"), "cortex-m4/reference").smallest_arena_bytes',
    ),
    "08-2": (
        "three steps: divide by the scale and round, add the zero point, then stay within int8",
        "np.clip(round(real / scale) + zero_point, -128, 127)",
    ),
}
