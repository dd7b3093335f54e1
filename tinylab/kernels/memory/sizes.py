"""What each operator puts into the arena before Prepare: its parsed parameters and its OpData.

Figures: measured on TFLM 90b983c2 by calling each registered parser and each Init of the reference kernels; DWARF
sizes agree. An operator that is not listed puts nothing there. ILP32 is arm-none-eabi-gcc, whose enums take one byte
(-fshort-enums), which makes several parameter structs smaller.
"""

from __future__ import annotations

from typing import NamedTuple


class OperatorSizes(NamedTuple):
    """(bytes, alignment) of the builtin parameters and bytes of the OpData block, for each ABI; None: no such block."""

    builtin_data_ilp32: tuple[int, int] | None = None
    builtin_data_lp64: tuple[int, int] | None = None
    op_data_ilp32: int | None = None
    op_data_lp64: int | None = None


_TABLE: dict[str, tuple[tuple[int, int] | None, tuple[int, int] | None, int | None, int | None]] = {
    "ABS": (None, None, 28, 28),
    "ADD": ((2, 1), (8, 4), 60, 60),
    "ARG_MAX": ((1, 1), (4, 4), None, None),
    "ARG_MIN": ((1, 1), (4, 4), None, None),
    "AVERAGE_POOL_2D": ((40, 4), (40, 4), 32, 32),
    "BATCH_MATMUL": ((3, 1), (3, 1), 16, 32),
    "CALL_ONCE": ((4, 4), (4, 4), 8, 8),
    "CAST": ((2, 1), (8, 4), None, None),
    "CIRCULAR_BUFFER": (None, None, 8, 8),
    "CONCATENATION": ((8, 4), (8, 4), 24, 40),
    "CONV_2D": ((28, 4), (28, 4), 56, 72),
    "CUMSUM": ((2, 1), (2, 1), None, None),
    "DEPTHWISE_CONV_2D": ((28, 4), (28, 4), 56, 72),
    "DEPTH_TO_SPACE": ((4, 4), (4, 4), None, None),
    "DEQUANTIZE": (None, None, 32, 32),
    "DIV": ((1, 1), (4, 4), 28, 28),
    "ELU": (None, None, 256, 256),
    "EQUAL": (None, None, 32, 32),
    "FULLY_CONNECTED": ((5, 1), (16, 4), 48, 64),
    "GATHER": ((8, 4), (8, 4), None, None),
    "GREATER": (None, None, 32, 32),
    "GREATER_EQUAL": (None, None, 32, 32),
    "HARD_SWISH": (None, None, 20, 20),
    "IF": ((8, 4), (8, 4), 8, 8),
    "L2_NORMALIZATION": ((1, 1), (4, 4), 4, 4),
    "L2_POOL_2D": ((40, 4), (40, 4), None, None),
    "LEAKY_RELU": ((4, 4), (4, 4), 24, 24),
    "LESS": (None, None, 32, 32),
    "LESS_EQUAL": (None, None, 32, 32),
    "LOGISTIC": (None, None, 16, 16),
    "MAX_POOL_2D": ((40, 4), (40, 4), 32, 32),
    "MEAN": ((1, 1), (1, 1), 44, 44),
    "MIRROR_PAD": ((1, 1), (4, 4), 20, 20),
    "MUL": ((1, 1), (4, 4), 36, 36),
    "NOT_EQUAL": (None, None, 32, 32),
    "PACK": ((8, 4), (8, 4), None, None),
    "PAD": (None, None, 56, 56),
    "PADV2": (None, None, 56, 56),
    "PRELU": (None, None, 28, 28),
    "QUANTIZE": (None, None, 32, 32),
    "REDUCE_ALL": ((1, 1), (1, 1), 44, 44),
    "REDUCE_MAX": ((1, 1), (1, 1), 44, 44),
    "REDUCE_MIN": ((1, 1), (1, 1), 44, 44),
    "RELU": (None, None, 28, 28),
    "RELU6": (None, None, 8, 8),
    "RESHAPE": ((36, 4), (36, 4), None, None),
    "RESIZE_BILINEAR": ((2, 1), (2, 1), None, None),
    "RESIZE_NEAREST_NEIGHBOR": ((2, 1), (2, 1), None, None),
    "RSQRT": (None, None, 28, 28),
    "SELECT_V2": (None, None, 1, 1),
    "SHAPE": ((1, 1), (4, 4), None, None),
    "SOFTMAX": ((4, 4), (4, 4), 56, 80),
    "SPACE_TO_BATCH_ND": (None, None, 4, 4),
    "SPACE_TO_DEPTH": ((4, 4), (4, 4), None, None),
    "SPLIT": ((4, 4), (4, 4), None, None),
    "SPLIT_V": ((4, 4), (4, 4), None, None),
    "SQUARED_DIFFERENCE": (None, None, 112, 112),
    "SQUEEZE": ((36, 4), (36, 4), None, None),
    "STRIDED_SLICE": ((24, 4), (24, 4), 84, 84),
    "SUB": ((2, 1), (8, 4), 52, 52),
    "SUM": ((1, 1), (1, 1), 44, 44),
    "SVDF": ((8, 4), (12, 4), 36, 36),
    "TANH": (None, None, 16, 16),
    "TFLite_Detection_PostProcess": (None, None, 112, 112),
    "TRANSPOSE_CONV": ((16, 4), (20, 4), 72, 80),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": ((16, 4), (16, 4), 688, 688),
    "UNPACK": ((8, 4), (8, 4), None, None),
    "VAR_HANDLE": ((8, 4), (16, 8), 4, 4),
    "WHILE": ((8, 4), (8, 4), 8, 8),
}

# What Prepare makes of more than one operator.
POINTER_BYTES = {"ilp32": 4, "lp64": 8}
EVAL_TENSOR_BYTES = {"ilp32": 12, "lp64": 24}


def dims_bytes(rank: int) -> int:
    """A TfLiteIntArray: one int32 a dimension behind their number."""
    return 4 + 4 * rank


def circular_buffer_bytes(capacity: int, abi: str) -> int:
    """signal/src/circular_buffer.h: a struct, and behind it int16s, twice as many as it can hold."""
    return {"ilp32": 24, "lp64": 40}[abi] + 2 * 2 * capacity


NOTHING = OperatorSizes()
REFERENCE_SIZES: dict[str, OperatorSizes] = {name: OperatorSizes(*row) for name, row in _TABLE.items()}
