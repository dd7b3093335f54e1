"""`compare`: one table whose rows are programs that run the same model, and whose figures are measured in one go."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinylab.arena import ArenaNeeds, MemoryPlan
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.errors import DataError
from tinylab.model import Model, Tensor, load_model
from tinylab.peers import PeerRefusal, PeerRun, litert, tflm
from tinylab.runtime import MicroInterpreter, arena_needs, resolver_for
from tinylab.runtime.tensor_view import dequantize, quantize

TIMED_INVOKES = 25
WHEEL_TAIL_NOTE = "its tail holds the recording interpreter's own records too (a later TFLM commit)"


class KerasModel(Protocol):
    """What is used of a Keras model: `predict` on float32 [N, ...], and the number of its parameters."""

    def predict(self, x: Any, *, verbose: int) -> Any: ...
    def count_params(self) -> int: ...


@dataclass(frozen=True, eq=False)
class ComparisonRow:
    """One program.

    outputs: real numbers, float32 [N, classes], or None where the program did not run (then `note` says why).
    accuracy: of 1, None without labels. identical_to_tinylab: samples whose raw output vectors are the same bytes,
    None where they cannot be (float). same_class_as_tinylab: samples with the same most likely class. model_bytes: of
    the file, or 4 a parameter.
    head_bytes, tail_bytes: of the arena. seconds_per_inference: the median of one sample at a time.
    """

    program: str
    outputs: NDArray[np.float32] | None = None
    accuracy: float | None = None
    identical_to_tinylab: int | None = None
    same_class_as_tinylab: int | None = None
    model_bytes: int | None = None
    head_bytes: int | None = None
    tail_bytes: int | None = None
    seconds_per_inference: float | None = None
    note: str = ""

    @property
    def ran(self) -> bool:
        """Whether there are figures at all."""
        return self.outputs is not None

    @property
    def classes(self) -> NDArray[np.intp] | None:
        """The most likely class of each sample, [N]."""
        return None if self.outputs is None else np.argmax(self.outputs, axis=-1)

    @property
    def arena_used_bytes(self) -> int | None:
        """Head and tail together."""
        return None if self.head_bytes is None or self.tail_bytes is None else self.head_bytes + self.tail_bytes


@dataclass(frozen=True, eq=False)
class Comparison:
    """All rows over the same `sample_count` samples, tinylab's last. labels: class index of each sample, or None.

    plan, needs: the memory plan of `target` and the arena it needs.
    """

    model_name: str
    target: str
    sample_count: int
    class_names: tuple[str, ...]
    labels: NDArray[np.intp] | None
    rows: tuple[ComparisonRow, ...]
    plan: MemoryPlan
    needs: ArenaNeeds

    def row(self, program: str) -> ComparisonRow:
        """The row of a program, by the start of its name ("TFLM"); DataError lists the names."""
        for row in self.rows:
            if row.program.startswith(program):
                return row
        raise DataError(f"no row {program!r}: there are {', '.join(row.program for row in self.rows)}")

    def confusion(self, program: str) -> NDArray[np.int64]:
        """[true class, predicted class] counts of one row.

        DataError without labels or where the program did not run.
        """
        row = self.row(program)
        if self.labels is None or row.classes is None:
            raise DataError(f"{row.program} has no confusion matrix: {row.note or 'no labels were given'}")
        size = len(self.class_names)
        return np.bincount(self.labels * size + row.classes, minlength=size * size).reshape(size, size)


def compare(
    model: Model | bytes | str | Path,
    samples: ArrayLike,
    labels: Sequence[int] | NDArray[Any] | None = None,
    *,
    keras: KerasModel | None = None,
    class_names: Sequence[str] = (),
    target: str = DEFAULT_TARGET,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """Run `samples` through Keras (where given), LiteRT, the real TFLM and tinylab.

    model: a .tflite model of one input. samples: **real** numbers, [N, *shape of the input] (a leading 1 may be left
    out); Keras gets them as they are, the others quantized once, so that all three see the same integers. labels:
    class index a sample. Peers run in child processes; one that is missing, refuses or dies is a row that says so.
    progress: called with the name of each program before it runs.
    """
    loaded = model if isinstance(model, Model) else load_model(model)
    main = loaded.subgraphs[0]
    if len(main.inputs) != 1:
        raise DataError(f"compare takes a model with one input, and {loaded.name} has {len(main.inputs)}")
    input, output = main.tensors[main.inputs[0]], main.tensors[main.outputs[0]]
    real = np.asarray(samples, np.float32)
    quantized = quantize(input, real)
    say = progress or (lambda program: None)
    measure = _Measure(loaded, output, None if labels is None else np.asarray(labels, np.intp))

    say("tinylab")
    ours, plan = _tinylab_row(measure, quantized, target)
    rows = []
    if keras is not None:
        say("Keras")
        rows.append(_keras_row(measure, keras, real))
    say("LiteRT")
    rows.append(_peer_row(measure, "LiteRT", litert.run(bytes(loaded.data), quantized)))
    say("TFLM")
    rows.append(_peer_row(measure, "TFLM", tflm.run(bytes(loaded.data), quantized)))
    names = tuple(class_names) or tuple(str(i) for i in range(output.shape[-1] if output.shape else 1))
    return Comparison(
        loaded.name, target, len(real), names, measure.labels, (*rows, ours), plan, arena_needs(loaded, target)
    )


class _Measure:
    """Makes rows: knows the model, the labels, and tinylab's outputs once they are there."""

    def __init__(self, model: Model, output: Tensor, labels: NDArray[np.intp] | None) -> None:
        self.model = model
        self.output = output
        self.labels = labels
        self.ours: NDArray[Any] | None = None

    @property
    def kind(self) -> str:
        return self.output.type.name.lower()

    def row(self, program: str, raw: NDArray[Any], **figures: Any) -> ComparisonRow:
        """A row from raw outputs [N, *shape of the output], or float32 [N, classes] of Keras."""
        same_kind = self.ours is not None and raw.dtype == self.ours.dtype and raw.size == self.ours.size
        identical = None
        if same_kind and not program.startswith("Keras"):
            identical = int(np.sum(np.all(_rows(raw) == _rows(self.ours), axis=1)))
        real = _rows(dequantize(self.output, raw) if raw.dtype != np.float32 else raw)
        classes = np.argmax(real, axis=1)
        ours = classes if self.ours is None else np.argmax(_rows(self.ours), axis=1)
        accuracy = None if self.labels is None else float(np.mean(classes == self.labels))
        return ComparisonRow(program, real, accuracy, identical, int(np.sum(classes == ours)), **figures)


def _rows(outputs: NDArray[Any] | None) -> NDArray[Any]:
    assert outputs is not None
    return outputs.reshape(len(outputs), -1)


def _tinylab_row(measure: _Measure, quantized: NDArray[Any], target: str) -> tuple[ComparisonRow, MemoryPlan]:
    needs = arena_needs(measure.model, target)
    interpreter = MicroInterpreter(
        measure.model, resolver_for(measure.model), needs.smallest_arena_bytes, target=target
    )
    interpreter.allocate_tensors()
    outputs = interpreter.predict(quantized)
    measure.ours = outputs if isinstance(outputs, np.ndarray) else outputs[0]
    seconds = []
    for sample in quantized[:TIMED_INVOKES]:
        interpreter.input(0).data[...] = sample.reshape(interpreter.input(0).shape)
        start = time.perf_counter()
        interpreter.invoke()
        seconds.append(time.perf_counter() - start)
    row = measure.row(
        f"tinylab {measure.kind}",
        measure.ours,
        model_bytes=measure.model.bytes,
        head_bytes=needs.head_bytes,
        tail_bytes=needs.tail_bytes,
        seconds_per_inference=statistics.median(seconds),
        note=f"arena of {target}",
    )
    return row, interpreter.memory_plan


def _keras_row(measure: _Measure, keras: KerasModel, real: NDArray[np.float32]) -> ComparisonRow:
    outputs = np.asarray(keras.predict(real, verbose=0), np.float32)
    return measure.row("Keras float32", outputs, model_bytes=4 * keras.count_params(), note="4 bytes a parameter")


def _peer_row(measure: _Measure, peer: str, result: PeerRun | PeerRefusal) -> ComparisonRow:
    program = f"{peer} {measure.kind}"
    if not isinstance(result, PeerRun):
        return ComparisonRow(program, note=f"{result.reason}: {result.message}")
    arena = result.arena
    return measure.row(
        program,
        result.outputs[0],
        model_bytes=measure.model.bytes,
        head_bytes=None if arena is None else arena.head_bytes,
        tail_bytes=None if arena is None else arena.tail_bytes,
        seconds_per_inference=result.seconds_per_inference,
        note="no arena: it allocates as it goes" if arena is None else WHEEL_TAIL_NOTE,
    )
