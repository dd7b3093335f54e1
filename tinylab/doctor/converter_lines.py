"""Lines of the TensorFlow Lite converter that mend what the doctor finds: Python, for the training script."""

from __future__ import annotations

FULL_INT8 = """\
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = representative_dataset  # yields [x], float32, as the board will see them
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = tf.int8
converter.inference_output_type = tf.int8"""

INT8_ENDS = """\
converter.inference_input_type = tf.int8
converter.inference_output_type = tf.int8"""

NO_FLOAT16 = (
    """\
converter.target_spec.supported_types = []  # instead of [tf.float16]
"""
    + FULL_INT8
)

BUILTINS_ONLY = """\
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]  # without SELECT_TF_OPS
converter.allow_custom_ops = False  # the converter then names the layers that have no built-in operator"""

PER_TENSOR_DENSE = "converter._experimental_disable_per_channel_quantization_for_dense_layers = True"

REPRESENTATIVE = """\
def representative_dataset():
    for x in samples[:200]:  # real inputs, prepared exactly as on the board
        yield [x[None].astype(np.float32)]"""


def fixed_shape(shape: tuple[int, ...]) -> str:
    """Convert from a signature whose sizes are all fixed."""
    return f"""\
@tf.function(input_signature=[tf.TensorSpec({list(shape)}, tf.float32)])
def serve(x):
    return model(x, training=False)
converter = tf.lite.TFLiteConverter.from_concrete_functions([serve.get_concrete_function()], model)"""
