"""Where the time of predict goes: products, requantization, windows, the rest, model by model.

Processor time, of functions that are wrapped for it. LiteRT's default kernels spend less on each: their products are of
int8, and sums are requantized while they are in registers, where NumPy passes over them eight times.
"""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np

from bench.measure import AbsentError, Table
from bench.speed import LARGE, MODELS
from tests.real_models import interpreter_of, random_inputs
from tests.shared import SHARED, model_bytes, model_index
from tinylab.arithmetic.requantization import Requantization
from tinylab.kernels import conv, depthwise_conv, fully_connected

SAMPLES = 200
WRAPPED = (
    *(("products", module, "product") for module in (conv, depthwise_conv, fully_connected)),
    ("depthwise products", np, "einsum"),
    ("requantization", Requantization, "write"),
    *(("windows", module, name) for module in (conv, depthwise_conv) for name in ("padded", "patches")),
    ("windows", depthwise_conv, "stripes"),
)
COLUMNS = ("products", "depthwise products", "requantization", "windows", "the rest")


def main() -> Table:
    """A row a model: microseconds a sample."""
    if not model_index():
        raise AbsentError(f"no models in {SHARED}: name their folder in TINYLAB_SHARED")
    files = {file.rpartition("/")[2].removesuffix(".tflite"): file for file in MODELS}
    rows = []
    for name in LARGE:
        parts = shares(model_bytes(files[name]))
        rows.append((name, *(f"{parts[part]:.0f}" for part in COLUMNS), f"{sum(parts.values()):.0f}"))
    return Table(("predict, µs a sample", *COLUMNS, "all"), rows)


def shares(data: bytes) -> dict[str, float]:
    """Part -> microseconds a sample."""
    seconds: dict[str, float] = defaultdict(float)

    def timed(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **keywords: Any) -> Any:
            started = time.process_time()
            result = function(*arguments, **keywords)
            seconds[part] += time.process_time() - started
            return result

        return wrapper

    with contextlib.ExitStack() as stack:
        for part, owner, name in WRAPPED:
            stack.enter_context(mock.patch.object(owner, name, timed(part, getattr(owner, name))))
        interpreter = interpreter_of(data)  # here, so that Prepare hands out the wrapped functions
        inputs = random_inputs(interpreter, SAMPLES, seed=1)
        interpreter.predict(inputs)
        seconds.clear()
        started = time.process_time()
        interpreter.predict(inputs)
        taken = time.process_time() - started
    seconds["the rest"] = taken - sum(seconds.values())
    return defaultdict(float, {part: 1e6 * each / SAMPLES for part, each in seconds.items()})
