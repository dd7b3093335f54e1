"""Hostile archives: each is refused whole, says why, and writes nothing outside its folder."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.datasets.server import source_of, tar_of, zip_of
from tinylab import datasets
from tinylab.datasets import fetching, unpacking
from tinylab.datasets.unpacking import unpack
from tinylab.errors import DataError
from tinylab.progress import silent

GOOD = {"yes/a.wav": b"abc"}


def said(content: bytes, tmp_path: Path, **changes: object) -> str:
    """What the user reads when this archive comes, its checksum being right; nothing is left but the empty cache."""
    source = source_of(content, "http://127.0.0.1:9", **changes)
    part = fetching._folder(source).with_name(f"{source.key}.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(content)
    outside = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError) as caught:
        datasets.fetch(source)
    print(f"SEEN: {caught.value}")
    assert not datasets.is_fetched(source)
    assert [entry.suffix for entry in part.parent.iterdir()] == [".lock"]
    assert not set(tmp_path.rglob("*")) - {*outside, part.with_suffix(".lock")}
    assert "is refused, and nothing of it is kept: " in str(caught.value)
    return str(caught.value).partition("kept: ")[2]


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tuple[tarfile.TarInfo, ...]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return (info,)


@pytest.mark.parametrize("name", ["../evil.wav", "yes/../../evil.wav", "/tmp/evil.wav", "yes/.."])
@pytest.mark.parametrize("pack", ["tar", "zip"])
def test_outside(name: str, pack: str, tmp_path: Path) -> None:
    files = GOOD | {name: b"evil"}
    content = tar_of(files, prefix="") if pack == "tar" else zip_of(files)
    assert said(content, tmp_path) == f"'{name}' lies outside its folder"


@pytest.mark.parametrize("name", ["C:\\evil.wav", "..\\evil.wav", "yes/a:b.wav", "yes/\x1b[2J.wav", "nul\n.wav"])
def test_names_that_mean_something_elsewhere(name: str, tmp_path: Path) -> None:
    assert "is no name that every system can keep" in said(tar_of(GOOD | {name: b"x"}, prefix=""), tmp_path)


@pytest.mark.parametrize(
    ("kind", "link", "why"),
    [
        (tarfile.SYMTYPE, "/etc/passwd", "'yes/b.wav' is a link to '/etc/passwd'"),
        (tarfile.SYMTYPE, "a.wav", "'yes/b.wav' is a link to 'a.wav'"),
        (tarfile.LNKTYPE, "yes/a.wav", "'yes/b.wav' is a link to 'yes/a.wav'"),
        (tarfile.CHRTYPE, "", "'yes/b.wav' is a device, a pipe or something else that is no file"),
        (tarfile.BLKTYPE, "", "'yes/b.wav' is a device, a pipe or something else that is no file"),
        (tarfile.FIFOTYPE, "", "'yes/b.wav' is a device, a pipe or something else that is no file"),
    ],
)
def test_links_and_devices(kind: bytes, link: str, why: str, tmp_path: Path) -> None:
    assert said(tar_of(GOOD, extra=member("yes/b.wav", kind, link)), tmp_path) == why


@pytest.mark.parametrize(
    ("kind", "why"), [(stat.S_IFLNK, "'yes/b.wav' is a link"), (stat.S_IFIFO, "'yes/b.wav' is a device, a pipe")]
)
def test_links_and_devices_in_a_zip(kind: int, why: str, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("yes/b.wav")
    info.external_attr = (kind | 0o777) << 16
    written = io.BytesIO(zip_of(GOOD))
    with zipfile.ZipFile(written, "a") as file:
        file.writestr(info, "/etc/passwd")
    assert said(written.getvalue(), tmp_path).startswith(why)


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_a_bomb_of_bytes(pack: object, tmp_path: Path) -> None:
    content = pack(GOOD | {"yes/b.wav": bytes(3_000_000)})  # type: ignore[operator]
    assert len(content) < 30_000
    why = said(content, tmp_path, most_unpacked_bytes=1_000_000)
    assert why == "it unpacks to more than 1,000,000 bytes"


def test_a_zip_that_lies_about_its_size(tmp_path: Path) -> None:
    """The size in the directory is not believed: what comes is counted, and a lie is an error."""
    content = zip_of({"yes/b.wav": bytes(3_000_000)})
    lied = content.replace((3_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lied != content
    assert "it can not be read: Bad CRC-32" in said(lied, tmp_path, most_unpacked_bytes=1_000_000)


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_a_bomb_of_members(pack: object, tmp_path: Path) -> None:
    content = pack({f"yes/{number}.wav": b"" for number in range(30)})  # type: ignore[operator]
    assert said(content, tmp_path, most_members=29) == "it has more than 29 members"


@pytest.mark.parametrize(
    "files",
    [{"yes/a.wav": b"1", "yes/./a.wav": b"2"}, {"yes": b"1", "yes/a.wav": b"2"}, {"yes/a": b"1", "yes/a/b": b""}],
)
def test_two_of_one_name(files: dict[str, bytes], tmp_path: Path) -> None:
    assert said(tar_of(files, prefix=""), tmp_path).startswith("it has two members of the name ")


@pytest.mark.parametrize(
    "content",
    [
        b"no archive",
        tar_of(GOOD)[:60],
        tar_of({"yes/a.wav": bytes(range(256)) * 999})[:-2000],
        b"\x1f\x8b\x08" + bytes(50),
    ],
    ids=["text", "a beginning", "cut off", "a header alone"],  # gzip writes the time: workers would make other names
)
def test_what_is_no_archive(content: bytes, tmp_path: Path) -> None:
    assert said(content, tmp_path).startswith("it can not be read: ")


def test_a_damaged_zip(tmp_path: Path) -> None:
    content = bytearray(zip_of({"yes/a.wav": bytes(range(256)) * 99}))
    content[60] ^= 0xFF
    assert said(bytes(content), tmp_path).startswith("it can not be read: ")


def test_an_empty_archive(tmp_path: Path) -> None:
    assert said(tar_of({}), tmp_path) == "there is no file in it"


def test_an_encrypted_zip(tmp_path: Path) -> None:
    content = bytearray(zip_of(GOOD))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert said(bytes(content), tmp_path) == "'yes/a.wav' is encrypted"


def test_no_rights_come_out_of_an_archive(tmp_path: Path) -> None:
    info = tarfile.TarInfo("yes/b.wav")
    info.mode = 0o4777
    sums = unpack_here(tar_of(GOOD, extra=(info,)), tmp_path)
    assert set(sums) == {"yes/a.wav", "yes/b.wav"}
    assert stat.S_IMODE((tmp_path / "to" / "yes" / "b.wav").stat().st_mode) & 0o7111 == 0


def test_our_rules_hold_without_tarfile_s_own_filter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    assert unpack_here(tar_of(GOOD), tmp_path / "good")
    with pytest.raises(DataError, match="outside"):
        unpack_here(tar_of({"../x": b""}, prefix=""), tmp_path / "bad")


def test_tarfile_s_own_filter_has_a_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def says_no(info: tarfile.TarInfo, _: str) -> tarfile.TarInfo:
        raise tarfile.ReadError("the filter says no")

    monkeypatch.setattr(tarfile, "data_filter", says_no, raising=False)
    with pytest.raises(DataError, match="the filter says no"):
        unpack_here(tar_of(GOOD), tmp_path)


def unpack_here(content: bytes, folder: Path) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    (folder / "archive").write_bytes(content)
    return unpack(folder / "archive", folder / "to", source_of(content, ""), silent)


def test_the_tables_leave_room() -> None:
    """Limits of the real archives are above what they hold, and not far above."""
    for name in datasets.names():
        known = datasets.source(name)
        if known.kind != "model":
            assert known.bytes < known.most_unpacked_bytes < 8 * known.bytes
    assert unpacking._NOT_IN_NAMES
