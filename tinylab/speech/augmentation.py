"""What happens to a word between mouth and memory: place in the second, colour, room, noise, level. Pure NumPy, many
clips at once.

Every function takes float32 [clip, sample] in -1..1 at 16 kHz, leaves its argument alone and returns a new array; what
is random comes from the numpy Generator that is passed in, so that a seed gives the same samples. The backgrounds that
are mixed in are in noise.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True)
class Augmentation:
    """How far each thing goes. Ranges are (low, high), drawn evenly; probabilities are of one clip.

    resample: factor on the length of a wave: above 1 lowers formants and pitch and slows down. colour_db: standard
    deviation of a smooth random frequency response. reverberation_s: RT60. signal_to_noise_db: of the loudest 0.3 s
    against the mean of the background. level_db: the clip's peak, dB of full scale. overdrive_probability: peaks cut
    off, as by a microphone that is too close. cut_probability: up to 20 % of the word may lie outside the clip.
    """

    resample: tuple[float, float] = (0.92, 1.1)
    colour_db: float = 3.5
    high_pass_hz: tuple[float, float] = (30.0, 300.0)
    low_pass_hz: tuple[float, float] = (3_500.0, 9_000.0)
    room_probability: float = 0.7
    reverberation_s: tuple[float, float] = (0.05, 0.4)
    direct_to_reverberant_db: tuple[float, float] = (3.0, 20.0)
    signal_to_noise_db: tuple[float, float] = (10.0, 60.0)
    level_db: tuple[float, float] = (-30.0, 0.0)
    overdrive_probability: float = 0.1
    cut_probability: float = 0.05


def resample(wave: np.ndarray, factor: float) -> np.ndarray:
    """A wave (float32 [sample]) with round(factor × length) samples, band-limited, by its spectrum."""
    count = max(1, round(len(wave) * factor))
    # A little silence on both sides: the spectrum takes the wave for a circle.
    padded = _fast_length(len(wave) + 256)
    spectrum = np.fft.rfft(wave, padded)
    resized = round(padded * factor)
    kept = spectrum[: resized // 2 + 1]
    return (np.fft.irfft(kept, resized)[:count] * factor).astype(np.float32)


def _fast_length(count: int) -> int:
    """The smallest multiple of 64 not below count: FFTs of other lengths can be several times slower."""
    return -(-count // 64) * 64


def place(
    waves: Sequence[np.ndarray], rng: np.random.Generator, sample_count: int, cut_probability: float
) -> np.ndarray:
    """Each wave somewhere in a clip of its own, float32 [clip, sample_count]; with cut_probability up to 20 % of it may
    fall outside."""
    clips = np.zeros((len(waves), sample_count), np.float32)
    for clip, wave in zip(clips, waves, strict=True):
        room = sample_count - len(wave)
        margin = int(0.2 * len(wave)) if rng.random() < cut_probability else 0
        start = int(rng.integers(min(0, room) - margin, max(0, room) + margin + 1))
        source = wave[max(0, -start) : sample_count - start]
        clip[max(0, start) : max(0, start) + len(source)] = source
    return clips


def colour_and_room(clips: np.ndarray, rng: np.random.Generator, augmentation: Augmentation) -> np.ndarray:
    """A random smooth frequency response (microphone, loudspeaker) and, for some clips, a random room; one
    multiplication of spectra."""
    clip_count, sample_count = clips.shape
    size = _fast_length(sample_count + SAMPLE_RATE_HZ // 2)
    response = random_response(clip_count, size // 2 + 1, rng, augmentation)
    impulse = room_impulse(clip_count, SAMPLE_RATE_HZ // 2, rng, augmentation)
    with_room = rng.random(clip_count) < augmentation.room_probability
    spectrum = np.fft.rfft(clips, size) * response
    spectrum[with_room] *= np.fft.rfft(impulse[with_room], size)
    return np.fft.irfft(spectrum, size)[:, :sample_count].astype(np.float32)


def random_response(count: int, bins: int, rng: np.random.Generator, augmentation: Augmentation) -> np.ndarray:
    """float32 [count, bin], 0 Hz to 8 kHz: amplitudes of smooth random colours, with a high-pass and a low-pass of
    first to third order."""
    frequency = np.linspace(0, SAMPLE_RATE_HZ / 2, bins)
    octave = np.log2(np.maximum(frequency, 60) / 60)  # 0 to 7
    knots = rng.normal(0, augmentation.colour_db, (count, 6)).astype(np.float32)
    position = octave / octave[-1] * (knots.shape[1] - 1)
    left = np.minimum(position.astype(int), knots.shape[1] - 2)
    blend = (1 - np.cos(np.pi * (position - left))) / 2  # a cosine between knots: smooth
    decibels = knots[:, left] * (1 - blend) + knots[:, left + 1] * blend
    high = _log_uniform(augmentation.high_pass_hz, count, rng)
    low = _log_uniform(augmentation.low_pass_hz, count, rng)
    order = rng.integers(1, 4, (2, count, 1))
    safe = np.maximum(frequency, 1.0)
    power = 1 / (1 + (high / safe) ** (2 * order[0])) / (1 + (safe / low) ** (2 * order[1]))
    return np.asarray(10 ** (decibels / 20) * np.sqrt(power), np.float32)


def _log_uniform(range_hz: tuple[float, float], count: int, rng: np.random.Generator) -> np.ndarray:
    """float64 [count, 1], evenly over octaves."""
    return np.asarray(np.exp(rng.uniform(np.log(range_hz[0]), np.log(range_hz[1]), (count, 1))))


def room_impulse(count: int, sample_count: int, rng: np.random.Generator, augmentation: Augmentation) -> np.ndarray:
    """float32 [count, sample]: the direct sound at 0, then noise that decays by 60 dB in the reverberation time and
    loses its treble."""
    decay = rng.uniform(*augmentation.reverberation_s, (count, 1))
    time = np.arange(sample_count) / SAMPLE_RATE_HZ
    tail = rng.standard_normal((count, sample_count), np.float32) * 10 ** (-3 * time / decay)
    # The mean of two neighbours: walls swallow treble.
    tail = (tail + np.roll(tail, 1, axis=1)).astype(np.float32)
    gap = (rng.uniform(0.001, 0.01, count) * SAMPLE_RATE_HZ).astype(int)
    tail[np.arange(sample_count) < gap[:, None]] = 0
    ratio = rng.uniform(*augmentation.direct_to_reverberant_db, (count, 1))
    tail *= 10 ** (-ratio / 20) / np.sqrt(np.sum(tail**2, axis=1, keepdims=True) + 1e-12)
    tail[:, 0] = 1
    return np.asarray(tail, np.float32)


def loudest_rms(clips: np.ndarray, window_s: float = 0.3) -> np.ndarray:
    """float32 [clip, 1]: root mean square of the loudest window of each clip."""
    window = int(window_s * SAMPLE_RATE_HZ)
    energy = np.cumsum(clips.astype(np.float64) ** 2, axis=1)
    power = (energy[:, window:] - energy[:, :-window]).max(axis=1, keepdims=True) / window
    return np.asarray(np.sqrt(power), np.float32)


def add_noise(clips: np.ndarray, noise: np.ndarray, rng: np.random.Generator, augmentation: Augmentation) -> np.ndarray:
    """Clips with backgrounds of root mean square 1 (noise, [clip, sample]) at random signal-to-noise ratios."""
    ratio = rng.uniform(*augmentation.signal_to_noise_db, (len(clips), 1)).astype(np.float32)
    return np.asarray(clips + noise * loudest_rms(clips) * 10 ** (-ratio / 20), np.float32)


def set_level(clips: np.ndarray, rng: np.random.Generator, augmentation: Augmentation) -> np.ndarray:
    """Clips whose peaks are at random levels; a few are driven up to 12 dB over the top and cut off there."""
    level = rng.uniform(*augmentation.level_db, (len(clips), 1))
    overdrive = np.where(
        rng.random((len(clips), 1)) < augmentation.overdrive_probability, rng.uniform(0, 12, (len(clips), 1)), 0
    )
    peak = np.abs(clips).max(axis=1, keepdims=True) + 1e-9
    cut = np.clip(clips / peak * 10 ** (overdrive / 20), -1, 1)
    return np.asarray(cut * 10 ** (level / 20), np.float32)


def to_int16(clips: np.ndarray) -> np.ndarray:
    """int16 of floats in -1..1, rounded; what lies outside is cut off."""
    return np.clip(np.round(clips * 32767), -32768, 32767).astype(np.int16)
