"""Solutions of notebook 03, quantization by hand."""

import math

import numpy as np

import tinylab as tl

scale = (5 - -3) / 255
scale_and_zero_point = (scale, round(-128 - -3 / scale))


def quantize(reals, scale, zero_point):
    """Ties away from zero, and what lies outside is clipped before it becomes a byte."""
    steps = reals / np.float32(scale)
    rounded = np.sign(steps) * np.floor(np.abs(steps) + 0.5)
    return np.clip(rounded + zero_point, -128, 127).astype(np.int8)


# A bias has the scale of the sums: input scale times weight scale.
graph = tl.zoo.load("hello_world").subgraphs[0]
inputs, weights = (graph.tensors[index] for index in graph.operators[-1].inputs[:2])
bias_of_a_quarter = round(0.25 / (inputs.quantization.scale * weights.quantization.scale))

fraction, shift = math.frexp(0.0072)
multiplier_and_shift = (round(fraction * 2**31), shift)

SOLUTIONS = {
    "03-1": scale_and_zero_point,
    "03-2": quantize,
    "03-3": bias_of_a_quarter,
    "03-4": multiplier_and_shift,
}
