"""The audio preprocessors, all of their signal operators one after another: every tensor is the real TFLM's."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.kernels.running import Array, interpreter_of
from tests.kernels.signal_models import stale_bins
from tests.shared import SHARED, model_bytes, needs_shared
from tinylab.model import load_model
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import AllOpsResolver, MicroInterpreter, arena_needs

pytestmark = needs_shared
FILES = ["audio_preprocessor_int8", "audio_preprocessor_float"]
TARGETS = ["x86-64/reference", "cortex-m4/reference"]


def frames(rng: np.random.Generator) -> Array:
    """int16 [57, 1, 480]: noise at all levels, tones, silence, the extremes, a jump."""
    loud = rng.integers(-(2**15), 2**15, (12, 480))
    soft = rng.normal(size=(20, 480)) * 10 ** rng.uniform(0, 4, (20, 1))
    tones = 8000 * np.sin(np.arange(480) * rng.uniform(0, 3, (15, 1)))
    flat = np.array([0, 0, 0, 1, -1, 32767, -32768, -32768, 0, 5])[:, np.newaxis] * np.ones(480)
    return np.concatenate([loud, soft, tones, flat]).clip(-(2**15), 2**15 - 1).astype(np.int16)[:, np.newaxis]


@pytest.mark.parametrize("file", FILES)
def test_every_tensor_as_tflm(tflm: TflmSession, file: str) -> None:
    data = model_bytes(f"tflm/{file}.tflite")
    interpreter, x = interpreter_of(data), frames(np.random.default_rng(1))
    ours = interpreter.predict_every_tensor(x)
    theirs = tflm.run(data, [x], every_tensor=True).require()
    assert ours.keys() == theirs.tensors.keys()
    stale = stale_bins(interpreter.main)
    assert [places.sum() for places in stale.values()] == [257 - (241 - 5)] * 2
    for index, values in ours.items():
        part = (slice(None), ~stale[index] if index in stale else ...)
        np.testing.assert_array_equal(values[part], theirs.tensors[index].reshape(values.shape)[part], str(index))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("file", FILES)
def test_the_arena_is_the_measured_one(file: str, target: str) -> None:
    path = SHARED / "measurements" / f"arena_{target.replace('/', '_')}.json"
    measured = json.loads(path.read_text())["models"][file]
    needs = arena_needs(load_model(model_bytes(f"tflm/{file}.tflite")), target)
    assert (needs.head_bytes, needs.tail_bytes) == (measured["head_bytes"], measured["tail_bytes"])
    assert needs.smallest_arena_bytes == measured["min_arena_bytes_multiple_of_16"]


@pytest.mark.parametrize("file", FILES)
def test_it_runs_in_the_smallest_arena(file: str) -> None:
    data = model_bytes(f"tflm/{file}.tflite")
    x = frames(np.random.default_rng(2))[:20]
    expected = interpreter_of(data).predict(x)
    model = load_model(data)
    small = MicroInterpreter(model, AllOpsResolver(), arena_needs(model).smallest_arena_bytes)
    np.testing.assert_array_equal(small.predict(x), expected)
