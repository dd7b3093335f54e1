"""output = the whole number nearest to the input, ties to the even one.

Retells tensorflow/lite/micro/kernels/round.cc and tensorflow/lite/kernels/internal/reference/round.h. Exact: what
np.rint rounds up to -0.0 is 0.0 here, as there.
"""

from __future__ import annotations

import numpy as np

from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    require_counts,
    require_same_shape,
    require_same_type,
    require_type,
)
from tinylab.model import Operator, TensorType

INPUT, OUTPUT = 0, 0


def prepare(context: PrepareContext, node: Operator) -> None:
    """Refuse all but one float32 input and an output like it."""
    require_counts(node, 1, 1)
    input, output = context.input_tensor(node, INPUT), context.output_tensor(node, OUTPUT)
    require_type(input, TensorType.FLOAT32)
    require_same_type(input, output)
    require_same_shape(input, output)


def invoke(context: InvokeContext, node: Operator, data: None) -> None:
    """Round."""
    input = context.input_data(node, INPUT)
    below = np.floor(input)  # float32 [samples, *shape], as all below
    with np.errstate(invalid="ignore"):  # infinity less infinity
        above_by = input - below
        stays = (above_by < 0.5) | ((above_by == 0.5) & (np.fmod(below, 2) == 0))
    context.output_data(node, OUTPUT)[...] = np.where(stays, below, below + 1)


REGISTRATION = Registration("ROUND", prepare, invoke)
