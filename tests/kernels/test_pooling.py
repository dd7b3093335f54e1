"""AVERAGE_POOL_2D and MAX_POOL_2D: against the C++'s loops in plain Python, by hand, and against the real TFLM."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import NEAR, SAME, SAMPLES, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.convolving import DTYPES, c_activation_range, c_padding, out_size
from tests.kernels.elementwise import op_data, random_activation
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.kernels import padding
from tinylab.kernels.padding import Window
from tinylab.kernels.pooling import AVERAGE_POOL_2D
from tinylab.model import ActivationFunctionType, Padding
from tinylab.model.options import Pool2DOptions
from tinylab.peers.tflm import TflmSession

NAMES = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
Case = tuple[TensorSpec, TensorSpec, Pool2DOptions]


def random_case(rng: np.random.Generator, dtype: str, largest: int) -> Case:
    height, width = (int(size) for size in rng.integers(1, largest + 1, 2))
    rows, columns = (int(size) for size in rng.integers(1, 6, 2))
    stride_h, stride_w = (int(size) for size in rng.integers(1, 4, 2))
    chosen = Padding(int(rng.integers(0, 2)))
    chosen = Padding.SAME if rows > height or columns > width else chosen
    batch, channels = (int(size) for size in rng.integers(1, 5, 2))
    out_shape = (batch, out_size(chosen, height, rows, stride_h), out_size(chosen, width, columns, stride_w), channels)
    scale = None if dtype == "float32" else float(np.float32(2.0 ** rng.uniform(-9, 0)))
    zero_point = int(rng.integers(-128, 128)) if dtype == "int8" else 0
    options = Pool2DOptions(chosen, stride_w, stride_h, columns, rows, random_activation(rng))
    tensors = (
        TensorSpec(shape, dtype.upper(), scale, zero_point) for shape in ((batch, height, width, channels), out_shape)
    )
    return (*tensors, options)


def model_of(name: str, case: Case) -> bytes:
    input, output, options = case
    return single_operator(name, [input], [output], options)


def c_pool(name: str, case: Case, image: Array) -> Array:
    """The C++'s loops, for one sample of integers."""
    input, output, options = case
    height, width = input.shape[1:3]
    pad_h = c_padding(options.stride_h, options.filter_height, height, output.shape[1])
    pad_w = c_padding(options.stride_w, options.filter_width, width, output.shape[2])
    low, high = c_activation_range(options.fused_activation_function, output)
    result = np.empty(output.shape, image.dtype)
    for b, y, x, c in np.ndindex(*output.shape):
        rows = range(y * options.stride_h - pad_h, y * options.stride_h - pad_h + options.filter_height)
        columns = range(x * options.stride_w - pad_w, x * options.stride_w - pad_w + options.filter_width)
        seen = [
            int(image[b, i, j, c])
            for i, j in itertools.product(rows, columns)
            if 0 <= i < height and 0 <= j < width
        ]  # fmt: skip
        if name == "MAX_POOL_2D":
            value = max(seen)
        else:
            total, count = sum(seen), len(seen)
            value = int(math.copysign((abs(total) + count // 2) // count, total))
        result[b, y, x, c] = min(max(value, low), high)
    return result


def fixed_case(dtype: str = "INT8", options: Pool2DOptions | None = None) -> Case:
    scale = None if dtype == "FLOAT32" else 0.5
    options = options or Pool2DOptions(Padding.SAME, 2, 2, 2, 2)
    return TensorSpec((1, 3, 3, 1), dtype, scale), TensorSpec((1, 2, 2, 1), dtype, scale), options


def test_by_hand() -> None:
    image = np.array([[1, 2, -3], [3, 4, -4], [7, -8, -9]], np.int8).reshape(1, 1, 3, 3, 1)
    # The windows: 1 2 3 4 | -3 -4 | 7 -8 | -9. Ties go away from zero.
    averages = outputs_of(model_of("AVERAGE_POOL_2D", fixed_case()), image)[0]
    assert averages.ravel().tolist() == [3, -4, -1, -9]
    largest = outputs_of(model_of("MAX_POOL_2D", fixed_case()), image)[0]
    assert largest.ravel().tolist() == [4, -3, 7, -9]


def test_op_data_by_hand() -> None:
    options = Pool2DOptions(Padding.SAME, 2, 1, 2, 3, ActivationFunctionType.RELU6)
    tensors = TensorSpec((1, 3, 3, 1), "INT8", 0.25, -10), TensorSpec((1, 3, 2, 1), "INT8", 0.25, -10)
    data = op_data(AVERAGE_POOL_2D, model_of("AVERAGE_POOL_2D", (*tensors, options)))
    assert data.rows == Window(size=3, stride=1, dilation=1, before=1, after=1, out_size=3)
    assert data.columns == Window(size=2, stride=2, dilation=1, before=0, after=1, out_size=2)
    assert data.counts[..., 0].tolist() == [[4, 2], [6, 3], [4, 2]]
    assert data[3:] == (-10, 14)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_is_the_cpp_loops(name: str, dtype: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(25):
        case = random_case(rng, dtype, largest=6)
        images = random_values(rng, dtype, 2, *case[0].shape)
        expected = np.stack([c_pool(name, case, image) for image in images])
        np.testing.assert_array_equal(outputs_of(model_of(name, case), images)[0], expected)


def cell(name: str, dtype: str) -> Cell:
    def case(rng: Rng) -> Sequence[Any]:
        drawn = random_case(rng, dtype, largest=20)
        return model_of(name, drawn), random_values(rng, dtype, SAMPLES, *drawn[0].shape)

    return Cell(case, NEAR if (name, dtype) == ("AVERAGE_POOL_2D", "float32") else SAME)


CELLS = {(name, dtype): cell(name, dtype) for name in NAMES for dtype in DTYPES}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_float_average_by_hand() -> None:
    image = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3, 1)
    averages = outputs_of(model_of("AVERAGE_POOL_2D", fixed_case("FLOAT32")), image)[0]
    assert averages.ravel().tolist() == [2.0, 3.5, 6.5, 8.0]


def test_largest_of_what_is_not_a_number(tflm: TflmSession) -> None:
    """C's max passes NaN over, and starts from the lowest float."""
    image = np.full((2, 1, 3, 3, 1), np.nan, np.float32)
    image[1, 0, 0, 0], image[1, 0, 2, 2] = 2.0, -np.inf
    model = model_of("MAX_POOL_2D", fixed_case("FLOAT32"))
    lowest = float(np.finfo(np.float32).min)
    assert outputs_of(model, image)[0].ravel().tolist() == [lowest] * 4 + [2.0, lowest, lowest, lowest]
    assert_as_tflm(tflm, model, image)


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    for name, dtype in itertools.product(NAMES, DTYPES):
        case = random_case(rng, dtype, largest=12)
        images = random_values(rng, dtype, 5, *case[0].shape)
        whole = outputs_of(model_of(name, case), images)[0]
        monkeypatch.setattr(padding, "TILE_ELEMENTS", 2 * images[0, 0].size)
        np.testing.assert_array_equal(outputs_of(model_of(name, case), images)[0], whole)
        monkeypatch.undo()


def refused_case(**changes: object) -> Case:
    input, output, options = fixed_case()
    return input, output._replace(**changes), options


UINT8 = TensorSpec((1, 3, 3, 1), "UINT8", 0.5), TensorSpec((1, 2, 2, 1), "UINT8", 0.5), fixed_case()[2]
REFUSED = {
    "scale": refused_case(scale=0.500002),
    "zero point": refused_case(zero_point=1),
    "uint8": UINT8,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", REFUSED)
def test_refusals(tflm: TflmSession, name: str, case: str) -> None:
    phase, message = refusal_of(model_of(name, REFUSED[case]))
    assert phase == "allocate"
    assert f"operator 0 ({name})" in message
    assert "needed" in message
    assert_refused_as_tflm(tflm, model_of(name, REFUSED[case]))


def test_a_scale_that_is_near_enough(tflm: TflmSession) -> None:
    image = random_values(np.random.default_rng(4), "int8", 1, 1, 3, 3, 1)
    assert_as_tflm(tflm, model_of("MAX_POOL_2D", refused_case(scale=0.5000005)), image)


OURS_ALONE = {
    "types differ": refused_case(type="INT16"),
    "channels": refused_case(shape=(1, 2, 2, 2)),
    "three axes": refused_case(shape=(2, 2, 1)),
    "no stride": (*fixed_case()[:2], Pool2DOptions(Padding.SAME, 0, 2, 2, 2)),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", OURS_ALONE)
def test_refused_where_tflm_reads_beside_its_tensors(name: str, case: str) -> None:
    phase, message = refusal_of(model_of(name, OURS_ALONE[case]))
    assert phase == "allocate"
    assert "needed" in message


def test_an_average_of_nothing_is_refused() -> None:
    """A third row of windows lies outside the image: MAX_POOL_2D finds the lowest number there."""
    case = refused_case(shape=(1, 3, 2, 1))
    phase, message = refusal_of(model_of("AVERAGE_POOL_2D", case))
    assert phase == "allocate"
    assert "misses" in message
    largest = outputs_of(model_of("MAX_POOL_2D", case), np.ones((1, 1, 3, 3, 1), np.int8))[0]
    assert largest.ravel().tolist() == [1, 1, 1, 1, -128, -128]
