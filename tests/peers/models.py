"""Small models for the peers, whose outputs can be worked out by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, single_operator
from tinylab.model.options import FullyConnectedOptions, SVDFOptions

WEIGHTS = np.array([[1, 2, 3], [4, 5, 6]], np.float32)


def matrix(weights: NDArray[np.float32] = WEIGHTS) -> bytes:
    """y = weights x: tensor 0 is x [1, columns], tensor 1 the weights, tensor 2 is y [1, rows], all float32."""
    return single_operator(
        "FULLY_CONNECTED",
        [TensorSpec((1, weights.shape[1]), "FLOAT32"), constant(weights), None],
        [TensorSpec((1, len(weights)), "FLOAT32")],
        FullyConnectedOptions(),
    )


def matrix_then_relu(metadata: dict[str, bytes] | None = None) -> bytes:
    """Int8, every scale 1: tensor 0 -> FULLY_CONNECTED by -1 -> tensor 2 -> RELU -> tensor 3, [1, 2] each."""
    weights = constant(-np.eye(2, dtype=np.int8), scale=1.0)
    value = TensorSpec((1, 2), "INT8", 1.0)
    operators = [
        OperatorSpec("FULLY_CONNECTED", [0, 1, -1], [2], FullyConnectedOptions()),
        OperatorSpec("RELU", [2], [3]),
    ]
    return build_model([SubgraphSpec([value, weights, value, value], operators)], metadata=metadata)


def running_sum(*, with_bias: bool = True) -> bytes:
    """An SVDF of one filter, whose three steps of memory weigh one each: y is the sum of the last three x, [1, 1].

    Its state is tensor 4, [1, 3]. Without a bias, which the format allows, TFLM's Prepare follows a null pointer.
    """
    one = TensorSpec((1, 1), "FLOAT32")
    feature, time = constant(np.ones((1, 1), np.float32)), constant(np.ones((1, 3), np.float32))
    bias = constant(np.zeros(1, np.float32)) if with_bias else None
    state = TensorSpec((1, 3), "FLOAT32", is_variable=True)
    return single_operator("SVDF", [one, feature, time, bias, state], [one], SVDFOptions(rank=1))


def difference() -> bytes:
    """y = a - b, float32 [1, 2] each."""
    value = TensorSpec((1, 2), "FLOAT32")
    return single_operator("SUB", [value, value], [value])


def unknown_operator() -> bytes:
    value = TensorSpec((1, 2), "FLOAT32")
    return single_operator("NoSuchOperator", [value], [value])


def offline_planned() -> bytes:
    """matrix_then_relu with a memory plan of its own in its metadata: tensor 3 lies at byte 1024 of the head."""
    plan = np.array([1, 0, 4, 0, -1, 64, 1024], np.int32)  # version, subgraph, number of tensors, an offset for each
    return matrix_then_relu(metadata={"OfflineMemoryAllocation": plan.tobytes()})


def wide() -> bytes:
    """y = RELU x of 8 Mi float32: 64 MiB of head."""
    value = TensorSpec((1, 8 << 20), "FLOAT32")
    return single_operator("RELU", [value], [value])
