"""L2_NORMALIZATION: in real numbers, by hand, and against the real TFLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import (
    NOT_FINITE,
    Case,
    Cell,
    Rng,
    assert_cell_as_tflm,
    every,
    spec,
    values,
)
from tests.kernels.elementwise import (
    random_shape,
    random_tensor,
    unary_model,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model import ActivationFunctionType
from tinylab.model.options import L2NormOptions
from tinylab.peers.tflm import TflmSession


def random_case(dtype: str) -> Cell:
    def case(rng: Rng) -> Case:
        shape = (*random_shape(rng, 3), int(rng.integers(1, 40)))
        inputs = values(rng, dtype, *shape)
        input = random_tensor(rng, shape, dtype)
        if dtype == "int8" and rng.random() < 0.5:  # small numbers: a sum of squares near 0 and 1
            inputs = np.clip(input.zero_point + rng.integers(-1, 2, inputs.shape), -128, 127).astype(np.int8)
        return unary_model("L2_NORMALIZATION", input, L2NormOptions()), [inputs]

    return Cell(case)


CELLS = {("L2_NORMALIZATION", dtype): random_case(dtype) for dtype in ("float32", "int8")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    rows = np.float32([[[3, 4], [0, 0]]])
    result = outputs_of(normalization(TensorSpec((2, 2), "FLOAT32")), rows)[0]
    np.testing.assert_allclose(result, [[[0.6, 0.8], [0, 0]]], rtol=1e-7)
    int8 = TensorSpec((3, 2), "INT8", 0.5, 10)
    result = outputs_of(normalization(int8), np.int8([[[13, 14], [10, 10], [10, 0]]]))[0]
    assert result.tolist() == [[[77, 102], [0, 0], [0, -128]]]


def normalization(input: TensorSpec, activation: str = "NONE", **output: Any) -> bytes:
    return unary_model("L2_NORMALIZATION", input, L2NormOptions(ActivationFunctionType[activation]), **output)


def test_int8_is_near_the_real_length() -> None:
    rng = np.random.default_rng(2)
    rows = random_values(rng, "int8", 1, 50, 30)
    length = np.sqrt(np.square(rows.astype(float)).sum(axis=-1, keepdims=True))
    result = outputs_of(normalization(TensorSpec((50, 30), "INT8", 0.5)), rows)[0]
    assert np.abs(result - 128.0 * rows / length).max() < 0.51


def test_large_sums_and_not_finite_numbers(tflm: TflmSession) -> None:
    int8 = TensorSpec((40_000,), "INT8", 0.5, 127)  # 40,000 * 255**2 is more than 2**31
    assert_as_tflm(tflm, normalization(int8), np.full((1, 40_000), -128, np.int8))
    rows = np.stack([np.roll(np.float32([1, 2, value]), 1) for value in NOT_FINITE])[np.newaxis]
    assert_as_tflm(tflm, normalization(TensorSpec((3, 3), "FLOAT32")), rows)


FLOAT = TensorSpec((2,), "FLOAT32")
REFUSED = {
    "int16": (normalization(spec((2,), "int16")), "allocate"),
    "uint8": (normalization(spec((2,), "uint8")), "allocate"),
    "another type": (normalization(FLOAT, type="INT8"), "allocate"),
    "activation": (normalization(FLOAT, "RELU"), "allocate"),
    "five axes": (normalization(TensorSpec((1, 1, 1, 1, 2), "FLOAT32")), "allocate"),
}
# What a release build of TFLM does not look at.
REFUSED_HERE = {
    "another shape": (normalization(FLOAT, shape=(2, 1)), "allocate"),
    "scalar": (normalization(TensorSpec((), "FLOAT32")), "allocate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name][0])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    model, expected = {**REFUSED, **REFUSED_HERE}[name]
    phase, message = refusal_of(model)
    assert phase == expected
    assert "operator 0 (" in message
    assert "needed" in message
