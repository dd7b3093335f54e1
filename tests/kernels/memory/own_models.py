"""Models with a custom operator Own, in the forms that were measured on the real TFLM (measured_own.json)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.model.options import FullyConnectedOptions


def own_model(widths: Sequence[int], operators: Sequence[str], quantized: bool) -> bytes:
    """Rows of int8, one more than operators: each reads a row and writes the next. FULLY_CONNECTED has ones in it."""
    tensors = [TensorSpec((1, width), "INT8", *((0.5, 3) if quantized else ())) for width in widths]
    nodes = []
    for place, name in enumerate(operators):
        inputs, options, version = [place], None, 1
        if name == "FULLY_CONNECTED":
            inputs += [len(tensors), len(tensors) + 1]
            tensors.append(constant(np.ones((widths[place + 1], widths[place]), np.int8), scale=0.1))
            tensors.append(constant(np.zeros(widths[place + 1], np.int32), scale=0.05))
            options, version = FullyConnectedOptions(), 4
        nodes.append(OperatorSpec(name, inputs, [place + 1], options, version))
    return build_model([SubgraphSpec(tensors, nodes)])
