"""RESIZE_NEAREST_NEIGHBOR: one neighbour each."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import (
    Case,
    assert_cases_as_expected,
    assert_refused_in,
    coin,
    spec,
)
from tests.kernels.cells import Cell, assert_cell_as_tflm, every, of_types
from tests.kernels.running import assert_as_tflm, random_values, refusal_of
from tinylab.model.options import ResizeNearestNeighborOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8", "int16"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    batches, height, width, channels = (int(size) for size in rng.integers(1, 6, 4))
    wanted = tuple(int(size) for size in rng.integers(1, 12, 2))
    aligned = coin(rng)
    options = ResizeNearestNeighborOptions(aligned, coin(rng))
    xs = random_values(rng, dtype, 3, batches, height, width, channels)
    model = single_operator(
        "RESIZE_NEAREST_NEIGHBOR",
        [spec(xs.shape[1:], dtype), constant(np.array(wanted, np.int32))],
        [spec((batches, *wanted, channels), dtype)],
        options,
    )
    return Case(model, [xs], by_hand(xs, wanted, options))


def by_hand(xs: np.ndarray, wanted: tuple[int, ...], options: ResizeNearestNeighborOptions) -> np.ndarray:
    rows, columns = (nearest(xs.shape[2 + axis], wanted[axis], options) for axis in (0, 1))
    return xs[:, :, rows][:, :, :, columns]


def nearest(size: int, wanted: int, options: ResizeNearestNeighborOptions) -> list[int]:
    aligned = options.align_corners and wanted > 1
    scale = np.float32(size - 1) / np.float32(wanted - 1) if aligned else np.float32(size) / np.float32(wanted)
    offset = np.float32(0.5 if options.half_pixel_centers else 0)
    places = [(np.float32(place) + offset) * scale for place in range(wanted)]
    return [min(int(float(p) + 0.5 if options.align_corners else np.floor(p)), size - 1) for p in places]


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("RESIZE_NEAREST_NEIGHBOR", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def resize(
    size: TensorSpec | None = None,
    dtype: str = "int8",
    shape: tuple[int, ...] = (1, 2, 2, 1),
    output: tuple[int, ...] = (1, 3, 3, 1),
    options: ResizeNearestNeighborOptions | None = None,
) -> bytes:
    size = size or constant(np.int32([3, 3]))
    return single_operator("RESIZE_NEAREST_NEIGHBOR", [spec(shape, dtype), size], [spec(output, dtype)], options)


REFUSED = {
    "three axes": ("allocate", resize(shape=(2, 2, 1), output=(3, 3, 1))),
    "a size with axes": ("allocate", resize(constant(np.int32([[3, 3]])))),
    "an int64 size": ("allocate", resize(constant(np.int64([3, 3])))),
    "a computed size": ("allocate", resize(TensorSpec((2,), "INT32"))),
    "a size of three": ("allocate", resize(constant(np.int32([3, 3, 3])))),
    **{dtype: ("invoke", resize(dtype=dtype)) for dtype in ("int32", "uint8", "bool")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_what_tflm_does_not_look_at() -> None:
    assert refusal_of(resize(output=(1, 4, 3, 1)))[0] == "allocate"


def test_large_sizes_round_in_float32(tflm: TflmSession) -> None:
    """Scales that float32 does not hold."""
    for wanted, options in ((299, (False, False)), (1001, (False, True)), (997, (True, False)), (773, (True, True))):
        model = single_operator(
            "RESIZE_NEAREST_NEIGHBOR",
            [spec((1, 1, 101, 1), "int8"), constant(np.int32([1, wanted]))],
            [spec((1, 1, wanted, 1), "int8")],
            ResizeNearestNeighborOptions(*options),
        )
        assert_as_tflm(tflm, model, np.arange(101, dtype=np.int8).reshape(1, 1, 1, 101, 1))
