"""What the tests of the signal operators that keep samples from invoke to invoke share."""

from __future__ import annotations

import numpy as np

from tests.kernels.running import Array, interpreter_of


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


def valid_frames(outputs: list[Array], _: object) -> list[Array]:
    """The frames of those samples whose last output says that they are valid, and what it says."""
    valid = outputs[-1].reshape(-1)
    return [outputs[0][valid], valid]
