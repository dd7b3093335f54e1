"""The exercises of notebook 03, as readers may get them wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import tinylab as tl
from tinylab.lessons import check
from tinylab.lessons.quantization import BIAS, MULTIPLIER


def round_away(x: Any) -> Any:
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


def clipped(rounded: Any, zero_point: int) -> Any:
    return np.clip(rounded + zero_point, -128, 127).astype(np.int8)


def quantize(reals: Any, scale: float, zero_point: int) -> Any:
    return clipped(round_away(reals / scale), zero_point)


def wraps(reals: Any, scale: float, zero_point: int) -> Any:
    return (round_away(reals / scale) + zero_point).astype(np.int64).astype(np.int8)


GRAPH = tl.zoo.load("hello_world").subgraphs[0]
INPUT, WEIGHTS, BIAS_TENSOR = (GRAPH.tensors[index] for index in GRAPH.operators[-1].inputs)
OUTPUT = GRAPH.tensors[GRAPH.outputs[0]]


def steps(tensor: tl.model.Tensor) -> int:
    """BIAS at the scale of a tensor."""
    assert tensor.quantization is not None
    return round(BIAS / tensor.quantization.scale)


FRACTION, SHIFT = math.frexp(MULTIPLIER)
RIGHT = round(FRACTION * 2**31)

WRONG: dict[str, list[tuple[Any, str]]] = {
    "03-1": [
        ((5 / 127, 0), "symmetric scale"),
        ((8 / 256, -32), "255 steps"),
        ((0.1, -32), "0.1 is not the scale"),
        ((8 / 255, 96), "zero point of uint8"),
        ((8 / 255, 32), "wrong sign"),
        ((8 / 255, -33), "-33 is not the integer"),
        (8 / 255, "two numbers"),
    ],
    "03-2": [
        (lambda x, scale, zero: clipped(np.round(x / scale), zero), "0.25 is 0.5 steps, expected 1, got 0"),
        (wraps, "59 is 118 steps, expected 127, got -128"),
        (lambda x, scale, zero: clipped(np.trunc(x / scale), zero), "0.9 is 1.8 steps"),
        (lambda *given: quantize(*given).astype(float), "not int8"),
        (lambda *given: quantize(*given)[:1], "4 numbers go in"),
        (lambda *given: 1 / 0, "ZeroDivisionError"),
        (3, "a function is needed"),
    ],
    "03-3": [
        (steps(INPUT), "scale of the input alone"),
        (steps(WEIGHTS), "scale of the weights alone"),
        (steps(OUTPUT), "scale of the output alone"),
        (0, "is not 0.25 divided"),
    ],
    "03-4": [
        ((RIGHT, -SHIFT), "to the right is negative"),
        ((round(MULTIPLIER * 2**31), 0), "leaves the upper bits empty"),
        ((RIGHT // 2, SHIFT + 1), "lies between 2**30 and 2**31"),
        ((RIGHT, SHIFT + 1), "is 0.0144"),
        (0.0072, "two integers"),
    ],
}


def test_right_answers_in_another_form() -> None:
    assert check("03-1", (np.float32(8 / 255), np.int32(-32))).done
    assert check("03-2", quantize).done
    assert check("03-3", steps(BIAS_TENSOR)).done  # at the file's own scale of that bias
