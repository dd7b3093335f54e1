"""A person's own files: every kind of them, hostile names, and what happens to each."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.datasets.server import wav
from tinylab import datasets
from tinylab.datasets import add_files, count_files, own_files
from tinylab.errors import DataError

WAV = wav(np.full(16_000, 100, np.int16))


def picture(mode: str = "RGB", size: tuple[int, int] = (96, 96), form: str = "PNG") -> bytes:
    saved = io.BytesIO()
    Image.new(mode, size).save(saved, form)
    return saved.getvalue()


def huge_picture() -> bytes:
    """A header of a few bytes that promises gigabytes."""
    content = bytearray(picture("L", (1, 1)))
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "found", "said"),
    [
        ("a.wav", WAV, "wav, 16,000 Hz, 1 channel, 1.00 s", "used as it is"),
        (
            "a.WAV",
            wav(np.ones((22_050, 2), np.int16), 44_100),
            "wav, 44,100 Hz, 2 channels, 0.50 s",
            "channels averaged; resampled to 16,000 Hz; 0.50 s of zeros behind it",
        ),
        (
            "late.wav",
            wav(np.repeat(np.array([1, 100], np.int16), 16_000)),
            "wav, 16,000 Hz, 1 channel, 2.00 s",
            "only the first second is used, which has 0% of its sound; cut the file so that the word is in that second",
        ),
        ("a.png", picture(), "picture, 96×96, colour", "used as it is"),
        ("a.jpeg", picture("L", (200, 50), "JPEG"), "picture, 200×50, grey", "resized to 96×96, its aspect not kept"),
        ("a.png", picture("RGBA", (10, 10)), "picture, 10×10, colour", "transparency dropped; resized to 96×96"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_kept(name: str, content: bytes, found: str, said: str, tmp_path: Path) -> None:
    (file,) = add_files(tmp_path / "new" / "mine", "yes", [(name, content)])
    assert (file.found, file.said) == (found, said)
    assert (tmp_path / "new" / "mine" / file.kept).read_bytes() == content
    assert file.kept == f"yes/{name.lower()}"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.wav", b"", "a.wav: the file is empty"),
        ("a.wav", b"ID3", "a.wav: this is no 16-bit PCM wav"),
        ("a.wav", wav(np.zeros(99, np.uint8), width=1), "a.wav: its samples have 8 bits and should have 16"),
        ("a.wav", wav(np.zeros(0, np.int16)), "a.wav: there is no sample in it"),
        ("a.wav", wav(np.zeros(99, np.int16)), "a.wav: every sample is zero"),
        ("a.mp3", b"ID3", 'a.mp3: a name that ends in ".mp3" is none of a wav or picture'),
        ("wav", WAV, 'wav: a name that ends in "" is none'),
        ("a.png", WAV, "a.png: this is no picture that can be read (it is no PNG, JPEG or BMP)"),
        ("a.png", picture()[:40], "a.png: this is no picture that can be read"),
        ("a.png", picture("I;16"), "a.png: its pixels (I;16) have more than 8 bits a channel"),
        ("a.png", picture(form="GIF"), "a.png: this is no picture that can be read (it is no PNG, JPEG or BMP)"),
        ("a.png", huge_picture(), "a.png: this is no picture that can be read (Image size"),
        ("a.wav", bytes(own_files.MOST_BYTES + 1), "a.wav: it has 33,554,433 bytes, and 33,554,432 are the most"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_leaves_nothing(name: str, content: bytes, why: str, tmp_path: Path) -> None:
    refused, kept = add_files(tmp_path, "yes", [(name, content), ("good.bmp", picture(form="BMP"))])
    print(f"SEEN: {refused.said}")
    assert refused.said.startswith(why)
    assert (refused.kept, kept.kept) == ("", "yes/good.bmp")
    assert [file.name for file in (tmp_path / "yes").iterdir()] == ["good.bmp"]
    add_files(tmp_path, "other", [(name, content)])
    assert count_files(tmp_path) == {"yes": 1}  # no empty class, which could not be loaded


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../evil.wav", "evil.wav"),
        ("..\\..\\evil.wav", "evil.wav"),
        ("/etc/cron.d/evil.wav", "evil.wav"),
        ("C:\\Users\\ann\\evil.wav", "evil.wav"),
        ("....wav", "file.wav"),
        ("_nohash_.wav", "nohash.wav"),
        (".hidden.wav", "hidden.wav"),
        ("a\x00b\n<b>é.wav", "a_b_b_é.wav"),
        ("x" * 300 + ".wav", "x" * 50 + ".wav"),
        ("0a_nohash_1.wav", "0a_nohash_1.wav"),
    ],
)
def test_a_name_is_never_a_path(name: str, kept: str, tmp_path: Path) -> None:
    (file,) = add_files(tmp_path / "mine", "yes", [(name, WAV)])
    assert file.kept == f"yes/{kept}"
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert files - {"mine/.tinylab.lock"} == {f"mine/yes/{kept}"}


@pytest.mark.parametrize("name", ["", " ", "..", "../up", "a/b", "a\\b", "_noise", ".git", "a\nb", "c:", "x" * 51])
def test_a_class_name_is_never_a_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="can not be the name of a class: it takes"):
        add_files(tmp_path / "mine", name, [("a.wav", WAV)])
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_taken_gets_a_number_and_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    contents = [wav(np.full(16_000, level, np.int16)) for level in (1, 2, 3, 2)]
    files = add_files(tmp_path, " yes ", [("a.wav", content) for content in contents])
    assert [file.kept for file in files] == ["yes/a.wav", "yes/a_2.wav", "yes/a_3.wav", ""]
    assert [(tmp_path / file.kept).read_bytes() for file in files[:3]] == contents[:3]
    assert files[3].said == "a.wav: the same bytes are there already, as yes/a_2.wav: nothing to do"


def test_a_folder_holds_one_kind_and_is_then_read(tmp_path: Path) -> None:
    for name in ("yes", "no"):
        loud = [(f"{k}.wav", wav(np.full(16_000, k + 1, np.int16))) for k in range(3)]
        added = add_files(tmp_path, name, [*loud, ("a.png", picture())])
        assert (
            added[-1].said
            == f"a.png: the folder {tmp_path} holds wavs, and can not hold both: choose another folder for it"
        )
    data = datasets.load(tmp_path)
    assert data.class_names == ("no", "yes")
    assert [len(data.split(name).y) for name in ("train", "validation", "test")] == [2, 2, 2]


def test_files_by_path(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(WAV)
    good, absent, folder = add_files(tmp_path / "mine", "yes", [tmp_path / "a.wav", "nowhere.wav", tmp_path])
    assert good.kept == "yes/a.wav"
    assert (absent.said, folder.said) == ("nowhere.wav: there is no such file", f"{tmp_path}: there is no such file")


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    (file,) = add_files(tmp_path, "yes", [("a.wav", WAV)])
    assert (file.kept, file.said) == ("", "a.wav: it could not be copied: No space left on device")
    assert [path.name for path in tmp_path.rglob("*")] == [".tinylab.lock"]


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(DataError, match=r"mine: nothing can be kept here .*: choose another folder"):
        add_files(tmp_path / "mine", "yes", [("a.wav", WAV)])
