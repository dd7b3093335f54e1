"""Square root, logarithm and most significant bit of unsigned integers, as TFLM's signal library computes them.

Retells signal/src/msb_32.cc, square_root_32.cc, square_root_64.cc and log.cc.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

SEGMENTS_LOG2, SCALE_LOG2 = 7, 16
LN2_Q16 = 45426  # ln 2 * 2**16

Int64s = NDArray[np.int64]
Uint64s = NDArray[np.uint64]


def most_significant_bit(x: Int64s) -> Int64s:
    """How many bits a number from 0 to 2**32 - 1 takes; NB: 32 for 0, as TFLM's with gcc or clang."""
    bits: Int64s = np.frexp(x.astype(np.float64))[1].astype(np.int64)
    bits[x == 0] = 32
    return bits


def square_root(x: Uint64s) -> Uint64s:
    """sqrt(x) rounded to nearest; NB: numbers below 2**32 never give more than 0xFFFF, others not above 0xFFFFFFFF."""
    root: Uint64s = np.minimum(np.sqrt(x.astype(np.float64)), 2.0**32 - 1).astype(np.uint64)  # within 1 of the floor
    root -= root * root > x
    root += x - root * root > 2 * root
    largest = np.where(x < 2**32, np.uint64(0xFFFF), np.uint64(0xFFFFFFFF))
    root += (x - root * root > root) & (root != largest)
    return root


def log(x: Int64s, output_scale: int) -> Int64s:
    """ln(x) * output_scale modulo 2**32, of x from 1 to 2**32 - 1."""
    integer = most_significant_bit(x) - 1
    log2: Int64s = (integer << SCALE_LOG2) + _log2_fraction(x, integer)  # Q16
    half = 1 << (SCALE_LOG2 - 1)
    loge = (LN2_Q16 * log2 + half) >> SCALE_LOG2
    # modulo 2**32 also before the shift, as of C's uint32
    scaled: Int64s = (output_scale * loge + half) & 0xFFFFFFFF
    return scaled >> SCALE_LOG2


def _log2_fraction(x: Int64s, integer: Int64s) -> Int64s:
    """log2(x / 2**integer) in Q16: x / 2**integer - 1, and what that lacks from a table.

    NB: TFLM shifts what it adds between two places of the table 7 bits too far, so that there is hardly anything of it.
    """
    above = x - (np.int64(1) << integer)
    rest: Int64s = np.where(
        integer < SCALE_LOG2,
        above << np.maximum(SCALE_LOG2 - integer, 0),
        above >> np.maximum(integer - SCALE_LOG2, 0),
    )
    table, unit_log2 = _log2_table(), SCALE_LOG2 - SEGMENTS_LOG2
    segment = rest >> unit_log2
    step = table[segment + 1] - table[segment]
    between = (step * (rest - (segment << unit_log2))) >> SCALE_LOG2
    total: Int64s = rest + table[segment] + between
    return total


@functools.cache
def _log2_table() -> Int64s:
    """log2(1 + f) - f in Q16 at f = 0, 1/128, ... 1."""
    f = np.arange(2**SEGMENTS_LOG2 + 1) / 2**SEGMENTS_LOG2
    table: Int64s = np.rint((np.log2(1 + f) - f) * 2**SCALE_LOG2).astype(np.int64)
    return table
