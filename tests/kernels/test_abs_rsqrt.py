"""ABS and RSQRT: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import (
    NOT_FINITE,
    SAMPLES,
    Case,
    Cell,
    Rng,
    assert_cell_as_tflm,
    every,
    spec,
    unary,
    values,
)
from tests.kernels.elementwise import (
    op_data,
    random_shape,
    random_tensor,
    unary_model,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.kernels.abs_rsqrt import ABS, RSQRT
from tinylab.peers.tflm import TflmSession


def rsqrt_of_integers(dtype: str) -> Cell:
    """Numbers from the zero point up, which is low or, for int16, 0."""

    def case(rng: Rng) -> Case:
        shape = random_shape(rng)
        input, output = random_tensor(rng, shape, dtype), random_tensor(rng, shape, dtype)
        if dtype == "int8":
            input = input._replace(zero_point=int(rng.integers(-128, 0)))
        close_to_0 = rng.random((SAMPLES, *shape)) < 0.3
        drawn = np.maximum(values(rng, dtype, *shape), input.zero_point).astype(np.int64)
        drawn = np.where(close_to_0, input.zero_point + drawn % 4, drawn)
        return single_operator("RSQRT", [input], [output]), [drawn.astype(dtype)]

    return Cell(case)


CELLS = {
    **{("ABS", dtype): unary("ABS", dtype) for dtype in ("float32", "int8", "int16")},
    ("RSQRT", "float32"): unary("RSQRT", "float32"),
    **{("RSQRT", dtype): rsqrt_of_integers(dtype) for dtype in ("int8", "int16")},
}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    floats = TensorSpec((3,), "FLOAT32")
    assert outputs_of(unary_model("ABS", floats), np.float32([[-1.5, 0, 2]]))[0].tolist() == [[1.5, 0, 2]]
    assert outputs_of(unary_model("RSQRT", floats), np.float32([[4, 0, 16]]))[0].tolist() == [[0.5, np.inf, 0.25]]
    # real -4.5, 0.5 and 62 in steps of 0.5, into steps of 0.25
    int8 = TensorSpec((3,), "INT8", 0.5, 3)
    model = unary_model("ABS", int8, scale=0.25, zero_point=-100)
    assert outputs_of(model, np.int8([[-6, 4, 127]]))[0].tolist() == [[-82, -98, 127]]
    # real 4, 0 and 16 in steps of 1: 0.5, the largest number, 0.25
    model = unary_model("RSQRT", TensorSpec((3,), "INT8", 1.0, -128), scale=1 / 128, zero_point=0)
    assert outputs_of(model, np.int8([[-124, -128, -112]]))[0].tolist() == [[64, 127, 32]]


def test_op_data_by_hand() -> None:
    data = op_data(ABS, unary_model("ABS", TensorSpec((1,), "INT16", 0.5), scale=2.0))
    assert data[:4] == (2**30, -1, 0, 0)
    data = op_data(RSQRT, unary_model("RSQRT", TensorSpec((1,), "INT8", 0.25, 3), scale=0.5, zero_point=-7))
    assert data[:4] == (2**30, 3, 3, -7)  # 1 / (sqrt(0.25) * 0.5) is 4
    assert op_data(ABS, unary_model("ABS", TensorSpec((1,), "INT16"))).function is None


def test_int16_without_scales(tflm: TflmSession) -> None:
    model, values = unary_model("ABS", TensorSpec((3,), "INT16")), np.int16([[-(2**15), -5, 7]])
    assert outputs_of(model, values)[0].tolist() == [[-(2**15), 5, 7]]
    assert_as_tflm(tflm, model, values)


@pytest.mark.parametrize("name", ["ABS", "RSQRT"])
def test_not_finite_numbers(tflm: TflmSession, name: str) -> None:
    values = np.concatenate([NOT_FINITE, np.float32([0, -0.0, -1])])[np.newaxis]
    assert_as_tflm(tflm, unary_model(name, TensorSpec((6,), "FLOAT32")), values)


INT16 = TensorSpec((2,), "INT16", 0.5)
REFUSED = {
    "abs of int32": (unary_model("ABS", spec((2,), "int32")), "invoke"),
    "rsqrt of uint8": (unary_model("RSQRT", spec((2,), "uint8")), "invoke"),
    "abs of int8 without a scale": (unary_model("ABS", TensorSpec((2,), "INT8")), "allocate"),
    "rsqrt without an output scale": (unary_model("RSQRT", spec((2,), "int8"), scale=None), "allocate"),
    "int16 zero point": (unary_model("ABS", INT16._replace(zero_point=1)), "allocate"),
    "int16 output zero point": (unary_model("RSQRT", INT16, zero_point=1), "allocate"),
    "another type": (unary_model("ABS", INT16, type="INT8"), "allocate"),
    "rsqrt below zero": (unary_model("RSQRT", TensorSpec((2,), "INT8", 0.5, 1)), "invoke"),
}
# Where TFLM reads what nobody wrote, shifts by more than 31 bits, or writes beside the output.
REFUSED_HERE = {
    "rsqrt of int16 without scales": (unary_model("RSQRT", TensorSpec((2,), "INT16")), "allocate"),
    "rsqrt of a large output scale": (unary_model("RSQRT", TensorSpec((2,), "INT8", 1.0), scale=1e4), "allocate"),
    "another size": (unary_model("ABS", INT16, shape=(3,)), "allocate"),
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
