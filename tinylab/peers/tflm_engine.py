"""In the worker: one request to the real TFLM, through the tflite-micro wheel's Python interpreter.

The wheel has two interpreters. The recording one is the oracle for outputs, time and arena. The one that preserves all
tensors gives them a place each, and is used for nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.python.tflite_micro import runtime

from tinylab.peers.graph import input_count, output_count, readable_tensors
from tinylab.peers.samples import Answer, run_for_tensors, run_samples

# Memory that is never touched costs nothing, and TFLM's figures do not depend on the size: so the first try is ample.
ARENA_BYTES_TRIED = (16 << 20, 256 << 20)

_OFFLINE_PLAN = b"OfflineMemoryAllocation"  # the name of the metadata in which a model brings one


class TflmEngine:
    def __init__(self, model: bytes, arena_bytes: int, config: Any) -> None:
        schema = runtime.schema_fb
        self._interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_bytes, intrepreter_config=config)
        details = [self._interpreter.get_input_details(index) for index in range(input_count(schema, model))]
        self.input_shapes = [tuple(int(size) for size in detail["shape"]) for detail in details]
        self.input_dtypes = [np.dtype(detail["dtype"]) for detail in details]
        self.output_count = output_count(schema, model)

    def set_input(self, index: int, value: NDArray[Any]) -> None:
        self._interpreter.set_input(value, index)

    def invoke(self) -> None:
        self._interpreter.invoke()

    def output(self, index: int) -> NDArray[Any]:
        return np.asarray(self._interpreter.get_output(index))

    def tensor(self, tensor_index: int) -> NDArray[Any]:
        return np.asarray(self._interpreter.GetTensor(tensor_index, 0)["tensor_data"])

    def reset(self) -> None:
        self._interpreter.reset()

    def allocations(self) -> str:
        """What print_allocations writes to descriptor 2, which in a worker is a file."""
        start = os.fstat(2).st_size
        self._interpreter.print_allocations()
        return os.pread(2, os.fstat(2).st_size - start, start).decode(errors="replace")


def run(model: bytes, inputs: Sequence[NDArray[Any]], options: dict[str, Any], answer: Answer) -> None:
    configs = runtime.InterpreterConfig
    engine, arena_bytes = _allocated(model, options["arena_bytes"], configs.kAllocationRecording, answer)
    answer.announce("invoke")
    run_samples(engine, inputs, options["reset_every"], answer)
    answer.facts = {"arena_bytes": arena_bytes, "allocations": engine.allocations()}
    if options["every_tensor"]:
        answer.announce("load")
        indices = readable_tensors(runtime.schema_fb, model)
        # The planner that keeps every tensor knows no offline plan and fails without a word where a model brings one.
        without_plan = model.replace(_OFFLINE_PLAN, b"-" * len(_OFFLINE_PLAN))
        keeper, _ = _allocated(without_plan, None, configs.kPreserveAllTensors, answer)
        run_for_tensors(keeper, inputs, options["reset_every"], indices, answer)
    answer.announce("release")


def _allocated(model: bytes, arena_bytes: int | None, config: Any, answer: Answer) -> tuple[TflmEngine, int]:
    """An engine in an arena of that size or, where none is asked, in the first of ARENA_BYTES_TRIED that is enough."""
    *smaller, largest = ARENA_BYTES_TRIED if arena_bytes is None else (arena_bytes,)
    for size in smaller:
        answer.announce("allocate")
        start = os.fstat(2).st_size
        try:
            return TflmEngine(model, size, config), size
        except RuntimeError:
            if b"missing: " not in os.pread(2, os.fstat(2).st_size - start, start):
                raise  # not for want of memory
    answer.announce("allocate")
    return TflmEngine(model, largest, config), largest
