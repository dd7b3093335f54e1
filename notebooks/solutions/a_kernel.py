"""Solutions of notebook 04, a kernel."""

import math

import tinylab as tl

# 0.3 = 0.6 * 2**-1
fraction, shift = math.frexp(0.3)
pair = (math.floor(fraction * 2**31 + 0.5), shift)


def requantize(total, multiplier, shift):
    """Two roundings: ties go up in the first, and away from zero in the second, which a shift below 0 alone has."""
    high = ((total << max(shift, 0)) * multiplier + 2**30) >> 31
    if shift >= 0:
        return high
    return (high + (1 << (-shift - 1)) - (high < 0)) >> -shift


def asks(context, node, abi):
    """The sums are needed while the kernel runs: scratch, one int32 for each output."""
    sums_bytes = 4 * context.output_tensor(node, 0).element_count
    return tl.ArenaRequests(op_data=5 * 4, scratch=(sums_bytes,), looks_at=(0, 1, -1))


SOLUTIONS = {"04-1": pair, "04-2": requantize, "04-3": asks}
