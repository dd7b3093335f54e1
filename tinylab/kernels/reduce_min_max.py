"""output = the largest of the input along some axes (REDUCE_MAX), or the smallest (REDUCE_MIN).

Retells tensorflow/lite/micro/kernels/reduce.cc, reduce_common.cc and
tensorflow/lite/kernels/internal/reference/reduce.h. Integers are compared as they are: both tensors must be of one
scale. A float32 starts from the smallest finite number (or the largest), so that infinity of that sign and NaN count as
nothing; of equal zeros the first is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinylab.arithmetic.reduction import rows_along
from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    Array,
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    scale_of,
    zero_point_of,
)
from tinylab.kernels.reduce_common import INPUT, OUTPUT, Axes, reduce, require_axes, require_types_at_invoke
from tinylab.model import Operator, TensorType


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse axes that are not int32."""
    require_axes(context, node)


def choose(best: Callable[..., Any], at_best: Callable[[Array, Array], Array]) -> Callable[..., None]:
    """Invoke of an operator that takes the `best` of each row: where it stands, and of two numbers the better one."""

    def extremum(input: Array, axes: Axes) -> Array:
        rows = rows_along(input, axes)  # [samples, count, elements kept]
        limits = np.finfo(np.float32) if input.dtype == np.float32 else np.iinfo(input.dtype)
        start = np.array(limits.min if best is np.argmax else limits.max, input.dtype)
        if not rows.shape[1]:
            return np.full((len(rows), rows.shape[2]), start)
        rows = at_best(rows, start)
        return np.take_along_axis(rows, best(rows, axis=1)[:, np.newaxis], axis=1)[:, 0]  # of the input's type

    def invoke(context: InvokeContext, node: Operator, data: None) -> None:
        input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
        require_types_at_invoke(context, node, TensorType.FLOAT32, TensorType.INT8)
        same_quantization = scale_of(input) == scale_of(output) and zero_point_of(input) == zero_point_of(output)
        if input.type == TensorType.INT8 and not same_quantization:
            raise InvokeError(
                f"{describe(input)} and {describe(output)}, but one scale and zero point is needed for both"
            )
        reduce(context, node, extremum)

    return invoke


REDUCE_MAX = Registration("REDUCE_MAX", prepare, choose(np.argmax, np.fmax))
REDUCE_MIN = Registration("REDUCE_MIN", prepare, choose(np.argmin, np.fmin))
