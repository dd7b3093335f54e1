"""A Keras model as a TensorFlow Lite file: int8 throughout (full-integer quantization), or float32 to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tinylab.quiet import import_tensorflow, silenced

REPRESENTATIVE_COUNT = 300  # samples that are enough to see the range of every tensor


def convert(
    model: Any,
    representative: np.ndarray | None,
    batch: int | None = 1,
    *,
    input_name: str | None = None,
    per_channel_dense: bool = True,
) -> bytes:
    """The bytes of the .tflite file of a Keras model, int8 in and out.

    representative: float32 [sample, *input shape], inputs from the training data; the converter measures on them the
    range, hence scale and zero point, of every tensor. None: a float32 model instead. batch: the fixed batch of the
    signature; None leaves it free, which adds SHAPE, STRIDED_SLICE and PACK before each RESHAPE. input_name: of the
    signature's input, where the batch is fixed (None: the model's own). per_channel_dense: a weight scale a unit in
    dense layers, today's default (TFLM then keeps a multiplier and a shift a unit in the arena); False: one a layer.
    """
    tf = import_tensorflow()
    if batch is not None:
        # A model whose input says the batch: the converter then folds every shape into a constant.
        inputs = tf.keras.Input(batch_shape=(batch, *model.input_shape[1:]), name=input_name or model.inputs[0].name)
        model = tf.keras.Model(inputs, model(inputs, training=False), name=model.name)
    with silenced():
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if representative is not None:
            _quantize_fully(tf, converter, representative, batch or 1)
            converter._experimental_disable_per_channel_quantization_for_dense_layers = not per_channel_dense
        return bytes(converter.convert())


def _quantize_fully(tf: Any, converter: Any, representative: np.ndarray, batch: int) -> None:
    """Weights, activations, input and output in int8."""
    rows = representative[:: max(1, len(representative) // REPRESENTATIVE_COUNT)][:REPRESENTATIVE_COUNT]

    def batches() -> Iterator[list[np.ndarray]]:
        for start in range(0, len(rows) - batch + 1, batch):
            yield [np.asarray(rows[start : start + batch], np.float32)]

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = batches
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
