"""One-operator models run on tinylab and on the real TFLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.refusals import our_cause, their_cause
from tinylab.errors import InvokeError, PrepareError
from tinylab.model import load_model
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import AllOpsResolver, MicroInterpreter

Array = NDArray[Any]
ARENA_BYTES = 1 << 20


def interpreter_of(model: bytes) -> MicroInterpreter:
    """Its tensors allocated."""
    interpreter = MicroInterpreter(load_model(model), AllOpsResolver(), ARENA_BYTES)
    interpreter.allocate_tensors()
    return interpreter


def outputs_of(model: bytes, *inputs: Array) -> list[Array]:
    """Every output [N, *shape] of `predict`, seen to be the same as N invokes'."""
    interpreter = interpreter_of(model)
    outputs = interpreter.predict(inputs)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    for sample in range(len(outputs[0])):
        for index, values in enumerate(inputs):
            interpreter.input(index).data[...] = values[sample]
        interpreter.invoke()
        for index, output in enumerate(outputs):
            np.testing.assert_array_equal(interpreter.output(index).data, output[sample], "predict is not N invokes")
    return outputs


def assert_as_tflm(tflm: TflmSession, model: bytes, *inputs: Array) -> None:
    """Both give the same bytes."""
    theirs = tflm.run(model, inputs).require().outputs
    for our, their in zip(outputs_of(model, *inputs), theirs, strict=True):
        assert our.dtype == their.dtype
        np.testing.assert_array_equal(our.reshape(their.shape), their)


def refusal_of(model: bytes) -> tuple[str, str]:
    """(phase, message) of tinylab's refusal: "allocate" where Prepare refuses, "invoke" where Invoke fails."""
    try:
        interpreter = interpreter_of(model)
    except PrepareError as error:
        return "allocate", str(error)
    with pytest.raises(InvokeError) as caught:
        interpreter.predict(zeros_for(model))
    return "invoke", str(caught.value)


def assert_refused_as_tflm(tflm: TflmSession, model: bytes) -> None:
    """Both refuse, at the same moment, for the same cause."""
    theirs, (phase, message) = tflm.run(model, zeros_for(model)), refusal_of(model)
    assert not theirs.ran
    assert theirs.reason == "refused", theirs.text
    assert theirs.phase == phase, theirs.text
    assert their_cause(theirs.text) == our_cause(message), f"{message}; and TFLM: {theirs.text}"


def zeros_for(model: bytes) -> list[Array]:
    """One sample of zeros for each of the model's inputs."""
    graph = load_model(model).subgraphs[0]
    return [np.zeros((1, *graph.tensors[index].shape), graph.tensors[index].dtype) for index in graph.inputs]


def random_values(rng: np.random.Generator, dtype: str, *shape: int) -> Array:
    """Over the whole range of an integer type, its ends among them; floats from the normal distribution."""
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    values = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    at_an_end = rng.random(shape) < 0.1
    return np.where(at_an_end, rng.choice(np.array([limits.min, limits.max], dtype), shape), values).astype(dtype)
