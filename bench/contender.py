"""In a process of its own: one model on tinylab or on a peer, timed step by step as the parent (contest.py) asks.

    python -m bench.contender "LiteRT default" FILE

reads a request a line (a JSON list: a step of `Steps` and its number) and writes a reply a line: a list of figures, or
the text of a refusal.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.real_models import random_values
from tinylab.model import load_model

ARENA_BYTES = 16 << 20
MIB = 2**20


class Tinylab:
    def __init__(self) -> None:
        from tinylab import runtime

        self.package = runtime

    def load(self, data: bytes) -> None:
        self.model = load_model(data)

    def allocate(self) -> None:
        self.interpreter = self.interpreter_with(None)
        self.invoke = self.interpreter.invoke

    def interpreter_with(self, profiler: Any) -> Any:
        package = self.package
        interpreter = package.MicroInterpreter(self.model, package.AllOpsResolver(), ARENA_BYTES, profiler=profiler)
        interpreter.allocate_tensors()
        return interpreter

    def predict(self, inputs: list[NDArray[Any]], output_count: int) -> Any:
        return self.interpreter.predict(inputs)

    def set_input(self, index: int, value: NDArray[Any]) -> None:
        self.interpreter.input(index).data[...] = value

    def dispatch(self, rounds: int) -> list[float]:
        """Seconds of each invoke outside the kernels' functions, an operator; the profiler's own are among them.

        By the wall's clock, as the profiler's are.
        """
        profiler = self.package.MicroProfiler()
        interpreter = self.interpreter_with(profiler)
        outside = []
        for _ in range(rounds):
            profiler.clear_events()
            started = time.perf_counter()
            interpreter.invoke()
            taken = time.perf_counter() - started
            outside.append((taken - profiler.total_seconds()) / len(profiler.events))
        return outside


class Peer:
    """What the peers share: many samples are a loop of single ones."""

    invoke: Callable[[], object]
    set_input: Callable[[int, NDArray[Any]], object]
    output: Callable[[int], NDArray[Any]]

    def predict(self, inputs: list[NDArray[Any]], output_count: int) -> list[NDArray[Any]]:
        outputs: list[list[NDArray[Any]]] = [[] for _ in range(output_count)]
        for sample in zip(*inputs, strict=True):
            for index, value in enumerate(sample):
                self.set_input(index, value)
            self.invoke()
            for index, kept in enumerate(outputs):
                kept.append(self.output(index))
        return [np.stack(kept) for kept in outputs]

    def dispatch(self, rounds: int) -> list[float]:
        """A peer does not say what its kernels take."""
        return []


class Tflm(Peer):
    """The tflite-micro wheel. Its constructor loads and allocates."""

    def __init__(self) -> None:
        from tflite_micro.python.tflite_micro import runtime

        self.package = runtime

    def load(self, data: bytes) -> None:
        interpreter = self.package.Interpreter.from_bytes(data, arena_size=ARENA_BYTES)
        self.invoke, self.output = interpreter.invoke, interpreter.get_output
        self.set_input = lambda index, value: interpreter.set_input(value, index)

    def allocate(self) -> None:
        """Done by then."""


class Litert(Peer):
    def __init__(self, resolver: str) -> None:
        from ai_edge_litert import interpreter

        self.package = interpreter
        self.resolver = getattr(interpreter.OpResolverType, resolver)

    def load(self, data: bytes) -> None:
        self.interpreter = self.package.Interpreter(
            model_content=data, num_threads=1, experimental_op_resolver_type=self.resolver
        )

    def allocate(self) -> None:
        interpreter = self.interpreter
        interpreter.allocate_tensors()
        inputs = [detail["index"] for detail in interpreter.get_input_details()]
        outputs = [detail["index"] for detail in interpreter.get_output_details()]
        self.invoke = interpreter.invoke
        self.set_input = lambda index, value: interpreter.set_tensor(inputs[index], value)
        self.output = lambda index: interpreter.get_tensor(outputs[index])


CONTENDERS: dict[str, Callable[[], Any]] = {
    "tinylab": Tinylab,
    "TFLM": Tflm,
    "LiteRT reference": lambda: Litert("BUILTIN_REF"),
    "LiteRT default": lambda: Litert("AUTO"),
}


class Steps:
    """What the parent may ask for; each step gives its figures."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.data = name, data
        graph = load_model(data).subgraphs[0]
        self.output_count = len(graph.outputs)
        self.tensors = [graph.tensors[index] for index in graph.inputs]
        self.runtime = CONTENDERS[name]()
        self.samples: list[NDArray[Any]] = []

    def memory(self, count: int) -> list[float]:
        """[mebibytes at most while the model is loaded, allocated and run, beyond those of the runtime itself]."""
        self.inputs(count)
        before = forget_peak()
        self.ready(1)
        self.invoke(count)
        return [(memory_bytes("VmHWM") - before) / MIB]

    def ready(self, count: int) -> list[float]:
        """A fresh interpreter: [seconds to load, seconds to allocate], of the processor; the last of `count` stays."""
        for _ in range(count):
            self.runtime = CONTENDERS[self.name]()
            started = time.process_time()
            self.runtime.load(self.data)
            loaded = time.process_time()
            self.runtime.allocate()
            allocated = time.process_time()
        return [loaded - started, allocated - loaded]

    def invoke(self, count: int) -> list[float]:
        """[median seconds of the processor, of the wall's clock] of `count` invokes, without filling the input."""
        taken = []
        for sample in zip(*self.inputs(count), strict=True):
            for index, value in enumerate(sample):
                self.runtime.set_input(index, value)
            started = clocks()
            self.runtime.invoke()
            taken.append(clocks() - started)
        return list(np.median(taken, axis=0))

    def predict(self, count: int) -> list[float]:
        """[seconds of the processor, of the wall's clock, mebibytes at most beyond inputs and outputs]."""
        inputs = self.inputs(count)
        before, started = forget_peak(), clocks()
        outputs = self.runtime.predict(inputs, self.output_count)
        taken = clocks() - started
        output_bytes = sum(one.nbytes for one in (outputs if isinstance(outputs, list) else [outputs]))
        return [*taken, (memory_bytes("VmHWM") - before - output_bytes) / MIB]

    def dispatch(self, count: int) -> list[float]:
        """Seconds an operator outside the kernels, of `count` invokes."""
        return [statistics.median(outside)] if (outside := self.runtime.dispatch(count)) else []

    def inputs(self, count: int) -> list[NDArray[Any]]:
        """The same random samples whoever asks."""
        if not self.samples or len(self.samples[0]) != count:
            rng = np.random.default_rng(1)
            self.samples = [random_values(rng, tensor, count) for tensor in self.tensors]
        return self.samples


def clocks() -> NDArray[np.float64]:
    """Seconds that this process has had of the processor, and seconds by the wall's clock."""
    return np.array([time.process_time(), time.perf_counter()])


def forget_peak() -> int:
    """Have the kernel (Linux) count this process's peak from now on; the bytes that it has now.

    Memory that was freed goes back first: it would hide what is used anew.
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return memory_bytes("VmRSS")


def memory_bytes(field: str) -> int:
    """VmRSS: what this process has in memory; VmHWM: the most that it had (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(field))


def main(name: str, file: str) -> None:
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a peer prints is no reply
    steps: Steps | None = None
    for line in sys.stdin:
        step, number = json.loads(line)
        try:
            steps = steps or Steps(name, Path(file).read_bytes())
            reply = getattr(steps, step)(number)
        except Exception as error:  # whatever a peer raises on a model, it refuses that model
            reply = f"{type(error).__name__}: {error}"
        print(json.dumps(reply), file=replies)


if __name__ == "__main__":
    main(*sys.argv[1:])
