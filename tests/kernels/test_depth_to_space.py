"""DEPTH_TO_SPACE: channels become blocks. SPACE_TO_DEPTH: each block becomes channels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.builder import single_operator
from tests.kernels.cases import Case, assert_cases_as_expected, assert_refused_in, spec
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import random_values, refusal_of
from tinylab.model.options import DepthToSpaceOptions, SpaceToDepthOptions
from tinylab.peers.tflm import TflmSession

OPTIONS = {"DEPTH_TO_SPACE": DepthToSpaceOptions, "SPACE_TO_DEPTH": SpaceToDepthOptions}
TYPES = ["float32", "int8"]
Shape = tuple[int, ...]


def one(name: str, shape: Shape, output: Shape, block: int = 2, dtype: str = "int8", out: str | None = None) -> bytes:
    return single_operator(name, [spec(shape, dtype)], [spec(output, out or dtype)], OPTIONS[name](block))


def case_of(name: str) -> Callable[[np.random.Generator, str], Case]:
    def case(rng: np.random.Generator, dtype: str) -> Case:
        batches, height, width, channels, block = (int(size) for size in rng.integers(1, 5, 5))
        space = random_values(rng, dtype, 3, batches, height * block, width * block, channels)
        parts = [space[:, :, dy::block, dx::block] for dy in range(block) for dx in range(block)]
        depth = np.concatenate(parts, axis=-1)
        xs, expected = (depth, space) if name == "DEPTH_TO_SPACE" else (space, depth)
        return Case(one(name, xs.shape[1:], expected.shape[1:], block, dtype), [xs], expected)

    return case


CASES = {name: case_of(name) for name in OPTIONS}
CELLS = {key: cell for name, case in CASES.items() for key, cell in of_types(name, case, TYPES).items()}


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", CASES)
def test_by_numpy(name: str, dtype: str) -> None:
    assert_cases_as_expected(CASES[name], dtype)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


SPACE, DEPTH = (1, 2, 2, 1), (1, 1, 1, 4)
ENDS = {"DEPTH_TO_SPACE": (DEPTH, SPACE), "SPACE_TO_DEPTH": (SPACE, DEPTH)}
REFUSED = {
    (name, what): model
    for name, (start, end) in ENDS.items()
    for what, model in {
        "three axes": one(name, start[1:], end),
        "types": one(name, start, end, out="float32"),
        "no whole blocks": one(name, start, end, block=3),
        **{dtype: one(name, start, end, dtype=dtype) for dtype in ("int16", "int32", "uint8", "bool")},
    }.items()
}


@pytest.mark.parametrize("key", REFUSED, ids=" ".join)
def test_refusals(tflm: TflmSession, key: tuple[str, str]) -> None:
    assert_refused_in(tflm, "allocate", REFUSED[key])


@pytest.mark.parametrize("name", ENDS)
def test_what_fits_in_no_tensor(name: str) -> None:
    """No block (SPACE_TO_DEPTH of TFLM divides by 0), and an output of another size, at which it does not look."""
    start, end = ENDS[name]
    assert refusal_of(one(name, start, end, block=0))[0] == "allocate"
    assert refusal_of(one(name, start, (1, 1, 1, 5)))[0] == "allocate"
