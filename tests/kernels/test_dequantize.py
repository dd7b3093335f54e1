"""DEQUANTIZE: by hand, and against the real TFLM, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.elementwise import op_data, random_scale, random_shape, unary_model
from tests.kernels.running import assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.kernels.dequantize import REGISTRATION, OpData
from tinylab.peers.tflm import TflmSession


def dequantize_model(shape: tuple[int, ...], dtype: str, scale: float | None, zero_point: int) -> bytes:
    output = TensorSpec(shape, "FLOAT32")
    return single_operator("DEQUANTIZE", [TensorSpec(shape, dtype.upper(), scale, zero_point)], [output])


def random_case(rng: Rng, types: str) -> Case:
    dtype = types.split()[0]
    shape, limits = random_shape(rng), np.iinfo(dtype)
    model = dequantize_model(shape, dtype, random_scale(rng), int(rng.integers(limits.min, limits.max)))
    return model, random_values(rng, dtype, SAMPLES, *shape)


CELLS = of_types("DEQUANTIZE", random_case, ["int8 to float32", "int16 to float32", "uint8 to float32"])


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    model = dequantize_model((4,), "int8", 0.5, 3)
    assert op_data(REGISTRATION, model) == OpData(0.5, 3)
    assert outputs_of(model, np.array([[-128, 3, 4, 127]], np.int8))[0].tolist() == [[-65.5, 0, 0.5, 62]]
    assert outputs_of(dequantize_model((2,), "uint8", 2.0, 128), np.array([[0, 255]], np.uint8))[0].tolist() == [
        [-256, 254]
    ]


def test_the_product_is_rounded_once() -> None:
    """0.1f * 65535 is not a float32; in double it is exact, and then rounded."""
    scale = float(np.float32(0.1))
    model = dequantize_model((1,), "int16", scale, -(2**15))
    assert outputs_of(model, np.array([[2**15 - 1]], np.int16))[0][0, 0] == np.float32(scale * 65535)


REFUSED = {
    "int32": unary_model("DEQUANTIZE", TensorSpec((2,), "INT32", 0.5), type="FLOAT32", scale=None),
    "float32": unary_model("DEQUANTIZE", TensorSpec((2,), "FLOAT32")),
    "into int8": unary_model("DEQUANTIZE", TensorSpec((2,), "INT8", 0.5)),
    "two inputs": single_operator("DEQUANTIZE", [TensorSpec((2,), "INT8", 0.5)] * 2, [TensorSpec((2,), "FLOAT32")]),
}


# TFLM does not look at the output's size, and writes beside it.
REFUSED_HERE = {
    "another output size": unary_model("DEQUANTIZE", TensorSpec((2,), "INT8", 0.5), type="FLOAT32", shape=(3,))
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name])


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str) -> None:
    phase, message = refusal_of({**REFUSED, **REFUSED_HERE}[name])
    assert phase == "allocate"
    assert "operator 0 (DEQUANTIZE)" in message
    assert "needed" in message
