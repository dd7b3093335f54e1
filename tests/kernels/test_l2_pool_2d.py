"""L2_POOL_2D: by hand, and against the real TFLM."""

from __future__ import annotations

from typing import Any

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
    random_activation,
)
from tests.kernels.running import assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.model import ActivationFunctionType, Padding
from tinylab.model.options import Pool2DOptions
from tinylab.peers.tflm import TflmSession


def random_case(rng: Rng) -> Case:
    batch, height, width, channels = (int(size) for size in rng.integers(1, 9, 4))
    filter_h, filter_w, stride_h, stride_w = (int(size) for size in rng.integers(1, 5, 4))
    padding = Padding(int(rng.integers(2)))
    if padding == Padding.VALID:
        filter_h, filter_w = min(filter_h, height), min(filter_w, width)
    options = Pool2DOptions(padding, stride_w, stride_h, filter_w, filter_h, random_activation(rng))
    image = TensorSpec((batch, height, width, channels), "FLOAT32")
    return pool(image, options), [values(rng, "float32", *image.shape)]


def pool(image: TensorSpec, options: Pool2DOptions, **output: Any) -> bytes:
    """The output's shape is found here."""
    _, height, width, _ = image.shape
    if options.padding == Padding.VALID:
        height, width = height - options.filter_height + 1, width - options.filter_width + 1
    shape = (image.shape[0], -(-height // options.stride_h), -(-width // options.stride_w), image.shape[3])
    return single_operator("L2_POOL_2D", [image], [image._replace(**{"shape": shape, **output})], options)


CELLS = {("L2_POOL_2D", "float32"): Cell(random_case)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    """SAME: the last window holds one column."""
    image = TensorSpec((1, 2, 3, 1), "FLOAT32")
    values = np.float32([1, 2, 6, 4, 2, 8]).reshape(1, 1, 2, 3, 1)
    result = outputs_of(pool(image, Pool2DOptions(Padding.SAME, 2, 2, 2, 2)), values)[0]
    assert result.ravel().tolist() == [2.5, float(np.sqrt(np.float32(50)))]
    relu6 = Pool2DOptions(Padding.VALID, 1, 1, 2, 2, ActivationFunctionType.RELU6)
    assert outputs_of(pool(image, relu6), 4 * values)[0].ravel().tolist() == [6, 6]


def test_squares_are_added_in_order(tflm: TflmSession) -> None:
    """1 is lost beside 2**24: row by row, and not column by column."""
    values = np.float32([1, 1, 1, 4096, 1, 1, 1, 1, 1]).reshape(1, 1, 3, 3, 1)
    model = pool(TensorSpec((1, 3, 3, 1), "FLOAT32"), Pool2DOptions(Padding.VALID, 1, 1, 3, 3))
    assert outputs_of(model, values)[0].tobytes() == tflm.run(model, values).require().outputs[0].tobytes()


IMAGE, OPTIONS = TensorSpec((1, 4, 4, 2), "FLOAT32"), Pool2DOptions(Padding.SAME, 2, 2, 2, 2)
REFUSED = {
    "int8": (pool(spec((1, 4, 4, 2), "int8"), OPTIONS), "allocate"),
    "int16": (pool(spec((1, 4, 4, 2), "int16"), OPTIONS), "allocate"),
    "output type": (pool(IMAGE, OPTIONS, type="INT8"), "allocate"),
    "three axes": (single_operator("L2_POOL_2D", [spec((4, 4, 2), "float32")], [IMAGE], OPTIONS), "allocate"),
    "output axes": (pool(IMAGE, OPTIONS, shape=(2, 2, 2)), "allocate"),
}
# TFLM gives the output another shape than the file's, and divides by a stride of 0.
REFUSED_HERE = {
    "output shape": (pool(IMAGE, OPTIONS, shape=(1, 2, 3, 2)), "allocate"),
    "stride": (single_operator("L2_POOL_2D", [IMAGE], [IMAGE], OPTIONS._replace(stride_w=0)), "allocate"),
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
