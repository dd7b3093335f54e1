"""REDUCE_MAX and REDUCE_MIN: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import (
    FLOAT_EXTREMES,
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
)
from tests.kernels.reducing import random_axes, reduction
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.model.options import ReducerOptions
from tinylab.peers.tflm import TflmSession

NAMES = ("REDUCE_MAX", "REDUCE_MIN")


def random_case(name: str, dtype: str) -> Cell:
    def case(rng: Rng) -> Case:
        shape = random_shape(rng, 5)
        input, inputs = random_tensor(rng, shape, dtype), values(rng, dtype, *shape)
        if dtype == "float32" and rng.random() < 0.5:
            inputs = rng.choice(np.concatenate([FLOAT_EXTREMES[:4], NOT_FINITE]), inputs.shape)
        return reduction(name, input, random_axes(rng, len(shape)), keep_dims=bool(rng.integers(2))), [inputs]

    return Cell(case)


CELLS = {(name, dtype): random_case(name, dtype) for name in NAMES for dtype in ("float32", "int8")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.int8([[[3, 9, -9], [7, 1, 1]]])
    tensor = TensorSpec((2, 3), "INT8", 0.5, 3)
    assert outputs_of(reduction("REDUCE_MAX", tensor, [1]), values)[0].tolist() == [[9, 7]]
    assert outputs_of(reduction("REDUCE_MIN", tensor, [0], keep_dims=True), values)[0].tolist() == [[[3, 1, -9]]]
    assert outputs_of(reduction("REDUCE_MIN", tensor, [0, 1]), values)[0].tolist() == [-9]


@pytest.mark.parametrize("name", NAMES)
def test_zeros_infinity_and_not_a_number(tflm: TflmSession, name: str) -> None:
    rows = [[0.0, -0.0, -0.0], [-0.0, 0.0, 0.0], [-np.inf] * 3, [np.inf] * 3, [np.nan] * 3, [np.nan, 1, np.nan]]
    values = np.float32([rows])
    model = reduction(name, TensorSpec((6, 3), "FLOAT32"), [1])
    assert outputs_of(model, values)[0].tobytes() == tflm.run(model, values).require().outputs[0].tobytes()


def test_integers_without_scales(tflm: TflmSession) -> None:
    model, values = reduction("REDUCE_MAX", TensorSpec((3,), "INT8"), [0]), np.int8([[1, 5, 2]])
    assert outputs_of(model, values)[0].tolist() == [5]
    assert_as_tflm(tflm, model, values)


FLOAT, INT8 = TensorSpec((2, 3), "FLOAT32"), TensorSpec((2, 3), "INT8", 0.5)
REFUSED = {
    **{name: (reduction("REDUCE_MAX", spec((2, 3), name), [1]), "invoke") for name in ("int16", "uint8", "int32")},
    "int64 axes": (reduction("REDUCE_MIN", FLOAT, [1], axis_type="INT64"), "allocate"),
    "output type": (reduction("REDUCE_MIN", FLOAT, [1], type="INT8", scale=0.5), "invoke"),
    "output scale": (reduction("REDUCE_MIN", INT8, [1], scale=0.25), "invoke"),
    "output zero point": (reduction("REDUCE_MAX", INT8, [1], zero_point=1), "invoke"),
    "axis": (single_operator("REDUCE_MAX", [INT8, constant(np.int32([2]))], [INT8], ReducerOptions()), "invoke"),
}
REFUSED_HERE = {"output size": (reduction("REDUCE_MAX", FLOAT, [1], shape=(3,)), "invoke")}


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
