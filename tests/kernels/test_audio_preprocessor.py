"""The audio preprocessors, all of their signal operators one after another: every tensor is the real TFLM's."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from tests.kernels.running import Array
from tests.shared import SHARED, model_bytes, needs_shared
from tinylab.kernels import REGISTRATIONS
from tinylab.kernels.kernel_util import InvokeContext, Registration
from tinylab.model import Model, Operator, load_model
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import MicroInterpreter, MicroMutableOpResolver, arena_needs

pytestmark = needs_shared
FILES = ["audio_preprocessor_int8", "audio_preprocessor_float"]
TARGETS = ["x86-64/reference", "cortex-m4/reference"]


def stand_in(name: str, function: Callable[..., Array]) -> Registration:
    """For an element-wise operator that tinylab may not have yet."""

    def invoke(context: InvokeContext, node: Operator, data: None) -> None:
        inputs = [context.input_data(node, place) for place in range(len(node.inputs))]
        output = context.output_data(node, 0)
        output[...] = function(*inputs).reshape(output.shape).astype(output.dtype)

    return Registration(name, lambda context, node: None, invoke)


STAND_INS = {
    "CAST": stand_in("CAST", lambda x: x),
    "DIV": stand_in("DIV", lambda x, y: np.trunc(x / y)),
    "MINIMUM": stand_in("MINIMUM", np.minimum),
    "MAXIMUM": stand_in("MAXIMUM", np.maximum),
}


def interpreter_of(model: Model) -> MicroInterpreter:
    names = dict.fromkeys(operator.name for operator in model.subgraphs[0].operators)
    resolver = MicroMutableOpResolver(len(names))
    for name in names:
        resolver._add(name, REGISTRATIONS.get(name) or STAND_INS[name])
    return MicroInterpreter(model, resolver, 1 << 20)


def frames(rng: np.random.Generator) -> Array:
    """int16 [57, 1, 480]: noise at all levels, tones, silence, the extremes, a jump."""
    loud = rng.integers(-(2**15), 2**15, (12, 480))
    soft = rng.normal(size=(20, 480)) * 10 ** rng.uniform(0, 4, (20, 1))
    tones = 8000 * np.sin(np.arange(480) * rng.uniform(0, 3, (15, 1)))
    flat = np.array([0, 0, 0, 1, -1, 32767, -32768, -32768, 0, 5])[:, np.newaxis] * np.ones(480)
    return np.concatenate([loud, soft, tones, flat]).clip(-(2**15), 2**15 - 1).astype(np.int16)[:, np.newaxis]


def unwritten(model: Model) -> dict[int, slice]:
    """SignalEnergy leaves some frequencies as the arena had them; only those that it computes can be compared."""
    energy = next(operator for operator in model.subgraphs[0].operators if operator.name == "SignalEnergy")
    cast = next(operator for operator in model.subgraphs[0].operators if operator.inputs[0] == energy.outputs[0])
    return dict.fromkeys((energy.outputs[0], cast.outputs[0]), slice(5, 241))


@pytest.mark.parametrize("file", FILES)
def test_every_tensor_as_tflm(tflm: TflmSession, file: str) -> None:
    data = model_bytes(f"tflm/{file}.tflite")
    model, x = load_model(data), frames(np.random.default_rng(1))
    ours = interpreter_of(model).predict_every_tensor(x)
    theirs = tflm.run(data, [x], every_tensor=True).require()
    assert ours.keys() == theirs.tensors.keys()
    parts = unwritten(model)
    for index, values in ours.items():
        part = (slice(None), parts.get(index, ...))
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
    model = load_model(model_bytes(f"tflm/{file}.tflite"))
    interpreter = interpreter_of(model)
    x = frames(np.random.default_rng(2))[:20]
    expected = interpreter.predict(x)
    small = MicroInterpreter(model, interpreter._op_resolver, arena_needs(model).smallest_arena_bytes)
    np.testing.assert_array_equal(small.predict(x), expected)
