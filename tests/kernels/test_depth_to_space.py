"""DEPTH_TO_SPACE: channels become blocks."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    spec,
)
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import random_values, refusal_of
from tinylab.model.options import DepthToSpaceOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    batches, height, width, channels, block = (int(size) for size in rng.integers(1, 5, 5))
    space = random_values(rng, dtype, 3, batches, height * block, width * block, channels)
    parts = [space[:, :, dy::block, dx::block] for dy in range(block) for dx in range(block)]
    depth = np.concatenate(parts, axis=-1)
    xs, expected = depth, space
    model = single_operator(
        "DEPTH_TO_SPACE", [spec(xs.shape[1:], dtype)], [spec(expected.shape[1:], dtype)], DepthToSpaceOptions(block)
    )
    return Case(model, [xs], expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("DEPTH_TO_SPACE", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def one(
    shape: tuple[int, ...], output: tuple[int, ...], block: int = 2, dtype: str = "int8", out: str | None = None
) -> bytes:
    return single_operator(
        "DEPTH_TO_SPACE", [spec(shape, dtype)], [spec(output, out or dtype)], DepthToSpaceOptions(block)
    )


SPACE, DEPTH = (1, 2, 2, 1), (1, 1, 1, 4)
FROM, TO = DEPTH, SPACE
REFUSED = {
    "three axes": ("allocate", one(FROM[1:], TO)),
    "types": ("allocate", one(FROM, TO, out="float32")),
    "no whole blocks": ("allocate", one(FROM, TO, block=3)),
    **{dtype: ("allocate", one(FROM, TO, dtype=dtype)) for dtype in ("int16", "int32", "uint8", "bool")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_no_block() -> None:
    """TFLM refuses it too."""
    assert refusal_of(one(FROM, TO, block=0))[0] == "allocate"


def test_an_output_of_another_size() -> None:
    """NB: a release build of TFLM does not look."""
    assert refusal_of(one(FROM, (1, 1, 1, 5)))[0] == "allocate"
