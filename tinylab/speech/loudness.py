"""What can be measured of a clip without knowing how it was made: its peak, its noise, where its sound lies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_FRAME_S = 0.02
_SPEECH_DB = 30.0  # a frame so much below the loudest still counts as sound of the word,
_ABOVE_NOISE_DB = 6.0  # if it is as much above the noise
_EDGE_DB = 12.0  # sound so near to the loudest at the very edge: the word goes on outside the clip
_FULL_SCALE = 32768.0
FLAT = 8  # samples at the peak: more than a wave that was not cut has


class Loudness(NamedTuple):
    """Of one clip. peak_db: of full scale; noise_db: how far the quietest tenth of its frames (20 ms) lies under its
    loudest; start_s, end_s: the first and last frame less than 30 dB under the loudest and 6 above the quietest;
    flat_count: samples at the clip's own peak, many where it was overdriven; is_cut: whether it begins or ends less
    than 12 dB under its loudest frame, so that a word may go on outside. A clip of zeros has -inf, inf and 0."""

    peak_db: float
    noise_db: float
    start_s: float
    end_s: float
    flat_count: int
    is_cut: bool


def measure(samples: np.ndarray, sample_rate_hz: int) -> Loudness:
    """samples: int16 [sample], 20 ms or longer."""
    length = round(_FRAME_S * sample_rate_hz)
    whole = samples[: len(samples) // length * length].astype(np.float64)
    power = np.square(whole.reshape(-1, length)).mean(axis=1)  # float64 [frame]
    if not power.any():
        return Loudness(-np.inf, np.inf, 0.0, 0.0, 0, False)
    decibels = 10 * np.log10(np.maximum(power, 1e-3) / power.max())
    noise_db = -float(np.quantile(decibels, 0.1))
    loud = np.flatnonzero(decibels >= min(max(-_SPEECH_DB, _ABOVE_NOISE_DB - noise_db), 0.0))
    return Loudness(
        peak_db=float(20 * np.log10(np.abs(whole).max() / _FULL_SCALE)),
        noise_db=noise_db,
        start_s=float(loud[0] * _FRAME_S),
        end_s=float((loud[-1] + 1) * _FRAME_S),
        flat_count=int((np.abs(whole) >= np.abs(whole).max() - 1).sum()),
        is_cut=bool(max(decibels[0], decibels[-1]) > -_EDGE_DB),
    )
