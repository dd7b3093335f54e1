"""cell = forget * cell + input * candidate; hidden = output * tanh(cell), step by step: an LSTM over a sequence.

Each gate is activation(input weights · x + bias + recurrent weights · hidden). Hidden and cell state are variable
tensors and live on between invokes. Retells tensorflow/lite/micro/kernels/unidirectional_sequence_lstm.cc, lstm_eval.h,
lstm_eval.cc and lstm_eval_common.cc. Bound of float32: 1e-5 of the tensor's largest magnitude.

NB: the four gates are computed at once, their weights side by side, and what the input gives for all steps at once.
Their order is that of the inputs: input, forget, cell, output. TFLM does not see weights with a scale a channel, states
or biases of the wrong type, a cell activation other than tanh; here they are refused.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinylab.errors import InvokeError
from tinylab.kernels.kernel_util import Array, InvokeContext, PrepareContext, Registration, describe
from tinylab.kernels.lstm_eval import FloatSteps, IntegerSteps, float_steps, integer_steps
from tinylab.kernels.lstm_tensors import (
    BIASES,
    CELL_STATE,
    HIDDEN_STATE,
    INPUT,
    INPUT_WEIGHTS,
    OUTPUT,
    RECURRENT_WEIGHTS,
    lstm_tensors,
)
from tinylab.model import Operator, TensorType
from tinylab.model.options import UnidirectionalSequenceLSTMOptions


class OpData(NamedTuple):
    """steps: the arithmetic, None for types that Invoke refuses; weights: None where the graph computes them."""

    steps: IntegerSteps | FloatSteps | None
    time_major: bool
    weights: tuple[Array, Array, Array] | None


def prepare(context: PrepareContext, node: Operator) -> OpData:
    """Check tensors; reduce scales to multipliers and put the gates' weights side by side."""
    options = node.options
    assert isinstance(options, UnidirectionalSequenceLSTMOptions)
    tensors = lstm_tensors(context, node, options)
    if tensors is None:
        return OpData(None, options.time_major, None)
    if tensors.input.type == TensorType.FLOAT32:
        steps: IntegerSteps | FloatSteps = float_steps(options)
    else:
        steps = integer_steps(tensors, options)
    constants = [tensor.constant() for tensor in (*tensors.input_weights, *tensors.recurrent_weights, *tensors.biases)]
    known = [constant for constant in constants if constant is not None]
    return OpData(
        steps, options.time_major, _side_by_side(known, steps.dtype) if len(known) == len(constants) else None
    )


def _side_by_side(arrays: list[Array], dtype: type) -> tuple[Array, Array, Array]:
    """12 arrays -> input weights [inputs, 4 * units], recurrent weights [units, 4 * units], bias [4 * units]."""
    input_weights, recurrent_weights, bias = (np.concatenate(arrays[at : at + 4]) for at in (0, 4, 8))
    bias_type = np.int64 if bias.dtype.kind == "i" else bias.dtype
    return input_weights.T.astype(dtype), recurrent_weights.T.astype(dtype), bias.astype(bias_type)


def invoke(context: InvokeContext, node: Operator, data: OpData) -> None:
    """All steps of one sample; each leaves its state to the next."""
    if data.steps is None:
        first = context.input_tensor(node, INPUT_WEIGHTS[0])
        raise InvokeError(
            f"{describe(context.input_tensor(node, INPUT))} and {describe(first)}, but FLOAT32 for both, or INT8 or "
            "INT16 with weights of INT8 is needed"
        )
    input, output = context.input_data(node, INPUT), context.output_data(node, OUTPUT)
    hidden_state, cell_state = context.input_data(node, HIDDEN_STATE), context.input_data(node, CELL_STATE)
    weights = data.weights
    if weights is None:
        places = (*INPUT_WEIGHTS, *RECURRENT_WEIGHTS, *BIASES)
        weights = _side_by_side([context.input_data(node, place) for place in places], data.steps.dtype)
    x, y = (array if data.time_major else array.swapaxes(0, 1) for array in (input, output))  # [time, batch, ...]
    hidden = hidden_state.reshape(x.shape[1], -1)  # a view: what is written goes into the state
    cell = cell_state.reshape(x.shape[1], -1)
    input_weights, recurrent_weights, bias = weights
    from_input = data.steps.from_input(x, input_weights, bias)  # int16 or float32 [time, batch, 4 * units]
    for step, gates in enumerate(from_input):
        cell[...], hidden[...] = data.steps.step(gates, hidden, cell, recurrent_weights)
        y[step] = hidden


REGISTRATION = Registration("UNIDIRECTIONAL_SEQUENCE_LSTM", prepare, invoke, per_sample=True, stateful=True)
