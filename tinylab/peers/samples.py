"""In the worker: samples through a peer's engine, the same way for every peer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Engine(Protocol):
    """A model that one peer has loaded and allocated."""

    input_shapes: list[tuple[int, ...]]
    input_dtypes: list[np.dtype[Any]]
    output_count: int

    def set_input(self, index: int, value: NDArray[Any]) -> None: ...
    def invoke(self) -> None: ...
    def output(self, index: int) -> NDArray[Any]: ...
    def tensor(self, tensor_index: int) -> NDArray[Any]: ...
    def reset(self) -> None: ...


class MisuseError(Exception):
    """The request itself is wrong (an input of another shape): the caller's error and not the peer's."""


class Answer:
    """What an engine module fills in while it runs one request."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        self.announce = announce
        self.outputs: list[NDArray[Any]] = []
        self.tensors: dict[int, NDArray[Any]] = {}
        self.seconds_per_inference = 0.0
        self.facts: dict[str, Any] = {}


def run_samples(engine: Engine, inputs: Sequence[NDArray[Any]], reset_every: int, answer: Answer) -> None:
    """Every sample through the engine, in order: its outputs and the median time of invoke into the answer."""
    samples = _samples(engine, inputs)
    outputs: list[list[NDArray[Any]]] = [[] for _ in range(engine.output_count)]
    seconds = []
    for number, sample in enumerate(samples):
        _place(engine, number, sample, reset_every)
        start = time.perf_counter()
        engine.invoke()
        seconds.append(time.perf_counter() - start)
        for index, kept in enumerate(outputs):
            kept.append(np.array(engine.output(index)))
    answer.outputs = [np.stack(kept) for kept in outputs]
    answer.seconds_per_inference = statistics.median(seconds)


def run_for_tensors(
    engine: Engine, inputs: Sequence[NDArray[Any]], reset_every: int, indices: Sequence[int], answer: Answer
) -> None:
    """Every sample through an engine that keeps all its tensors: those tensors into the answer."""
    kept: dict[int, list[NDArray[Any]]] = {index: [] for index in indices}
    for number, sample in enumerate(_samples(engine, inputs)):
        _place(engine, number, sample, reset_every)
        answer.announce("invoke")
        engine.invoke()
        answer.announce("read tensors")
        for index in list(kept):
            kept[index].append(np.array(engine.tensor(index)))
    answer.tensors = {index: np.stack(values) for index, values in kept.items()}


def _samples(engine: Engine, inputs: Sequence[NDArray[Any]]) -> list[list[NDArray[Any]]]:
    """For each sample, its inputs in the shapes that the model has. No inputs at all: one sample."""
    if len(inputs) != len(engine.input_shapes):
        raise MisuseError(f"the model has {len(engine.input_shapes)} inputs and {len(inputs)} were given")
    shaped = []
    for index, (values, shape, dtype) in enumerate(zip(inputs, engine.input_shapes, engine.input_dtypes, strict=True)):
        if values.dtype != dtype:
            raise MisuseError(f"input {index} is {dtype} and {values.dtype} was given")
        if values[0].size != int(np.prod(shape, dtype=np.int64)):
            raise MisuseError(f"input {index} has shape {shape} and samples of shape {values.shape[1:]} were given")
        shaped.append(values.reshape(len(values), *shape))
    return [list(sample) for sample in zip(*shaped, strict=True)] if shaped else [[]]


def _place(engine: Engine, number: int, sample: list[NDArray[Any]], reset_every: int) -> None:
    if number and reset_every and number % reset_every == 0:
        engine.reset()
    for index, value in enumerate(sample):
        engine.set_input(index, value)
