"""output[i] = value[lookup[i]]: rows of a table; an int8 table may come out as float32, scale x integer.

Retells tensorflow/lite/micro/kernels/embedding_lookup.cc.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_type,
    scale_of,
    zero_point_of,
)
from tinylab.model import Operator, TensorType

LOOKUP, VALUE, OUTPUT = 0, 1, 0


class OpData(NamedTuple):
    """What Invoke needs."""

    scale: np.float32 | None  # None: rows are copied


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Refuse a table with a zero point where it is dequantized. NB: and an output that is not as large as the rows."""
    require_counts(node, 2, 1)
    lookup, value = context.input_tensor(node, LOOKUP), context.input_tensor(node, VALUE)
    output = context.output_tensor(node, OUTPUT)
    if len(lookup.shape) != 1 or len(value.shape) < 2 or len(output.shape) < len(value.shape):
        found = f"{describe(lookup)} and {describe(value)} into {describe(output)}"
        refuse(found, "1 axis, at least 2, and no fewer in the output")
    require_type(lookup, TensorType.INT32)
    require_type(value, TensorType.FLOAT32, TensorType.INT8)
    require_type(output, *dict.fromkeys((TensorType.FLOAT32, value.type)))
    if output.element_count != lookup.element_count * (value.element_count // max(value.shape[0], 1)):
        refuse(f"{describe(output)} from {describe(lookup)} and {describe(value)}", "as many elements as are looked up")
    if value.type == output.type:
        return OpData(None)
    if zero_point_of(value) != 0:
        refuse(f"{describe(value)} with zero point {zero_point_of(value)}", "a zero point of 0")
    return OpData(scale_of(value))


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """Fetch the rows."""
    lookup, value = context.input_data(node, LOOKUP), context.input_data(node, VALUE)
    output = context.output_data(node, OUTPUT)
    count = value.shape[1]
    if not 0 <= lookup.min() <= lookup.max() < count:
        raise InvokeError(f"rows from {lookup.min()} to {lookup.max()} are looked up, but 0 to {count - 1} is needed")
    sample = np.arange(len(output))[:, np.newaxis] % len(value)
    rows = value[sample, lookup]  # dtype of value [samples, looked up, *row]
    if data.scale is not None:
        rows = rows.astype(np.float32) * data.scale
    output[...] = rows.reshape(output.shape)


REGISTRATION = Registration("EMBEDDING_LOOKUP", prepare, invoke)
