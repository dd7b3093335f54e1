"""The fixed-point FFT against a loop that follows kissfft number by number; tests/kernels/test_rfft.py has the rest."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinylab.arithmetic.kiss_fft import KissFft, factors

Pair = tuple[int, int]
LARGEST = 2**15 - 1


def int16(x: int) -> int:
    return (x + 2**15) % 2**16 - 2**15


def rounded(product: int) -> int:
    return int16((product + 2**14) >> 15)


def times(a: Pair, b: Pair) -> Pair:
    return rounded(a[0] * b[0] - a[1] * b[1]), rounded(a[0] * b[1] + a[1] * b[0])


def divided(a: Pair, divisor: int) -> Pair:
    return rounded(a[0] * (LARGEST // divisor)), rounded(a[1] * (LARGEST // divisor))


def added(a: Pair, b: Pair, sign: int = 1) -> Pair:
    return int16(a[0] + sign * b[0]), int16(a[1] + sign * b[1])


def circle(phase: float) -> Pair:
    return math.floor(0.5 + LARGEST * math.cos(phase)), math.floor(0.5 + LARGEST * math.sin(phase))


def slow_fft(x: list[Pair], stride: int, twiddles: list[Pair]) -> list[Pair]:
    """Of a power of 2: radix 4 while it divides, then 2."""
    if len(x) == 1:
        return x
    radix = 4 if len(x) % 4 == 0 else 2
    m = len(x) // radix
    parts = [slow_fft(x[first::radix], stride * radix, twiddles) for first in range(radix)]
    output = [(0, 0)] * len(x)
    for k in range(m):
        values = [divided(part[k], radix) for part in parts]
        values[1:] = [times(value, twiddles[stride * q * k]) for q, value in enumerate(values[1:], 1)]
        if radix == 2:
            output[k], output[k + m] = added(values[0], values[1]), added(values[0], values[1], -1)
            continue
        low, high = added(values[0], values[2], -1), added(values[0], values[2])
        total, difference = added(values[1], values[3]), added(values[1], values[3], -1)
        output[k], output[k + 2 * m] = added(high, total), added(high, total, -1)
        output[k + m] = int16(low[0] + difference[1]), int16(low[1] - difference[0])
        output[k + 3 * m] = int16(low[0] - difference[1]), int16(low[1] + difference[0])
    return output


def slow_real_fft(x: list[int]) -> list[int]:
    half = len(x) // 2
    twiddles = [circle(-2 * math.pi * i / half) for i in range(half)]
    packed = slow_fft(list(zip(x[::2], x[1::2], strict=True)), 1, twiddles)
    output = [(0, 0)] * (half + 1)
    first = divided(packed[0], 2)
    output[0], output[half] = (int16(first[0] + first[1]), 0), (int16(first[0] - first[1]), 0)
    for k in range(1, half // 2 + 1):
        low, high = divided(packed[k], 2), divided((packed[half - k][0], int16(-packed[half - k][1])), 2)
        even = added(low, high)
        odd = times(added(low, high, -1), circle(-math.pi * (k / half + 0.5)))
        output[k] = (even[0] + odd[0]) >> 1, (even[1] + odd[1]) >> 1
        output[half - k] = (even[0] - odd[0]) >> 1, (odd[1] - even[1]) >> 1
    return [part for pair in output for part in pair]


@pytest.mark.parametrize("length", [4, 8, 16, 64, 128])
def test_int16_is_a_loop(length: int) -> None:
    x = np.random.default_rng(length).integers(-(2**15), 2**15, (10, length), np.int16)
    assert KissFft(length, np.int16).real_fft(x).tolist() == [slow_real_fft(row) for row in x.tolist()]


def test_factors() -> None:
    assert factors(256) == [(4, 64), (4, 16), (4, 4), (4, 1)]
    assert factors(120) == [(4, 30), (2, 15), (3, 5), (5, 1)]
    assert factors(2) == [(2, 1)]


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32])
def test_rows_do_not_touch_one_another(dtype: type) -> None:
    x = (np.random.default_rng(0).normal(size=(3, 2, 60)) * 9000).astype(dtype)
    whole = KissFft(60, dtype).real_fft(x)
    assert whole.dtype == dtype
    for place in np.ndindex(3, 2):
        np.testing.assert_array_equal(KissFft(60, dtype).real_fft(x[place]), whole[place])
