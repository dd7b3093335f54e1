"""One wav or picture -> one array of the asked rate and length, or size."""

from __future__ import annotations

import io
import math
import warnings
import wave
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from tinylab.errors import DataError, ExtraMissingError

AUDIO = (".wav",)
PICTURES = (".png", ".jpg", ".jpeg", ".bmp")
_RATES_HZ = (4_000, 384_000)
_FORMATS = ("PNG", "JPEG", "BMP")
_EIGHT_BIT = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "LAB")  # Pillow's modes


class Wav(NamedTuple):
    """What a wav holds. samples: int16 [sample, channel]."""

    samples: np.ndarray
    rate_hz: int


def parse_wav(name: str | Path, content: bytes) -> Wav:
    """The samples of a 16-bit PCM wav, as they are. DataError names the file and says what is wrong with it."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, width, rate, count = file.getparams()[:4]
            found = file.readframes(count)
    except (wave.Error, EOFError, RuntimeError) as error:
        raise DataError(
            f"{name}: this is no 16-bit PCM wav ({str(error) or 'it ends early'}): save it as one"
        ) from error
    if width != 2:
        raise DataError(f"{name}: its samples have {8 * width} bits and should have 16: save it as 16-bit PCM")
    if not _RATES_HZ[0] <= rate <= _RATES_HZ[1]:
        raise DataError(f"{name}: a sample rate of {rate:,} Hz is none that sound is recorded at")
    whole = found[: len(found) // (2 * channels) * (2 * channels)]
    return Wav(np.frombuffer(whole, "<i2").reshape(-1, channels), rate)


def read_wav(path: Path, sample_rate_hz: int) -> np.ndarray:
    """int16 [sample] of a 16-bit PCM wav; several channels are averaged, other rates resampled. DataError says what
    is wrong with a file of another kind."""
    samples, rate = parse_wav(path, path.read_bytes())
    mono: np.ndarray = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)  # int16 or float64 [sample]
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


def parse_picture(name: str | Path, content: bytes) -> Any:
    """A PNG, JPEG or BMP as Pillow's Image, turned as the camera says. DataError names the file and says what is wrong
    with it."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise ExtraMissingError("data", f"reading {Path(name).name}") from error
    bombs = (Image.DecompressionBombWarning, Image.DecompressionBombError)
    try:
        with warnings.catch_warnings():  # Pillow warns of a picture that would fill the memory: we refuse it
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Formats by name: Pillow would start other programs for some that it knows (EPS).
            opened = Image.open(io.BytesIO(content), formats=_FORMATS)
        with opened:
            upright = ImageOps.exif_transpose(opened)
    except (OSError, ValueError, SyntaxError, *bombs) as error:
        # Pillow names a BytesIO with its address.
        why = "it is no PNG, JPEG or BMP" if isinstance(error, UnidentifiedImageError) else error
        raise DataError(
            f"{name}: this is no picture that can be read ({why}): save it as PNG or JPEG, or remove it"
        ) from error
    if upright.mode not in _EIGHT_BIT:
        raise DataError(f"{name}: its pixels ({upright.mode}) have more than 8 bits a channel: save it with 8")
    return upright


def read_picture(path: Path, size: tuple[int, int], colour: Literal["RGB", "L"]) -> np.ndarray:
    """uint8 [height, width, 3 or 1], resized to size (height, width) as MLPerf Tiny's are: antialiased, the aspect not
    kept; turned as the camera says. DataError for what Pillow can not read."""
    upright = parse_picture(path, path.read_bytes()).convert(colour)
    height, width = size
    if upright.size != (width, height):
        from PIL import Image

        upright = upright.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(upright, np.uint8).reshape(height, width, -1)
