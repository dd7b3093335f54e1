"""One wav or picture -> one array of the asked rate and length, or size."""

from __future__ import annotations

import math
import warnings
import wave
from pathlib import Path
from typing import Literal

import numpy as np

from tinylab.errors import DataError, ExtraMissingError

AUDIO = (".wav",)
PICTURES = (".png", ".jpg", ".jpeg", ".bmp")
_RATES_HZ = (4_000, 384_000)


def read_wav(path: Path, sample_rate_hz: int) -> np.ndarray:
    """int16 [sample] of a 16-bit PCM wav; several channels are averaged, other rates resampled. DataError says what
    is wrong with a file of another kind."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate, count = file.getparams()[:4]
            content = file.readframes(count)
    except (wave.Error, EOFError, RuntimeError) as error:
        raise DataError(
            f"{path}: this is no 16-bit PCM wav ({str(error) or 'it ends early'}): save it as one"
        ) from error
    if width != 2:
        raise DataError(f"{path}: its samples have {8 * width} bits and should have 16: save it as 16-bit PCM")
    if not _RATES_HZ[0] <= rate <= _RATES_HZ[1]:
        raise DataError(f"{path}: a sample rate of {rate:,} Hz is none that sound is recorded at")
    whole = content[: len(content) // (2 * channels) * (2 * channels)]
    samples = np.frombuffer(whole, "<i2").reshape(-1, channels)  # int16 [sample, channel]
    mono: np.ndarray = samples[:, 0] if channels == 1 else samples.mean(axis=1)  # int16 or float64 [sample]
    if rate != sample_rate_hz:
        mono = _resample(mono, rate, sample_rate_hz)
    whole_numbers: np.ndarray = np.clip(np.rint(mono), -32768, 32767)
    return whole_numbers.astype(np.int16)


def _resample(samples: np.ndarray, rate_hz: int, to_hz: int) -> np.ndarray:
    """float64 [sample] at another rate, by its spectrum: exact for what lies below half of both rates.

    NB: a spectrum belongs to a sound without end; silence behind it keeps its end from sounding at its beginning.
    """
    step = rate_hz // math.gcd(rate_hz, to_hz)  # so many samples are a whole number of new ones
    padded = math.ceil((len(samples) + step) / step) * step
    spectrum = np.fft.rfft(samples, padded)
    new_count = padded * to_hz // rate_hz
    resampled = np.fft.irfft(spectrum[: new_count // 2 + 1], new_count) * (to_hz / rate_hz)
    return resampled[: len(samples) * to_hz // rate_hz]


def fit_length(samples: np.ndarray, sample_count: int) -> np.ndarray:
    """int16 [sample_count]: the beginning, or all of it and then zeros, as TensorFlow's own example has it."""
    fitted = np.zeros(sample_count, np.int16)
    fitted[: len(samples)] = samples[:sample_count]
    return fitted


def read_picture(path: Path, size: tuple[int, int], colour: Literal["RGB", "L"]) -> np.ndarray:
    """uint8 [height, width, 3 or 1], resized to size (height, width) as MLPerf Tiny's are: antialiased, the aspect not
    kept; turned as the camera says. DataError for what Pillow can not read."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ExtraMissingError("data", f"reading {path.name}") from error
    height, width = size
    bombs = (Image.DecompressionBombWarning, Image.DecompressionBombError)
    try:
        with warnings.catch_warnings():  # Pillow warns of a picture that would fill the memory: we refuse it
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(path)
        with opened:
            upright = ImageOps.exif_transpose(opened).convert(colour)
    except (OSError, ValueError, SyntaxError, *bombs) as error:
        raise DataError(
            f"{path}: this is no picture that can be read ({error}): save it as PNG or JPEG, or remove it"
        ) from error
    if upright.size != (width, height):
        upright = upright.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(upright, np.uint8).reshape(height, width, -1)
