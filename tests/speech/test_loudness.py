"""What is measured of a clip: peak, noise, place, overdrive."""

from __future__ import annotations

import numpy as np

from tinylab.speech.loudness import FLAT, measure


def test_a_word_in_noise() -> None:
    rng = np.random.default_rng(0)
    clip = rng.normal(0, 20, 16_000)
    clip[4_800:9_600] += 8_000 * np.sin(np.arange(4_800) * 0.3)
    heard = measure(np.rint(clip).astype(np.int16), 16_000)
    assert -12.5 < heard.peak_db < -12
    assert 48 < heard.noise_db < 52  # 20 against 8,000 / √2
    assert (heard.start_s, round(heard.end_s, 2)) == (0.30, 0.60)
    assert heard.flat_count <= FLAT
    assert not heard.is_cut


def test_overdriven_and_cut() -> None:
    clip = np.clip(9_000 * np.sin(np.arange(16_000) * 0.1), -5_000, 5_000).astype(np.int16)
    heard = measure(clip, 16_000)
    assert heard.flat_count > 5_000
    assert heard.is_cut


def test_zeros() -> None:
    assert measure(np.zeros(16_000, np.int16), 16_000) == (-np.inf, np.inf, 0, 0, 0, False)
