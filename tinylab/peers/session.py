"""One child process that runs a peer, watched from outside: it may crash, hang, or write where it likes."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from tinylab.peers.messages import Message, read_message, write_message
from tinylab.peers.results import PeerRefusal, PeerRun, PeerStatus, RefusalReason

TIMEOUT_SECONDS = 120.0
_PROJECT = Path(__file__).resolve().parents[2]  # where the child finds this same tinylab
_MESSAGE_LETTERS = 300


class Peer(NamedTuple):
    """What there is to know of a peer before it is started. engine: the module that runs it in the worker."""

    name: str
    engine: str
    package: str
    distribution: str
    install_hint: str

    def status(self) -> PeerStatus:
        """Installed or not, without importing it."""
        try:
            version = importlib.metadata.version(self.distribution) if importlib.util.find_spec(self.package) else ""
        except (importlib.metadata.PackageNotFoundError, ValueError):
            version = ""
        return PeerStatus(self.name, self.package, version, "" if version else self.install_hint)


class PeerSession:
    """A worker that serves one run after another: the cost of starting it is paid once. Use it in a `with` statement.

    A worker that died or was ended is replaced at the next run. One that dies after it has served others is replaced at
    once and the same run tried again, so that no model is blamed for what an earlier one damaged.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._worker: _Worker | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker. The session can be used again: it then starts another."""
        with self._lock:
            self._drop_worker()

    @property
    def process_id(self) -> int | None:
        """The worker's process, or None where there is none now."""
        return self._worker.process.pid if self._worker is not None else None

    def _ask(
        self, options: dict[str, Any], arrays: Sequence[NDArray[Any]], timeout_seconds: float
    ) -> Message | PeerRefusal:
        """One request to the worker. Raises ValueError where the worker says that the request itself is wrong."""
        status = self._peer.status()
        if not status.is_available:
            return self._refusal("missing", "start", status.missing_because)
        with self._lock:
            is_used = self._worker is not None
            ending = self._exchange(options, arrays, timeout_seconds)
            if is_used and isinstance(ending, PeerRefusal) and ending.reason == "died":
                ending = self._exchange(options, arrays, timeout_seconds)
        return ending

    def _exchange(
        self, options: dict[str, Any], arrays: Sequence[NDArray[Any]], timeout_seconds: float
    ) -> Message | PeerRefusal:
        if self._worker is not None and self._worker.process.poll() is not None:
            self._drop_worker()  # it ended between two runs
        worker = self._worker = self._worker or _Worker(self._peer.engine)
        try:
            answer = worker.exchange(options, arrays, timeout_seconds)
        except BaseException:  # an interrupt: the answer would be taken for the next run's
            self._drop_worker()
            raise
        if answer is None:
            text = worker.log_text()
            self._drop_worker()
            return self._ended(worker, text, timeout_seconds)
        ended = answer.header["ended"]
        if ended == "misused":
            raise ValueError(answer.header["message"])
        if ended == "ran":
            return answer
        return self._refusal(ended, worker.phase, answer.header["message"], worker.log_text())

    def _ended(self, worker: _Worker, text: str, timeout_seconds: float) -> PeerRefusal:
        if worker.was_timed_out:
            return self._refusal("timed out", worker.phase, f"ended after {timeout_seconds:g} s", text)
        if worker.sent_no_message:
            return self._refusal("died", worker.phase, "its memory is damaged: it sent what is no message", text)
        code = worker.process.returncode
        name = _signal_name(code)
        return self._refusal("died", worker.phase, name or f"exit code {code}", text, name)

    def _refusal(
        self, reason: RefusalReason, phase: str, why: str, text: str = "", signal_name: str = ""
    ) -> PeerRefusal:
        where = "is missing" if reason == "missing" else f"{reason} (phase: {phase})"
        text = f"{why}\n{text}".strip()
        lines = "; ".join(line.strip() for line in text.splitlines() if line.strip())
        message = textwrap.shorten(f"{self._peer.name} {where}: {lines}", _MESSAGE_LETTERS, placeholder=" …")
        version = self._peer.status().version
        return PeerRefusal(self._peer.name, version, reason, phase, message, text, signal_name)

    def _drop_worker(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


class _Worker:
    """One process of tinylab.peers.worker, its two pipes, and the file that its descriptors 1 and 2 write to."""

    def __init__(self, engine: str) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile("a+b", buffering=0)  # noqa: SIM115 (closed by end)
        paths = [str(_PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            # -P: a file of the reader's own in the present folder must not stand in for a module of Python's.
            [sys.executable, "-P", "-W", "ignore", "-m", "tinylab.peers.worker", engine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self.phase = "start"
        self.was_timed_out = False
        self.sent_no_message = False
        self._log_start = 0
        self.end = weakref.finalize(self, _end_process, self.process, self._log)

    def exchange(
        self, options: dict[str, Any], arrays: Sequence[NDArray[Any]], timeout_seconds: float
    ) -> Message | None:
        """Send a request and wait for the message that ends it; None where the process ended first."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        watchdog = threading.Timer(timeout_seconds, self._time_out)
        watchdog.daemon = True
        watchdog.start()
        try:
            with contextlib.suppress(OSError):  # it is gone already: reading says so too
                write_message(self.process.stdin, options, arrays)
            while (message := read_message(self.process.stdout)) is not None and "phase" in message.header:
                self.phase = message.header["phase"]
                self._log_start = message.header["log_bytes"]
        except (ValueError, KeyError, TypeError, MemoryError, OverflowError):  # it writes what is no message
            self.sent_no_message = True
            self.process.kill()
            message = None
        finally:
            watchdog.cancel()
            watchdog.join()
        if message is None or self.was_timed_out:  # the second alone: the answer came at the last moment
            self.process.wait()
        return message

    def log_text(self) -> str:
        """What the worker's process has written since its present phase began."""
        self._log.seek(self._log_start)
        return self._log.read().decode(errors="replace")

    def _time_out(self) -> None:
        self.was_timed_out = True
        self.process.kill()


def _end_process(process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """End the process, which has nothing to save; leave no zombie and no open file."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # unsent bytes to a process that is gone
            pipe.close()  # type: ignore[union-attr]
    log.close()


def _signal_name(returncode: int | None) -> str:
    if returncode is None or returncode >= 0:
        return ""
    with contextlib.suppress(ValueError):
        return signal.Signals(-returncode).name
    return f"signal {-returncode}"


def as_inputs(inputs: NDArray[Any] | Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """One array [N, ...] an input, of equal N >= 1 (a bare array is the one input's). Raises ValueError."""
    arrays = [inputs] if isinstance(inputs, np.ndarray) else [np.asarray(values) for values in inputs]
    counts = {len(values) if values.ndim else 0 for values in arrays}
    if len(counts) > 1 or 0 in counts:
        raise ValueError(
            f"inputs must be one array [N, ...] an input, of equal N: got shapes {[a.shape for a in arrays]}"
        )
    return arrays


def as_run(peer: Peer, kernels: str, answer: Message, arena: Any) -> PeerRun:
    header, arrays = answer
    count = header["outputs"]
    tensors = dict(zip(header["tensors"], arrays[count:], strict=True))
    version = peer.status().version
    return PeerRun(peer.name, version, kernels, arrays[:count], tensors, arena, header["seconds_per_inference"])
