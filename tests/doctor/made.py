"""Models with one fault each, and what the doctor says about them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, single_operator
from tinylab.doctor import Diagnosis, Finding, examine
from tinylab.model import load_model
from tinylab.model.options import DepthwiseConv2DOptions, FullyConnectedOptions, VarHandleOptions

SCALES = [0.5, 0.25]


def dense(
    *, fed: str = "INT8", weights: str = "INT8", per_channel: bool = False, scale: float = 0.5, zero_point: int = 0
) -> bytes:
    """FULLY_CONNECTED of 4 inputs and 2 units, of these types."""
    quantized = fed != "FLOAT32"
    values = np.ones((2, 4), np.float32 if weights == "FLOAT32" else np.int8)
    held = constant(values, weights, scale=None if weights == "FLOAT32" else SCALES if per_channel else 0.5)
    return single_operator(
        "FULLY_CONNECTED",
        [TensorSpec((1, 4), fed, scale if quantized else None, zero_point, name="x"), held, None],
        [TensorSpec((1, 2), fed, 0.5 if quantized else None, name="y")],
        FullyConnectedOptions(),
    )


def elementwise(name: str, type: str = "FLOAT32", input_count: int = 1) -> bytes:
    """One operator whose inputs and outputs are alike."""
    tensor = TensorSpec((1, 4), type, 0.5 if type in ("INT8", "INT16", "UINT8") else None)
    return single_operator(name, [tensor] * input_count, [tensor])


def depthwise(*, missing_bias: bool) -> bytes:
    """DEPTHWISE_CONV_2D; missing_bias: as a third input of -1, otherwise left out of the list."""
    filter = constant(np.ones((1, 3, 3, 2), np.int8), scale=SCALES, quantized_dimension=3)
    inputs: list[TensorSpec | None] = [TensorSpec((1, 8, 8, 1), "INT8", 0.5), filter]
    return single_operator(
        "DEPTHWISE_CONV_2D",
        [*inputs, None] if missing_bias else inputs,
        [TensorSpec((1, 8, 8, 2), "INT8", 0.5)],
        DepthwiseConv2DOptions(stride_w=1, stride_h=1, depth_multiplier=2),
    )


def variable() -> bytes:
    """VAR_HANDLE and READ_VARIABLE, twice for one variable."""
    tensors = [TensorSpec((), "RESOURCE"), TensorSpec((), "RESOURCE"), TensorSpec((1, 4), "INT8", 0.5)]
    handle = VarHandleOptions(shared_name="state")
    operators = [
        OperatorSpec("VAR_HANDLE", [], [0], handle),
        OperatorSpec("VAR_HANDLE", [], [1], handle),
        OperatorSpec("READ_VARIABLE", [0], [2]),
    ]
    return build_model([SubgraphSpec(tensors, operators, inputs=[], outputs=[2])])


def diagnose(model: bytes, board: str | None = None, **told: Any) -> Diagnosis:
    return examine(load_model(model, name="made"), board, **told)


def found(model: bytes, check: str, board: str | None = None, **told: Any) -> Finding:
    """The one finding of that check."""
    diagnosis = diagnose(model, board, **told)
    (finding,) = diagnosis.by(check)
    return finding


def checks(model: bytes, board: str | None = None, **told: Any) -> list[str]:
    """The checks that found something."""
    return [finding.check for finding in diagnose(model, board, **told).findings]
