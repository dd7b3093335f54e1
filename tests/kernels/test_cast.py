"""CAST: every pair of types against the real TFLM, and by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.elementwise import random_shape
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model.options import CastOptions
from tinylab.peers.tflm import TflmSession

PAIRS = list(itertools.product(["int8", "int16", "int32", "uint32", "float32", "bool"], repeat=2))


def cast_model(shape: tuple[int, ...], from_type: str, to_type: str) -> bytes:
    tensors = TensorSpec(shape, from_type.upper()), TensorSpec(shape, to_type.upper())
    return single_operator("CAST", tensors[:1], tensors[1:], CastOptions())


def values_of(rng: np.random.Generator, dtype: str, *shape: int) -> Array:
    """Floats of every magnitude up to beyond all integers."""
    values = random_values(rng, dtype, *shape)
    return (values * 10.0 ** rng.integers(-1, 12, shape)).astype(np.float32) if dtype == "float32" else values


def random_case(rng: Rng, types: str) -> Case:
    first, second = types.split(" to ")
    shape = random_shape(rng)
    return cast_model(shape, first, second), values_of(rng, first, SAMPLES, *shape)


CELLS = of_types("CAST", random_case, map(" to ".join, PAIRS))


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


@pytest.mark.parametrize(
    ("from_type", "to_type", "values", "expected"),
    [
        ("int32", "int8", [127, 128, 255, 256, -129], [127, -128, -1, 0, 127]),  # the lowest bits
        ("int8", "uint32", [-1, 0, 1, 127, -128], [2**32 - 1, 0, 1, 127, 2**32 - 128]),
        ("uint32", "int32", [0, 1, 2**31, 2**32 - 1, 2**31 - 1], [0, 1, -(2**31), -1, 2**31 - 1]),
        ("float32", "int8", [1.9, -1.9, 127.9, 128, -1e9], [1, -1, 127, 127, -128]),  # toward zero, and held
        ("float32", "int32", [np.nan, np.inf, -np.inf, 2.0**31, 16777217], [0, 2**31 - 1, -(2**31), 2**31 - 1, 2**24]),
        ("float32", "uint32", [-0.5, -1, 3e9, 5e9, np.nan], [0, 0, 3 * 10**9, 2**32 - 1, 0]),
        ("int32", "float32", [2**24 + 1, -3, 0, 2**31 - 1, 7], [2**24, -3, 0, 2**31, 7]),
        ("float32", "bool", [0, -0.0, 0.3, np.nan, -1], [False, False, True, True, True]),
        ("int32", "bool", [0, 256, -1, 0, 1], [False, True, True, False, True]),
        ("bool", "int16", [True, False, True, True, False], [1, 0, 1, 1, 0]),
    ],
)
def test_by_hand(tflm: TflmSession, from_type: str, to_type: str, values: list[float], expected: list[float]) -> None:
    model, fed = cast_model((5,), from_type, to_type), np.array([values], from_type)
    assert outputs_of(model, fed)[0].tolist() == [expected]
    assert_as_tflm(tflm, model, fed)


INT8, FLOAT = TensorSpec((2,), "INT8"), TensorSpec((2,), "FLOAT32")
REFUSED = {
    "from int64": ([TensorSpec((2,), "INT64")], [FLOAT], "invoke"),
    "from uint8": ([TensorSpec((2,), "UINT8")], [FLOAT], "invoke"),
    "into int64": ([FLOAT], [TensorSpec((2,), "INT64")], "invoke"),
    "into uint8": ([FLOAT], [TensorSpec((2,), "UINT8")], "invoke"),
    "two inputs": ([INT8, INT8], [FLOAT], "allocate"),
    "two outputs": ([INT8], [FLOAT, FLOAT], "allocate"),
}
# TFLM does not look at the output's size, and writes beside it.
REFUSED_HERE = {"another output size": ([INT8], [FLOAT._replace(shape=(3,))], "allocate")}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, single_operator("CAST", *REFUSED[name][:2]))


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    *tensors, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(single_operator("CAST", *tensors))
    assert phase == expected
    assert "operator 0 (CAST)" in message
    assert "needed" in message
