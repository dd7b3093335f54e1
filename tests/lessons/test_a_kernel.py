"""The exercises of notebook 04, as readers may get them wrong; the layer that it computes by hand; its picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import tinylab as tl
from tinylab.kernels.kernel_util import ArenaRequests
from tinylab.lessons.a_kernel import dense_model, rounding_picture
from tinylab.model import ActivationFunctionType


def rounds_once(total: int, multiplier: int, shift: int) -> int:
    return math.floor(total * multiplier * 2.0 ** (shift - 31) + 0.5)


def truncates(total: int, multiplier: int, shift: int) -> int:
    return int(total * multiplier * 2.0 ** (shift - 31))


def ties_go_up(total: int, multiplier: int, shift: int) -> int:
    high = ((total << max(shift, 0)) * multiplier + 2**30) >> 31
    return (high + (1 << -shift >> 1)) >> -shift if shift < 0 else high


def nudges_without_a_shift(total: int, multiplier: int, shift: int) -> int:
    high = ((total << max(shift, 0)) * multiplier + 2**30) >> 31
    right = max(-shift, 0)
    return (high + (1 << right >> 1) - (high < 0)) >> right


def shifts_left_last(total: int, multiplier: int, shift: int) -> int:
    high = (total * multiplier + 2**30) >> 31
    return high << shift if shift > 0 else nudges(high, -shift)


def nudges(high: int, right: int) -> int:
    return (high + (1 << right >> 1) - (high < 0 and right > 0)) >> right


def of_outputs(op_data: int, each: int, where: str = "scratch") -> Any:
    def asks(context: Any, node: Any, abi: str) -> ArenaRequests:
        size = each * context.output_tensor(node, 0).element_count
        return ArenaRequests(op_data=op_data, **{where: (size,)})

    return asks


WRONG: dict[str, list[tuple[Any, str]]] = {
    "04-1": [
        ((math.floor(0.3 * 2**31 + 0.5), 0), "the fraction must be at least 1/2"),
        ((math.floor(0.6 * 2**31 + 0.5), 1), "with the shift 1 it stands for 1.2000"),
        ((int(0.6 * 2**31), -1), "is 1 off: the nearest"),
        (0.3, "two whole numbers are needed"),
    ],
    "04-2": [
        (rounds_once, "two roundings: 2.5 to 3, then 1.5 to 2"),
        (truncates, "a plain case"),
        (ties_go_up, "a tie goes away from zero, -1.5 to -2"),
        (nudges_without_a_shift, "a shift of 0 divides by nothing"),
        (shifts_left_last, "a shift above 0 goes first"),
        (lambda total: total, "TypeError"),
        (0.3, "a function is needed"),
    ],
    "04-3": [
        (ArenaRequests(op_data=20), "scratch: expected [64, 64, 4]"),
        (ArenaRequests(op_data=20, scratch=(64,)), "got [64, 64, 64]"),
        (of_outputs(20, 1), "got [16, 16, 1]"),
        (of_outputs(48, 4), "OpData: 20 bytes are needed, five int32, and it asks for 48"),
        (of_outputs(20, 4, "persistent"), "a persistent buffer stays for the model's life"),
        (lambda context, node, abi: None, "an ArenaRequests, or a function that returns one"),
        (lambda node: 3, "TypeError"),
    ],
}

W, B = [[37, -12, 90, 5], [-64, 101, -8, 23]], [250, -1200]


def layer(activation: ActivationFunctionType = ActivationFunctionType.NONE) -> tl.Model:
    return dense_model(W, B, input=(0.05, -4), weight_scale=0.02, output=(0.1137, 7), activation=activation)


def test_the_layer_is_a_model_that_tflm_runs_with_the_same_bytes() -> None:
    xs = np.random.default_rng(0).integers(-128, 128, (50, 1, 4)).astype(np.int8)
    for activation in (ActivationFunctionType.NONE, ActivationFunctionType.RELU):
        model = layer(activation)
        ours = tl.MicroInterpreter(model, tl.resolver_for(model), 2_000).predict(xs)
        sums = (xs[:, 0].astype(int) + 4) @ np.transpose(W) + B
        low = 7 if activation == ActivationFunctionType.RELU else -128
        near = np.clip(sums * 0.001 / 0.1137 + 7, low, 127)
        assert np.abs(ours[:, 0] - near).max() < 0.52
        run = tl.peers.tflm.run(bytes(model.data), xs)
        if run.ran:
            assert np.array_equal(run.outputs[0], ours)


def test_the_picture_marks_where_the_roundings_differ() -> None:
    picture = rounding_picture([55, 56, 57], 0.008795, np.array([0, 0, 1]), np.array([0, 1, 1]))
    assert [line.split() for line in picture.text.splitlines()[1:]] == [
        ["55", "0.4837", "0", "0"],
        ["56", "0.4925", "0", "1", "differs"],
        ["57", "0.5013", "1", "1"],
    ]
    assert picture.png().startswith(b"\x89PNG")
