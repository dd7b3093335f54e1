"""BATCH_TO_SPACE_ND: batches become blocks of space."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    coin,
    picked,
    spec,
)
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import random_values, refusal_of
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    """With and without a width; block and crops fed now and then."""
    spatial = picked(rng, 1, 2)
    batches, channels = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    block, size = rng.integers(1, 4, spatial).astype(np.int32), rng.integers(1, 4, spatial)
    whole = block * size
    crops = np.zeros((spatial, 2), np.int32)
    for axis, length in enumerate(whole):
        crops[axis, 0] = rng.integers(0, length)
        crops[axis, 1] = rng.integers(0, length - crops[axis, 0])
    shape = (batches * int(np.prod(block)), *(int(length) for length in size), channels)
    xs = random_values(rng, dtype, 3, *shape)
    space = np.zeros((3, batches, *whole, channels), dtype)
    for number, place in enumerate(np.ndindex(*block)):
        to = tuple(slice(start, None, step) for start, step in zip(place, block, strict=True))
        space[(slice(None), slice(None), *to)] = xs[:, number * batches : (number + 1) * batches]
    inside = tuple(slice(left, length - right) for (left, right), length in zip(crops, whole, strict=True))
    expected = space[(slice(None), slice(None), *inside)]
    fed = coin(rng, 0.3)
    arguments = [TensorSpec(a.shape, "INT32") if fed else constant(a) for a in (block, crops)]
    feeds = [xs, np.stack([block] * 3), np.stack([crops] * 3)] if fed else [xs]
    model = single_operator("BATCH_TO_SPACE_ND", [spec(shape, dtype), *arguments], [spec(expected.shape[1:], dtype)])
    return Case(model, feeds, expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("BATCH_TO_SPACE_ND", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def batch_to_space(
    shape: tuple[int, ...] = (4, 1, 1, 1),
    output: tuple[int, ...] = (1, 2, 2, 1),
    dtype: str = "int8",
    out: str = "int8",
) -> bytes:
    arguments = [constant(np.int32([2, 2])), constant(np.zeros((2, 2), np.int32))]
    return single_operator("BATCH_TO_SPACE_ND", [spec(shape, dtype), *arguments], [spec(output, out)])


REFUSED = {
    "two axes": ("allocate", batch_to_space((2, 2))),
    "five axes": ("allocate", batch_to_space((4, 1, 1, 1, 1))),
    "output axes": ("allocate", batch_to_space(output=(4, 1))),
    "types": ("allocate", batch_to_space(out="int16")),
    **{dtype: ("invoke", batch_to_space(dtype=dtype, out=dtype)) for dtype in ("int16", "int32", "uint8", "bool")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


@pytest.mark.parametrize("output", [(2, 2, 2, 1), (1, 3, 2, 1), (1, 2, 2, 2)])
def test_an_output_that_is_not_filled(output: tuple[int, ...]) -> None:
    """NB: TFLM leaves there what was there."""
    assert refusal_of(batch_to_space(output=output))[0] == "invoke"
