"""Random one-operator models by the dozen: what NumPy says of them, and what both refuse."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tests.builder import TensorSpec
from tests.kernels.running import Array, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

HAND_CASES = 15  # against NumPy


class Case(NamedTuple):
    """model: the file; inputs: [samples, *shape] each; expected: the first output as NumPy says it, or None."""

    model: bytes
    inputs: list[Array]
    expected: Array | None = None


MakeCase = Callable[[np.random.Generator, str], Case]


def assert_cases_as_expected(make: MakeCase, dtype: str) -> None:
    """tinylab gives what NumPy gives."""
    rng = np.random.default_rng(zlib.crc32(f"{make.__module__} {dtype}".encode()))
    for _ in range(HAND_CASES):
        case = make(rng, dtype)
        assert case.expected is not None
        (output, *_) = outputs_of(case.model, *case.inputs)
        np.testing.assert_array_equal(output.reshape(case.expected.shape), case.expected)


def spec(shape: tuple[int, ...], dtype: str, scale: float | None = None, zero_point: int = 0) -> TensorSpec:
    """A tensor of that dtype; int8 and int16 with a scale, as converters write them."""
    scale = 0.5 if scale is None and dtype in ("int8", "int16") else scale
    return TensorSpec(shape, dtype.upper(), scale, zero_point)


def some_shape(rng: np.random.Generator, low_axes: int, most_axes: int, most: int = 5) -> tuple[int, ...]:
    """Between so many axes, each from 1 to `most` long."""
    return tuple(int(size) for size in rng.integers(1, most + 1, rng.integers(low_axes, most_axes + 1)))


def coin(rng: np.random.Generator, chance: float = 0.5) -> bool:
    return bool(rng.random() < chance)


def picked(rng: np.random.Generator, *values: int) -> int:
    return int(rng.choice(values))


def elements(shape: tuple[int, ...]) -> int:
    return math.prod(shape)


def assert_refused_in(tflm: TflmSession, phase: str, model: bytes) -> None:
    """Both refuse, in that phase ("allocate", "invoke"), and tinylab says what it needs."""
    found, message = refusal_of(model)
    assert (found, "needed" in message) == (phase, True), message
    assert_refused_as_tflm(tflm, model)
