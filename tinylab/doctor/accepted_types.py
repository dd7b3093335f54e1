"""Which tensor types TFLM's kernels take, operator by operator, at commit 90b983c.

Read from kernels/*.cc: the switch of each Eval, and what Prepare asks for; tests ask the real TFLM, row by row. An
operator that is not here takes any type (RESHAPE, SHAPE, SQUEEZE, BROADCAST_TO, LOGICAL_AND, variables, control flow),
or is a custom one. Convolutions and FULLY_CONNECTED look at input and weights together: type_checks.py.
"""

from __future__ import annotations

from typing import NamedTuple

from tinylab.model import TensorType

_LETTERS = {
    "f": TensorType.FLOAT32,
    "1": TensorType.INT8,
    "2": TensorType.INT16,
    "4": TensorType.INT32,
    "8": TensorType.INT64,
    "u": TensorType.UINT8,
    "U": TensorType.UINT32,
    "b": TensorType.BOOL,
}  # by their bytes, mostly


class Accepted(NamedTuple):
    """types: of input number `input`; phase: where another type is refused, "prepare" or "invoke"."""

    types: tuple[TensorType, ...]
    phase: str
    input: int = 0


def _rows(phase: str, table: str, input: int = 0) -> dict[str, Accepted]:
    rows: dict[str, Accepted] = {}
    for line in table.split(";"):
        letters, *names = line.split()
        types = tuple(_LETTERS[letter] for letter in letters)
        rows |= {name: Accepted(types, phase, input) for name in names}
    return rows


_PREPARE = """
    f CEIL EXP L2_POOL_2D ROUND;
    f1 ADD_N CUMSUM DEPTH_TO_SPACE GATHER GATHER_ND L2_NORMALIZATION SPACE_TO_DEPTH SVDF;
    f12 AVERAGE_POOL_2D BATCH_MATMUL MAX_POOL_2D SOFTMAX;
    f1248b CONCATENATION; 12u DEQUANTIZE; f124u QUANTIZE; b REDUCE_ALL
"""
_INVOKE = """
    f COS FLOOR FLOOR_DIV FLOOR_MOD LOG NEG SIN SQRT SQUARE;
    f1 ARG_MAX ARG_MIN BATCH_TO_SPACE_ND ELU HARD_SWISH LOG_SOFTMAX MIRROR_PAD REDUCE_MAX REDUCE_MIN RESIZE_BILINEAR
        SPACE_TO_BATCH_ND;
    f12 ABS EXPAND_DIMS LEAKY_RELU LOGISTIC MEAN PRELU RELU RELU6 RESIZE_NEAREST_NEIGHBOR RSQRT SUM TANH TRANSPOSE;
    f14 DIV; f148 GREATER_EQUAL LESS LESS_EQUAL ZEROS_LIKE; f148b EQUAL NOT_EQUAL; f1248 GREATER MAXIMUM MINIMUM PACK;
    f124 ADD DYNAMIC_UPDATE_SLICE MUL PAD PADV2 SPLIT_V SQUARED_DIFFERENCE SUB UNPACK;
    f124b SLICE STRIDED_SLICE; f124Ub CAST; b LOGICAL_NOT
"""
ACCEPTED = (
    _rows("prepare", _PREPARE)
    | _rows("invoke", _INVOKE)
    | _rows("invoke", "f12 SELECT_V2; f124 SPLIT", input=1)  # input 0 is a condition, or the axis
)
