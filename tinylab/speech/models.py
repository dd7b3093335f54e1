"""The two networks: tiny_conv, TFLM micro_speech's, and ds_cnn, MLPerf Tiny's. Keras models with softmax outputs."""

from __future__ import annotations

from typing import Any

from tinylab.quiet import import_tensorflow


def tiny_conv(
    input_shape: tuple[int, int, int], classes: int, *, filters: int = 8, dropout: float = 0.5, seed: int = 0
) -> Any:
    """One convolution (10 frames × 8 channels, stride 2) and one dense layer.

    float32 [clip, *input_shape] -> probabilities float32 [clip, classes]. seed: of the first weights, and of Keras from
    here on. `convert` makes of it DEPTHWISE_CONV_2D, RESHAPE, FULLY_CONNECTED, SOFTMAX.
    """
    tf = import_tensorflow()
    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            tf.keras.Input(input_shape, name="features"),
            layers.DepthwiseConv2D((10, 8), 2, "same", depth_multiplier=filters, activation="relu", name="conv"),
            layers.Dropout(dropout, name="dropout"),
            layers.Flatten(name="flatten"),
            layers.Dense(classes, activation="softmax", name="classifier"),
        ],
        name="tiny_conv",
    )


def ds_cnn(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    filters: int = 32,
    blocks: int = 4,
    dropout: float = 0.2,
    seed: int = 0,
) -> Any:
    """A depthwise separable CNN: one 10×4 convolution, `blocks` × (depthwise 3×3, pointwise 1×1), average pool, dense.

    float32 [clip, *input_shape] -> probabilities float32 [clip, classes]. 64 filters and 4 blocks are MLPerf Tiny's;
    fewer of either make it smaller and quicker. seed: of the first weights, and of Keras from here on.
    """
    tf = import_tensorflow()
    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers

    def normalised(x: Any, name: str) -> Any:
        return layers.ReLU(name=f"{name}_relu")(layers.BatchNormalization(name=f"{name}_norm")(x))

    inputs = tf.keras.Input(input_shape, name="features")
    # A wide input (40 mel channels) is halved twice over its channels, a narrow one (10 MFCC) once.
    strides = (2, 4) if input_shape[1] > 20 else (2, 2)
    x = layers.Conv2D(filters, (10, 4), strides, "same", use_bias=False, name="conv")(inputs)
    x = layers.Dropout(dropout, name="dropout")(normalised(x, "conv"))
    for block in range(blocks):
        x = layers.DepthwiseConv2D(3, 1, "same", use_bias=False, name=f"depthwise{block}")(x)
        x = normalised(x, f"depthwise{block}")
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"pointwise{block}")(x)
        x = normalised(x, f"pointwise{block}")
    x = layers.Dropout(2 * dropout, name="dropout_last")(x)
    x = layers.AveragePooling2D(x.shape[1:3], name="pool")(x)
    x = layers.Flatten(name="flatten")(x)
    return tf.keras.Model(inputs, layers.Dense(classes, activation="softmax", name="classifier")(x), name="ds_cnn")
