"""Features: shapes and units against a slow computation by hand; level and microphone taken out; quantization."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.errors import DataError
from tinylab.speech.features import FeatureSpec, compute_features

PLAIN = FeatureSpec(range_db=None, mean_over_time=False)


def clips(count: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-9000, 9000, (count, 16_000)).astype(np.int16)


def test_shapes_are_those_of_the_spec() -> None:
    assert PLAIN.shape == (49, 40, 1)
    assert compute_features(clips(), PLAIN).shape == (3, 49, 40, 1)
    mfcc = FeatureSpec(kind="mfcc", coefficient_count=13)
    assert compute_features(clips(), mfcc).shape == (3, *mfcc.shape) == (3, 49, 13, 1)
    assert compute_features(clips(), PLAIN).dtype == np.float32


def test_one_frame_by_hand() -> None:
    samples = clips(1)
    frame, channel = 7, 20
    n = np.arange(480)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * n / 480)
    signal = samples[0, frame * 320 : frame * 320 + 480] / 32768 * window
    power = np.abs(np.fft.rfft(signal, 512)) ** 2 / np.sum(window**2)

    def mel(hz: float) -> float:
        return 2595 * np.log10(1 + hz / 700)

    corners = np.linspace(mel(PLAIN.lower_hz), mel(PLAIN.upper_hz), 42)
    low, centre, high = corners[channel : channel + 3]
    energy = 0.0
    for bin_number in range(257):
        m = mel(bin_number * 16_000 / 512)
        if low < m < high:
            energy += power[bin_number] * min((m - low) / (centre - low), (high - m) / (high - centre))
    expected = 10 * np.log10(energy + 1e-10)
    assert compute_features(samples, PLAIN)[0, frame, channel, 0] == pytest.approx(expected, abs=1e-3)


def test_a_tone_is_loudest_in_its_channel() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000, dtype=np.float32)[None]
    loudest = compute_features(tone, PLAIN)[0, :, :, 0].argmax(axis=1)
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (PLAIN.lower_hz, PLAIN.upper_hz))
    expected = (2595 * np.log10(1 + 1000 / 700) - low) / (high - low) * 41 - 1
    assert set(loudest) == {round(expected)}


def test_a_full_scale_sine_doubles_by_6_db() -> None:
    tone = (0.25 * np.sin(2 * np.pi * 700 * np.arange(16_000) / 16_000)).astype(np.float32)[None]
    difference = compute_features(2 * tone, PLAIN).max() - compute_features(tone, PLAIN).max()
    assert difference == pytest.approx(20 * np.log10(2), abs=1e-3)


def test_mean_over_time_takes_out_level_and_microphone() -> None:
    spec = FeatureSpec(mean_over_time=True, range_db=None)
    samples = clips().astype(np.float32) / 32768
    np.testing.assert_allclose(compute_features(samples, spec), compute_features(samples / 8, spec), atol=0.01)
    np.testing.assert_allclose(compute_features(samples, spec).mean(axis=1), 0, atol=1e-4)


def test_range_drops_what_is_far_below_the_loudest() -> None:
    samples = clips(1).astype(np.float32) / 32768
    samples[:, 8000:] *= 1e-4
    found = compute_features(samples, FeatureSpec(range_db=40, mean_over_time=False))
    assert found.max() - found.min() == pytest.approx(40, abs=1e-3)


def test_mfcc_is_the_cosine_transform_of_log_mel() -> None:
    log_mel = compute_features(clips(1), PLAIN)[0, :, :, 0]
    mfcc = compute_features(clips(1), FeatureSpec(kind="mfcc", range_db=None, mean_over_time=False))[0, :, :, 0]
    k = 3
    expected = np.sqrt(2 / 40) * sum(log_mel[:, c] * np.cos(np.pi * k * (c + 0.5) / 40) for c in range(40))
    np.testing.assert_allclose(mfcc[:, k], expected, atol=1e-2)


def test_a_clip_gives_the_same_alone_and_among_others() -> None:
    samples = clips(300)
    np.testing.assert_array_equal(compute_features(samples, PLAIN)[280:281], compute_features(samples[280:281], PLAIN))


def test_silence_is_finite() -> None:
    for spec in (FeatureSpec(), PLAIN):
        assert np.isfinite(compute_features(np.zeros((1, 16_000), np.int16), spec)).all()


def test_other_lengths_are_refused() -> None:
    with pytest.raises(DataError, match=r"\[clip, 16000\], not \[2, 15999\]"):
        compute_features(np.zeros((2, 15_999), np.int16), PLAIN)


def test_a_spec_survives_json() -> None:
    spec = FeatureSpec(kind="mfcc", range_db=40)
    assert FeatureSpec(**spec.to_dict()) == spec
