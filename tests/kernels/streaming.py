"""What the tests of the signal operators that keep samples from invoke to invoke share."""

from __future__ import annotations

import numpy as np

from tests.kernels.running import Array, interpreter_of
from tinylab.peers.tflm import TflmSession


def streamed(model: bytes, *inputs: Array) -> list[Array]:
    """Every output [N, *shape] over N invokes, seen to be the same again after a reset."""
    interpreter = interpreter_of(model)
    assert interpreter.is_stateful
    first = interpreter.predict(inputs)
    first = first if isinstance(first, list) else [first]
    outputs = [np.array(output) for output in first]
    interpreter.reset()
    again = interpreter.predict(inputs)
    again = again if isinstance(again, list) else [again]
    if len(outputs) == 1 or outputs[-1].all():  # a frame that is not valid is what was there before
        for one, other in zip(outputs, again, strict=True):
            np.testing.assert_array_equal(one, other, "a reset is not a new start")
    return outputs


def assert_streams_as_tflm(tflm: TflmSession, model: bytes, *inputs: Array) -> list[Array]:
    """Both give the same bytes in every invoke; where the last output says that a frame is not valid, only that."""
    ours, theirs = streamed(model, *inputs), tflm.run(model, inputs).require().outputs
    valid = ours[-1].reshape(-1) if len(ours) > 1 else np.ones(len(ours[0]), bool)
    for our, their in zip(ours, theirs, strict=True):
        assert our.dtype == their.dtype
        shown = valid if our is ours[0] else np.ones(len(our), bool)
        np.testing.assert_array_equal(our[shown].reshape(their[shown].shape), their[shown])
    return ours
