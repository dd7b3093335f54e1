"""Models of one operator for the tests of timing, and the measured files."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from tasks.timing_data import counted_models
from tests.builder import TensorSpec, constant, single_operator
from tests.shared import SHARED
from tinylab.model import Model, Padding, load_model
from tinylab.model.options import Conv2DOptions, DepthwiseConv2DOptions
from tinylab.timing.fit import CountedModel
from tinylab.timing.work import Node, node_of

needs_measurements = pytest.mark.skipif(
    not (SHARED / "measurements" / "instructions_cortex-m4_reference.json").is_file(),
    reason="the counted instructions are not here: name the folder that holds measurements/ in TINYLAB_SHARED",
)


@functools.cache
def measured(target: str) -> tuple[CountedModel, ...]:
    """The models that were counted on a target."""
    return tuple(counted_models(SHARED, target))


def conv(
    image: tuple[int, ...],
    kernel: tuple[int, ...],
    out: tuple[int, ...],
    *,
    stride: int = 1,
    padding: Padding = Padding.SAME,
    dilation: int = 1,
    type: str = "INT8",
) -> Model:
    """A CONV_2D of an image [height, width, channels], a kernel [units, height, width, depth]."""
    options = Conv2DOptions(padding, stride, stride, dilation_w_factor=dilation, dilation_h_factor=dilation)
    weights = constant(np.ones(kernel, np.int8), scale=[0.1] * kernel[0], zero_point=0)
    output = TensorSpec((1, *out), type, 0.5)
    return model("CONV_2D", [TensorSpec((1, *image), type, 0.5), weights, None], [output], options)


def depthwise(
    image: tuple[int, ...], kernel: tuple[int, int], out: tuple[int, ...], *, stride: int = 1, type: str = "INT8"
) -> Model:
    """A DEPTHWISE_CONV_2D of an image [height, width, channels] with SAME padding."""
    options = DepthwiseConv2DOptions(Padding.SAME, stride, stride, depth_multiplier=out[-1] // image[-1])
    weights = constant(np.ones((1, *kernel, out[-1]), np.int8), scale=[0.1] * out[-1], quantized_dimension=3)
    output = TensorSpec((1, *out), type, 0.5)
    return model("DEPTHWISE_CONV_2D", [TensorSpec((1, *image), type, 0.5), weights, None], [output], options)


def dense(depth: int, units: int, *, batches: int = 1, out: tuple[int, ...] | None = None) -> Model:
    """A FULLY_CONNECTED of int8 with so many inputs and units."""
    weights = constant(np.ones((units, depth), np.int8), scale=0.1)
    shape = out or (batches, units)
    image = TensorSpec((*shape[:-1], depth), "INT8", 0.5)
    return model("FULLY_CONNECTED", [image, weights, None], [TensorSpec(shape, "INT8", 0.5)])


def model(name: str, inputs: list[TensorSpec | None], outputs: list[TensorSpec], options: object = None) -> Model:
    """A model of one operator."""
    return load_model(single_operator(name, inputs, outputs, options), name="made")


def node(made: Model, index: int = 0) -> Node:
    """An operator of the main subgraph with its tensors."""
    subgraph = made.subgraphs[0]
    return node_of(subgraph, subgraph.operators[index])
