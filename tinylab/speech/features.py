"""From samples to what the network sees: log-mel energies or MFCC, the same function for training and for running.

    frames   s[t, n]   window_ms of signal, every stride_ms, times a periodic Hann window
    power    p[t, f] = |FFT(s[t])|² / Σ window²                          full scale² per bin
    mel      m[t, c] = Σ_f triangle[f, c] · p[t, f]                      channel_count triangles, evenly spaced in mel
    log      l[t, c] = 10 · log10(m[t, c] + 10^(floor_db / 10))          dB of full scale
    range    l[t, c] = max(l[t, c], max(l) - range_db)                   what lies far below the loudest is dropped
    mean     l[t, c] = l[t, c] - mean over t of l[·, c]                  takes out microphone, loudness and steady noise
    MFCC     y[t, k] = sqrt(2 / channel_count) · Σ_c l[t, c] · cos(π k (c + ½) / channel_count)

`range` and `mean` look at the whole window of a second, in training and in the stream alike.
"""

from __future__ import annotations

import functools
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from tinylab.errors import DataError

_CHUNK = 256  # clips a pass: keeps the working set in the cache, and memory small


@dataclass(frozen=True)
class FeatureSpec:
    """How features are computed. Frequencies in Hz, times in milliseconds, levels in dB of full scale.

    range_db: None keeps everything above floor_db. mean_over_time: subtract each channel's mean over the window.
    coefficient_count: for kind "mfcc" only, the first so many coefficients.
    """

    kind: Literal["log_mel", "mfcc"] = "log_mel"
    sample_rate_hz: int = 16_000
    sample_count: int = 16_000
    window_ms: int = 30
    stride_ms: int = 20
    channel_count: int = 40
    lower_hz: float = 60.0
    upper_hz: float = 7_600.0
    floor_db: float = -100.0
    range_db: float | None = 45.0
    mean_over_time: bool = True
    coefficient_count: int = 10

    @property
    def window_samples(self) -> int:
        """Samples in a frame."""
        return self.sample_rate_hz * self.window_ms // 1000

    @property
    def stride_samples(self) -> int:
        """Samples from one frame to the next."""
        return self.sample_rate_hz * self.stride_ms // 1000

    @property
    def frame_count(self) -> int:
        """Frames in a clip of sample_count samples."""
        return 1 + (self.sample_count - self.window_samples) // self.stride_samples

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one clip's features: (frame, channel or coefficient, 1)."""
        return self.frame_count, self.coefficient_count if self.kind == "mfcc" else self.channel_count, 1

    def to_dict(self) -> dict[str, Any]:
        """For JSON; FeatureSpec(**d) gives it back."""
        return asdict(self)


def compute_features(samples: np.ndarray, spec: FeatureSpec) -> np.ndarray:
    """Features of clips: int16 (or float in -1..1) [clip, sample] -> float32 [clip, frame, channel, 1].

    DataError where the clips do not have spec.sample_count samples.
    """
    if samples.ndim != 2 or samples.shape[1] != spec.sample_count:
        raise DataError(f"features need clips of shape [clip, {spec.sample_count}], not {list(samples.shape)}")
    features = np.empty((len(samples), *spec.shape), np.float32)
    for start in range(0, len(samples), _CHUNK):
        chunk = samples[start : start + _CHUNK]
        log_mel = _log_mel(to_float(chunk), spec)
        if spec.range_db is not None:
            log_mel = np.maximum(log_mel, log_mel.max(axis=(1, 2), keepdims=True) - spec.range_db)
        if spec.mean_over_time:
            log_mel -= log_mel.mean(axis=1, keepdims=True)
        if spec.kind == "mfcc":
            log_mel = log_mel @ _dct(spec)
        features[start : start + _CHUNK, :, :, 0] = log_mel
    return features


def to_float(samples: np.ndarray) -> np.ndarray:
    """Samples as float32 in -1..1: int16 are divided by 32768, floats are taken as they are."""
    if samples.dtype == np.int16:
        return samples.astype(np.float32) / np.float32(32768)
    return samples.astype(np.float32, copy=False)


def _log_mel(samples: np.ndarray, spec: FeatureSpec) -> np.ndarray:
    """float32 [clip, frame, channel], dB of full scale."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, spec.window_samples, axis=1)[:, :: spec.stride_samples]
    window = _window(spec)
    spectrum = np.fft.rfft(frames * window, _fft_size(spec), axis=2)  # complex64 [clip, frame, bin]
    power = (spectrum.real**2 + spectrum.imag**2) / np.sum(window**2)
    mel = power @ _mel_triangles(spec)
    return np.asarray(10 * np.log10(mel + np.float32(10 ** (spec.floor_db / 10))), np.float32)


def _fft_size(spec: FeatureSpec) -> int:
    return 1 << (spec.window_samples - 1).bit_length()


@functools.lru_cache(maxsize=8)
def _window(spec: FeatureSpec) -> np.ndarray:
    n = np.arange(spec.window_samples)
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * n / spec.window_samples), np.float32)


@functools.lru_cache(maxsize=8)
def _mel_triangles(spec: FeatureSpec) -> np.ndarray:
    """float32 [bin, channel]: triangles of height 1 whose corners are equally spaced in mel (2595 log10(1 + f /
    700))."""

    def mel(hz: np.ndarray) -> np.ndarray:
        return 2595 * np.log10(1 + hz / 700)

    low, high = mel(np.array([spec.lower_hz, spec.upper_hz]))
    corners = np.linspace(low, high, spec.channel_count + 2)
    bins = mel(np.arange(_fft_size(spec) // 2 + 1) * spec.sample_rate_hz / _fft_size(spec))[:, None]
    rising = (bins - corners[:-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[2:] - bins) / (corners[2:] - corners[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), np.float32)


@functools.lru_cache(maxsize=8)
def _dct(spec: FeatureSpec) -> np.ndarray:
    """float32 [channel, coefficient]: the orthogonal DCT-II (but for coefficient 0, which is √2 larger, as in
    tf.signal)."""
    c = np.arange(spec.channel_count)[:, None] + 0.5
    k = np.arange(spec.coefficient_count)[None, :]
    return np.asarray(np.sqrt(2 / spec.channel_count) * np.cos(np.pi * k * c / spec.channel_count), np.float32)
