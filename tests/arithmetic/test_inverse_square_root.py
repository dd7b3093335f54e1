"""1 / sqrt of integers: against C's loops, number by number, and near the real one."""

from __future__ import annotations

import numpy as np

from tinylab.arithmetic.inverse_square_root import inverse_square_root

ENDS = [0, 1, 2, 3, 4, 2**15, 2**27 - 1, 2**27, 2**29 - 1, 2**29, 2**31 - 1]


def high_mul(a: int, b: int) -> int:
    return (a * b + 2**30) >> 31


def c_inverse_square_root(x: int) -> tuple[int, int]:
    """One number, statement by statement."""
    if x <= 1:
        return 2**31 - 1, 0
    right_shift = 11
    while x >= 2**29:
        x //= 4
        right_shift += 1
    pairs = (32 - x.bit_length() - 1) // 2 - 1
    right_shift -= pairs
    x <<= 2 * pairs
    x >>= 1
    half, guess = (x + 1) >> 1, 2**28
    for _ in range(5):
        cube = high_mul(high_mul(guess, guess), guess) << 6
        guess = (high_mul(3 * 2**27, guess) - high_mul(half, cube)) << 3
    guess = high_mul(guess, 1518500250)
    return (guess << -right_shift, 0) if right_shift < 0 else (guess, -right_shift)


def test_numbers_are_those_of_the_c_loops() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([ENDS, 2.0 ** rng.uniform(0, 31, 2000)]).astype(np.int64).clip(0, 2**31 - 1)
    multipliers, shifts = inverse_square_root(x)
    assert list(zip(multipliers.tolist(), shifts.tolist(), strict=True)) == [
        c_inverse_square_root(i) for i in x.tolist()
    ]


def test_near_the_real_one() -> None:
    x = np.arange(1, 100_000)
    multipliers, shifts = inverse_square_root(x)
    np.testing.assert_allclose(multipliers * 2.0 ** (shifts - 31), 1 / np.sqrt(x), rtol=2e-6)
