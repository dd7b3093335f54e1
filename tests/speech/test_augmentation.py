"""Augmentation and noise: each does what its name says, measured; a seed repeats; arguments are left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tinylab.speech import augmentation as augment
from tinylab.speech import noise
from tinylab.speech.augmentation import Augmentation

PLAIN = Augmentation()


def tone(hz: float, seconds: float = 0.5, rate: int = 16_000) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate).astype(np.float32)


def loudest_hz(wave: np.ndarray, rate: int = 16_000) -> float:
    return float(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))).argmax() * rate / len(wave))


def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def clips(count: int = 4) -> np.ndarray:
    return rng().uniform(-0.5, 0.5, (count, 16_000)).astype(np.float32)


def test_resampling_keeps_a_tone_and_its_level() -> None:
    found = augment.resample(tone(1000, rate=22_050), 16_000 / 22_050)
    assert len(found) == 8000
    assert loudest_hz(found) == pytest.approx(1000, abs=4)
    assert np.abs(found[2000:6000]).max() == pytest.approx(1, abs=0.01)


def test_a_longer_wave_has_lower_formants() -> None:
    assert loudest_hz(augment.resample(tone(1200), 1.2)) == pytest.approx(1000, abs=4)


def test_resampling_removes_what_does_not_fit() -> None:
    assert np.abs(augment.resample(tone(9000, rate=22_050), 16_000 / 22_050)[500:-500]).max() < 0.02


def test_a_placed_wave_is_whole_somewhere_in_its_clip() -> None:
    wave = np.arange(1, 4001, dtype=np.float32)
    placed = augment.place([wave] * 50, rng(), 16_000, cut_probability=0)
    assert placed.shape == (50, 16_000)
    starts = [int(np.flatnonzero(clip)[0]) for clip in placed]
    assert len(set(starts)) > 40
    for clip, start in zip(placed, starts, strict=True):
        np.testing.assert_array_equal(clip[start : start + 4000], wave)


def test_a_cut_loses_at_most_a_fifth() -> None:
    placed = augment.place([np.ones(4000, np.float32)] * 300, rng(), 16_000, cut_probability=1)
    lengths = placed.sum(axis=1)
    assert lengths.min() >= 3200
    assert lengths.min() < 4000


def test_a_wave_longer_than_its_clip_is_cut() -> None:
    assert augment.place([np.ones(20_000, np.float32)], rng(), 16_000, 0).sum() == 16_000


def test_noise_is_at_the_ratio_that_was_asked_for() -> None:
    wave = np.zeros((1, 16_000), np.float32)
    wave[0, 4000:8800] = 0.1  # 0.3 s with a root mean square of 0.1
    hiss = noise.unit(clips(1))
    noisy = augment.add_noise(wave, hiss, rng(), replace(PLAIN, signal_to_noise_db=(20.0, 20.0)))
    assert np.sqrt(np.mean((noisy - wave) ** 2)) == pytest.approx(0.01, rel=0.01)


def test_levels_are_peaks() -> None:
    levelled = augment.set_level(clips(), rng(), replace(PLAIN, level_db=(-20.0, -20.0), overdrive_probability=0))
    np.testing.assert_allclose(np.abs(levelled).max(axis=1), 0.1, rtol=1e-5)


def test_overdrive_flattens_peaks() -> None:
    driven = augment.set_level(tone(200, 1.0)[None], rng(), replace(PLAIN, level_db=(0, 0), overdrive_probability=1))
    assert np.mean(np.abs(driven) > 0.999) > 0.05


def test_a_room_starts_with_the_direct_sound_and_decays() -> None:
    room = augment.room_impulse(20, 8000, rng(), replace(PLAIN, reverberation_s=(0.3, 0.3)))
    assert (room[:, 0] == 1).all()
    early, late = (np.sqrt(np.mean(room[:, a:b] ** 2)) for a, b in ((200, 1000), (2600, 3400)))
    assert 20 * np.log10(early / late) == pytest.approx(60 * 0.15 / 0.3, abs=2)  # 0.15 s apart


def test_the_response_is_smooth_and_falls_at_both_ends() -> None:
    flat = replace(PLAIN, colour_db=0.0, high_pass_hz=(200, 200), low_pass_hz=(4000, 4000))
    response = augment.random_response(3, 8001, rng(), flat)
    assert response[:, 1000] == pytest.approx(1, abs=0.05)
    assert (response[:, 200] < 0.75).all()
    assert (response[:, 20] < 0.2).all()
    assert (response[:, 7900] < 0.5).all()


def test_int16_is_cut_at_both_ends() -> None:
    found = augment.to_int16(np.array([[-2.0, -1.0, 0.0, 0.5, 2.0]], np.float32))
    assert found.tolist() == [[-32768, -32767, 0, 16384, 32767]]


NOISES = [noise.coloured, noise.hum, noise.clatter, noise.glides, noise.backgrounds]


@pytest.mark.parametrize("kind", NOISES, ids=lambda kind: kind.__name__)
def test_noises_have_unit_power_differ_and_repeat(kind: Callable[..., np.ndarray]) -> None:
    first, again = kind(6, 16_000, rng()), kind(6, 16_000, rng())
    assert first.shape == (6, 16_000)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(np.mean(first**2, axis=1), 1, rtol=1e-3)
    assert np.abs(np.corrcoef(first) - np.eye(6)).max() < 0.9


def test_babble_is_made_of_the_speech_that_is_given() -> None:
    mixture = noise.voices(3, rng(), np.stack([tone(500, 1.0), tone(800, 1.0)]))
    assert {round(loudest_hz(clip), -1) for clip in mixture} <= {500, 800}


@pytest.mark.parametrize("step", [augment.colour_and_room, augment.set_level])
def test_steps_leave_their_argument_alone_and_repeat(step: Callable[..., np.ndarray]) -> None:
    given = clips()
    first, again = step(given, rng(), PLAIN), step(given, rng(), PLAIN)
    np.testing.assert_array_equal(given, clips())
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.float32
    assert first.shape == given.shape
