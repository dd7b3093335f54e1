"""BROADCAST_ARGS: the shape that two shapes make."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    spec,
)
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import assert_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

TYPES = ["int32", "int64"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """Shapes of two to six axes, of other lengths, sizes up to the largest int32."""
    whole = rng.integers(1, 2**31 - 1, (3, 6)).astype(dtype)
    one, two = (np.where(rng.random(whole.shape) < 0.5, 1, whole).astype(dtype) for _ in range(2))
    one, two = (shape[:, int(rng.integers(0, 5)) :] for shape in (one, two))
    count = max(one.shape[1], two.shape[1])
    full = [np.concatenate([np.ones((3, count - s.shape[1]), dtype), s], axis=1) for s in (one, two)]
    model = single_operator(
        "BROADCAST_ARGS", [spec(one.shape[1:], dtype), spec(two.shape[1:], dtype)], [spec((count,), dtype)]
    )
    return Case(model, [one, two], np.maximum(*full))


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("BROADCAST_ARGS", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def broadcast(one: TensorSpec, two: TensorSpec, output: TensorSpec) -> bytes:
    return single_operator("BROADCAST_ARGS", [one, two], [output])


I32 = spec((2,), "int32")
REFUSED = {
    "int8": ("allocate", broadcast(*[spec((2,), "int8")] * 3)),
    "types": ("allocate", broadcast(I32, spec((2,), "int64"), I32)),
    "output type": ("allocate", broadcast(I32, I32, spec((2,), "int64"))),
    "axes": ("allocate", broadcast(spec((1, 2), "int32"), I32, I32)),
    "output axes": ("allocate", broadcast(I32, I32, spec((2, 1), "int32"))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_shapes_that_do_not_broadcast() -> None:
    """NB: there TFLM aborts."""
    model = broadcast(constant(np.int32([2, 3])), constant(np.int32([2, 4])), I32)
    assert refusal_of(model)[0] == "invoke"


def test_longer_and_shorter_outputs(tflm: TflmSession) -> None:
    """The last sizes, or ones before them; int64 is cut to int32."""
    for count in (1, 3):
        model = broadcast(spec((2,), "int64"), spec((2,), "int64"), spec((count,), "int64"))
        xs = [np.int64([[2, 2**32 + 7]]), np.int64([[2, 1]])]
        assert outputs_of(model, *xs)[0].tolist() == [[1, 2, 7][-count:]]
        assert_as_tflm(tflm, model, *xs)
