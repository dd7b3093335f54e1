"""RESIZE_BILINEAR: four neighbours, weighted."""

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
from tests.kernels.running import outputs_of, random_values, refusal_of
from tinylab.model.options import ResizeBilinearOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float32", "int8"]


def case(rng: np.random.Generator, dtype: str) -> Case:
    batches, height, width, channels = (int(size) for size in rng.integers(1, 6, 4))
    wanted = tuple(int(size) for size in rng.integers(1, 12, 2))
    aligned = coin(rng)
    options = ResizeBilinearOptions(0, 0, aligned, coin(rng) and not aligned)
    xs = random_values(rng, dtype, 3, batches, height, width, channels)
    model = single_operator(
        "RESIZE_BILINEAR",
        [spec(xs.shape[1:], dtype), constant(np.array(wanted, np.int32))],
        [spec((batches, *wanted, channels), dtype)],
        options,
    )
    return Case(model, [xs], by_hand(xs, wanted, options))


def by_hand(xs: np.ndarray, wanted: tuple[int, ...], options: ResizeBilinearOptions) -> np.ndarray:
    """Place by place, in Python's integers or in float32."""
    out = np.empty((*xs.shape[:2], *wanted, xs.shape[4]), xs.dtype)
    ways = neighbours if xs.dtype == np.int8 else float_neighbours
    rows, columns = (ways(xs.shape[2 + axis], wanted[axis], options) for axis in (0, 1))
    for y, (y0, y1, below_y, above_y) in enumerate(rows):
        for x, (x0, x1, below_x, above_x) in enumerate(columns):
            if xs.dtype == np.int8:
                wide = xs.astype(np.int64)
                total = wide[:, :, y0, x0] * below_y * below_x + wide[:, :, y1, x0] * above_y * below_x
                total += wide[:, :, y0, x1] * below_y * above_x + wide[:, :, y1, x1] * above_y * above_x
                out[:, :, y, x] = np.trunc((total + np.where(total > 0, 2**19, -(2**19))) / 2**20)
            else:
                total = xs[:, :, y0, x0] * below_y * below_x + xs[:, :, y1, x0] * above_y * below_x
                total = total + xs[:, :, y0, x1] * below_y * above_x
                out[:, :, y, x] = total + xs[:, :, y1, x1] * above_y * above_x
    return out


def neighbours(size: int, wanted: int, options: ResizeBilinearOptions) -> list[tuple[int, int, int, int]]:
    scale = (1024 * size + wanted // 2) // wanted
    if options.align_corners and wanted > 1:
        scale = (1024 * (size - 1) + (wanted - 1) // 2) // (wanted - 1)
    found = []
    for place in range(wanted):
        at = place * scale + (scale // 2 - 512 if options.half_pixel_centers else 0)
        low = max(int(at / 1024), 0)
        found.append((low, min((at + 1023) // 1024, size - 1), 1024 - (at - 1024 * low), at - 1024 * low))
    return found


def float_neighbours(
    size: int, wanted: int, options: ResizeBilinearOptions
) -> list[tuple[int, int, np.float32, np.float32]]:
    scale = np.float32(size) / np.float32(wanted)
    if options.align_corners and wanted > 1:
        scale = np.float32(size - 1) / np.float32(wanted - 1)
    found = []
    for place in range(wanted):
        at = np.float32(place) * scale
        if options.half_pixel_centers:
            at = (np.float32(place) + np.float32(0.5)) * scale - np.float32(0.5)
        low = max(int(np.floor(at)), 0)
        above = at - np.float32(low)
        found.append((low, min(int(np.ceil(at)), size - 1), np.float32(1) - above, above))
    return found


@pytest.mark.parametrize("dtype", TYPES)
def test_by_numpy(dtype: str) -> None:
    assert_cases_as_expected(case, dtype)


CELLS = of_types("RESIZE_BILINEAR", case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def resize(
    size: TensorSpec | None = None,
    dtype: str = "int8",
    shape: tuple[int, ...] = (1, 2, 2, 1),
    output: tuple[int, ...] = (1, 3, 3, 1),
    options: ResizeBilinearOptions | None = None,
) -> bytes:
    size = size or constant(np.int32([3, 3]))
    return single_operator("RESIZE_BILINEAR", [spec(shape, dtype), size], [spec(output, dtype)], options)


REFUSED = {
    "three axes": ("allocate", resize(shape=(2, 2, 1), output=(3, 3, 1))),
    "a size with axes": ("allocate", resize(constant(np.int32([[3, 3]])))),
    "an int64 size": ("allocate", resize(constant(np.int64([3, 3])))),
    "a computed size": ("allocate", resize(TensorSpec((2,), "INT32"))),
    "both ways": ("allocate", resize(options=ResizeBilinearOptions(0, 0, True, True))),
    **{dtype: ("invoke", resize(dtype=dtype)) for dtype in ("int16", "int32", "uint8")},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_what_tflm_does_not_look_at() -> None:
    assert refusal_of(resize(output=(1, 4, 3, 1)))[0] == "allocate"
    assert refusal_of(resize(constant(np.int32([3, 3, 3]))))[0] == "allocate"


def test_a_rounded_scale_that_leads_behind_a_row(tflm: TflmSession) -> None:
    """1 column to 70: 15/1024 a step, so the 70th lies in the second, which is the next row's first."""
    size, options = constant(np.int32([2, 70])), ResizeBilinearOptions()
    model = single_operator(
        "RESIZE_BILINEAR", [spec((2, 2, 1, 1), "int8"), size], [spec((2, 2, 70, 1), "int8")], options
    )
    xs = np.int8([[[[[10]], [[20]]], [[[30]], [[40]]]]])
    output = outputs_of(model, xs)[0][0, :, :, :, 0]
    assert output[0, :, 68].tolist() == [10, 20]
    assert output[0, :, 69].tolist() == [20, 30]
    theirs = tflm.run(model, [xs]).require().outputs[0].reshape(2, 2, 70)
    np.testing.assert_array_equal(output[0], theirs[0])
    np.testing.assert_array_equal(output[1, 0], theirs[1, 0])  # the last row of all ends behind the tensor
