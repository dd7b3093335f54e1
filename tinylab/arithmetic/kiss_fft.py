"""The real FFT that TFLM uses (kissfft) and its inverse, to the last bit: mixed radix, in int16, int32 or float32.

Fixed point: a number is a fraction of 2**15 (int16) or 2**31 (int32). Each stage of radix p first divides by p, so that
sums cannot overflow, and rounds; hence the result is the spectrum / length, and where roundings fall matters. The
inverse divides in the same way, so there the length is not missing. Floats are not divided, either way.
A complex array is a pair (real, imaginary) of equal shape; the last axis is transformed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Complex:
    """Real and imaginary parts; integers wrap around, as in C."""

    real: Array
    imag: Array

    def __add__(self, other: Complex) -> Complex:
        return Complex(self.real + other.real, self.imag + other.imag)

    def __sub__(self, other: Complex) -> Complex:
        return Complex(self.real - other.real, self.imag - other.imag)

    def __getitem__(self, place: Any) -> Complex:
        return Complex(self.real[place], self.imag[place])

    def turned(self) -> Complex:
        """The number times -i."""
        return Complex(self.imag, -self.real)

    def conjugate(self) -> Complex:
        """The number with its imaginary part negated."""
        return Complex(self.real, -self.imag)


class KissFft:
    """A real FFT of `length` numbers of `dtype`; length / 2 is a product of 2, 3 and 5, above 1.

    inverse: from the spectrum to the numbers; everything turns the other way.
    """

    def __init__(self, length: int, dtype: Any, inverse: bool = False) -> None:
        self.length = length
        self.inverse = inverse
        self.dtype = np.dtype(dtype)
        self.fraction_bits = {np.dtype(np.int16): 15, np.dtype(np.int32): 31}.get(self.dtype, 0)
        half = length // 2
        self.factors = factors(half)
        turn = math.pi if inverse else -math.pi
        self.twiddles = self._circle([2 * turn * i / half for i in range(half)])
        self.super_twiddles = self._circle([turn * ((i + 1) / half + 0.5) for i in range(half // 2)])

    def real_fft(self, input: Array) -> Array:
        """input [..., length] -> [..., length + 2]: real, imaginary, real, ... of frequencies 0 to length / 2.

        The two halves of the numbers go as the real and imaginary parts through one FFT of half the length.
        """
        half = self.length // 2
        packed = self._work(Complex(input[..., 0::2], input[..., 1::2]), 0, 1)
        output = np.zeros((*input.shape[:-1], half + 1, 2), self.dtype)
        first = self._divided(packed[..., 0], 2)
        output[..., 0, 0], output[..., half, 0] = first.real + first.imag, first.real - first.imag
        ups, downs = np.arange(1, half // 2 + 1), half - np.arange(1, half // 2 + 1)
        low, high = self._divided(packed[..., ups], 2), packed[..., downs]
        high = self._divided(high.conjugate(), 2)
        even, odd = low + high, self._times(low - high, self.super_twiddles)
        output[..., ups, 0] = self._half_of_sum(even.real, odd.real)
        output[..., ups, 1] = self._half_of_sum(even.imag, odd.imag)
        output[..., downs, 0] = self._half_of_sum(even.real, odd.real, -1)
        output[..., downs, 1] = self._half_of_sum(odd.imag, even.imag, -1)
        return output.reshape(*input.shape[:-1], self.length + 2)

    def real_inverse(self, input: Array) -> Array:
        """input [..., length + 2] as real_fft gives it -> [..., length]; floats: times the length."""
        half = self.length // 2
        spectrum = Complex(input[..., 0::2], input[..., 1::2])
        first, last = spectrum.real[..., 0], spectrum.real[..., half]
        packed = Complex(*(np.zeros((*input.shape[:-1], half), self.dtype) for _ in range(2)))
        start = self._divided(Complex(first + last, first - last), 2)
        packed.real[..., 0], packed.imag[..., 0] = start.real, start.imag
        ups, downs = np.arange(1, half // 2 + 1), half - np.arange(1, half // 2 + 1)
        low, high = self._divided(spectrum[..., ups], 2), self._divided(spectrum[..., downs].conjugate(), 2)
        even, odd = low + high, self._times(low - high, self.super_twiddles)
        for places, part in ((ups, even + odd), (downs, (even - odd).conjugate())):
            packed.real[..., places], packed.imag[..., places] = part.real, part.imag
        numbers = self._work(packed, 0, 1)
        return np.stack([numbers.real, numbers.imag], -1).reshape(*input.shape[:-1], self.length)

    def _work(self, x: Complex, stage: int, stride: int) -> Complex:
        """The FFT of the last axis: every radix-th number by itself, all of them at once, then put together."""
        radix, rest = self.factors[stage]
        rows = Complex(*(part.reshape(*part.shape[:-1], rest, radix).swapaxes(-1, -2) for part in (x.real, x.imag)))
        if rest > 1:
            rows = self._work(rows, stage + 1, stride * radix)
        rows = self._divided(rows, radix)
        parts = [rows[..., first, :] for first in range(radix)]
        turns = [self.twiddles[stride * q * np.arange(rest)] for q in range(1, radix)]
        parts[1:] = [self._times(part, turn) for part, turn in zip(parts[1:], turns, strict=True)]
        joined = _JOIN[radix](self, parts, stride * rest)
        return Complex(np.concatenate([part.real for part in joined], -1), np.concatenate([p.imag for p in joined], -1))

    def _join2(self, parts: list[Complex], _: int) -> list[Complex]:
        return [parts[0] + parts[1], parts[0] - parts[1]]

    def _join3(self, parts: list[Complex], third: int) -> list[Complex]:
        first, a, b = parts
        total = a + b
        across = self._scaled(a - b, self.twiddles.imag[third]).turned()
        middle = first - Complex(self._half(total.real), self._half(total.imag))
        return [first + total, middle - across, middle + across]

    def _join4(self, parts: list[Complex], _: int) -> list[Complex]:
        first, a, b, c = parts
        low, high = first - b, first + b
        total, across = a + c, (a - c).turned()
        second, last = (low - across, low + across) if self.inverse else (low + across, low - across)
        return [high + total, second, high - total, last]

    def _join5(self, parts: list[Complex], fifth: int) -> list[Complex]:
        first, a, b, c, d = parts
        one, two = self.twiddles[fifth], self.twiddles[2 * fifth]
        outer, inner, outer_across, inner_across = a + d, b + c, a - d, b - c
        middle1 = first + self._scaled(outer, one.real) + self._scaled(inner, two.real)
        middle2 = first + self._scaled(outer, two.real) + self._scaled(inner, one.real)
        across1 = self._scaled(outer_across, one.imag) + self._scaled(inner_across, two.imag)
        across2 = self._scaled(inner_across, one.imag) - self._scaled(outer_across, two.imag)
        across1, across2 = across1.turned(), across2.turned()
        return [first + (outer + inner), middle1 - across1, middle2 + across2, middle2 - across2, middle1 + across1]

    # -- arithmetic ----------------------------------------------------------------------------------------------------

    def _circle(self, phases: list[float]) -> Complex:
        """exp(i * phase) of each."""
        cos, sin = [math.cos(phase) for phase in phases], [math.sin(phase) for phase in phases]
        if not self.fraction_bits:
            return Complex(np.array(cos, self.dtype), np.array(sin, self.dtype))
        largest = np.iinfo(self.dtype).max
        return Complex(*(np.floor(0.5 + largest * np.array(part)).astype(self.dtype) for part in (cos, sin)))

    def _rounded(self, product: Array) -> Array:
        """int64 with twice the fraction's bits -> this type, to nearest."""
        if not self.fraction_bits:
            return product
        half = 1 << (self.fraction_bits - 1)
        return ((product + half) >> self.fraction_bits).astype(self.dtype)

    def _wide(self, x: Array) -> Array:
        return x.astype(np.int64) if self.fraction_bits else x

    def _times(self, x: Complex, y: Complex) -> Complex:
        a, b, c, d = (self._wide(part) for part in (x.real, x.imag, y.real, y.imag))
        return Complex(self._rounded(a * c - b * d), self._rounded(a * d + b * c))

    def _scaled(self, x: Complex, factor: Any) -> Complex:
        return Complex(*(self._rounded(self._wide(part) * self._wide(np.asarray(factor))) for part in (x.real, x.imag)))

    def _divided(self, x: Complex, divisor: int) -> Complex:
        """x / divisor: times the largest number / divisor; floats are left as they are."""
        if not self.fraction_bits:
            return x
        return self._scaled(x, np.asarray(np.iinfo(self.dtype).max // divisor))

    def _half(self, x: Array) -> Array:
        return x >> 1 if self.fraction_bits else x * np.float32(0.5)

    def _half_of_sum(self, x: Array, y: Array, sign: int = 1) -> Array:
        """(x ± y) / 2. The sum is an int in C: that of two int16 does not wrap, that of two int32 does."""
        if self.dtype == np.int16:
            x, y = x.astype(np.int32), y.astype(np.int32)
        return self._half(x + y if sign > 0 else x - y).astype(self.dtype)


_JOIN = {2: KissFft._join2, 3: KissFft._join3, 4: KissFft._join4, 5: KissFft._join5}


def factors(length: int) -> list[tuple[int, int]]:
    """(radix, what is left) of each stage: fours first, then a two, then threes and fives."""
    found, rest = [], length
    for radix in (4, 2, 3, 5):
        while rest % radix == 0:
            rest //= radix
            found.append((radix, rest))
    return found
