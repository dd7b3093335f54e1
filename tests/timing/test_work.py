"""tinylab/timing/work.py: what tells kernels apart, and what a guess is in proportion to."""

from __future__ import annotations

import numpy as np

from tests.builder import TensorSpec, constant
from tests.timing import made
from tinylab.model.options import SplitOptions, TransposeConvOptions
from tinylab.timing.work import Work


def test_types_are_those_of_activations_and_output() -> None:
    image = TensorSpec((1, 4), "FLOAT32")
    assert made.node(made.model("QUANTIZE", [image], [TensorSpec((1, 4), "INT8", 0.5)])).types == "FLOAT32 to INT8"
    assert made.node(made.dense(4, 2)).types == "INT8"


def test_weights_of_four_bits_are_another_kernel() -> None:
    weights = constant(np.ones((2, 4), np.int8), "INT4", scale=0.1)
    node = made.node(made.model("FULLY_CONNECTED", [TensorSpec((1, 4), "INT8", 0.5), weights, None], [out()]))
    assert node.types == "INT8 with INT4 weights"


def test_the_activations_are_not_always_the_first_input() -> None:
    shape = constant(np.array([1, 4, 4, 2], np.int32))
    weights = constant(np.ones((2, 2, 2, 1), np.int8), scale=0.1)
    image = TensorSpec((1, 2, 2, 1), "INT16", 0.5)
    options = TransposeConvOptions(stride_w=2, stride_h=2)
    made_model = made.model(
        "TRANSPOSE_CONV", [shape, weights, image], [TensorSpec((1, 4, 4, 2), "INT16", 0.5)], options
    )
    assert made.node(made_model).types == "INT16"
    axis = constant(np.array(1, np.int32))
    halves = [TensorSpec((1, 2), "INT8", 0.5), TensorSpec((1, 2), "INT8", 0.5)]
    split = made.node(made.model("SPLIT", [axis, TensorSpec((1, 4), "INT8", 0.5)], halves, SplitOptions(2)))
    assert (split.types, split.output_count) == ("INT8", 4)


def test_the_size_is_macs_or_the_innermost_loop() -> None:
    assert Work("", {"elements": 7, "calls": 1}).size == 7
    assert Work("", {"MACs": 7, "outputs": 2}, macs=9).size == 9
    assert Work("", {}).size == 1


def out() -> TensorSpec:
    return TensorSpec((1, 2), "INT8", 0.5)
