"""Fetching over a real HTTP connection to this machine: what goes wrong, what the user reads, and what is left."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.datasets.server import Behaviour, serving, source_of, speech_files, tar_of, zip_of
from tinylab import datasets, zoo
from tinylab.datasets import downloading, fetching
from tinylab.errors import DataError

FILES = speech_files()
ARCHIVE = tar_of(FILES)
CHILD = """
import sys
from tests.datasets.server import source_of
from tinylab import datasets, zoo
content = open(sys.argv[1], "rb").read()
def show(stage, done, total):
    print(stage, done, flush=True)
print(datasets.fetch(source_of(content, sys.argv[2]), progress=show))
"""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "_CHUNK_BYTES", 10_000)


def said(source: datasets.Source, **options: Any) -> str:
    """The message of a fetch that fails."""
    with pytest.raises(DataError) as caught:
        datasets.fetch(source, **options)
    print(f"SEEN: {caught.value}")  # pytest -s shows what a user reads
    assert not datasets.is_fetched(source)
    return str(caught.value)


def left(cache_folder: Path) -> list[str]:
    """What lies in the cache beside locks, without the checksums in the names."""
    names = (entry.name for entry in cache_folder.iterdir() if not entry.name.endswith(".lock"))
    return sorted(name.partition("-")[2][12:] for name in names)


def test_a_fetch_gives_the_files_and_asks_once(cache_folder: Path) -> None:
    how, seen = Behaviour(ARCHIVE), []
    with serving(how) as url:
        source = source_of(ARCHIVE, url)
        folder = datasets.fetch(source, progress=lambda *what: seen.append(what))
        assert datasets.fetch(source) == folder == datasets.path(source)
    assert how.asked == [None]
    assert {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()} == FILES
    assert left(cache_folder) == [""]
    assert (f"fetching {source.name}", len(ARCHIVE), len(ARCHIVE)) in seen
    assert datasets.verify(source).is_good
    datasets.remove(source)
    assert not datasets.is_fetched(source)


def test_a_zip_with_a_top_folder() -> None:
    content = zip_of({f"mini/{name}": data for name, data in FILES.items()} | {"__MACOSX/mini/._x": b"1"})
    with serving(Behaviour(content)) as url:
        folder = datasets.fetch(source_of(content, url, root="mini"))
    assert folder.name == "mini"
    assert (folder / "yes" / "00000000_nohash_0.wav").read_bytes() == FILES["yes/00000000_nohash_0.wav"]


def test_an_archive_without_its_folder_is_refused() -> None:
    with serving(Behaviour(ARCHIVE)) as url:
        assert "has no folder 'mini'" in said(source_of(ARCHIVE, url, root="mini"))


def test_a_cut_connection_goes_on_where_it_ended() -> None:
    how = Behaviour(ARCHIVE, cut_after=100_000, cuts=2)
    with serving(how) as url:
        datasets.fetch(source_of(ARCHIVE, url))
    assert how.asked == [None, "bytes=100000-", "bytes=200000-"]


def test_a_server_without_ranges_starts_over() -> None:
    how = Behaviour(ARCHIVE, cut_after=100_000, cuts=1, ranges=False)
    with serving(how) as url:
        source = source_of(ARCHIVE, url)
        datasets.fetch(source)
    assert how.asked == [None, "bytes=100000-"]
    assert datasets.verify(source).is_good


def test_a_connection_cut_again_and_again_keeps_what_came(cache_folder: Path) -> None:
    how = Behaviour(ARCHIVE, cut_after=20_000)
    with serving(how) as url:
        source = source_of(ARCHIVE, url)
        message = said(source)
        assert f"cut off after 60,000 of {len(ARCHIVE):,} bytes" in message
        assert "60,000 bytes are kept, and the next fetch goes on from there" in message
        assert "tl.speech.synthesize" in message
        assert url in message
        assert left(cache_folder) == [".part"]
        how.cuts = 0
        datasets.fetch(source)
    assert how.asked[-1] == "bytes=60000-"


def test_a_cut_connection_without_a_length() -> None:
    with serving(Behaviour(ARCHIVE, cut_after=20_000, has_length=False, ranges=False)) as url:
        assert f"it ended after 20,000 of {len(ARCHIVE):,} bytes" in said(source_of(ARCHIVE, url))


def test_the_second_address_helps() -> None:
    with serving(Behaviour(status=404)) as gone, serving(Behaviour(ARCHIVE)) as url:
        source = source_of(ARCHIVE, url, urls=(f"{gone}/a.tar.gz", f"{url}/a.tar.gz"))
        assert datasets.fetch(source).is_dir()


@pytest.mark.parametrize("status", [404, 403, 500])
def test_the_server_says_no(status: int) -> None:
    with serving(Behaviour(status=status)) as url:
        assert f"{status} " in said(source_of(ARCHIVE, url))


def test_a_wrong_checksum_is_refused_unopened(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "unpack", lambda *_: pytest.fail("it was opened before its checksum was known"))
    other = bytes(len(ARCHIVE))
    with serving(Behaviour(other)) as url:
        message = said(source_of(ARCHIVE, url))
    assert "damaged or another file, and was deleted unopened" in message
    assert source_of(ARCHIVE, url).sha256 in message
    assert "accept" not in message
    assert left(cache_folder) == []


def test_a_weak_checksum_can_be_replaced_by_hand() -> None:
    with serving(how := Behaviour(ARCHIVE)) as url:
        true = source_of(ARCHIVE, url).sha256
        weak = source_of(ARCHIVE, url, sha256="0" * 64, weak=("sha256",))
        assert f"accept_sha256='{true}'" in said(weak)
        assert "should have " + "1" * 64 in said(weak, accept_sha256="1" * 64)
        asked = len(how.asked)
        folder = datasets.fetch(weak, accept_sha256=true)
        assert len(how.asked) == asked  # it was kept, unopened
        assert (folder.parent / "ACCEPTED_SHA256").read_text().strip() == true
        assert "no other is accepted" in said(source_of(ARCHIVE, url, name="sure"), accept_sha256=true)
        assert "64 hexadecimal digits" in said(weak_again(weak), accept_sha256="yes")


def weak_again(source: datasets.Source) -> datasets.Source:
    return source_of(b"x", "http://127.0.0.1:9", name="another", weak=("sha256",))


def test_what_was_kept_of_another_file_is_dropped() -> None:
    how = Behaviour(ARCHIVE)
    with serving(how) as url:
        source = source_of(ARCHIVE, url)
        part = fetching._folder(source).with_name(f"{source.key}.part")
        part.parent.mkdir(parents=True)
        part.write_bytes(bytes(1000))
        datasets.fetch(source)
    assert how.asked == ["bytes=1000-", None]


def test_a_complete_part_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a disk that was full while unpacking; also with TINYLAB_OFFLINE."""
    source = source_of(ARCHIVE, "http://127.0.0.1:9")
    part = fetching._folder(source).with_name(f"{source.key}.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(ARCHIVE)
    monkeypatch.setenv("TINYLAB_OFFLINE", "1")
    assert datasets.fetch(source).is_dir()


@pytest.mark.parametrize("content", [ARCHIVE[:-5], ARCHIVE + b"more", b"<html>"])
def test_another_length_is_refused_before_it_comes(content: bytes, cache_folder: Path) -> None:
    with serving(Behaviour(content)) as url:
        message = said(source_of(ARCHIVE, url))
    assert f"the file there has {len(content):,} bytes and should have {len(ARCHIVE):,}" in message
    assert [entry.stat().st_size for entry in cache_folder.glob("*.part")] == [0]


def test_a_stream_that_does_not_end_is_stopped() -> None:
    with serving(Behaviour(ARCHIVE * 3, has_length=False)) as url:
        assert f"more than the {len(ARCHIVE):,} bytes of the file" in said(source_of(ARCHIVE, url))


def test_a_length_that_nobody_confirmed_may_be_wrong() -> None:
    how = Behaviour(ARCHIVE)
    with serving(how) as url:
        assert datasets.fetch(source_of(ARCHIVE, url, bytes=len(ARCHIVE) - 7, weak=("bytes",))).is_dir()
        again = source_of(ARCHIVE, url, name="again", bytes=len(ARCHIVE) + 7, weak=("bytes",))
        assert datasets.fetch(again).is_dir()
        far = source_of(ARCHIVE, url, name="far", bytes=len(ARCHIVE) // 3, weak=("bytes",))
        assert "it sends more than" in said(far)


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    message = said(source_of(ARCHIVE, "http://127.0.0.1:9"))
    assert "Connection refused" in message
    assert "http://127.0.0.1:9/tiny_speech.tar.gz" in message
    assert "Without network: tl.speech.synthesize" in message

    def nobody_answers(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody_answers)
    message = said(source_of(ARCHIVE, "http://data.example"))
    assert "http://data.example/tiny_speech.tar.gz: Name or service not known" in message


def test_offline_touches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYLAB_OFFLINE", "1")
    how = Behaviour(ARCHIVE)
    with serving(how) as url:
        message = said(source_of(ARCHIVE, url))
    assert how.asked == []
    assert "TINYLAB_OFFLINE is set" in message
    assert url in message
    assert "tl.speech.synthesize" in message


def test_not_fetched_says_how() -> None:
    with pytest.raises(DataError, match=r"`tinylab data fetch vww_coco2014_96` fetches it \(234,810,765 bytes\)"):
        datasets.path("vww_coco2014_96")


class FullDisk:
    """A file that has room for so many bytes."""

    def __init__(self, file: Any, room: int) -> None:
        self.file, self.room = file, room

    def write(self, chunk: bytes) -> int:
        self.room -= len(chunk)
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return int(self.file.write(chunk))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def fill(monkeypatch: pytest.MonkeyPatch, suffix: str, room: int) -> None:
    """Files of that suffix find the disk full after so many bytes each."""
    true = Path.open

    def opened(self: Path, mode: str = "r", *more: Any) -> Any:
        file = true(self, mode, *more)
        return FullDisk(file, room) if self.suffix == suffix and mode in ("ab", "xb") else file

    monkeypatch.setattr(Path, "open", opened)


def test_a_disk_that_is_full_while_it_comes(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    how = Behaviour(ARCHIVE)
    with serving(how) as url:
        source = source_of(ARCHIVE, url)
        with monkeypatch.context() as full:
            fill(full, ".part", 100_000)
            message = said(source)
        assert f"{cache_folder}: the disk is full, and tiny_speech is not complete" in message
        assert "TINYLAB_CACHE" in message
        datasets.fetch(source)
    assert how.asked == [None, "bytes=100000-"]


def test_a_disk_that_is_full_while_it_is_unpacked(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    how = Behaviour(ARCHIVE)
    with serving(how) as url:
        source = source_of(ARCHIVE, url)
        with monkeypatch.context() as full:
            fill(full, ".wav", 10_000)
            assert "the disk is full" in said(source)
        assert left(cache_folder) == [".part"]
        datasets.fetch(source)
    assert how.asked == [None]  # what was downloaded served again


def test_too_little_room_is_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(how := Behaviour(ARCHIVE)) as url:
        message = said(source_of(ARCHIVE, url, bytes=10**18))
    assert "bytes are free and 1,000,000,000,000,000,000 are still to be fetched" in message
    assert how.asked == []


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    monkeypatch.setenv("TINYLAB_CACHE", str(tmp_path / "locked"))
    assert "Permission denied" in said(source_of(ARCHIVE, "http://127.0.0.1:9"))


def test_a_cache_folder_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TINYLAB_CACHE", str(tmp_path / "file"))
    assert "TINYLAB_CACHE" in said(source_of(ARCHIVE, "http://127.0.0.1:9"))


def child(archive: Path, url: str, output: Any = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CHILD, str(archive), url], cwd=ROOT, stdout=output,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def archive_file(tmp_path: Path) -> Path:
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(ARCHIVE)
    return path


def wait_for(what: Any) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def test_a_killed_download_leaves_nothing_that_looks_whole(archive_file: Path, cache_folder: Path) -> None:
    how = Behaviour(ARCHIVE, pause=threading.Event())
    with serving(how) as url:
        source = source_of(ARCHIVE, url)
        with child(archive_file, url) as killed:
            wait_for(lambda: any(entry.stat().st_size for entry in cache_folder.glob("*.part")))
            killed.kill()
        how.pause.set()  # type: ignore[union-attr]
        assert not datasets.is_fetched(source)
        assert left(cache_folder) == [".part"]
        datasets.fetch(source)
    assert how.asked[-1] is not None
    assert how.asked[-1] != "bytes=0-"
    assert datasets.verify(source).is_good


def test_a_process_killed_while_it_unpacks(archive_file: Path, cache_folder: Path) -> None:
    """What it left is removed, and what was downloaded is not fetched again."""
    with serving(how := Behaviour(ARCHIVE)) as url:
        source = source_of(ARCHIVE, url)
        with child(archive_file, url) as killed:
            assert killed.stdout is not None
            for line in killed.stdout:
                if line.startswith("unpacking"):
                    break
            killed.kill()
        if not datasets.is_fetched(source):  # the child may have been faster than the signal
            (cache_folder / f"{source.key}.unpacking" / "files").mkdir(parents=True, exist_ok=True)
            (cache_folder / f"{source.key}.unpacking" / "files" / "half.wav").touch()
        datasets.fetch(source)
    assert how.asked == [None]
    assert left(cache_folder) == [""]
    assert datasets.verify(source).is_good


def test_two_processes_fetch_once(archive_file: Path, tmp_path: Path) -> None:
    how = Behaviour(ARCHIVE, pause=threading.Event())
    outputs = [tmp_path / "first.txt", tmp_path / "second.txt"]
    waiting = "another process fetches tiny_speech 0"
    with serving(how) as url:
        children = []
        for output in outputs:
            with output.open("w") as file:
                children.append(child(archive_file, url, file))
        wait_for(lambda: how.asked and any(waiting in output.read_text() for output in outputs))
        how.pause.set()  # type: ignore[union-attr]
        for process in children:
            _, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
    assert how.asked == [None]
    first, second = (output.read_text().splitlines() for output in outputs)
    assert first[-1] == second[-1]
    assert (waiting in first) + (waiting in second) == 1


def test_verify_sees_what_changed(cache_folder: Path) -> None:
    with serving(Behaviour(ARCHIVE)) as url:
        source = source_of(ARCHIVE, url)
        folder = datasets.fetch(source)
    (folder / "yes" / "00000000_nohash_0.wav").write_bytes(b"changed")
    (folder / "yes" / "00000001_nohash_0.wav").unlink()
    (folder / "yes" / "mine.wav").touch()
    found = datasets.verify(source)
    assert not found.is_good
    assert found.changed == ("files/yes/00000000_nohash_0.wav",)
    assert found.missing == ("files/yes/00000001_nohash_0.wav",)
    assert found.extra == ("files/yes/mine.wav",)


def test_a_model_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    content = (zoo._MODELS / "kws_tiny_conv.tflite").read_bytes()
    with serving(Behaviour(content)) as url:
        source = source_of(content, url, kind="model", name="person_detect", urls=(f"{url}/a/b.tflite",))
        monkeypatch.setattr(fetching, "source", lambda _: source)
        assert len(datasets.model("person_detect").subgraphs[0].operators) == 4
        assert datasets.path(source).name == "b.tflite"
        assert datasets.verify(source).is_good


def test_a_data_set_is_no_model() -> None:
    with pytest.raises(DataError, match="is a data set"):
        datasets.model("speech_commands")
