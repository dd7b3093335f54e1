"""One tiny network, two layers and a softmax, in float32 and in int8: what the comparison tests compare."""

from __future__ import annotations

import numpy as np

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.model import ActivationFunctionType
from tinylab.model.options import FullyConnectedOptions, SoftmaxOptions

FEATURES, HIDDEN, CLASSES = 6, 5, 3
INPUT_SCALE, HIDDEN_SCALE, LOGIT_SCALE, WEIGHT_SCALE = 0.05, 0.06, 0.1, 0.02


def weights() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Int8 weights [out, in] and int32 biases of both layers, always the same."""
    rng = np.random.default_rng(3)
    return (
        rng.integers(-90, 90, (HIDDEN, FEATURES)).astype(np.int8),
        rng.integers(-400, 400, HIDDEN).astype(np.int32),
        rng.integers(-90, 90, (CLASSES, HIDDEN)).astype(np.int8),
        rng.integers(-400, 400, CLASSES).astype(np.int32),
    )


def _graph(tensors: list[TensorSpec]) -> bytes:
    relu = FullyConnectedOptions(fused_activation_function=ActivationFunctionType.RELU)
    operators = [
        OperatorSpec("FULLY_CONNECTED", (0, 1, 2), (3,), relu),
        OperatorSpec("FULLY_CONNECTED", (3, 4, 5), (6,), FullyConnectedOptions()),
        OperatorSpec("SOFTMAX", (6,), (7,), SoftmaxOptions(beta=1.0)),
    ]
    return build_model([SubgraphSpec(tensors, operators, inputs=(0,), outputs=(7,))])


def int8_network() -> bytes:
    """The network in int8; its logits' scale is coarse on purpose, so that int8 visibly differs from float."""
    w1, b1, w2, b2 = weights()
    return _graph(
        [
            TensorSpec((1, FEATURES), "INT8", INPUT_SCALE, 0, name="x"),
            constant(w1, scale=WEIGHT_SCALE, name="w1"),
            constant(b1, scale=INPUT_SCALE * WEIGHT_SCALE, name="b1"),
            TensorSpec((1, HIDDEN), "INT8", HIDDEN_SCALE, -128, name="hidden"),
            constant(w2, scale=WEIGHT_SCALE, name="w2"),
            constant(b2, scale=HIDDEN_SCALE * WEIGHT_SCALE, name="b2"),
            TensorSpec((1, CLASSES), "INT8", LOGIT_SCALE, 3, name="logits"),
            TensorSpec((1, CLASSES), "INT8", 1 / 256, -128, name="probabilities"),
        ]
    )


def float_network() -> bytes:
    """The same network in float32."""
    w1, b1, w2, b2 = weights()
    return _graph(
        [
            TensorSpec((1, FEATURES), "FLOAT32", name="x"),
            constant(np.float32(w1 * WEIGHT_SCALE), name="w1"),
            constant(np.float32(b1 * INPUT_SCALE * WEIGHT_SCALE), name="b1"),
            TensorSpec((1, HIDDEN), "FLOAT32", name="hidden"),
            constant(np.float32(w2 * WEIGHT_SCALE), name="w2"),
            constant(np.float32(b2 * HIDDEN_SCALE * WEIGHT_SCALE), name="b2"),
            TensorSpec((1, CLASSES), "FLOAT32", name="logits"),
            TensorSpec((1, CLASSES), "FLOAT32", name="probabilities"),
        ]
    )


class KerasLike:
    """What `compare` uses of a Keras model, in NumPy: the float network."""

    def predict(self, x: np.ndarray, *, verbose: int) -> np.ndarray:
        assert verbose == 0
        w1, b1, w2, b2 = weights()
        hidden = np.maximum(x @ (w1 * WEIGHT_SCALE).T + b1 * INPUT_SCALE * WEIGHT_SCALE, 0)
        logits = hidden @ (w2 * WEIGHT_SCALE).T + b2 * HIDDEN_SCALE * WEIGHT_SCALE
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def count_params(self) -> int:
        return sum(array.size for array in weights())


def samples(count: int = 60) -> np.ndarray:
    """Real inputs, float32 [count, FEATURES]."""
    return np.random.default_rng(5).normal(0, 2, (count, FEATURES)).astype(np.float32)
