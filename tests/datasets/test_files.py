"""Wavs and pictures of every kind that people have: read, brought to one form, or refused with the reason."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.datasets.server import wav
from tinylab.datasets.files import fit_length, read_picture, read_wav
from tinylab.errors import DataError


def tone(rate: int, hertz: float = 440.0, seconds: float = 0.5) -> np.ndarray:
    return np.rint(10_000 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(np.int16)


def written(tmp_path: Path, content: bytes, name: str = "a.wav") -> Path:
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def test_the_samples_of_a_wav_are_its_own(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(-32768, 32767, 16_000, dtype=np.int16, endpoint=True)
    found = read_wav(written(tmp_path, wav(samples)), 16_000)
    assert found.dtype == np.int16
    assert np.array_equal(found, samples)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_another_rate_is_resampled(rate: int, tmp_path: Path) -> None:
    found = read_wav(written(tmp_path, wav(tone(rate), rate)), 16_000)
    assert abs(len(found) - 8_000) <= 1
    inner = slice(400, 7_600)  # a tone that begins and ends at once rings there, at any rate
    assert np.abs(found[inner].astype(int) - tone(16_000)[: len(found)][inner]).max() < 100


def test_resampling_drops_what_the_new_rate_can_not_hold(tmp_path: Path) -> None:
    found = read_wav(written(tmp_path, wav(tone(48_000, 12_000.0), 48_000)), 16_000)
    assert np.abs(found[400:7600]).max() < 20


def test_channels_are_averaged(tmp_path: Path) -> None:
    both = np.stack([np.full(100, 300, np.int16), np.full(100, -100, np.int16)], axis=1)
    assert np.array_equal(read_wav(written(tmp_path, wav(both)), 16_000), np.full(100, 100))


def float_wav() -> bytes:
    content = np.zeros(10, "<f4").tobytes()
    form = struct.pack("<IHHIIHH", 16, 3, 1, 16_000, 64_000, 4, 32)
    riff = b"WAVEfmt " + form + b"data" + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(riff)) + riff


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (wav(np.zeros(10, np.uint8), width=1), "its samples have 8 bits and should have 16"),
        (wav(np.zeros(30, np.uint8), width=3), "its samples have 24 bits and should have 16"),
        (float_wav(), "this is no 16-bit PCM wav (unknown format: 3)"),
        (b"ID3\x04 an mp3", "this is no 16-bit PCM wav (file does not start with RIFF id)"),
        (b"", "this is no 16-bit PCM wav (it ends early)"),
        (wav(np.zeros(10, np.int16))[:20], "this is no 16-bit PCM wav"),
        (wav(np.zeros(10, np.int16), rate=1), "a sample rate of 1 Hz is none that sound is recorded at"),
    ],
)
def test_other_sounds_are_refused(content: bytes, why: str, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    with pytest.raises(DataError) as caught:
        read_wav(path, 16_000)
    print(f"SEEN: {caught.value}")
    assert str(caught.value).startswith(f"{path}: {why}")


def test_a_wav_that_is_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    samples = tone(16_000)
    assert np.array_equal(read_wav(written(tmp_path, wav(samples)[:-101]), 16_000), samples[:-51])


def test_fit_length() -> None:
    samples = np.arange(1, 6, dtype=np.int16)
    assert fit_length(samples, 3).tolist() == [1, 2, 3]
    assert fit_length(samples, 7).tolist() == [1, 2, 3, 4, 5, 0, 0]
    assert fit_length(samples[:0], 2).tolist() == [0, 0]


def picture(
    tmp_path: Path, mode: str = "RGB", size: tuple[int, int] = (96, 96), name: str = "a.png", **how: object
) -> Path:
    rng = np.random.default_rng(0)
    channels = {"RGB": (3,), "L": (), "RGBA": (4,)}[mode]
    image = Image.fromarray(rng.integers(0, 256, (size[1], size[0], *channels), dtype=np.uint8))
    image.save(tmp_path / name)
    return tmp_path / name


def test_the_pixels_of_a_png_are_its_own(tmp_path: Path) -> None:
    path = picture(tmp_path)
    found = read_picture(path, (96, 96), "RGB")
    assert found.dtype == np.uint8
    assert np.array_equal(found, np.asarray(Image.open(path)))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_any_picture_is_brought_to_one_form(mode: str, name: str, tmp_path: Path) -> None:
    path = picture(tmp_path, mode, (200, 50), name)
    assert read_picture(path, (96, 64), "RGB").shape == (96, 64, 3)
    assert read_picture(path, (96, 64), "L").shape == (96, 64, 1)


def test_transparent_pictures(tmp_path: Path) -> None:
    assert read_picture(picture(tmp_path, "RGBA"), (96, 96), "RGB").shape == (96, 96, 3)


def test_a_picture_is_turned_as_the_camera_says(tmp_path: Path) -> None:
    rows = np.zeros((40, 40), np.uint8)
    rows[:20] = 255  # white above
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    Image.fromarray(rows).save(tmp_path / "a.png", exif=exif)
    found = read_picture(tmp_path / "a.png", (40, 40), "L")
    assert (found[0, 0, 0], found[-1, 0, 0]) == (0, 255)


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x89PNG\r\n\x1a\n" + bytes(30)])
def test_what_is_no_picture(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.png: this is no picture that can be read") as caught:
        read_picture(written(tmp_path, content, "a.png"), (96, 96), "RGB")
    print(f"SEEN: {caught.value}")


def test_half_a_picture(tmp_path: Path) -> None:
    path = picture(tmp_path, name="a.jpg")
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DataError, match="this is no picture that can be read") as caught:
        read_picture(path, (96, 96), "RGB")
    print(f"SEEN: {caught.value}")


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_picture_that_would_fill_the_memory(side: int, tmp_path: Path) -> None:
    """A header of a few bytes that promises gigabytes; above some size Pillow itself refuses."""
    saved = io.BytesIO()
    Image.new("L", (1, 1)).save(saved, "PNG")
    content = bytearray(saved.getvalue())
    content[16:24] = struct.pack(">II", side, side)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    with pytest.raises(DataError, match=r"this is no picture that can be read \(Image size .* exceeds limit") as caught:
        read_picture(written(tmp_path, bytes(content), "a.png"), (96, 96), "RGB")
    print(f"SEEN: {caught.value}")
