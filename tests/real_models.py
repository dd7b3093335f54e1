"""Real models on tinylab and on the real TFLM: outputs, every intermediate tensor, the arena's head.

    python -m tests.real_models [part of a file name ...]

prints a line a model, the totals, and every exception with its cause; tests/test_real_models.py asserts the same. The
models are all of the shared ones: those that the real TFLM runs, and those that it refuses.
"""

from __future__ import annotations

import collections
import dataclasses
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests import refusals
from tests.kernels.signal_models import stale_bins
from tests.refusals import Refusal
from tests.shared import SHARED, model_bytes, model_index
from tinylab.model import Subgraph, Tensor, load_model
from tinylab.peers.results import PeerRun
from tinylab.peers.tflm import TflmSession, session
from tinylab.runtime import AllOpsResolver, MicroInterpreter

SAMPLES = 16
INVOKES = 8  # of a model with state, for each sample, from a reset on
FLOAT_TOLERANCE = 1e-5  # of the largest magnitude in the real TFLM's tensor
ARENA_BYTES = 64 << 20
ARENA_PLAN = b"OfflineMemoryAllocation"
STALE = "SignalEnergy leaves the bins it does not need as the arena had them: those are not compared"
PLANNED = (
    "brings its own arena plan, under which no tensor outlives its use: every tensor is that of a run without it, and "
    "only outputs and head, of 2 samples, are those of the model as it is"
)
ORDER, LIBRARY = "adds float32 in another order", "exp and tanh are C's there and NumPy's here"
INEXACT = {  # operators whose float32 results may differ from the real TFLM's in the last bits, and why
    "AVERAGE_POOL_2D": ORDER,
    "CONV_2D": ORDER,
    "DEPTHWISE_CONV_2D": ORDER,
    "FULLY_CONNECTED": ORDER,
    "LOGISTIC": LIBRARY,
    "SOFTMAX": LIBRARY,
    "TRANSPOSE_CONV": ORDER,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": LIBRARY,
}
DATA_SETS = {
    "mlperf_tiny/kws_ref_model.tflite": "kws01/kws01_mfcc_int8.npz",
    "mlperf_tiny/vww_96_int8.tflite": "person_cc/person_cc_96x96.npz",
    "tflm/person_detect.tflite": "person_cc/person_cc_96x96.npz",
}


class Comparison(NamedTuple):
    """One model on both. differences: a line for each thing that is not equal; () where all is.

    invokes: how many were run, of a model with state INVOKES a sample; tensors: how many computed tensors were
    compared, outputs among them; values: their elements, all invokes together; float_error: the largest difference of
    a float32 tensor, as a fraction of that tensor's largest magnitude; exceptions: the causes for which something was
    not compared to the last bit.
    """

    file: str
    samples: int
    invokes: int
    tensors: int
    values: int
    float_error: float
    head_bytes: int
    differences: tuple[str, ...]
    exceptions: tuple[str, ...]


def entries(*, invokes: bool) -> list[dict[str, Any]]:
    """The shared models that the real TFLM runs, or does not; large ones first."""
    return sorted((e for e in model_index() if e["tflm"]["invokes"] == invokes), key=work, reverse=True)


def work(entry: dict[str, Any]) -> int:
    """Roughly how long a model takes: large inputs and large files."""
    return int(entry["bytes"] + 20 * sum(np.prod(one["shape"]) for one in entry["inputs"]))


def compare(file: str, tflm: TflmSession, samples: int = SAMPLES) -> Comparison:
    """Run `samples` random inputs through both and compare everything that is computed."""
    data = model_bytes(file)
    interpreter = interpreter_of(data)
    invokes = INVOKES if interpreter.is_stateful else 1
    inputs = random_inputs(interpreter, samples * invokes, seed=zlib.crc32(file.encode()))
    theirs = run_for_every_tensor(tflm, data, inputs, invokes)
    ours = every_tensor(interpreter, inputs, invokes)
    assert theirs.arena is not None

    differences = []
    if ours.keys() != theirs.tensors.keys():
        differences.append(f"tensors {sorted(ours)} and the real TFLM's {sorted(theirs.tensors)}")
    if invoked(interpreter, inputs, invokes) != [ours[index][-1].tobytes() for index in interpreter.main.outputs]:
        differences.append("invoke gives other bytes than predict")
    head_bytes = interpreter.memory_plan.head_bytes
    if head_bytes != theirs.arena.head_bytes:
        differences.append(f"a head of {head_bytes} bytes and the real TFLM's {theirs.arena.head_bytes}")

    stale = stale_bins(interpreter.main)
    kept = dict(theirs.tensors)
    for index, places in stale.items():
        ours[index][:, places] = kept[index][:, places]
    compared = sorted(ours.keys() & kept.keys() - set(interpreter.main.inputs))
    pairs = [("", index, kept[index]) for index in compared]
    pairs += [("output ", *pair) for pair in zip(interpreter.main.outputs, theirs.outputs, strict=True)]
    errors = {(kind, index): error_of(ours[index][: len(value)], value) for kind, index, value in pairs}
    for kind, index, value in pairs:
        if errors[kind, index] > tolerance(value):
            differences.append(kind + difference(interpreter.tensor_at(index), ours[index], value))
    exceptions = [STALE] * bool(stale) + [PLANNED] * (ARENA_PLAN in data) + inexact(interpreter.main, errors)
    return Comparison(
        file,
        samples,
        samples * invokes,
        len(compared),
        sum(ours[index].size for index in compared),
        max([error for (_, index), error in errors.items() if ours[index].dtype == np.float32], default=0.0),
        head_bytes,
        tuple(differences),
        tuple(exceptions),
    )


def every_tensor(interpreter: MicroInterpreter, inputs: list[NDArray[Any]], invokes: int) -> dict[int, NDArray[Any]]:
    """tinylab's tensors [N, *shape]; more than one invoke a sample: reset before every `invokes` of them."""
    if invokes == 1:
        return interpreter.predict_every_tensor(inputs)
    runs = []
    for start in range(0, len(inputs[0]), invokes):
        interpreter.reset()
        runs.append(interpreter.predict_every_tensor([values[start : start + invokes] for values in inputs]))
    return {index: np.concatenate([run[index] for run in runs]) for index in runs[0]}


def inexact(graph: Subgraph, errors: dict[tuple[str, int], float]) -> list[str]:
    """Why float32 tensors differ: the operators that make a difference out of equal inputs, with their causes."""
    off = {index for (_, index), error in errors.items() if error and graph.tensors[index].dtype == np.float32}
    state = {tensor.index for tensor in graph.tensors if tensor.is_variable}  # kept as it was after the invoke
    first = [node.name for node in graph.operators if off & {*node.outputs} and not off & {*node.inputs} - state]
    return [f"float32: {name} {INEXACT[name]}" for name in dict.fromkeys(first)]


def interpreter_of(data: bytes) -> MicroInterpreter:
    """tinylab's, its tensors allocated."""
    interpreter = MicroInterpreter(load_model(data), AllOpsResolver(), ARENA_BYTES)
    interpreter.allocate_tensors()
    return interpreter


def random_inputs(interpreter: MicroInterpreter, samples: int, seed: int) -> list[NDArray[Any]]:
    """For each input [samples, *shape]: integers over their whole range, floats from the normal distribution."""
    rng = np.random.default_rng(seed)
    return [random_values(rng, interpreter.tensor_at(index), samples) for index in interpreter.main.inputs]


def random_values(rng: np.random.Generator, tensor: Tensor, samples: int) -> NDArray[Any]:
    shape = (samples, *tensor.shape)
    if tensor.dtype == np.float32:
        return rng.normal(size=shape).astype(np.float32)
    limits = np.iinfo(tensor.dtype)
    return rng.integers(limits.min, limits.max, shape, tensor.dtype, endpoint=True)


def invoked(interpreter: MicroInterpreter, inputs: list[NDArray[Any]], invokes: int) -> list[bytes]:
    """The bytes of each output, in the arena itself, after the last sample's invokes."""
    interpreter.reset()
    for sample in range(-invokes, 0):
        for index, values in enumerate(inputs):
            interpreter.input(index).data[...] = values[sample]
        interpreter.invoke()
    return [interpreter.output(index).data.tobytes() for index in range(len(interpreter.main.outputs))]


def run_for_every_tensor(tflm: TflmSession, data: bytes, inputs: list[NDArray[Any]], invokes: int) -> PeerRun:
    """The real TFLM's run. It cannot keep every tensor of a model that brings its own arena plan.

    Such a model runs twice: as it is, for outputs and arena (two samples are enough), and with its plan's name changed,
    so that TFLM overlooks it.
    """
    if ARENA_PLAN not in data:
        return tflm.run(data, inputs, every_tensor=True, reset_every=invokes if invokes > 1 else 0).require()
    plain = tflm.run(data, [values[:2] for values in inputs]).require()
    kept = tflm.run(data.replace(ARENA_PLAN, ARENA_PLAN.lower()), inputs, every_tensor=True).require()
    return dataclasses.replace(plain, tensors=kept.tensors)


def tolerance(values: NDArray[Any]) -> float:
    """How far two tensors of such values may be from one another (error_of): integers not at all."""
    return FLOAT_TOLERANCE if values.dtype == np.float32 else 0.0


def error_of(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """The largest difference within one sample, as a fraction of the sample's largest magnitude."""
    if ours.dtype != theirs.dtype or ours.size != theirs.size:
        return np.inf
    ours, theirs = ours.reshape(len(ours), -1), theirs.reshape(len(theirs), -1)
    if np.array_equal(ours, theirs):
        return 0.0
    error = np.abs(ours.astype(np.float64) - theirs).max(axis=1)
    largest = np.abs(theirs.astype(np.float64)).max(axis=1)
    fraction = float((error / np.maximum(largest, np.finfo(np.float32).tiny)).max())
    return fraction if np.isfinite(fraction) else np.inf


def difference(tensor: Tensor, ours: NDArray[Any], theirs: NDArray[Any]) -> str:
    """Which tensor, how many of its elements, and by how much."""
    ours = ours[: len(theirs)].reshape(theirs.shape)
    wrong, most = ours != theirs, np.abs(ours.astype(np.float64) - theirs).max()
    return f"{tensor!r}: {wrong.sum()} of {wrong.size} elements, by up to {most:g}"


def refused(file: str, tflm: TflmSession) -> tuple[Refusal | None, Refusal | None]:
    """tinylab's and the real TFLM's refusal of a model."""
    data = model_bytes(file)
    result = tflm.run(data, refusals.ones_for(data))
    return refusals.ours(data), None if result.ran else refusals.theirs(result.text)


class OnData(NamedTuple):
    """A model over a labelled data set: how many it gets right, and how many output vectors equal the real TFLM's."""

    file: str
    samples: int
    right: int
    equal: int | None  # None without the real TFLM


def inputs_and_labels(file: str) -> tuple[NDArray[np.int8], NDArray[np.uint8]]:
    """What a model of DATA_SETS is fed, int8 [N, *shape], and the classes, uint8 [N]."""
    with np.load(SHARED / "data" / DATA_SETS[file]) as data:
        xs, labels = data["x"], data["y"]
    if xs.dtype == np.uint8:  # RGB; person_detect takes grey
        colours = xs if file.endswith("vww_96_int8.tflite") else np.round(xs @ [0.299, 0.587, 0.114])[..., np.newaxis]
        xs = (colours.astype(np.int16) - 128).astype(np.int8)
    return xs, labels


def on_data(file: str, tflm: TflmSession | None) -> OnData:
    xs, labels = inputs_and_labels(file)
    ours = np.asarray(interpreter_of(model_bytes(file)).predict(xs)).reshape(len(xs), -1)
    equal = None
    if tflm is not None:
        theirs = tflm.run(model_bytes(file), xs).require().outputs[0].reshape(len(xs), -1)
        equal = int((ours == theirs).all(axis=1).sum())
    return OnData(file, len(xs), int((ours.argmax(axis=1) == labels).sum()), equal)


def report(wanted: list[str]) -> Iterator[str]:
    """A line a model, then the totals."""

    def chosen(files: Iterable[str]) -> list[str]:
        return [file for file in files if not wanted or any(part in file for part in wanted)]

    started = time.perf_counter()
    done: list[Comparison] = []
    with session() as tflm:
        for file in chosen(entry["file"] for entry in entries(invokes=True)):
            done.append(compare(file, tflm))
            yield line(done[-1])
        for file in chosen(entry["file"] for entry in entries(invokes=False)):
            ours, theirs = refused(file, tflm)
            yield f"{file}: " + (f"refused alike: {ours}" if ours == theirs else f"{ours}, the real TFLM {theirs}")
        for file in chosen(DATA_SETS):
            found = on_data(file, tflm)
            yield f"{file}: {found.right} of {found.samples} right, {found.equal} output vectors equal"
    yield totals(done) + f" ({time.perf_counter() - started:.0f} s)"
    yield from exceptions(done)


def line(done: Comparison) -> str:
    verdict = "; ".join(done.differences) or "equal"
    times = f", {done.invokes} invokes" if done.invokes > done.samples else ""
    return f"{done.file}: {done.tensors} tensors, {done.values:,} values{times}, head {done.head_bytes:,}: {verdict}"


def totals(done: list[Comparison]) -> str:
    equal = sum(not comparison.differences for comparison in done)
    to_the_bit = sum(not comparison.differences and not comparison.float_error for comparison in done)
    tensors, values = sum(c.tensors for c in done), sum(c.values for c in done)
    stateful = sum(c.invokes > c.samples for c in done)
    worst = max((c.float_error for c in done), default=0.0)
    return (
        f"{equal} of {len(done)} models equal to the real TFLM, {SAMPLES} random inputs each, the {stateful} with "
        f"state over {INVOKES} invokes each time: {tensors:,} tensors, {values:,} values; {to_the_bit} to the last "
        f"bit, the others' float32 within {worst:.1e} of the tensor's largest"
    )


def exceptions(done: list[Comparison]) -> Iterator[str]:
    """A line for what no count above contains, then one a cause, with the models that it is about."""
    different = [comparison.file for comparison in done if comparison.differences]
    yield f"models with a difference: {', '.join(different) or 'none'}"
    models = collections.defaultdict(list)
    for comparison in done:
        for cause in comparison.exceptions:
            models[cause].append(comparison.file)
    for cause, files in sorted(models.items()):
        yield f"exception, {len(files)} models: {cause}: {', '.join(sorted(files))}"


if __name__ == "__main__":
    for text in report(sys.argv[1:]):
        print(text, flush=True)
