from __future__ import annotations

import importlib.util
import logging
import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from tinylab.errors import ExtraMissingError
from tinylab.quiet import aloud, import_tensorflow, set_tensorflow_environment, silenced


def _noise() -> None:
    """One line by each road: C (both descriptors), a child process, Python's two streams."""
    os.write(1, b"descriptor 1\n")
    os.write(2, b"descriptor 2\n")
    subprocess.run([sys.executable, "-c", "print('a child')"], check=True)
    print("stdout")
    print("stderr", file=sys.stderr)


LINES = ["descriptor 1", "descriptor 2", "a child", "stdout", "stderr"]


def test_everything_is_kept_in_order_and_nothing_is_heard(capfd: pytest.CaptureFixture[str]) -> None:
    with silenced() as captured:
        _noise()
        assert captured.text.splitlines() == LINES
    assert captured.text.splitlines() == LINES
    assert capfd.readouterr() == ("", "")


def test_streams_and_descriptors_are_restored(capfd: pytest.CaptureFixture[str]) -> None:
    before = (sys.stdout, sys.stderr, os.fstat(1), os.fstat(2), warnings.filters[:])
    with silenced():
        assert sys.stdout is not before[0]
    assert (sys.stdout, sys.stderr, os.fstat(1), os.fstat(2), warnings.filters[:]) == before
    _noise()
    heard = capfd.readouterr()
    assert sorted((heard.out + heard.err).split("\n")) == sorted([*LINES, ""])


def _open_descriptors() -> list[str]:
    folder = Path("/proc/self/fd")
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_descriptors_do_not_leak() -> None:
    with silenced():
        pass
    before = _open_descriptors()
    for _ in range(3):
        with silenced():
            pass
    assert _open_descriptors() == before


def test_what_python_buffered_before_is_heard(capfd: pytest.CaptureFixture[str]) -> None:
    sys.stdout.write("before ")
    with silenced():
        sys.stdout.write("inside")
    sys.stdout.write("after")
    assert capfd.readouterr().out == "before after"


def test_what_c_buffered_lands_on_its_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # it unbuffers C's stream too
    code = """
import ctypes
from tinylab.quiet import silenced
puts = ctypes.CDLL(None).puts
puts(b"before")
with silenced() as captured:
    puts(b"inside")
puts(b"after")
assert captured.text == "inside\\n", captured.text
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("before\nafter\n", "")


def test_an_exception_passes_with_the_text_as_its_note(capfd: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout

    def fail() -> None:
        with silenced(), silenced() as captured:
            os.write(2, b"the reason\n")
            raise ValueError(captured)

    with pytest.raises(ValueError, match="Captured") as caught:
        fail()
    assert sys.stdout is before
    assert caught.value.args[0].text == "the reason\n"
    assert caught.value.__notes__ == ["While it was silenced, this was written:\nthe reason"]
    assert capfd.readouterr() == ("", "")


def test_silences_nest(capfd: pytest.CaptureFixture[str]) -> None:
    with silenced() as outer:
        print("one")
        with silenced() as inner:
            print("two")
        print("three")
    print("four")
    assert inner.text == "two\n"
    assert outer.text == "one\ntwo\nthree\n"
    assert capfd.readouterr().out == "four\n"


def test_threads_may_leave_in_another_order(capfd: pytest.CaptureFixture[str]) -> None:
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with silenced():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with silenced():
        thread.start()
        assert entered.wait(10)
    os.write(1, b"still silent\n")
    leave.set()
    thread.join()
    os.write(1, b"heard\n")
    assert capfd.readouterr().out == "heard\n"


def test_aloud_is_heard_inside(capfd: pytest.CaptureFixture[str]) -> None:
    with silenced() as captured:
        print("one")
        with aloud():
            print("epoch 1")
            os.write(1, b"written\n")
        print("two")
    with aloud():
        print("three")
    assert captured.text == "one\ntwo\n"
    assert capfd.readouterr().out == "epoch 1\nwritten\nthree\n"


@pytest.mark.parametrize("name", ["absl", "tensorflow", "keras"])
def test_noisy_loggers_are_taken_from_their_handlers(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger(name)
    handler = logging.StreamHandler(sys.stderr)  # as TensorFlow's own: it holds the stream of before
    logger.addHandler(handler)
    try:
        with silenced() as captured:
            logger.error("noise")
        assert captured.text == f"ERROR:{name}:noise\n"
        logger.error("signal")
    finally:
        logger.removeHandler(handler)
    assert capfd.readouterr().err == "signal\n"


def test_loggers_are_not_created() -> None:
    # absl must create its logger itself, of its own class: an ordinary one in its place would break its import.
    code = "import logging, tinylab.quiet as quiet\nwith quiet.silenced(): assert not logging.root.manager.loggerDict"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_warnings_of_tensorflow_are_dropped_and_others_come_afterwards() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with silenced() as captured:
            warnings.warn_explicit("noise", UserWarning, "x.py", 1, module="tensorflow.lite.python.interpreter")
            warnings.warn("signal", RuntimeWarning, stacklevel=1)
            assert heard == []
    assert [str(one.message) for one in heard] == ["signal"]
    assert heard[0].filename == __file__
    assert captured.text == ""


def test_a_stream_kept_from_a_silence_works_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    with silenced() as captured:
        kept = sys.stderr
        handler = logging.StreamHandler()
        print("inside", file=kept)
    print("later", file=kept)
    handler.emit(logging.LogRecord("x", logging.ERROR, "x.py", 1, "logged", (), None))
    assert captured.text == "inside\n"
    assert capfd.readouterr().err == "later\nlogged\n"


def test_the_environment_keeps_what_the_user_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    set_tensorflow_environment()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "2"
    assert os.environ["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0"


def test_absent_tensorflow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.setenv(name, "0")

    class Absent:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "tensorflow":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(ExtraMissingError, match=r"tinylab\[train\]") as caught:
        import_tensorflow("training")
    assert caught.value.extra == "train"


def _run_in_a_kernel(*cells: str) -> list[list[dict[str, str]]]:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell["outputs"] for cell in notebook["cells"]]


@pytest.mark.filterwarnings("ignore")  # of jupyter_client and zmq, which are not ours
def test_in_a_notebook_nothing_reaches_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where it sees pytest's variable, the kernel does not watch the descriptors; in JupyterLab it does.
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    noise = 'import os, sys; os.write(1, b"one\\n"); os.write(2, b"two\\n"); os.system("echo three"); print("four")'
    outputs = _run_in_a_kernel(
        f"import time; from tinylab.quiet import silenced\nwith silenced() as captured:\n    {noise}\ntime.sleep(0.5)",
        "print(captured.text)",
        f"{noise}\ntime.sleep(0.5)",
    )
    assert outputs[0] == []
    assert outputs[1][0]["text"].split() == ["one", "two", "three", "four"]
    assert sorted("".join(output["text"] for output in outputs[2]).split()) == ["four", "one", "three", "two"]


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="needs tinylab[train]")
def test_tensorflow_itself_is_silent() -> None:
    code = """
from tinylab.quiet import import_tensorflow, silenced
tf = import_tensorflow()
with silenced() as captured:
    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.Dense(3, input_shape=(4,)), layers.Dense(2)])  # a Keras warning
    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()  # prints, and C++ logs
    tf.lite.Interpreter(model_content=content)  # a deprecation warning
    tf.get_logger().warning("noise")
assert "Saved artifact" in captured.text and "WARNING:tensorflow:noise" in captured.text, captured.text
print("done")
tf.get_logger().warning("heard")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("done\n", 0), done.stderr
    assert set(done.stderr.splitlines()) == {"WARNING:tensorflow:heard"}
