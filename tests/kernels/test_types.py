"""Every type of each operator: what the real TFLM runs we run, and what it refuses we refuse at the same moment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cells import spec
from tests.kernels.running import assert_refused_as_tflm, outputs_of, refusal_of, zeros_for
from tinylab.model import Padding
from tinylab.model.options import (
    AddOptions,
    ArgMaxOptions,
    ArgMinOptions,
    CumsumOptions,
    DivOptions,
    L2NormOptions,
    LeakyReluOptions,
    MulOptions,
    Pool2DOptions,
    ReducerOptions,
    SoftmaxOptions,
    SubOptions,
)
from tinylab.peers.tflm import TflmSession

TYPES = ("float32", "int8", "uint8", "int16", "int32", "int64", "bool", "uint32")
SHAPE = (2, 3)

UNARY = [
    "ABS",
    "CEIL",
    "COS",
    "ELU",
    "EXP",
    "FLOOR",
    "HARD_SWISH",
    "L2_NORMALIZATION",
    "LEAKY_RELU",
    "LOG",
    "LOGICAL_NOT",
    "LOGISTIC",
    "LOG_SOFTMAX",
    "NEG",
    "RELU",
    "RELU6",
    "ROUND",
    "RSQRT",
    "SIN",
    "SOFTMAX",
    "SQRT",
    "SQUARE",
    "TANH",
    "ZEROS_LIKE",
]
BINARY = [
    "ADD",
    "ADD_N",
    "DIV",
    "FLOOR_DIV",
    "FLOOR_MOD",
    "LOGICAL_AND",
    "LOGICAL_OR",
    "MAXIMUM",
    "MINIMUM",
    "MUL",
    "PRELU",
    "SQUARED_DIFFERENCE",
    "SUB",
]
COMPARISONS = ["EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "NOT_EQUAL"]
REDUCTIONS = ["ARG_MAX", "ARG_MIN", "CUMSUM", "MEAN", "REDUCE_ALL", "REDUCE_MAX", "REDUCE_MIN", "SUM"]
POOLS = ["AVERAGE_POOL_2D", "L2_POOL_2D", "MAX_POOL_2D"]

OPTIONS: dict[str, Any] = {
    "ADD": AddOptions(),
    "ARG_MAX": ArgMaxOptions(),
    "ARG_MIN": ArgMinOptions(),
    "CUMSUM": CumsumOptions(),
    "DIV": DivOptions(),
    "L2_NORMALIZATION": L2NormOptions(),
    "LEAKY_RELU": LeakyReluOptions(0.1),
    "MUL": MulOptions(),
    "SOFTMAX": SoftmaxOptions(1.0),
    "SUB": SubOptions(),
    **dict.fromkeys(["MEAN", "REDUCE_ALL", "REDUCE_MAX", "REDUCE_MIN", "SUM"], ReducerOptions()),
    **dict.fromkeys(POOLS, Pool2DOptions(Padding.SAME, 2, 2, 2, 2)),
}
# The quantization that an operator wants of an output of a type.
OUTPUTS = {
    ("LOG_SOFTMAX", "int8"): (1 / 16, 127),
    **{(name, "int8"): (1 / 256, -128) for name in ("SOFTMAX", "LOGISTIC")},
    **{(name, "int16"): (1 / 32768, 0) for name in ("SOFTMAX", "LOGISTIC", "TANH")},
    ("TANH", "int8"): (1 / 128, 0),
}
# What TFLM runs and we refuse, each with its reason.
REFUSED_HERE = {
    **{
        (name, dtype): "TFLM looks at no type and reads bytes as bools"
        for name in ("LOGICAL_AND", "LOGICAL_OR")
        for dtype in TYPES
        if dtype != "bool"
    },
    ("GREATER", "int16"): "TFLM rescales with numbers that nobody wrote",
}


def model(name: str, dtype: str) -> bytes:
    """The operator on tensors of one type; divisors and alphas are ones."""
    tensor, options = spec(SHAPE, dtype), OPTIONS.get(name)
    if name in UNARY:
        scale, zero_point = OUTPUTS.get((name, dtype), (tensor.scale, 0))
        return single_operator(name, [tensor], [tensor._replace(scale=scale, zero_point=zero_point)], options)
    if name in REDUCTIONS:
        output = TensorSpec((2,), "INT32") if name.startswith("ARG") else tensor._replace(shape=(2,))
        axis = constant(np.int32([1]))
        return single_operator(name, [tensor, axis], [tensor if name == "CUMSUM" else output], options)
    if name in POOLS:
        return single_operator(name, [spec((1, 4, 4, 1), dtype)], [spec((1, 2, 2, 1), dtype)], options)
    if name == "SELECT_V2":
        return single_operator(name, [spec(SHAPE, "bool"), tensor, tensor], [tensor])
    second = "int8" if (name, dtype) == ("PRELU", "int16") else dtype
    ones = constant(np.ones(SHAPE, second), scale=spec(SHAPE, second).scale)
    return single_operator(name, [tensor, ones], [spec(SHAPE, "bool" if name in COMPARISONS else dtype)], options)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", [*UNARY, *BINARY, *COMPARISONS, *REDUCTIONS, *POOLS, "SELECT_V2"])
def test_as_tflm(tflm: TflmSession, name: str, dtype: str) -> None:
    data = model(name, dtype)
    theirs = tflm.run(data, zeros_for(data))
    if (name, dtype) in REFUSED_HERE:
        assert theirs.ran
        assert "needed" in refusal_of(data)[1]
    elif theirs.ran:
        assert len(outputs_of(data, *zeros_for(data))) == 1
    else:
        assert_refused_as_tflm(tflm, data)
