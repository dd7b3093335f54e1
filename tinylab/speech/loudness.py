"""What can be measured of a clip without knowing how it was made: its peak, its noise, where its sound lies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_FRAME_S = 0.02
_SPEECH_DB = 20.0  # a frame so much below the loudest still counts as sound of the word
_EDGE_DB = 12.0  # sound so near to the loudest at the very edge: the word goes on outside the clip
_FULL_SCALE = 32768.0


class Loudness(NamedTuple):
    """Of one clip. peak_db: of full scale; noise_db: the quietest tenth of its frames (20 ms) under its loudest frame;
    start_s, end_s: the first and last frame less than 20 dB under the loudest; clipped_count: samples at full scale;
    is_cut: whether the clip begins or ends less than 12 dB under its loudest frame. A clip of zeros has -inf and 0."""

    peak_db: float
    noise_db: float
    start_s: float
    end_s: float
    clipped_count: int
    is_cut: bool


def measure(samples: np.ndarray, sample_rate_hz: int) -> Loudness:
    """samples: int16 [sample], 20 ms or longer."""
    length = round(_FRAME_S * sample_rate_hz)
    whole = samples[: len(samples) // length * length].astype(np.float64)
    power = np.square(whole.reshape(-1, length)).mean(axis=1)  # float64 [frame]
    if not power.any():
        return Loudness(-np.inf, -np.inf, 0.0, 0.0, 0, False)
    decibels = 10 * np.log10(np.maximum(power, 1e-3) / power.max())
    loud = np.flatnonzero(decibels > -_SPEECH_DB)
    return Loudness(
        peak_db=float(20 * np.log10(np.abs(whole).max() / _FULL_SCALE)),
        noise_db=float(np.quantile(decibels, 0.1)),
        start_s=float(loud[0] * _FRAME_S),
        end_s=float((loud[-1] + 1) * _FRAME_S),
        clipped_count=int(np.isin(samples, (-32768, 32767)).sum()),
        is_cut=bool(max(decibels[0], decibels[-1]) > -_EDGE_DB),
    )
