"""Bits, roots and logarithms of unsigned integers: by loops that follow the C++, and near the exact ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinylab.arithmetic.integer_math import log, most_significant_bit, square_root

EDGES = sorted({max(2**k + d, 0) for k in range(64) for d in (-2, -1, 0, 1, 2)} | {2**64 - 1, (2**32 - 1) ** 2})


def test_most_significant_bit() -> None:
    x = [n for n in EDGES if 0 < n < 2**32]
    assert most_significant_bit(np.array([0, *x], np.int64)).tolist() == [32, *map(int.bit_length, x)]


def slow_root(n: int) -> int:
    """Two bits at a time, then rounded if the type has room."""
    root, bit, rest = 0, 1 << 62, n
    while bit > rest:
        bit >>= 2
    while bit:
        if rest >= root + bit:
            rest -= root + bit
            root = (root >> 1) + bit
        else:
            root >>= 1
        bit >>= 2
    return root + (rest > root and root != (0xFFFF if n < 2**32 else 0xFFFFFFFF))


def test_square_root() -> None:
    rng = np.random.default_rng(0)
    roots = [int(r) for r in 2.0 ** rng.uniform(0, 32, 3000)]
    x = EDGES + [n for r in roots for n in (r * r - 1, r * r, r * r + r, r * r + r + 1, r * r + 2 * r) if n >= 0]
    assert square_root(np.array(x, np.uint64)).tolist() == [slow_root(n) for n in x]
    assert [slow_root(n) for n in (0, 2, 3, 6, 7, 2**32 - 1, 2**32, 2**64 - 1)] == [
        *(0, 1, 2, 2, 3),
        *(0xFFFF, 0x10000, 0xFFFFFFFF),
    ]


@pytest.mark.parametrize("scale", [1, 64, 1000])
def test_log_is_near_the_exact_one(scale: int) -> None:
    x = np.array([n for n in EDGES if 0 < n < 2**32] + [3, 5, 1000, 123456789], np.int64)
    exact = [math.log(n) * scale for n in x.tolist()]
    assert (
        np.abs(log(x, scale) - exact).max() < 0.51 + 0.0024 * scale
    )  # the first step of the table is 224 * 2**-16 high


def test_log_by_hand() -> None:
    """ln 2 = 0.6931; times 64, 44.36. A product above 2**32 wraps."""
    assert log(np.array([1, 2], np.int64), 64).tolist() == [0, 44]
    loge = 45426  # ln 2 in Q16
    assert log(np.array([2], np.int64), 2**20).tolist() == [((loge << 20) + 2**15) % 2**32 >> 16]
