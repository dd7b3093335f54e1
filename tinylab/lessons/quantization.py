"""The exercises of notebook 03: scale and zero point, rounding and clipping, a bias, a multiplier and its shift."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinylab import zoo
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.lessons.quantizer import Quantizer, quantizer_for
from tinylab.lessons.verdict import Verdict, no_function

LOW, HIGH = -3.0, 5.0
BIAS = 0.25
MULTIPLIER = 0.0072

# (scale, zero point, real numbers): ties, both ends, and a zero point that makes one end near.
QUANTIZED = (
    (0.5, 0, (0.0, 0.5, 0.9, -0.9)),
    (0.5, 0, (0.25, 0.75, 1.25, -0.25, -0.75, -1.25)),  # halfway between two integers
    (0.5, 10, (58.0, 59.0, 1000.0, -69.0, -1000.0)),  # 59 / 0.5 + 10 is 128, one too many
    (0.25, -128, (0.0, -1.0, 63.75, 64.0)),
)


def scale_and_zero_point(answer: Any) -> Verdict:
    """03-1: (scale, zero point) of int8 for real numbers from LOW to HIGH."""
    wanted = quantizer_for(LOW, HIGH)
    try:
        scale, zero_point = (float(number) for number in answer)
    except (TypeError, ValueError):
        return Verdict(False, "two numbers are needed: (scale, zero point)")
    if _close(scale, HIGH / 127):
        return Verdict(False, "that is the symmetric scale, for weights: here the range is from -3 to 5, zero inside")
    if _close(scale, (HIGH - LOW) / 256):
        return Verdict(False, "there are 256 integers, and 255 steps between the first and the last")
    if not _close(scale, wanted.scale):
        return Verdict(False, f"{scale:.6g} is not the scale: the range divided by the steps it is cut into")
    if zero_point == wanted.zero_point + 128:
        return Verdict(False, f"{zero_point:g} is the zero point of uint8: int8 begins at -128")
    if zero_point == -wanted.zero_point:
        return Verdict(False, f"{zero_point:g} has the wrong sign: real 0 lies nearer to the low end, -128")
    if zero_point != wanted.zero_point:
        return Verdict(False, f"{zero_point:g} is not the integer that stands for 0: -128 must stand for {LOW:g}")
    return Verdict(True, f"-128 to 127 stand for {wanted.range[0]:.4f} to {wanted.range[1]:.4f}")


def _close(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= 1e-6 * wanted


def quantize_by_hand(answer: Any) -> Verdict:
    """03-2: a function (reals, scale, zero_point) -> int8, as TFLM's QUANTIZE."""
    if not callable(answer):
        return no_function(answer)
    for scale, zero_point, reals in QUANTIZED:
        wanted = Quantizer(scale, zero_point, -128, 127).quantize(reals)
        asked = f"scale {scale}, zero point {zero_point}"
        try:
            given = np.asarray(answer(np.array(reals, np.float32), scale, zero_point)).ravel()
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"for {asked} it raises {error!r}")
        if given.shape != wanted.shape:
            return Verdict(False, f"for {asked}: {len(wanted)} numbers go in, and {given.shape} come back")
        for real, q, got in zip(reals, wanted, given, strict=True):
            if q != got:
                return Verdict(False, f"for {asked}: {real:g} is {real / scale:g} steps, expected {q}, got {got}")
        if given.dtype != np.int8:
            return Verdict(False, f"the numbers are right, and their type is {given.dtype}, not int8")
    return Verdict(True, "ties go away from zero, and what lies outside stops at the end")


def bias_by_hand(answer: Any) -> Verdict:
    """03-3: the int32 that stands for a bias of BIAS in the last layer of hello_world."""
    graph = zoo.load("hello_world").subgraphs[0]
    inputs, weights = (graph.tensors[index] for index in graph.operators[-1].inputs[:2])
    output = graph.tensors[graph.operators[-1].outputs[0]]
    scales = {
        "the input": inputs.quantization.scale if inputs.quantization else 1.0,
        "the weights": weights.quantization.scale if weights.quantization else 1.0,
        "the output": output.quantization.scale if output.quantization else 1.0,
    }
    wanted = round(BIAS / (scales["the input"] * scales["the weights"]))
    if answer == wanted:
        return Verdict(True, f"{wanted:,}: it is added to sums of products, so it has their scale")
    for whose, scale in scales.items():
        if answer == round(BIAS / scale):
            return Verdict(False, f"{answer} is {BIAS:g} at the scale of {whose} alone")
    return Verdict(False, f"{answer!r} is not {BIAS:g} divided by the scale of the bias, rounded")


def multiplier_and_shift(answer: Any) -> Verdict:
    """03-4: (multiplier, shift) of the real multiplier MULTIPLIER."""
    multiplier, shift = quantize_multiplier(MULTIPLIER)
    try:
        given, given_shift = (int(number) for number in answer)
    except (TypeError, ValueError):
        return Verdict(False, "two integers are needed: (multiplier, shift)")
    if (given, given_shift) == (multiplier, shift):
        return Verdict(True, f"{multiplier} × 2**({shift} - 31) is {multiplier * 2.0 ** (shift - 31):.10f}")
    if given_shift == -shift:
        return Verdict(False, f"a shift of {given_shift} would multiply by {2**-shift}: to the right is negative here")
    if given == round(MULTIPLIER * 2**31):
        return Verdict(False, f"{given} leaves the upper bits empty: shift until it is at least 2**30")
    if not 2**30 <= given < 2**31:
        return Verdict(False, f"a multiplier lies between 2**30 and 2**31, and {given} does not")
    return Verdict(False, f"{given} × 2**({given_shift} - 31) is {given * 2.0 ** (given_shift - 31):.10f}")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "03-1": scale_and_zero_point,
    "03-2": quantize_by_hand,
    "03-3": bias_by_hand,
    "03-4": multiplier_and_shift,
}

HINTS: dict[str, tuple[str, ...]] = {
    "03-1": (
        "the scale is the range divided by 255 steps; the zero point is the integer that stands for 0",
        "-128 stands for -3: real 0 lies 3 / scale steps above it; round",
    ),
    "03-2": (
        "np.round rounds ties to even: np.floor(np.abs(x) + 0.5) with the sign of x takes them away from zero",
        "add the zero point, then np.clip(…, -128, 127), and .astype(np.int8) last",
    ),
    "03-3": (
        "a bias is added to sums of products: its scale is that of the input times that of the weights",
        "0.25 / (input scale * weight scale), rounded; both are in tensor.quantization.scale",
    ),
    "03-4": (
        "math.frexp(0.0072) gives a fraction from 0.5 to 1, and the shift",
        "the multiplier is the fraction times 2**31, rounded",
    ),
}
