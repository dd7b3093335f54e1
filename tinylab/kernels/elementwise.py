"""output = input**2 (SQUARE), and COS, LOG, LOGICAL_NOT, SIN, SQRT of the input.

Retells tensorflow/lite/micro/kernels/elementwise.cc, whose ABS and RSQRT are in abs_rsqrt.py. Prepare lets any type
pass, and Invoke refuses.

Bounds: COS, LOG and SIN are computed in float64, so each result is the float32 nearest to the real one; C's cosf, logf
and sinf may give the next one: they differ by at most one unit in the last place, 1.2e-7 of the result. SQRT and SQUARE
are exact.

NB: the output must have as many elements as the input; TFLM does not look.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_size,
    require_same_type,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse other than one input and an output of its type."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_same_type(input, output)
    require_same_size(input, output)


def element_by_element(
    function: Callable[[Array], Array], type_: TensorType
) -> Callable[[InvokeContext, Operator, None], None]:
    """Invoke of an operator that applies `function` to tensors of one type."""

    def invoke(context: InvokeContext, node: Operator, data: None) -> None:
        require_type_at_invoke(context.input_tensor(node, INPUT), type_)
        output = context.output_data(node, OUTPUT)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            result = function(context.input_data(node, INPUT))  # the input's type [samples, *shape]
        output[...] = result.reshape(len(result), *output.shape[1:])

    return invoke


def nearest(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A function of float32, computed in float64."""
    return lambda x: function(x.astype(np.float64)).astype(np.float32)


COS = Registration("COS", prepare, element_by_element(nearest(np.cos), TensorType.FLOAT32))
LOG = Registration("LOG", prepare, element_by_element(nearest(np.log), TensorType.FLOAT32))
LOGICAL_NOT = Registration("LOGICAL_NOT", prepare, element_by_element(np.logical_not, TensorType.BOOL))
SIN = Registration("SIN", prepare, element_by_element(nearest(np.sin), TensorType.FLOAT32))
SQRT = Registration("SQRT", prepare, element_by_element(np.sqrt, TensorType.FLOAT32))
SQUARE = Registration("SQUARE", prepare, element_by_element(np.square, TensorType.FLOAT32))
