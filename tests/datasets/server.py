"""A small web server on this machine, with the faults that real ones have, and archives in the true layout."""

from __future__ import annotations

import contextlib
import hashlib
import io
import tarfile
import threading
import wave
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from tinylab.datasets import Source


@dataclass
class Behaviour:
    """What the server does. cut_after: bytes of each answer, then the connection closes; cuts: how often that happens.
    ranges: whether it goes on in the middle. declared: a Content-Length in place of the true one. pause: set to let a
    held answer go on."""

    content: bytes = b""
    cut_after: int | None = None
    cuts: int = 10**9
    ranges: bool = True
    status: int = 200
    declared: int | None = None
    has_length: bool = True
    pause: threading.Event | None = None
    asked: list[str | None] = field(default_factory=list)  # the Range of each request


class Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour

    def do_GET(self) -> None:
        how = self.behaviour
        asked = self.headers.get("Range")
        how.asked.append(asked)
        if how.status != 200:
            self.send_error(how.status)
            return
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked and how.ranges else 0
        if start and start >= len(how.content):
            self.send_error(416)
            return
        body = how.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(how.content) - 1}/{len(how.content)}")
        if how.has_length:
            self.send_header("Content-Length", str(how.declared if how.declared is not None else len(body)))
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client has seen enough
            self._send(body)

    def _send(self, body: bytes) -> None:
        how = self.behaviour
        if how.cut_after is not None and how.cuts > 0:
            how.cuts -= 1
            body = body[: how.cut_after]
        if how.pause is not None:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            how.pause.wait(30)
            body = body[len(body) // 2 :]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The address of a server that behaves so."""
    handler = type("Handler", (Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def source_of(content: bytes, url: str, name: str = "tiny_speech", **changes: object) -> Source:
    """A source whose size and checksum are those of the content."""
    known = Source(
        name=name,
        title="a small set",
        kind="speech",
        urls=(f"{url}/{name}.tar.gz",),
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        found="made here",
        weak=(),
        layout="WORD/SPEAKER_nohash_N.wav",
        licence="none",
        readme="speech_commands",
        instead='tl.speech.synthesize(["yes", "no"]) makes speech that needs no download',
        split="lists",
        classes=2,
        most_members=1000,
        most_unpacked_bytes=10_000_000,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def wav(samples: np.ndarray, rate: int = 16_000, width: int = 2) -> bytes:
    """samples [sample] or [sample, channel], as they are, in a wav."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(samples).tobytes())
    return written.getvalue()


def speech_files(seed: int = 0) -> dict[str, bytes]:
    """Noise for words, in the layout of Speech Commands, with its lists."""
    rng = np.random.default_rng(seed)

    def noise(count: int) -> bytes:
        return wav(rng.integers(-3000, 3000, count, dtype=np.int16))

    words = {f"{word}/{speaker:08x}_nohash_0.wav": noise(16_000) for word in ("no", "yes") for speaker in range(4)}
    return words | {
        "_background_noise_/hum.wav": noise(32_000),
        "validation_list.txt": b"no/00000001_nohash_0.wav\nyes/00000001_nohash_0.wav\n",
        "testing_list.txt": b"no/00000002_nohash_0.wav\nyes/00000002_nohash_0.wav\n",
        "README.md": b"about",
        "LICENSE": b"CC BY 4.0",
    }


def tar_of(files: Mapping[str, bytes], prefix: str = "./", extra: tuple[tarfile.TarInfo, ...] = ()) -> bytes:
    """A .tar.gz of these files, as Speech Commands is packed ("./" before the names)."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz", compresslevel=1) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(prefix + name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for info in extra:
            tar.addfile(info)
    return written.getvalue()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A .zip of these files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return written.getvalue()
