"""The two networks: mobilenet_v1, MLPerf Tiny's and person_detect's, and tiny_vision, which trains in minutes. Keras
models with softmax outputs."""

from __future__ import annotations

from typing import Any

from tinylab.quiet import import_tensorflow

# (filters before the width multiplier, stride) of MobileNetV1's depthwise separable blocks.
MOBILENET_BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)
# The same idea with a coarser first look (5×5, stride 4), five blocks, and a quarter of the arithmetic.
TINY_BLOCKS = ((32, 1), (48, 2), (64, 1), (96, 2), (96, 1))


def mobilenet_v1(
    width: float = 0.25,
    channels: int = 1,
    *,
    classes: int = 2,
    size: int = 96,
    dropout: float = 0.2,
    seed: int = 0,
) -> Any:
    """MobileNetV1: one 3×3 convolution of stride 2, 13 × (depthwise 3×3, pointwise 1×1), average pool, dense.

    float32 [picture, size, size, channels] in 0..1 -> probabilities float32 [picture, classes]. width: multiplies every
    number of filters. channels: 1 is grey, as TFLM's person_detect; 3 is RGB, as MLPerf Tiny's VWW. seed: of the first
    weights, and of Keras from here on.
    """
    blocks = tuple((int(filters * width), stride) for filters, stride in MOBILENET_BLOCKS)
    name = f"mobilenet_v1_{width:g}".replace(".", "_")
    return _separable(name, (int(32 * width), 3, 2), blocks, (size, size, channels), classes, dropout, seed)


def tiny_vision(
    channels: int = 1, *, width: float = 1.0, classes: int = 2, size: int = 96, dropout: float = 0.1, seed: int = 0
) -> Any:
    """A short separable network whose first convolution is 5×5 with stride 4: about half of mobilenet_v1's time.

    Inputs and outputs as mobilenet_v1's.
    """
    blocks = tuple((int(filters * width), stride) for filters, stride in TINY_BLOCKS)
    return _separable("tiny_vision", (int(16 * width), 5, 4), blocks, (size, size, channels), classes, dropout, seed)


def _separable(
    name: str,
    first: tuple[int, int, int],
    blocks: tuple[tuple[int, int], ...],
    input_shape: tuple[int, int, int],
    classes: int,
    dropout: float,
    seed: int,
) -> Any:
    """first: (filters, kernel size, stride) of the first convolution; blocks: (filters, stride) of the others."""
    tf = import_tensorflow()
    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers

    def normalised(x: Any, name: str) -> Any:
        # A short memory of means: a training here is a few hundred steps, not the hundred thousands of ImageNet's.
        return layers.ReLU(6.0, name=f"{name}_relu")(layers.BatchNormalization(momentum=0.97, name=f"{name}_norm")(x))

    inputs = tf.keras.Input(input_shape, name="picture")
    filters, kernel, stride = first
    x = normalised(layers.Conv2D(filters, kernel, stride, "same", use_bias=False, name="conv")(inputs), "conv")
    for block, (filters, stride) in enumerate(blocks):
        x = layers.DepthwiseConv2D(3, stride, "same", use_bias=False, name=f"depthwise{block}")(x)
        x = normalised(x, f"depthwise{block}")
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"pointwise{block}")(x)
        x = normalised(x, f"pointwise{block}")
    x = layers.AveragePooling2D(x.shape[1:3], name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(layers.Flatten(name="flatten")(x))
    return tf.keras.Model(inputs, layers.Dense(classes, activation="softmax", name="classifier")(x), name=name)
