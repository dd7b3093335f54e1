"""SHAPE: the input's shape, on the real TFLM too."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.elementwise import random_shape
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model import TensorType
from tinylab.model.options import ShapeOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "bool"]


def shape_model(shape: tuple[int, ...], dtype: str = "INT8", out_type: str = "INT32", size: int | None = None) -> bytes:
    output = TensorSpec((len(shape) if size is None else size,), out_type)
    return single_operator("SHAPE", [TensorSpec(shape, dtype)], [output], ShapeOptions(TensorType[out_type]))


@pytest.mark.parametrize("dtype", ["float32", "int8", "int16", "bool", "uint8", "int64"])
@pytest.mark.parametrize("shape", [(7,), (1, 49, 10, 1), (2, 3, 1, 1, 5)])
def test_is_the_input_s_shape(tflm: TflmSession, shape: tuple[int, ...], dtype: str) -> None:
    """Of one sample: samples are tinylab's own axis."""
    inputs = random_values(np.random.default_rng(1), dtype, 3, *shape)
    model = shape_model(shape, dtype.upper())
    assert outputs_of(model, inputs)[0].tolist() == [list(shape)] * 3
    assert_as_tflm(tflm, model, inputs)


def random_case(rng: Rng, dtype: str) -> Case:
    shape = random_shape(rng, 6)
    return shape_model(shape, dtype.upper()), random_values(rng, dtype, SAMPLES, *shape)


CELLS = of_types("SHAPE", random_case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_an_int64_output_fails_in_invoke(tflm: TflmSession) -> None:
    model = shape_model((7,), out_type="INT64")
    phase, message = refusal_of(model)
    assert phase == "invoke"
    assert "operator 0 (SHAPE)" in message
    assert_refused_as_tflm(tflm, model)


def test_two_inputs_are_refused(tflm: TflmSession) -> None:
    model = single_operator("SHAPE", [TensorSpec((7,)), TensorSpec((7,))], [TensorSpec((1,), "INT32")])
    assert refusal_of(model)[0] == "allocate"
    assert_refused_as_tflm(tflm, model)


def test_an_output_of_another_length_is_refused() -> None:
    """TFLM writes past it."""
    assert refusal_of(shape_model((7, 8), size=1))[0] == "allocate"
