"""The test vector: inputs, and the output bytes that tinylab's runtime gives for them, which are the real TFLM's."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import ResolverError
from tinylab.model import Model, Tensor
from tinylab.runtime import MicroInterpreter, MicroOpResolver, arena_needs, resolver_for
from tinylab.runtime.batch import Inputs, check_inputs

# Of the samples that are made up: many of a small input, one of a large one.
MOST_SAMPLES = 8
MOST_BYTES = 2048


class SelfTest(NamedTuple):
    """sample_count; inputs, outputs: the bytes of all samples, one after another, a graph input or output each.

    A model with state takes the samples in this order, from its first state.
    """

    sample_count: int
    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]


def self_test(model: Model, inputs: Inputs | None = None, op_resolver: MicroOpResolver | None = None) -> SelfTest | str:
    """What `model` answers to `inputs` ([N, *shape], as `predict` takes them), or to made-up samples.

    Where tinylab lacks a kernel, there are no expected bytes: then it returns the reason. PrepareError and InvokeError
    where TFLM refuses the model too. op_resolver: with kernels of one's own; a kernel that it lacks is a ResolverError.
    """
    try:
        resolver = resolver_for(model) if op_resolver is None else op_resolver
    except ResolverError as error:
        return f"tinylab has no kernel for {error.operator_name}"
    needs = arena_needs(model, op_resolver=resolver)
    interpreter = MicroInterpreter(model, resolver, needs.smallest_arena_bytes)
    tensors = [model.subgraphs[0].tensors[index] for index in model.subgraphs[0].inputs]
    if inputs is None:
        sample_count = min(MOST_SAMPLES, max(1, MOST_BYTES // max(1, sum(tensor.bytes for tensor in tensors))))
        inputs = [_made_up(model, tensor, sample_count) for tensor in tensors]
    feeds = check_inputs(tensors, inputs)
    answers = interpreter.predict(feeds)
    outputs = [answers] if isinstance(answers, np.ndarray) else answers
    sample_count = len(feeds[0]) if feeds else 1
    return SelfTest(
        sample_count, tuple(feed.tobytes() for feed in feeds), tuple(output.tobytes() for output in outputs)
    )


def _made_up(model: Model, tensor: Tensor, sample_count: int) -> NDArray[Any]:
    """[N, *shape]: integers over their whole range, floats from -1 to 1. Made of the model's hash: always the same."""
    dtype, shape = tensor.dtype, (sample_count, *tensor.shape)
    drawn = np.dtype({"f": "<i2", "b": "u1"}.get(dtype.kind, dtype.str))
    seed = hashlib.shake_128(f"{model.sha256} {tensor.index}".encode())
    values: NDArray[Any] = np.frombuffer(
        seed.digest(drawn.itemsize * sample_count * tensor.element_count), drawn
    ).reshape(shape)
    if dtype.kind == "f":
        return (values / 32768).astype(dtype)
    return (values & 1).astype(dtype) if dtype.kind == "b" else values
