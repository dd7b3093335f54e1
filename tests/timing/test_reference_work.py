"""tinylab/timing/reference_work.py: counts of the reference kernels' loops, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant
from tests.timing import made
from tinylab.model import Padding
from tinylab.model.options import Pool2DOptions, SVDFOptions, TransposeConvOptions
from tinylab.timing.builds import BUILDS
from tinylab.timing.work import Work

REFERENCE = BUILDS["cortex-m4/reference"]


def test_conv_counts_taps_and_macs_without_padding() -> None:
    work = REFERENCE.work_of(made.node(made.conv((4, 4, 2), (3, 3, 3, 2), (4, 4, 3))))
    counts = {"MACs": 600, "taps inside": 300, "taps": 432, "filter rows": 144, "outputs": 48, "pixels": 16}
    assert work == Work("", counts, macs=600)


def test_depthwise_conv_has_a_tap_a_channel() -> None:
    work = REFERENCE.work_of(made.node(made.depthwise((4, 4, 2), (3, 3), (4, 4, 4))))
    counts = {"MACs": 400, "taps": 576, "filter rows": 192, "outputs": 64, "input channels": 32}
    assert work == Work("", counts, macs=400)


def test_fully_connected_counts_every_batch() -> None:
    work = REFERENCE.work_of(made.node(made.dense(10, 3, batches=4)))
    assert work == Work("", {"MACs": 120, "outputs": 12, "calls": 1}, macs=120)


def test_transpose_conv_leaves_out_what_falls_outside() -> None:
    """Stride 2, kernel 3, 2 inputs, 4 outputs: one element of padding before, so of 6 taps the first falls outside."""
    shape = constant(np.array([1, 4, 4, 2], np.int32))
    weights = constant(np.ones((2, 3, 3, 5), np.int8), scale=[0.1, 0.1])
    image = TensorSpec((1, 2, 2, 5), "INT16", 0.5)
    output = TensorSpec((1, 4, 4, 2), "INT16", 0.5)
    options = TransposeConvOptions(Padding.SAME, 2, 2)
    work = REFERENCE.work_of(made.node(made.model("TRANSPOSE_CONV", [shape, weights, image], [output], options)))
    inside = 5 * 5  # taps along each axis
    assert work == Work("", {"MACs": inside * 5 * 2, "taps": 4 * 9 * 5, "outputs": 32}, macs=inside * 10)


def test_pooling_divides_by_what_lies_inside() -> None:
    options = Pool2DOptions(Padding.SAME, 2, 2, 3, 3)
    image, output = TensorSpec((1, 4, 4, 2), "INT8", 0.5), TensorSpec((1, 2, 2, 2), "INT8", 0.5)
    work = REFERENCE.work_of(made.node(made.model("AVERAGE_POOL_2D", [image], [output], options)))
    assert work.counts == {"taps inside": 5 * 5 * 2, "window rows": 5 * 2 * 2, "outputs": 8}


@pytest.mark.parametrize("state", ["INT8", "INT16"])
def test_svdf_tells_states_apart(state: str) -> None:
    weights = constant(np.ones((4, 6), np.int8), scale=0.1)
    time = constant(np.ones((4, 3), np.int8 if state == "INT8" else np.int16), scale=0.1)
    memory = TensorSpec((1, 12), state, 0.1, is_variable=True)
    inputs = [TensorSpec((1, 6), "INT8", 0.5), weights, time, None, memory]
    work = REFERENCE.work_of(made.node(made.model("SVDF", inputs, [TensorSpec((1, 4), "INT8", 0.5)], SVDFOptions(1))))
    wide = 12 if state == "INT16" else 0
    assert work.counts == {"feature MACs": 24, "time MACs": 12, "time MACs with int16": wide, "features": 4}
    assert work.macs == 36


def test_unequal_shapes_take_the_slower_way() -> None:
    image, output = TensorSpec((1, 4), "INT8", 0.5), TensorSpec((1, 4), "INT8", 0.5)
    equal = made.node(made.model("ADD", [image, TensorSpec((1, 4), "INT8", 0.5)], [output]))
    unequal = made.node(made.model("ADD", [image, TensorSpec((1, 1), "INT8", 0.5)], [output]))
    assert REFERENCE.work_of(equal) == Work("", {"elements": 4, "calls": 1})
    assert REFERENCE.work_of(unequal).path == "broadcast"
