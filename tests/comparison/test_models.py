"""compare: rows, agreement, and peers that are missing, refuse or die."""

from __future__ import annotations

import numpy as np
import pytest

import tinylab as tl
from tests.builder import TensorSpec, single_operator
from tests.comparison.networks import FEATURES, KerasLike, float_network, int8_network, samples
from tinylab import peers
from tinylab.comparison import models
from tinylab.errors import DataError
from tinylab.model.options import AddOptions
from tinylab.peers import PeerRefusal, PeerRun
from tinylab.runtime.tensor_view import quantize

needs_wheel = pytest.mark.skipif(
    not peers.tflm.PEER.status().is_available, reason="the tflite-micro wheel is not installed (Linux x86-64 only)"
)


def _labels(x: np.ndarray) -> np.ndarray:
    """What the float network says, so that Keras is always right."""
    return np.argmax(KerasLike().predict(x, verbose=0), axis=1)


def _no_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = PeerRefusal("LiteRT", "", "missing", "start", "ai-edge-litert is not installed")
    for peer in (models.litert, models.tflm):
        monkeypatch.setattr(peer, "run", lambda *args, **kwargs: refusal)


@needs_wheel
def test_all_programs_run_and_the_real_tflm_agrees_to_the_byte() -> None:
    x = samples()
    comparison = tl.compare(int8_network(), x, _labels(x), keras=KerasLike(), class_names=("a", "b", "c"))
    assert [row.program for row in comparison.rows] == ["Keras float32", "LiteRT int8", "TFLM int8", "tinylab int8"]
    assert all(row.ran for row in comparison.rows)
    assert comparison.row("Keras").accuracy == 1.0
    ours, real = comparison.row("tinylab"), comparison.row("TFLM")
    assert real.identical_to_tinylab == len(x)
    assert ours.identical_to_tinylab == len(x)
    assert real.head_bytes == ours.head_bytes == comparison.plan.head_bytes
    assert real.tail_bytes is not None
    assert ours.tail_bytes is not None
    assert real.tail_bytes > ours.tail_bytes
    assert ours.arena_used_bytes == comparison.needs.used_bytes
    assert ours.model_bytes == len(int8_network())
    assert comparison.row("Keras").model_bytes == 4 * KerasLike().count_params()
    assert comparison.row("Keras").identical_to_tinylab is None


@needs_wheel
def test_agreement_counts_samples_whose_vectors_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer with one byte wrong in 2 of 60 samples agrees on 58."""
    real_run = models.tflm.run

    def wrong(model: bytes, inputs: np.ndarray) -> PeerRun:
        run = real_run(model, inputs).require()
        outputs = run.outputs[0].copy()
        outputs[7, 0, 1] ^= 1
        outputs[31, 0, 2] ^= 1
        return PeerRun(run.peer, run.version, run.kernels, (outputs,), {}, run.arena, run.seconds_per_inference)

    monkeypatch.setattr(models.tflm, "run", wrong)
    assert tl.compare(int8_network(), samples()).row("TFLM").identical_to_tinylab == 58


def test_a_peer_that_refuses_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_peers(monkeypatch)
    comparison = tl.compare(int8_network(), samples())
    row = comparison.row("LiteRT")
    assert not row.ran
    assert row.note == "missing: ai-edge-litert is not installed"
    assert row.accuracy is None
    assert comparison.row("tinylab").ran


def test_tinylab_row_is_what_the_interpreter_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_peers(monkeypatch)
    x = samples()
    model = tl.load_model(int8_network())
    interpreter = tl.MicroInterpreter(model, tl.AllOpsResolver(), 1 << 14)
    raw = interpreter.predict(quantize(model.subgraphs[0].tensors[0], x))
    row = tl.compare(model, x).row("tinylab")
    np.testing.assert_array_equal(row.outputs, (raw[:, 0].astype(np.float32) + 128) / np.float32(256))
    assert row.accuracy is None
    assert row.same_class_as_tinylab == len(x)


def test_confusion_counts_every_sample_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_peers(monkeypatch)
    x = samples()
    labels = _labels(x)
    comparison = tl.compare(int8_network(), x, labels, class_names=("a", "b", "c"))
    counts = comparison.confusion("tinylab")
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(labels, minlength=3))
    assert np.trace(counts) == round(comparison.row("tinylab").accuracy * len(x))
    with pytest.raises(DataError, match="no row 'Torch': there are LiteRT int8, TFLM int8, tinylab int8"):
        comparison.row("Torch")
    with pytest.raises(DataError, match="has no confusion matrix: missing: ai-edge-litert"):
        comparison.confusion("TFLM")


def test_a_float_model_is_compared_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_peers(monkeypatch)
    x = samples()
    row = tl.compare(float_network(), x, _labels(x)).row("tinylab")
    assert row.program == "tinylab float32"
    assert row.accuracy == 1.0


def test_a_model_with_two_inputs_is_refused() -> None:
    pair = TensorSpec((1, 2), "FLOAT32")
    two = single_operator("ADD", [pair, pair], [pair], AddOptions())
    with pytest.raises(DataError, match=r"one input, and .* has 2"):
        tl.compare(two, np.zeros((1, FEATURES), np.float32))
