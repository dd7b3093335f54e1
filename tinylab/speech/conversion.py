"""A Keras model as an int8 TensorFlow Lite file: weights, activations, input and output all int8 (full-integer
quantization)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tinylab.quiet import import_tensorflow, silenced

REPRESENTATIVE_COUNT = 300  # clips that are enough to see the range of every tensor


def convert(model: Any, representative: np.ndarray, batch: int | None = 1) -> bytes:
    """The bytes of the .tflite file of a Keras model, int8 in and out.

    representative: float32 [clip, frame, channel, 1], features of training clips; the converter measures on them the
    range, hence scale and zero point, of every tensor. batch: the fixed batch of the signature; None leaves it free,
    which adds SHAPE, STRIDED_SLICE and PACK before each RESHAPE."""
    tf = import_tensorflow()
    rows = representative[:: max(1, len(representative) // REPRESENTATIVE_COUNT)][:REPRESENTATIVE_COUNT]

    if batch is not None:
        # A model whose input says the batch: the converter then folds every shape into a constant.
        inputs = tf.keras.Input(batch_shape=(batch, *model.input_shape[1:]), name="features")
        model = tf.keras.Model(inputs, model(inputs, training=False), name=model.name)
    size = batch or 1

    def batches() -> Iterator[list[np.ndarray]]:
        for start in range(0, len(rows) - size + 1, size):
            yield [np.asarray(rows[start : start + size], np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = batches
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with silenced():
        return bytes(converter.convert())
