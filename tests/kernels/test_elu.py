"""ELU: against Python that follows the C++, by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import (
    NOT_FINITE,
    ONE_UNIT,
    Cell,
    assert_cell_as_tflm,
    every,
    spec,
    unary,
)
from tests.kernels.elementwise import (
    binary_model,
    random_scale,
    unary_model,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

CELLS = {("ELU", "float32"): unary("ELU", "float32", bound=ONE_UNIT), ("ELU", "int8"): unary("ELU", "int8")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.float32([[-1, 0, 2, -200]])
    result = outputs_of(unary_model("ELU", TensorSpec((4,), "FLOAT32")), values)[0][0]
    np.testing.assert_allclose(result, [1 / np.e - 1, 0, 2, -1], rtol=1e-7)
    # real -1, 0 and 2 in steps of 1/2; exp(-1) - 1 = -0.632, which is -81 steps of 1/128
    model = unary_model("ELU", TensorSpec((3,), "INT8", 0.5, 3), scale=1 / 128, zero_point=-20)
    assert outputs_of(model, np.int8([[1, 3, 7]]))[0].tolist() == [[-20 - 81, -20, 127]]


def test_every_int8(tflm: TflmSession) -> None:
    """Scales with which many results are near a half."""
    rng, every_int8 = np.random.default_rng(2), np.arange(-128, 128, dtype=np.int8)[np.newaxis]
    for _ in range(20):
        input = TensorSpec((256,), "INT8", random_scale(rng), int(rng.integers(-128, 128)))
        model = unary_model("ELU", input, scale=random_scale(rng), zero_point=int(rng.integers(-128, 128)))
        assert_as_tflm(tflm, model, every_int8)


def test_the_output_scale_is_multiplied_by_its_inverse(tflm: TflmSession) -> None:
    """Odd numbers are halfway; float32(1 / 0.237) makes 41 of 127 a little less, and a division none."""
    model = unary_model("ELU", TensorSpec((4,), "INT8", 0.1185), scale=0.237)
    values = np.int8([[1, 3, 7, 13]])
    assert outputs_of(model, values)[0].tolist() == [[0, 2, 3, 6]]
    assert_as_tflm(tflm, model, values)


def test_not_finite_numbers(tflm: TflmSession) -> None:
    assert_as_tflm(tflm, unary_model("ELU", TensorSpec((3,), "FLOAT32")), NOT_FINITE[np.newaxis])


FLOAT = TensorSpec((2,), "FLOAT32")
REFUSED = {
    "int16": (unary_model("ELU", spec((2,), "int16")), "invoke"),
    "uint8": (unary_model("ELU", spec((2,), "uint8")), "invoke"),
    "another type": (unary_model("ELU", FLOAT, type="INT8"), "allocate"),
    "two inputs": (binary_model("ELU", None, FLOAT), "allocate"),
}
# Where TFLM divides by zero, leaves it to C, or writes beside the output.
REFUSED_HERE = {
    "no scale": (unary_model("ELU", TensorSpec((2,), "INT8")), "allocate"),
    "beyond int32": (unary_model("ELU", spec((2,), "int8"), scale=1e-9), "allocate"),
    "another size": (unary_model("ELU", FLOAT, shape=(3,)), "allocate"),
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
