"""SELECT_V2: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import (
    Case,
    Cell,
    Rng,
    assert_cell_as_tflm,
    every,
    spec,
    values,
)
from tests.kernels.elementwise import (
    broadcasting_shapes,
    random_tensor,
)
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession


def random_case(dtype: str) -> Cell:
    """Condition, x and y of any three shapes that broadcast."""

    def case(rng: Rng) -> Case:
        first, second, whole = broadcasting_shapes(rng)
        shapes = [first, second, (first, second, whole)[rng.integers(3)]]
        rng.shuffle(shapes)
        types = "bool", dtype, dtype
        tensors = [random_tensor(rng, shape, type_) for shape, type_ in zip(shapes, types, strict=True)]
        inputs = [values(rng, type_, *shape) for shape, type_ in zip(shapes, types, strict=True)]
        if rng.random() < 0.2:
            tensors[2], inputs = tensors[2]._replace(data=inputs[2][0]), inputs[:2]
        return selection(*tensors, output=random_tensor(rng, whole, dtype)), inputs

    return Cell(case)


def selection(*inputs: TensorSpec, output: TensorSpec) -> bytes:
    return single_operator("SELECT_V2", list(inputs), [output])


CELLS = {("SELECT_V2", dtype): random_case(dtype) for dtype in ("float32", "int8", "int16")}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    condition, row = TensorSpec((2, 1), "BOOL"), TensorSpec((3,), "INT8")
    model = selection(condition, row, TensorSpec((), "INT8"), output=TensorSpec((2, 3), "INT8"))
    values = np.array([[[True], [False]]]), np.int8([[1, 2, 3]]), np.int8([9])
    assert outputs_of(model, *values)[0].tolist() == [[[1, 2, 3], [9, 9, 9]]]


def test_one_element_of_any_shapes(tflm: TflmSession) -> None:
    shapes = (1, 1), (), (1,), (1, 1, 1)
    tensors = [TensorSpec(shape, type_) for shape, type_ in zip(shapes, ("BOOL", *["INT16"] * 3), strict=True)]
    model = selection(*tensors[:3], output=tensors[3])
    values = np.array([[[True]]]), np.int16([5]), np.int16([[6]])
    assert outputs_of(model, *values)[0].tolist() == [[[[5]]]]
    assert_as_tflm(tflm, model, *values)


BOOL, INT8 = TensorSpec((2,), "BOOL"), TensorSpec((2,), "INT8")
REFUSED = {
    **{
        name: (selection(BOOL, spec((2,), name), spec((2,), name), output=spec((2,), name)), "invoke")
        for name in ("int32", "int64", "uint8", "bool")
    },
    "condition": (selection(INT8, INT8, INT8, output=INT8), "allocate"),
    "other types": (selection(BOOL, INT8, TensorSpec((2,), "INT16"), output=INT8), "allocate"),
    "shapes": (selection(BOOL, INT8, TensorSpec((3,), "INT8"), output=INT8), "allocate"),
    "output axes": (selection(BOOL, INT8, TensorSpec((1,), "INT8"), output=TensorSpec((1, 2), "INT8")), "allocate"),
    "output shape": (selection(BOOL, INT8, TensorSpec((1,), "INT8"), output=TensorSpec((3,), "INT8")), "allocate"),
    "two inputs": (selection(BOOL, INT8, output=INT8), "allocate"),
}
# What TFLM writes beside the output or as another type, and shapes that it reads from beside them.
SEVEN_AXES = TensorSpec((2, 1, 1, 1, 1, 1, 2), "INT8")
REFUSED_HERE = {
    "seven axes": (selection(BOOL, SEVEN_AXES, SEVEN_AXES, output=SEVEN_AXES), "allocate"),
    "output type": (selection(BOOL, INT8, INT8, output=TensorSpec((2,), "INT16")), "allocate"),
    "output size": (selection(BOOL, INT8, INT8, output=TensorSpec((3,), "INT8")), "allocate"),
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
