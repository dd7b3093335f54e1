"""What TFLM's reference kernels do, loop by loop: counts for each operator, from shapes and options.

Retells the loops of tensorflow/lite/kernels/internal/reference/ and tensorflow/lite/micro/kernels/.
"""

from __future__ import annotations

import math

from tinylab.model import TensorType
from tinylab.timing.geometry import convolution, pooling
from tinylab.timing.work import Counter, Node, Work


def conv(node: Node) -> Work:
    """CONV_2D: a bounds check for each tap of each output, then a loop over the depth."""
    c = convolution(node)
    counts = {
        "MACs": c.macs,
        "taps inside": c.inside * c.out_channels,
        "taps": c.pixels * c.kernel * c.out_channels,
        "filter rows": c.outputs * c.rows.size,
        "outputs": c.outputs,
        "pixels": c.pixels,
    }
    return Work("", counts, c.macs)


def depthwise_conv(node: Node) -> Work:
    """DEPTHWISE_CONV_2D: the same with one MAC a tap; a loop more over the depth multiplier."""
    c = convolution(node)
    counts = {
        "MACs": c.macs,
        "taps": c.pixels * c.kernel * c.out_channels,
        "filter rows": c.outputs * c.rows.size,
        "outputs": c.outputs,
        "input channels": c.pixels * c.in_channels,
    }
    return Work("", counts, c.macs)


def transpose_conv(node: Node) -> Work:
    """TRANSPOSE_CONV: each input element is spread over a window of the scratch buffer, which becomes the output."""
    options = node.operator.options
    batch, in_height, in_width, depth = node.shape(2)
    out_channels, kernel_height, kernel_width, _ = node.shape(1)
    _, out_height, out_width, _ = node.outputs[0].shape
    inside = batch * _spread(in_height, options.stride_h, kernel_height, out_height)
    inside *= _spread(in_width, options.stride_w, kernel_width, out_width)
    taps = batch * in_height * in_width * kernel_height * kernel_width * depth
    macs = inside * depth * out_channels
    return Work("", {"MACs": macs, "taps": taps, "outputs": node.output_count}, macs)


def _spread(inputs: int, stride: int, kernel: int, outputs: int) -> int:
    """How many taps of all inputs fall on an output, along one axis."""
    before = max((inputs - 1) * stride + kernel - outputs, 0) // 2
    return sum(0 <= i * stride - before + tap < outputs for i in range(inputs) for tap in range(kernel))


def fully_connected(node: Node) -> Work:
    """FULLY_CONNECTED: for each output a loop over the inputs."""
    depth = node.shape(1)[-1]
    outputs = node.output_count
    return Work("", {"MACs": outputs * depth, "outputs": outputs, "calls": 1}, outputs * depth)


def batch_matmul(node: Node) -> Work:
    """BATCH_MATMUL: as FULLY_CONNECTED, for every matrix of the batch."""
    depth = node.shape(0)[-2 if node.operator.options.adj_x else -1]
    outputs = node.output_count
    return Work("", {"MACs": outputs * depth, "outputs": outputs, "calls": 1}, outputs * depth)


def svdf(node: Node) -> Work:
    """SVDF: the state moves on by one, the features' products, the products in time, the outputs."""
    features, depth = node.shape(1)
    memory = node.shape(2)[1]
    state = node.inputs[4]
    wide = state is not None and state.type == TensorType.INT16
    counts = {
        "feature MACs": features * depth,
        "time MACs": features * memory,
        "time MACs with int16": features * memory * wide,
        "features": features,
    }
    return Work("", counts, features * (depth + memory))


def lstm(node: Node) -> Work:
    """UNIDIRECTIONAL_SEQUENCE_LSTM: four gates of two products each a step, then the cell."""
    first, second, depth = node.shape(0)
    units = node.shape(5)[1]
    outputs = first * second * units
    macs = 4 * outputs * (depth + units)
    return Work("", {"MACs": macs, "outputs": outputs}, macs)


def softmax(node: Node) -> Work:
    """SOFTMAX: for each row its maximum, its sum, then the exponentials."""
    depth = node.shape(0)[-1]
    return Work("", {"elements": node.output_count, "rows": node.output_count // max(depth, 1)})


def pool(node: Node) -> Work:
    """AVERAGE_POOL_2D, MAX_POOL_2D: the taps inside, then a division or none."""
    seen, rows, outputs = pooling(node)
    return Work("", {"taps inside": seen, "window rows": rows, "outputs": outputs})


def reduction(node: Node) -> Work:
    """MEAN, SUM, REDUCE_MAX: every input element once."""
    return Work("", {"inputs": math.prod(node.shape(0))})


def elementwise(node: Node) -> Work:
    """One pass over the output; two inputs of different shapes take the slower way with broadcasting."""
    path = ""
    if len(node.inputs) > 1 and node.name in BINARY and node.shape(0) != node.shape(1):
        path = "broadcast"
    return Work(path, {"elements": node.output_count, "calls": 1})


def sliced(node: Node) -> Work:
    """STRIDED_SLICE, SLICE: rows of the output, each copied at once."""
    return _copies(node, math.prod(node.outputs[0].shape[:-1]))


def joined(node: Node) -> Work:
    """CONCATENATION, PACK: for each place before the axis, the rest of every input is copied at once."""
    return _copies(node, _places_before_axis(node.outputs[0].shape, node.operator.options.axis) * len(node.inputs))


def split(node: Node) -> Work:
    """UNPACK: for each place before the axis, the rest of every output is copied at once."""
    return _copies(node, _places_before_axis(node.shape(0), node.operator.options.axis) * len(node.outputs))


def _copies(node: Node, rows: int) -> Work:
    return Work("", {"bytes": sum(tensor.bytes for tensor in node.outputs), "rows": rows, "calls": 1})


def _places_before_axis(shape: tuple[int, ...], axis: int) -> int:
    return math.prod(shape[: axis if axis >= 0 else len(shape) + axis])


def assigned(node: Node) -> Work:
    """ASSIGN_VARIABLE: the value is copied; there is no output."""
    return Work("", {"elements": math.prod(node.shape(1)), "calls": 1})


def pad(node: Node) -> Work:
    """PAD: for each element of the output, whether it lies inside; pixels are the places of the output."""
    shape = node.outputs[0].shape
    inside = math.prod(node.shape(0))
    counts = {"inside": inside, "outside": node.output_count - inside, "rows": math.prod(shape[:-1]), "calls": 1}
    return Work("", counts)


BINARY = {"ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "FLOOR_DIV", "FLOOR_MOD"}

COUNTERS: dict[str, Counter] = {
    "CONV_2D": conv,
    "DEPTHWISE_CONV_2D": depthwise_conv,
    "TRANSPOSE_CONV": transpose_conv,
    "FULLY_CONNECTED": fully_connected,
    "BATCH_MATMUL": batch_matmul,
    "SVDF": svdf,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
    "SOFTMAX": softmax,
    "AVERAGE_POOL_2D": pool,
    "MAX_POOL_2D": pool,
    "MEAN": reduction,
    "SUM": reduction,
    "REDUCE_MAX": reduction,
    "STRIDED_SLICE": sliced,
    "SLICE": sliced,
    "CONCATENATION": joined,
    "PACK": joined,
    "UNPACK": split,
    "ASSIGN_VARIABLE": assigned,
    "PAD": pad,
    "PADV2": pad,
}
