"""Backgrounds: coloured noise, hum, knocks and clatter, gliding tones, babble. float32 [clip, sample] at 16 kHz, root
mean square 1."""

from __future__ import annotations

import numpy as np

SAMPLE_RATE_HZ = 16_000


def backgrounds(
    count: int, sample_count: int, rng: np.random.Generator, babble: np.ndarray | None = None
) -> np.ndarray:
    """`count` random mixtures: coloured noise always, each other kind in some of them.

    babble: float32 [any, sample_count] of speech from which voices in the background are taken; None leaves them out.
    """
    mixture = coloured(count, sample_count, rng) * _envelope(count, sample_count, rng)
    kinds = [(0.25, hum), (0.2, clatter), (0.15, glides)]
    for probability, kind in kinds:
        chosen = np.flatnonzero(rng.random(count) < probability)
        mixture[chosen] += kind(len(chosen), sample_count, rng) * _gain(len(chosen), rng, -12, 12)
    if babble is not None:
        chosen = np.flatnonzero(rng.random(count) < 0.2)
        mixture[chosen] += voices(len(chosen), rng, babble) * _gain(len(chosen), rng, -12, 6)
    return unit(mixture)


def unit(clips: np.ndarray) -> np.ndarray:
    """Clips scaled to root mean square 1 (an all-zero clip stays zero)."""
    return np.asarray(clips / np.sqrt(np.mean(clips**2, axis=1, keepdims=True) + 1e-12), np.float32)


def _gain(count: int, rng: np.random.Generator, low_db: float, high_db: float) -> np.ndarray:
    return (10 ** (rng.uniform(low_db, high_db, (count, 1)) / 20)).astype(np.float32)


def _envelope(count: int, sample_count: int, rng: np.random.Generator) -> np.ndarray:
    """float32 [count, sample] around 1: half of the noises are steady, half swell and fade a few times a second."""
    knots = rng.normal(0, 1, (count, 9)) * np.where(rng.random((count, 1)) < 0.5, 0, rng.uniform(2, 8, (count, 1)))
    position = np.linspace(0, knots.shape[1] - 1.001, sample_count)
    left = position.astype(int)
    decibels = knots[:, left] * (1 - (position - left)) + knots[:, left + 1] * (position - left)
    return np.asarray(10 ** (decibels / 20), np.float32)


def coloured(count: int, sample_count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise whose power falls as 1/f^a, a from -0.5 (bluer than white) over 0 white and 1 pink to 2 brown, with a few
    broad bumps."""
    bins = sample_count // 2 + 1
    frequency = np.maximum(np.arange(bins) * SAMPLE_RATE_HZ / sample_count, 20)
    exponent = rng.uniform(-0.5, 2.2, (count, 1))
    decibels = -10 * exponent * np.log10(frequency / 1000)
    for _ in range(3):
        centre = np.exp(rng.uniform(np.log(100), np.log(7000), (count, 1)))
        width = rng.uniform(0.1, 1.0, (count, 1))  # octaves
        decibels += rng.uniform(-12, 12, (count, 1)) * np.exp(-0.5 * (np.log2(frequency / centre) / width) ** 2)
    spectrum = rng.standard_normal((count, bins), np.float32) + 1j * rng.standard_normal((count, bins), np.float32)
    return unit(np.fft.irfft((spectrum * 10 ** (decibels / 20)).astype(np.complex64), sample_count))


def hum(count: int, sample_count: int, rng: np.random.Generator) -> np.ndarray:
    """A steady buzz of mains or a motor: 40 to 200 Hz and harmonics that fall off."""
    harmonics = np.arange(1, 16)
    base = rng.uniform(40, 200, (count, 1))
    bins = np.round(base * harmonics * sample_count / SAMPLE_RATE_HZ).astype(int)
    strength = rng.uniform(0, 1, bins.shape) * harmonics ** -rng.uniform(0.3, 2.0, (count, 1))
    spectrum = np.zeros((count, sample_count // 2 + 1), np.complex64)
    spectrum[np.arange(count)[:, None], bins] = strength * np.exp(2j * np.pi * rng.random(bins.shape))
    return unit(np.fft.irfft(spectrum, sample_count))


def clatter(count: int, sample_count: int, rng: np.random.Generator) -> np.ndarray:
    """Knocks, clicks and dishes: short ringing sounds at random times, some regular as of a machine."""
    wave = np.zeros((count, sample_count), np.float32)
    for clip in wave:
        events = int(rng.integers(1, 9))
        period = sample_count / events
        jitter = rng.choice([0.0, 1.0])
        for event in range(events):
            start = int((event + 0.5 + jitter * rng.uniform(-0.5, 0.5)) * period * 0.98)
            length = min(int(rng.uniform(0.005, 0.25) * SAMPLE_RATE_HZ), sample_count - start)
            time = np.arange(length) / SAMPLE_RATE_HZ
            decay = np.exp(-6.9 * time * SAMPLE_RATE_HZ / max(1, length))
            ring = sum(np.sin(2 * np.pi * f * time) for f in rng.uniform(150, 6000, 3))
            hiss = rng.standard_normal(length) * rng.uniform(0, 2)
            clip[start : start + length] += rng.uniform(0.2, 1) * decay * (ring + hiss)
    return unit(wave)


def glides(count: int, sample_count: int, rng: np.random.Generator) -> np.ndarray:
    """A harmonic sound that glides and fades: an animal, a squeak, a siren."""
    time = np.linspace(0, 1, sample_count, dtype=np.float32)
    start, end = np.exp(rng.uniform(np.log(150), np.log(1500), (2, count, 1))).astype(np.float32)
    depth, rate = rng.uniform(0, 0.1, (count, 1)), rng.uniform(1, 8, (count, 1))
    wobble = depth.astype(np.float32) * np.sin(2 * np.pi * rate.astype(np.float32) * time)
    cycles = np.cumsum((start + (end - start) * time) * (1 + wobble), axis=1, dtype=np.float64) / SAMPLE_RATE_HZ
    phase = (2 * np.pi * (cycles % 1)).astype(np.float32)
    sine, twice_cosine = np.sin(phase), 2 * np.cos(phase)
    previous, current = np.zeros_like(sine), sine  # sin((k + 1) p) = 2 cos p · sin(k p) - sin((k - 1) p)
    wave = np.zeros_like(sine)
    for harmonic in range(1, 7):
        wave += rng.uniform(0, 1, (count, 1)).astype(np.float32) / harmonic * current
        previous, current = current, twice_cosine * current - previous
    centre, width = rng.uniform(0.1, 0.9, (count, 1)), rng.uniform(0.05, 0.4, (count, 1))
    return unit(wave * np.exp(-0.5 * ((time - centre) / width) ** 2).astype(np.float32))


def voices(count: int, rng: np.random.Generator, speech: np.ndarray) -> np.ndarray:
    """Two to six voices at once, each turned round in time by a random amount."""
    mixture = np.zeros((count, speech.shape[1]), np.float32)
    for clip in mixture:
        for row in rng.integers(0, len(speech), rng.integers(2, 7)):
            clip += np.roll(speech[row], int(rng.integers(speech.shape[1]))) * rng.uniform(0.3, 1)
    return unit(mixture)
