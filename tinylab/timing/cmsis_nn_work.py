"""What CMSIS-NN's kernels do, loop by loop: on a Cortex-M4 (DSP: dsp_…) and on a Cortex-M55 (MVE: mve_…).

Only int8 (and int16 convolutions) are CMSIS-NN's; other types run TFLM's reference kernels. Retells the loops of
CMSIS-NN/Source: arm_convolve_*, arm_nn_mat_mult_*, arm_depthwise_conv_*, arm_nn_vec_mat_mult_t_s8, arm_svdf_s8.
"""

from __future__ import annotations

from tinylab.timing.geometry import Convolution, convolution
from tinylab.timing.work import Counter, Node, Work

MVE_COLUMN_CHANNELS = 124  # of a depthwise convolution, at once (CH_IN_BLOCK_MVE)
INT16_COLUMNS = 512  # products of int16 before the sum needs 64 bits (MAX_COL_COUNT)
MVE_ONE_CHANNEL_OUTPUTS = 8  # more of them, from one input channel, run as a CONV_2D


def dsp_conv(node: Node) -> Work:
    """CONV_2D: 1x1 is one matrix product (a row of the output at a time if strided); others copy their patches."""
    c = convolution(node)
    if _is_int16(node):
        return _dsp_int16_conv(c)
    if _is_1x1(c):
        strided = c.rows.stride > 1 or c.columns.stride > 1
        calls = c.batch * c.rows.out_size if strided else 1
        return Work("1x1", _dsp_product(calls, c.pixels // calls, c.out_channels, c.depth), c.macs)
    blocks = (c.pixels // 2) * (c.out_channels // 2)
    left_over = (c.pixels % 2) * c.out_channels + (c.out_channels % 2) * (c.pixels // 2 * 2)
    counts = {
        "patch blocks by 4": blocks * (c.patch // 4),
        "patch blocks by 1": blocks * (c.patch % 4),
        "patch MACs left over": left_over * c.patch,
        "elements copied": c.pixels * c.patch,
        "taps copied": c.pixels * c.kernel,
        "patch blocks": blocks,
        "pixels": c.pixels,
    }
    return Work("other", counts, c.macs)


def _dsp_product(calls: int, rows: int, units: int, depth: int) -> dict[str, int]:
    """arm_nn_mat_mult_nt_t_s8: `calls` products of [rows, depth] and [units, depth], two rows and units at a time."""
    blocks = calls * (rows // 2) * (units // 2)
    left_over = calls * ((rows % 2) * (units // 2) * 2 + (units % 2) * rows)
    return {
        "blocks by 16": blocks * (depth // 16),
        "blocks by 4": blocks * (depth % 16 // 4),
        "blocks by 1": blocks * (depth % 4),
        "MACs left over": left_over * depth,
        "blocks": blocks,
        "sums of weights": calls * (units // 2) * depth,
    }


def _dsp_int16_conv(c: Convolution) -> Work:
    """arm_convolve_s16: patches are copied, two pixels by two units are multiplied, 512 products before the sum is
    widened."""
    fast = min(c.patch, INT16_COLUMNS)
    blocks = (c.pixels // 2) * (c.out_channels // 2)
    singles = (c.pixels % 2) * c.out_channels
    counts = {
        "int16 blocks by 4": blocks * (fast // 4),
        "int16 blocks by 1": blocks * (fast % 4 + c.patch - fast),
        "int16 MACs left over": singles * c.patch,
        "int16 elements copied": c.pixels * c.patch,
        "int16 taps copied": c.pixels * c.kernel,
        "int16 blocks": blocks,
        "int16 units left over": singles,
    }
    return Work("int16", counts, c.macs)


def dsp_depthwise_conv(node: Node) -> Work:
    """DEPTHWISE_CONV_2D: four channels at a time where each has its own filter; else a loop for every output."""
    c = convolution(node)
    if c.out_channels != c.in_channels or c.batch > 1 or c.dilated:
        return _general_depthwise(c)
    groups = c.out_channels // 4
    if (c.rows.size, c.columns.size) == (3, 3) and max(c.rows.before, c.columns.before) <= 1:
        counts = {
            "3x3: taps of 4": c.inside * groups,
            "3x3: rows of 4": c.inside_rows * groups,
            "groups of 4": c.pixels * groups,
            "MACs left over": c.inside * (c.out_channels % 4),
            "pixels": c.pixels,
        }
        return Work("3x3", counts, c.macs)
    counts = {
        "pairs of taps of 4": c.pixels * groups * (c.kernel // 2),
        "single taps of 4": c.pixels * groups * (c.kernel % 2),
        "elements copied": c.pixels * c.kernel * c.out_channels,
        "taps copied": c.pixels * c.kernel,
        "groups of 4": c.pixels * groups,
        "MACs left over": c.pixels * c.kernel * (c.out_channels % 4),
    }
    return Work("equal channels", counts, c.macs)


def _general_depthwise(c: Convolution) -> Work:
    multiplier = c.out_channels // c.in_channels
    if multiplier % 4 == 0 and c.batch == 1 and not c.dilated:
        groups = c.in_channels * multiplier // 4
        counts = {
            "multiplier: taps of 4": c.inside * groups,
            "multiplier: rows of 4": c.inside_rows * groups,
            "groups of 4": c.pixels * groups,
        }
        return Work("multiplier of 4", counts, c.macs)
    return Work("other", {"MACs": c.macs, "outputs": c.outputs}, c.macs)


def dsp_fully_connected(node: Node) -> Work:
    """FULLY_CONNECTED: two units at a time, sixteen products a turn; outputs of three axes or four run as a 1x1
    CONV_2D where the depth divides by 4."""
    units, depth = node.shape(1)
    batches = node.output_count // units
    if _runs_as_conv(node, depth):
        return Work("1x1", _dsp_product(1, batches, units, depth), batches * units * depth, runs_as="CONV_2D")
    pairs = batches * (units // 2)
    counts = {
        "pairs by 16": pairs * (depth // 16),
        "pairs by 4": pairs * (depth % 16 // 4),
        "pairs by 1": pairs * (depth % 4),
        "MACs left over": batches * (units % 2) * depth,
        "pairs": pairs,
        "calls": 1,
    }
    return Work("", counts, batches * units * depth)


def dsp_lstm(node: Node) -> Work:
    """UNIDIRECTIONAL_SEQUENCE_LSTM: two units at a time; the first step has no hidden product."""
    steps, depth, units = _lstm(node)
    products = _lstm_products(node, 2)
    counts = {
        "pairs by 16": sum(pairs * (size // 16) for pairs, size in products),
        "pairs by 4": sum(pairs * (size % 16 // 4) for pairs, size in products),
        "pairs by 1": sum(pairs * (size % 4) for pairs, size in products),
        "pairs": sum(pairs for pairs, _ in products),
        "LSTM outputs": steps * units,
    }
    return Work("LSTM", counts, 4 * units * steps * (depth + units), runs_as="FULLY_CONNECTED")


def mve_conv(node: Node) -> Work:
    """CONV_2D: 1x1 is one matrix product (a row of the output at a time if strided); others copy four patches."""
    c = convolution(node)
    if _is_int16(node):
        return _mve_int16_conv(c)
    return _mve_conv(c)


def _mve_conv(c: Convolution) -> Work:
    if _is_1x1(c):
        strided = c.rows.stride > 1 or c.columns.stride > 1
        calls = c.batch * c.rows.out_size if strided else 1
        return Work("1x1", _mve_product(calls, c.pixels // calls, c.out_channels, c.depth), c.macs)
    counts = {
        **_mve_product(1, c.pixels, c.out_channels, c.patch),
        "taps of 16 copied": c.pixels * c.kernel * _sixteens(c.depth),
        "taps copied": c.pixels * c.kernel,
        "pixels": c.pixels,
    }
    return Work("other", counts, c.macs)


def _mve_product(calls: int, rows: int, units: int, depth: int) -> dict[str, int]:
    """arm_nn_mat_mult_nt_t_s8: four rows at a time, sixteen products an instruction."""
    fours, ones = calls * (rows // 4) * units, calls * (rows % 4) * units
    return {
        "blocks of 4 rows by 16": fours * _sixteens(depth),
        "rows left over by 16": ones * _sixteens(depth),
        "blocks of 4 rows": fours,
        "rows left over": ones,
        "calls": calls,
    }


def mve_depthwise_conv(node: Node) -> Work:
    """DEPTHWISE_CONV_2D: patches of four pixels are copied, then four channels at a time; one input channel runs as
    a CONV_2D (the copy of its weights is not counted)."""
    c = convolution(node)
    if c.in_channels == 1 and c.out_channels > MVE_ONE_CHANNEL_OUTPUTS:
        return _mve_conv(c)._replace(runs_as="CONV_2D")
    if c.out_channels != c.in_channels or c.batch > 1 or c.dilated:
        return _general_depthwise(c)
    groups = -(-c.out_channels // 4)
    copies = c.pixels * c.kernel
    blocks = -(-c.out_channels // MVE_COLUMN_CHANNELS)
    counts = {
        "taps of 4 by 4 pixels": (c.pixels // 4) * groups * c.kernel,
        "taps of 4 left over": (c.pixels % 4) * groups * c.kernel,
        "taps of 16 copied": copies * _sixteens(c.out_channels),
        "taps copied": copies * blocks,
        "groups of 4 by 4 pixels": (c.pixels // 4) * groups,
        "groups of 4": (c.pixels % 4) * groups,
        "pixels": c.pixels * blocks,
    }
    return Work("equal channels", counts, c.macs)


def mve_fully_connected(node: Node) -> Work:
    """FULLY_CONNECTED: four units at a time, sixteen products an instruction; outputs of three axes or four run as a
    1x1 CONV_2D where the depth divides by 4."""
    units, depth = node.shape(1)
    batches = node.output_count // units
    if _runs_as_conv(node, depth):
        return Work("1x1", _mve_product(1, batches, units, depth), batches * units * depth, runs_as="CONV_2D")
    counts = {
        "groups of 4 by 16": batches * (units // 4) * _sixteens(depth),
        "units left over by 16": batches * (units % 4) * _sixteens(depth),
        "groups of 4": batches * (units // 4),
        "units left over": batches * (units % 4),
        "calls": 1,
    }
    return Work("", counts, batches * units * depth)


def mve_lstm(node: Node) -> Work:
    """UNIDIRECTIONAL_SEQUENCE_LSTM: four units at a time; the first step has no hidden product."""
    steps, depth, units = _lstm(node)
    turns = sum(groups * _sixteens(size) for groups, size in _lstm_products(node, 4))
    counts = {
        "groups of 4 by 16": turns,
        "groups of 4": sum(groups for groups, _ in _lstm_products(node, 4)),
        "LSTM outputs": steps * units,
        "LSTM steps": steps,
    }
    return Work("LSTM", counts, 4 * units * steps * (depth + units), runs_as="FULLY_CONNECTED")


def _lstm(node: Node) -> tuple[int, int, int]:
    """(steps over all batches, inputs a step, units)."""
    first, second, depth = node.shape(0)
    return first * second, depth, node.shape(5)[1]


def _lstm_products(node: Node, together: int) -> list[tuple[int, int]]:
    """(groups of `together` units over all steps and gates, products a unit) of the inputs and of the hidden state."""
    steps, depth, units = _lstm(node)
    batches = node.shape(0)[1 if node.operator.options.time_major else 0]
    gates = 4 * (units // together)
    return [(gates * steps, depth), (gates * (steps - batches), units)]


def _mve_int16_conv(c: Convolution) -> Work:
    """arm_convolve_s16: patches are copied, four at a time are multiplied, 512 products before the sum is widened."""
    fours, ones = (c.pixels // 4) * c.out_channels, (c.pixels % 4) * c.out_channels
    fast = min(c.patch, INT16_COLUMNS)
    counts = {
        "int16 blocks of 4 rows by 8": fours * _eights(fast),
        "int16 blocks of 4 rows by 1": fours * (c.patch - fast),
        "int16 rows left over by 8": ones * _eights(fast),
        "int16 rows left over by 1": ones * (c.patch - fast),
        "int16 taps of 8 copied": c.pixels * c.kernel * _eights(c.depth),
        "int16 taps copied": c.pixels * c.kernel,
        "int16 blocks of 4 rows": fours,
        "int16 rows left over": ones,
        "calls": 1,
    }
    return Work("int16", counts, c.macs)


def _eights(elements: int) -> int:
    return -(-elements // 8)


def _runs_as_conv(node: Node, depth: int) -> bool:
    return len(node.outputs[0].shape) > 2 and depth % 4 == 0


def _sixteens(elements: int) -> int:
    return -(-elements // 16)


def _is_1x1(c: Convolution) -> bool:
    return c.kernel == 1 and not c.is_padded and c.depth == c.in_channels


def _is_int16(node: Node) -> bool:
    return node.types == "INT16"


DSP_COUNTERS: dict[str, Counter] = {
    "CONV_2D": dsp_conv,
    "DEPTHWISE_CONV_2D": dsp_depthwise_conv,
    "FULLY_CONNECTED": dsp_fully_connected,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": dsp_lstm,
}
MVE_COUNTERS: dict[str, Counter] = {
    "CONV_2D": mve_conv,
    "DEPTHWISE_CONV_2D": mve_depthwise_conv,
    "FULLY_CONNECTED": mve_fully_connected,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": mve_lstm,
}
