"""One model for each operator and tensor type, all else as the operator wants it: does it take the type?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.builder import TensorSpec, constant, single_operator
from tinylab.model import TensorType, options

TYPES = ("FLOAT32", "INT8", "INT16", "INT32", "INT64", "UINT8", "BOOL")
UNARY = (
    *(
        "ABS",
        "CEIL",
        "COS",
        "ELU",
        "EXP",
        "FLOOR",
        "HARD_SWISH",
        "LOG",
        "NEG",
        "RELU",
        "RELU6",
        "ROUND",
        "RSQRT",
        "SIN",
    ),
    *("SQRT", "SQUARE", "LOGICAL_NOT", "ZEROS_LIKE", "LEAKY_RELU", "L2_NORMALIZATION", "LOG_SOFTMAX", "LOGISTIC"),
    *("SOFTMAX", "TANH"),
)
BINARY = (
    "ADD",
    "ADD_N",
    "DIV",
    "FLOOR_DIV",
    "FLOOR_MOD",
    "MAXIMUM",
    "MINIMUM",
    "MUL",
    "PRELU",
    "SQUARED_DIFFERENCE",
    "SUB",
)
COMPARISONS = ["EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "NOT_EQUAL"]
REDUCTIONS = ["MEAN", "REDUCE_ALL", "REDUCE_MAX", "REDUCE_MIN", "SUM"]

# The output scale and zero point that the operator asks for, by type.
FIXED = {
    "LOGISTIC": {"INT8": (1 / 256, -128), "INT16": (1 / 32768, 0)},
    "SOFTMAX": {"INT8": (1 / 256, -128), "INT16": (1 / 32768, 0)},
    "TANH": {"INT8": (1 / 128, 0), "INT16": (1 / 32768, 0)},
    "L2_NORMALIZATION": {"INT8": (1 / 128, 0)},
    "LOG_SOFTMAX": {"INT8": (16 / 256, 127)},
}
OPTIONS = {"SOFTMAX": options.SoftmaxOptions(beta=1.0), "LEAKY_RELU": options.LeakyReluOptions(alpha=0.1)}


def models(type: str) -> Iterator[tuple[str, bytes]]:
    """(operator, model) of this type of input."""
    yield from _same_shape(type)
    yield from _moving(type)
    yield from _reducing(type)
    yield from _images(type)
    yield from _changing_type(type)


def _tensor(shape: tuple[int, ...], type: str) -> TensorSpec:
    return TensorSpec(shape, type, 0.5 if type in ("INT8", "INT16", "UINT8") else None)


def _ints(*values: Any) -> TensorSpec:
    return constant(np.array(values, np.int32))


def _same_shape(type: str) -> Iterator[tuple[str, bytes]]:
    x = _tensor((1, 4), type)
    for name in UNARY:
        scale = FIXED.get(name, {}).get(type)
        y = TensorSpec((1, 4), type, *scale) if scale else x
        yield name, single_operator(name, [x], [y], OPTIONS.get(name))
    for name in BINARY:
        second = _tensor((1, 4), "INT8") if name == "PRELU" and type == "INT16" else x  # its alpha
        yield name, single_operator(name, [x, second], [x])
    for name in COMPARISONS:
        yield name, single_operator(name, [x, x], [TensorSpec((1, 4), "BOOL")])
    yield "CUMSUM", single_operator("CUMSUM", [x, constant(np.array(1, np.int32))], [x], options.CumsumOptions())
    yield "SELECT_V2", single_operator("SELECT_V2", [TensorSpec((1, 4), "BOOL"), x, x], [x])
    update = _tensor((1, 2), type)
    yield "DYNAMIC_UPDATE_SLICE", single_operator("DYNAMIC_UPDATE_SLICE", [x, update, _ints(0, 0)], [x])


def _moving(type: str) -> Iterator[tuple[str, bytes]]:
    x, half = _tensor((1, 4), type), _tensor((1, 2), type)
    pads, zero = constant(np.array([[0, 0], [1, 1]], np.int32)), constant(np.zeros((2, 2), np.int32))
    rows = [
        ("PACK", [x, x], [_tensor((2, 1, 4), type)], options.PackOptions(values_count=2, axis=0)),
        ("CONCATENATION", [x, x], [_tensor((1, 8), type)], options.ConcatenationOptions(axis=1)),
        ("TRANSPOSE", [x, _ints(1, 0)], [_tensor((4, 1), type)], None),
        ("PAD", [x, pads], [_tensor((1, 6), type)], None),
        ("PADV2", [x, pads, _tensor((1,), type)], [_tensor((1, 6), type)], None),
        ("MIRROR_PAD", [x, pads], [_tensor((1, 6), type)], None),
        ("EXPAND_DIMS", [x, _ints(0)], [_tensor((1, 1, 4), type)], None),
        ("GATHER", [x, _ints(0, 1)], [half], options.GatherOptions(axis=1)),
        ("GATHER_ND", [x, _ints([0, 1])], [_tensor((1,), type)], None),
        ("SLICE", [x, _ints(0, 0), _ints(1, 2)], [half], None),
        ("STRIDED_SLICE", [x, _ints(0, 0), _ints(1, 2), _ints(1, 1)], [half], options.StridedSliceOptions()),
        ("SPLIT", [_ints(1), x], [half, half], options.SplitOptions(num_splits=2)),
        ("SPLIT_V", [x, _ints(2, 2), _ints(1)], [half, half], options.SplitVOptions(num_splits=2)),
        ("UNPACK", [x], [_tensor((4,), type)], options.UnpackOptions(num=1, axis=0)),
        ("SPACE_TO_BATCH_ND", [_tensor((1, 4, 4, 1), type), _ints(2, 2), zero], [_tensor((4, 2, 2, 1), type)], None),
        ("BATCH_TO_SPACE_ND", [_tensor((4, 2, 2, 1), type), _ints(2, 2), zero], [_tensor((1, 4, 4, 1), type)], None),
    ]
    for name, inputs, outputs, chosen in rows:
        yield name, single_operator(name, inputs, outputs, chosen)


def _reducing(type: str) -> Iterator[tuple[str, bytes]]:
    x, axis = _tensor((1, 4), type), _ints(1)
    for name in REDUCTIONS:
        yield name, single_operator(name, [x, axis], [_tensor((1, 1), type)], options.ReducerOptions(keep_dims=True))
    scalar, index = constant(np.array(1, np.int32)), [TensorSpec((1,), "INT32")]
    yield "ARG_MAX", single_operator("ARG_MAX", [x, scalar], index, options.ArgMaxOptions(TensorType.INT32))
    yield "ARG_MIN", single_operator("ARG_MIN", [x, scalar], index, options.ArgMinOptions(TensorType.INT32))
    square = _tensor((1, 2, 2), type)
    yield "BATCH_MATMUL", single_operator("BATCH_MATMUL", [square, square], [square], options.BatchMatMulOptions())


def _images(type: str) -> Iterator[tuple[str, bytes]]:
    x, size = _tensor((1, 4, 4, 2), type), _ints(8, 8)
    pool = options.Pool2DOptions(stride_w=2, stride_h=2, filter_width=2, filter_height=2)
    for name in ("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"):
        yield name, single_operator(name, [x], [_tensor((1, 2, 2, 2), type)], pool)
    deep, wide = _tensor((1, 2, 2, 4), type), _tensor((1, 4, 4, 1), type)
    yield "DEPTH_TO_SPACE", single_operator("DEPTH_TO_SPACE", [deep], [wide], options.DepthToSpaceOptions(block_size=2))
    yield "SPACE_TO_DEPTH", single_operator("SPACE_TO_DEPTH", [wide], [deep], options.SpaceToDepthOptions(block_size=2))
    large = [_tensor((1, 8, 8, 2), type)]
    yield "RESIZE_BILINEAR", single_operator("RESIZE_BILINEAR", [x, size], large, options.ResizeBilinearOptions())
    nearest = options.ResizeNearestNeighborOptions()
    yield "RESIZE_NEAREST_NEIGHBOR", single_operator("RESIZE_NEAREST_NEIGHBOR", [x, size], large, nearest)


def _changing_type(type: str) -> Iterator[tuple[str, bytes]]:
    x, real = _tensor((1, 4), type), TensorSpec((1, 4), "FLOAT32")
    yield "CAST", single_operator("CAST", [x], [real], options.CastOptions())
    yield "DEQUANTIZE", single_operator("DEQUANTIZE", [x], [real])
    yield "QUANTIZE", single_operator("QUANTIZE", [x], [TensorSpec((1, 4), "INT8", 0.25)])
