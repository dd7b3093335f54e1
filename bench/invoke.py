"""Time per inference: tinylab, one sample at a time and many at once, beside the real TFLM and LiteRT."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from bench.measure import AbsentError, Table
from tests.real_models import interpreter_of, random_inputs
from tests.shared import SHARED, model_bytes, model_index
from tinylab import peers
from tinylab.runtime import MicroInterpreter

FILES = (
    "tflm/hello_world_int8.tflite",
    "tflm/micro_speech_quantized.tflite",
    "mlperf_tiny/kws_ref_model.tflite",
    "mlperf_tiny/ad01_int8.tflite",
    "mlperf_tiny/pretrainedResnet_quant.tflite",
    "mlperf_tiny/vww_96_int8.tflite",
    "tflm/person_detect.tflite",
)
ROUNDS = 5
INVOKES = 8  # one sample each, in a round
SAMPLES = 128  # of predict, in a round

Array = NDArray[Any]


def main() -> Table:
    """A row a model; all run the same random inputs."""
    if not model_index():
        raise AbsentError(f"no models in {SHARED}: name their folder in TINYLAB_SHARED")
    peer_columns = ("TFLM ms", "LiteRT ms")
    columns = ("int8 model", *peer_columns, "invoke ms", "× TFLM", "× LiteRT", "predict ms", "× TFLM", "× LiteRT")
    with peers.tflm.session() as tflm, peers.litert.session() as litert:
        rows = [row(file, tflm, litert) for file in FILES]
    return Table(columns, rows)


def row(file: str, tflm: peers.tflm.TflmSession, litert: peers.litert.LitertSession) -> list[str]:
    """Medians over rounds in which everyone runs in turn; a peer that does not run the model has its reason."""
    data = model_bytes(file)
    interpreter = interpreter_of(data)
    inputs = random_inputs(interpreter, SAMPLES, seed=1)
    few = [values[:INVOKES] for values in inputs]
    seconds: dict[str, list[float]] = defaultdict(list)
    reasons: dict[str, str] = {}
    for round_number in range(1 + ROUNDS):
        taken = {
            "invoke": statistics.median(invokes(interpreter, few)),
            "predict": predict(interpreter, inputs),
        }
        for result in (tflm.run(data, few), litert.run(data, few)):
            if result.ran:
                taken[result.peer] = result.seconds_per_inference  # its own median of invoke
            else:
                reasons[result.peer] = result.reason
        if round_number:  # the first is not counted
            for name, value in taken.items():
                seconds[name].append(value)
    medians = {name: statistics.median(values) for name, values in seconds.items() if name not in reasons}
    return cells(file.rpartition("/")[2].removesuffix(".tflite"), medians, reasons)


def invokes(interpreter: MicroInterpreter, inputs: list[Array]) -> Iterator[float]:
    """Seconds of each invoke alone, without filling the input."""
    for sample in range(len(inputs[0])):
        for index, values in enumerate(inputs):
            interpreter.input(index).data[...] = values[sample]
        started = time.perf_counter()
        interpreter.invoke()
        yield time.perf_counter() - started


def predict(interpreter: MicroInterpreter, inputs: list[Array]) -> float:
    """Seconds a sample of one predict."""
    started = time.perf_counter()
    interpreter.predict(inputs)
    return (time.perf_counter() - started) / len(inputs[0])


def cells(name: str, medians: dict[str, float], reasons: dict[str, str]) -> list[str]:
    """Milliseconds, and how many times a peer's each of tinylab's two is."""
    texts = reasons | {who: f"{1000 * seconds:.3f}" for who, seconds in medians.items()}
    columns = [name, texts["TFLM"], texts["LiteRT"]]
    for ours in ("invoke", "predict"):
        times = [f"{medians[ours] / medians[peer]:.2f}" if peer in medians else "–" for peer in ("TFLM", "LiteRT")]
        columns += [texts[ours], *times]
    return columns
