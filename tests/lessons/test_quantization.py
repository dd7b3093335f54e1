"""The exercises of notebook 03: solution, stub and named wrong answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import tinylab as tl
from tinylab.lessons import check
from tinylab.lessons.quantization import BIAS, EXERCISES, MULTIPLIER


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_stub_is_not_yet(exercise: str) -> None:
    assert repr(check(exercise, None)) == "not yet: the answer is still None"


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        ((5 / 127, 0), "symmetric scale"),
        ((8 / 256, -32), "255 steps"),
        ((0.1, -32), "0.1 is not the scale"),
        ((8 / 255, 96), "zero point of uint8"),
        ((8 / 255, 32), "wrong sign"),
        ((8 / 255, -33), "-33 is not the integer"),
        (8 / 255, "two numbers"),
        (("a", "b"), "two numbers"),
    ],
)
def test_scale_and_zero_point(answer: Any, because: str) -> None:
    verdict = check("03-1", answer)
    assert not verdict.done
    assert because in verdict.because
    assert check("03-1", (8 / 255, -32)).done
    assert check("03-1", (np.float32(8 / 255), np.int32(-32))).done


def quantize(reals: Any, scale: float, zero_point: int) -> Any:
    ratio = reals / scale
    return np.clip(np.sign(ratio) * np.floor(np.abs(ratio) + 0.5) + zero_point, -128, 127).astype(np.int8)


def test_quantize_by_hand() -> None:
    assert check("03-2", quantize).done

    def to_even(reals: Any, scale: float, zero_point: int) -> Any:
        return np.clip(np.round(reals / scale) + zero_point, -128, 127).astype(np.int8)

    def wraps(reals: Any, scale: float, zero_point: int) -> Any:
        ratio = reals / scale
        return (np.sign(ratio) * np.floor(np.abs(ratio) + 0.5) + zero_point).astype(np.int64).astype(np.int8)

    assert "0.25 is 0.5 steps, expected 1, got 0" in repr(check("03-2", to_even))
    assert "59 is 118 steps, expected 127, got -128" in repr(check("03-2", wraps))
    assert "expected 2, got 1" not in repr(check("03-2", wraps))
    assert "not int8" in repr(check("03-2", lambda *given: quantize(*given).astype(float)))
    assert "4 numbers go in" in repr(check("03-2", lambda *given: quantize(*given)[:1]))
    assert "ZeroDivisionError" in repr(check("03-2", lambda *given: 1 / 0))
    assert "a function is needed" in repr(check("03-2", 3))


def test_a_bias() -> None:
    graph = tl.zoo.load("hello_world").subgraphs[0]
    _, bias = (graph.tensors[index] for index in graph.operators[-1].inputs[1:])
    assert bias.quantization is not None
    assert check("03-3", round(BIAS / bias.quantization.scale)).done  # the file's own scale of that bias
    for index, whose in ((0, "the input"), (1, "the weights")):
        tensor = graph.tensors[graph.operators[-1].inputs[index]]
        assert tensor.quantization is not None
        assert repr(check("03-3", round(BIAS / tensor.quantization.scale))).endswith(f"scale of {whose} alone")
    output = graph.tensors[9].quantization
    assert output is not None
    assert repr(check("03-3", round(BIAS / output.scale))).endswith("scale of the output alone")
    assert "is not 0.25 divided" in repr(check("03-3", 0))


def test_a_multiplier_and_its_shift() -> None:
    fraction, shift = math.frexp(MULTIPLIER)
    multiplier = round(fraction * 2**31)
    assert check("03-4", (multiplier, shift)).done
    assert "to the right is negative" in repr(check("03-4", (multiplier, -shift)))
    assert "leaves the upper bits empty" in repr(check("03-4", (round(MULTIPLIER * 2**31), 0)))
    assert "lies between 2**30 and 2**31" in repr(check("03-4", (multiplier // 2, shift + 1)))
    assert "0.0072000000" not in repr(check("03-4", (multiplier + 1000, shift)))
    assert not check("03-4", (multiplier, shift + 1)).done
    assert "two integers" in repr(check("03-4", 0.0072))
