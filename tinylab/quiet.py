"""The one silencer of TensorFlow's noise.

TensorFlow, its converter and LiteRT speak in four places: file descriptors 1 and 2 (from C++, with times and
addresses among it), sys.stdout and sys.stderr (which Jupyter and pytest replace by objects of their own), three Python
loggers, and Python warnings. `silenced()` closes all four for a while and keeps what was said:

    with silenced() as captured:
        model_bytes = converter.convert()
    captured.text                       # what would have been printed

The silence is the whole process's: what another thread prints meanwhile is captured too.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import logging
import os
import re
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from typing import IO, Any, TextIO

from tinylab.errors import ExtraMissingError

_NOISY_LOGGERS = ("absl", "tensorflow", "keras")
_NOISY_MODULES = r"(tensorflow|keras|absl|google\.protobuf|ai_edge_litert|tensorboard|h5py|ml_dtypes|jax|flatbuffers)\b"
_NOTE_LINES = 20


class Captured:
    """What was written during one `silenced()`; it grows until the block ends.

    text: str, descriptors 1 and 2 and the Python streams in the order in which they were written.
    """

    def __init__(self, recorder: _Recorder) -> None:
        self._recorder: _Recorder | None = recorder
        self._start = recorder.size_bytes()
        self._text = ""

    @property
    def text(self) -> str:
        if self._recorder is not None:
            return self._recorder.text_from(self._start)
        return self._text

    def _finish(self) -> None:
        self._text = self.text
        self._recorder = None


@contextlib.contextmanager
def silenced() -> Iterator[Captured]:
    """Keep all that is written to descriptors 1 and 2, to sys.stdout and sys.stderr, TensorFlow's logs and warnings.

    Nests, and threads may overlap: the first to enter closes, the last to leave restores. Warnings that are not
    TensorFlow's are issued again afterwards. An exception passes through, with the last lines captured as its note.
    """
    with _LOCK:
        if _State.depth == 0:
            _State.recorder = _Recorder()
            _State.recorder.start()
        _State.depth += 1
        recorder = _State.recorder
    assert recorder is not None
    captured = Captured(recorder)
    try:
        yield captured
    except Exception as error:
        recorder.flush()
        lines = captured.text.strip().splitlines()[-_NOTE_LINES:]
        if lines and _State.depth == 1:
            error.add_note("While it was silenced, this was written:\n" + "\n".join(lines))
        raise
    finally:
        with _LOCK:
            recorder.flush()
            captured._finish()
            _State.depth -= 1
            if _State.depth == 0:
                _State.recorder = None
                recorder.stop()


@contextlib.contextmanager
def aloud() -> Iterator[None]:
    """Inside `silenced()`, be heard for a moment: for the progress lines of a training that is itself silenced."""
    with _LOCK:
        recorder = _State.recorder
        if recorder is None:
            yield
            return
        recorder.redirect(False)
        try:
            yield
        finally:
            recorder.redirect(True)


def set_tensorflow_environment() -> None:
    """Set what TensorFlow reads from the environment at its first import; a value that is already there stays.

    TF_CPP_MIN_LOG_LEVEL=2 (errors only), TF_ENABLE_ONEDNN_OPTS=0 (oneDNN sums in another order on another processor,
    and a seed then gives other weights), CUDA_VISIBLE_DEVICES="" (the models are small, and a GPU is not reproducible).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


def import_tensorflow(wanted_for: str = "training and converting") -> Any:
    """The module tensorflow, imported without noise (its Keras too, and its CPU device is started).

    Raises ExtraMissingError, naming tinylab[train], where TensorFlow is not installed.
    """
    set_tensorflow_environment()
    with silenced():
        try:
            import tensorflow
        except ModuleNotFoundError as error:
            if error.name != "tensorflow":
                raise
            raise ExtraMissingError("train", wanted_for) from error
        _ = tensorflow.keras.Model  # tf.keras is a lazy module: loaded here, its noise is not heard later
        tensorflow.zeros(1)  # the first tensor makes TensorFlow look for devices, and talk about them
    return tensorflow


class _Recorder:
    """One stretch of silence: an unnamed file in the place of descriptors 1 and 2, and all that must be put back."""

    def __init__(self) -> None:
        # Appending: a read moves no later write. stop() closes it.
        self._file: IO[bytes] = tempfile.TemporaryFile("a+b", buffering=0)  # noqa: SIM115
        self._saved_descriptors: dict[int, int] = {}
        self._saved_streams: dict[str, TextIO | None] = {}
        self._warnings: warnings.catch_warnings[list[warnings.WarningMessage]] = warnings.catch_warnings(record=True)
        self._recorded: list[warnings.WarningMessage] = []
        self._log_filter = _LogFilter(self)
        self._loggers: list[logging.Logger] = []

    def start(self) -> None:
        self.redirect(True)
        # A logger is not created here: absl must make its own, of its own class, when it is first imported.
        known = logging.root.manager.loggerDict
        self._loggers = [logger for name in _NOISY_LOGGERS if isinstance(logger := known.get(name), logging.Logger)]
        for logger in self._loggers:
            logger.addFilter(self._log_filter)
        recorded = self._warnings.__enter__()
        assert recorded is not None  # it records
        self._recorded = recorded
        warnings.filterwarnings("ignore", module=_NOISY_MODULES)

    def stop(self) -> None:
        self._warnings.__exit__(None, None, None)
        for logger in self._loggers:
            logger.removeFilter(self._log_filter)
        self.redirect(False)
        self._file.close()
        for warning in self._recorded:
            if not re.match(_NOISY_MODULES, warning.category.__module__):
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)

    def redirect(self, on: bool) -> None:
        """Descriptors 1 and 2 and the Python streams to the file (on) or back to where they were."""
        self.flush()
        if on:
            for descriptor in (1, 2):
                with contextlib.suppress(OSError):  # a process without a console has none to silence
                    self._saved_descriptors[descriptor] = os.dup(descriptor)
                    os.dup2(self._file.fileno(), descriptor)
            self._saved_streams = {"stdout": sys.stdout, "stderr": sys.stderr}
            for name, stream in self._saved_streams.items():
                _VALVES[name].open(stream, self)
                setattr(sys, name, _VALVES[name])
        else:
            for name, stream in self._saved_streams.items():
                _VALVES[name].close_to_recorder()
                if getattr(sys, name) is _VALVES[name]:  # unless somebody replaced it meanwhile
                    setattr(sys, name, stream)
            for descriptor, saved in self._saved_descriptors.items():
                os.dup2(saved, descriptor)
                os.close(saved)
            self._saved_descriptors = {}

    def flush(self) -> None:
        """Empty the buffers of Python's streams and of C's, so that text lands on the side where it was written."""
        for stream in (*self._saved_streams.values(), sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or None
                stream.flush()  # type: ignore[union-attr]
        with contextlib.suppress(OSError, AttributeError, TypeError):  # where the C library is not found so
            ctypes.CDLL(None).fflush(None)

    def write(self, text: str) -> None:
        os.write(self._file.fileno(), text.encode(errors="replace"))

    def size_bytes(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def text_from(self, start: int) -> str:
        self.flush()
        self._file.seek(start)
        return self._file.read().decode(errors="replace")


class _Valve(io.TextIOBase):
    """Stands in for sys.stdout or sys.stderr: writes to the recorder in a silence, to the present stream otherwise.

    A library first imported in a silence may keep it for ever (TensorFlow's log handler does), hence the second half.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._stream: TextIO | None = None
        self._recorder: _Recorder | None = None

    def open(self, stream: TextIO | None, recorder: _Recorder) -> None:
        self._stream, self._recorder = stream, recorder

    def close_to_recorder(self) -> None:
        self._stream, self._recorder = None, None

    def _target(self) -> Any:
        if self._stream is not None:
            return self._stream
        present = getattr(sys, self._name)
        return getattr(sys, f"__{self._name}__") if present is self else present

    def write(self, text: str) -> int:
        if self._recorder is not None:
            self._recorder.write(text)
        elif (target := self._target()) is not None:
            target.write(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        if self._recorder is None and (target := self._target()) is not None:
            target.flush()

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return int(self._target().fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._target(), name)


class _LogFilter(logging.Filter):
    """Takes a noisy logger's records away from its handlers, which may hold a stream from before the silence."""

    def __init__(self, recorder: _Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def filter(self, record: logging.LogRecord) -> bool:
        self._recorder.write(f"{record.levelname}:{record.name}:{record.getMessage()}\n")
        return False


class _State:
    """How deep the process is in silence. Guarded by _LOCK."""

    depth = 0
    recorder: _Recorder | None = None


_LOCK = threading.RLock()
_VALVES = {"stdout": _Valve("stdout"), "stderr": _Valve("stderr")}
