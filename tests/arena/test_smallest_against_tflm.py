"""The smallest arena that works, where Prepare is what takes most: the real TFLM runs in it, and not in less.

A kernel's Prepare looks at its tensors through TfLiteTensors in temp memory, with a zero point for every channel: for
wide layers over small activations that is more than head and tail together.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.arena.models import dense_chain
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, single_operator
from tinylab.arena.single_arena_buffer_allocator import align_up
from tinylab.model import load_model
from tinylab.model.options import (
    AddOptions,
    ConcatenationOptions,
    Conv2DOptions,
    DepthwiseConv2DOptions,
    FullyConnectedOptions,
    LeakyReluOptions,
    ReducerOptions,
)
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import arena_needs

WIDE = 300
SCALES = [0.1] * WIDE
BIAS = constant(np.ones(WIDE, np.int32), scale=[0.05] * WIDE)
POINT = TensorSpec((1, 1, 1, 8), "INT8", 0.5)
ROW = TensorSpec((1, 8), "INT8", 0.5)


def conv(bias: bool) -> bytes:
    filter = constant(np.ones((WIDE, 1, 1, 8), np.int8), scale=SCALES)
    output = POINT._replace(shape=(1, 1, 1, WIDE))
    options = Conv2DOptions(stride_w=1, stride_h=1)
    return single_operator("CONV_2D", [POINT, filter, BIAS if bias else None], [output], options)


def depthwise() -> bytes:
    image = POINT._replace(shape=(1, 1, 1, WIDE))
    filter = constant(np.ones((1, 1, 1, WIDE), np.int8), scale=SCALES, quantized_dimension=3)
    options = DepthwiseConv2DOptions(stride_w=1, stride_h=1, depth_multiplier=1)
    return single_operator("DEPTHWISE_CONV_2D", [image, filter, BIAS], [image], options)


def dense() -> bytes:
    weights = constant(np.ones((WIDE, 8), np.int8), scale=SCALES)
    output = ROW._replace(shape=(1, WIDE))
    return single_operator("FULLY_CONNECTED", [ROW, weights, BIAS], [output], FullyConnectedOptions())


def small_ones(*names: str) -> bytes:
    """A chain of operators on rows of 8, whose Prepare is not what takes most."""
    options = {"ADD": AddOptions(), "LEAKY_RELU": LeakyReluOptions(0.1), "MEAN": ReducerOptions(keep_dims=True)}
    options |= {"CONCATENATION": ConcatenationOptions(axis=0)}
    tensors, operators = [ROW], []
    for name in names:
        inputs = [0, 0] if name in ("ADD", "CONCATENATION") else [0]
        if name == "MEAN":
            tensors.append(constant(np.array([0], np.int32)))
            inputs.append(len(tensors) - 1)
        tensors.append(ROW._replace(shape=(2, 8)) if name == "CONCATENATION" else ROW)
        operators.append(OperatorSpec(name, inputs, [len(tensors) - 1], options.get(name)))
    return build_model([SubgraphSpec(tensors, operators)])


MODELS = {
    "CONV_2D": conv(bias=True),
    "CONV_2D without a bias": conv(bias=False),
    "DEPTHWISE_CONV_2D": depthwise(),
    "FULLY_CONNECTED": dense(),
    "three small ones": dense_chain([1, 16, 16, 1]),
    "ADD": small_ones("ADD"),
    "LEAKY_RELU, MEAN": small_ones("LEAKY_RELU", "MEAN"),
    "CONCATENATION": small_ones("CONCATENATION", "ADD"),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_real_tflm_runs_in_it_and_not_in_less(tflm: TflmSession, name: str) -> None:
    """Its recording interpreter keeps more in the tail than the plain one: what is compared is how much goes beyond.

    Of a later commit, too, whose OpData are some bytes larger: hence one step of 16 between.
    """
    model = MODELS[name]
    needs = arena_needs(load_model(model))
    assert needs.binding == "planning"
    main = load_model(model).subgraphs[0]
    feeds = [np.zeros((1, *main.tensors[i].shape), main.tensors[i].dtype) for i in main.inputs]
    arena = tflm.run(model, feeds, arena_bytes=1 << 20).require().arena
    assert arena is not None
    assert arena.head_bytes == needs.head_bytes
    smallest = align_up(needs.smallest_arena_bytes + arena.tail_bytes - needs.tail_bytes, 16)
    assert tflm.run(model, feeds, arena_bytes=smallest).ran
    assert not tflm.run(model, feeds, arena_bytes=smallest - 32).ran
