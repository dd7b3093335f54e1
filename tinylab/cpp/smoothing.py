"""How the scores of a stream become detections, on the board: the settings. The algorithm is in score_smoother.h.j2."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinylab.errors import ModelError


@dataclass(frozen=True)
class Smoothing:
    """As TFLM's micro_speech example does it, in the terms of tl.speech's stream.

    average_ms: scores are averaged over so long; threshold: of the average, in the output's own real values (0 to 1);
    minimum_count: fewer scores in the average (or a quarter of the time) decide nothing; suppression_ms: the same class
    is not reported again for so long; step_ms: the time from one score to the next, which says how many the average
    must have room for; background: labels that are never reported.
    """

    average_ms: int = 500
    threshold: float = 0.65
    minimum_count: int = 3
    suppression_ms: int = 1500
    step_ms: int = 100
    background: tuple[str, ...] = ("silence", "unknown")

    def __post_init__(self) -> None:
        for name in ("average_ms", "minimum_count", "suppression_ms", "step_ms"):
            value, least = getattr(self, name), 0 if name == "suppression_ms" else 1
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ModelError(f"{name} of a Smoothing is a whole number, {least} or more, and this is {value!r}")
        if not math.isfinite(self.threshold):
            raise ModelError(f"threshold of a Smoothing is a number, and this is {self.threshold!r}")
        if self.minimum_count > self.capacity:
            raise ModelError(
                f"an average over {self.average_ms} ms of a score every {self.step_ms} ms never holds "
                f"{self.minimum_count} scores (minimum_count), only {self.capacity}"
            )

    @property
    def capacity(self) -> int:
        """The most scores that the average holds."""
        return self.average_ms // self.step_ms + 1
