"""Real models on tinylab and on the real TFLM: outputs, every intermediate tensor, the arena's head.

    python -m tests.real_models [part of a file name ...]

prints a line a model and one of totals; tests/test_real_models.py asserts the same. The models are the shared ones of
which tinylab has every operator: those that the real TFLM runs, and those that it refuses.
"""

from __future__ import annotations

import dataclasses
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests import refusals
from tests.refusals import Refusal
from tests.shared import SHARED, model_bytes, model_index
from tinylab.model import Tensor, load_model
from tinylab.peers.results import PeerRun
from tinylab.peers.tflm import TflmSession, session
from tinylab.runtime import AllOpsResolver, MicroInterpreter

# What tinylab has to run bit for bit: a model with another operator is not in these tests.
OPERATORS = """
    ABS ADD ADD_N ARG_MAX ARG_MIN ASSIGN_VARIABLE AVERAGE_POOL_2D BATCH_MATMUL BATCH_TO_SPACE_ND BROADCAST_ARGS
    BROADCAST_TO CALL_ONCE CAST CEIL CONCATENATION CONV_2D COS CUMSUM DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE DIV
    DYNAMIC_UPDATE_SLICE ELU EMBEDDING_LOOKUP EQUAL EXP EXPAND_DIMS FILL FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED
    GATHER GATHER_ND GREATER GREATER_EQUAL HARD_SWISH IF L2_NORMALIZATION L2_POOL_2D LEAKY_RELU LESS LESS_EQUAL LOG
    LOGICAL_AND LOGICAL_NOT LOGICAL_OR LOGISTIC LOG_SOFTMAX MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG
    NOT_EQUAL PACK PAD PRELU QUANTIZE READ_VARIABLE REDUCE_ALL REDUCE_MAX REDUCE_MIN RELU RELU6 RESHAPE RESIZE_BILINEAR
    RESIZE_NEAREST_NEIGHBOR REVERSE_V2 ROUND RSQRT SELECT_V2 SHAPE SIN SLICE SOFTMAX SPACE_TO_BATCH_ND SPACE_TO_DEPTH
    SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE TRANSPOSE_CONV
    UNIDIRECTIONAL_SEQUENCE_LSTM UNPACK VAR_HANDLE WHILE ZEROS_LIKE
"""
SAMPLES = 16
FLOAT_TOLERANCE = 1e-5  # of the largest magnitude in the real TFLM's tensor
ARENA_BYTES = 64 << 20
ARENA_PLAN = b"OfflineMemoryAllocation"
DATA_SETS = {
    "mlperf_tiny/kws_ref_model.tflite": "kws01/kws01_mfcc_int8.npz",
    "mlperf_tiny/vww_96_int8.tflite": "person_cc/person_cc_96x96.npz",
    "tflm/person_detect.tflite": "person_cc/person_cc_96x96.npz",
}


class Comparison(NamedTuple):
    """One model on both. differences: a line for each thing that is not equal; () where all is.

    tensors: how many computed tensors were compared, outputs among them; values: their elements, all samples together;
    float_error: the largest difference of a float32 tensor, as a fraction of that tensor's largest magnitude.
    """

    file: str
    samples: int
    tensors: int
    values: int
    float_error: float
    head_bytes: int
    differences: tuple[str, ...]


def entries(*, invokes: bool) -> list[dict[str, Any]]:
    """The shared models with none but these operators that the real TFLM runs, or does not; large ones first."""
    found = [entry for entry in model_index() if entry["operators"].keys() <= set(OPERATORS.split())]
    return sorted((e for e in found if e["tflm"]["invokes"] == invokes), key=work, reverse=True)


def work(entry: dict[str, Any]) -> int:
    """Roughly how long a model takes: large inputs and large files."""
    return int(entry["bytes"] + 20 * sum(np.prod(one["shape"]) for one in entry["inputs"]))


def compare(file: str, tflm: TflmSession, samples: int = SAMPLES) -> Comparison:
    """Run `samples` random inputs through both and compare everything that is computed."""
    data = model_bytes(file)
    interpreter = interpreter_of(data)
    inputs = random_inputs(interpreter, samples, seed=zlib.crc32(file.encode()))
    theirs = run_for_every_tensor(tflm, data, inputs)
    ours = interpreter.predict_every_tensor(inputs)

    fed = set(interpreter.main.inputs)
    differences = []
    if ours.keys() != theirs.tensors.keys():
        differences.append(f"tensors {sorted(ours)} and the real TFLM's {sorted(theirs.tensors)}")
    float_error = 0.0
    for index in sorted(ours.keys() & theirs.tensors.keys() - fed):
        if ours[index].dtype == np.float32:
            float_error = max(float_error, error_of(ours[index], theirs.tensors[index]))
        if differ(ours[index], theirs.tensors[index]):
            differences.append(difference(interpreter.tensor_at(index), ours[index], theirs.tensors[index]))
    for index, output in zip(interpreter.main.outputs, theirs.outputs, strict=True):
        if differ(ours[index][: len(output)], output):
            differences.append("output " + difference(interpreter.tensor_at(index), ours[index], output))
    if invoked(interpreter, inputs) != [ours[index][-1].tobytes() for index in interpreter.main.outputs]:
        differences.append("invoke gives other bytes than predict")
    assert theirs.arena is not None
    head_bytes = interpreter.memory_plan.head_bytes
    if head_bytes != theirs.arena.head_bytes:
        differences.append(f"a head of {head_bytes} bytes and the real TFLM's {theirs.arena.head_bytes}")
    values = sum(ours[index].size for index in ours if index not in fed)
    return Comparison(file, samples, len(ours.keys() - fed), values, float_error, head_bytes, tuple(differences))


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


def invoked(interpreter: MicroInterpreter, inputs: list[NDArray[Any]]) -> list[bytes]:
    """The bytes of each output after one invoke, in the arena itself, of the last sample; with state, of all before."""
    interpreter.reset()
    for sample in range(0 if interpreter.is_stateful else len(inputs[0]) - 1, len(inputs[0])):
        for index, values in enumerate(inputs):
            interpreter.input(index).data[...] = values[sample]
        interpreter.invoke()
    return [interpreter.output(index).data.tobytes() for index in range(len(interpreter.main.outputs))]


def run_for_every_tensor(tflm: TflmSession, data: bytes, inputs: list[NDArray[Any]]) -> PeerRun:
    """The real TFLM's run. It cannot keep every tensor of a model that brings its own arena plan.

    Such a model runs twice: as it is, for outputs and arena (two samples are enough), and with its plan's name changed,
    so that TFLM overlooks it.
    """
    if ARENA_PLAN not in data:
        return tflm.run(data, inputs, every_tensor=True).require()
    plain = tflm.run(data, [values[:2] for values in inputs]).require()
    kept = tflm.run(data.replace(ARENA_PLAN, ARENA_PLAN.lower()), inputs, every_tensor=True).require()
    return dataclasses.replace(plain, tensors=kept.tensors)


def differ(ours: NDArray[Any], theirs: NDArray[Any]) -> bool:
    """Whether two tensors are not equal: integers to the last bit, float32 within FLOAT_TOLERANCE."""
    return error_of(ours, theirs) > (FLOAT_TOLERANCE if theirs.dtype == np.float32 else 0)


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


def line(done: Comparison) -> str:
    verdict = "; ".join(done.differences) or "equal"
    return f"{done.file}: {done.tensors} tensors, {done.values:,} values, head {done.head_bytes:,}: {verdict}"


def totals(done: list[Comparison]) -> str:
    equal = sum(not comparison.differences for comparison in done)
    tensors, values = sum(c.tensors for c in done), sum(c.values for c in done)
    worst = max((c.float_error for c in done), default=0.0)
    return (
        f"{equal} of {len(done)} models equal to the real TFLM, {SAMPLES} random inputs each: {tensors:,} tensors, "
        f"{values:,} values; float32 within {worst:.1e} of the tensor's largest"
    )


if __name__ == "__main__":
    for text in report(sys.argv[1:]):
        print(text, flush=True)
