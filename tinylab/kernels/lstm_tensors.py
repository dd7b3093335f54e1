"""The 24 inputs of an LSTM, checked: the standard one of Keras, without peepholes, projection or layer norm.

Retells LstmTensors and the Validate functions of tensorflow/lite/micro/kernels/lstm_eval.cc and lstm_eval_common.cc.
"""

from __future__ import annotations

from typing import NamedTuple

from tinylab.kernels.kernel_util import (
    PrepareContext,
    describe,
    refuse,
    require_counts,
    require_same_type,
    require_type,
)
from tinylab.model import ActivationFunctionType, Operator, Tensor, TensorType
from tinylab.model.options import UnidirectionalSequenceLSTMOptions

# Of each four: input, forget, cell and output gate.
INPUT, INPUT_WEIGHTS, RECURRENT_WEIGHTS, BIASES = 0, range(1, 5), range(5, 9), range(12, 16)
HIDDEN_STATE, CELL_STATE, OUTPUT = 18, 19, 0
LEFT_OUT = (*range(9, 12), 16, 17, *range(20, 24))  # peepholes, projection, layer norm

INT8, INT16, FLOAT32 = TensorType.INT8, TensorType.INT16, TensorType.FLOAT32
# (activations, weights) -> (bias, cell state)
TYPES = {
    (FLOAT32, FLOAT32): (FLOAT32, FLOAT32),
    (INT8, INT8): (TensorType.INT32, INT16),
    (INT16, INT8): (TensorType.INT64, INT16),
}


class LstmTensors(NamedTuple):
    """Those that the standard LSTM has."""

    input: Tensor
    input_weights: tuple[Tensor, ...]
    recurrent_weights: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]
    hidden_state: Tensor
    cell_state: Tensor
    output: Tensor


def lstm_tensors(
    context: PrepareContext, node: Operator, options: UnidirectionalSequenceLSTMOptions
) -> LstmTensors | None:
    """The tensors; None where only Invoke refuses their types. PrepareError: types or shapes that do not fit."""
    require_counts(node, 24, 1)
    for place in LEFT_OUT:
        if (tensor := context.optional_input_tensor(node, place)) is not None:
            refuse(f"input {place} is {describe(tensor)}", "none: no peephole, projection or layer norm")

    def inputs(places: range) -> tuple[Tensor, ...]:
        return tuple(context.input_tensor(node, place) for place in places)

    tensors = LstmTensors(
        context.input_tensor(node, INPUT),
        inputs(INPUT_WEIGHTS),
        inputs(RECURRENT_WEIGHTS),
        inputs(BIASES),
        context.input_tensor(node, HIDDEN_STATE),
        context.input_tensor(node, CELL_STATE),
        context.output_tensor(node, OUTPUT),
    )
    runs = _check_types(tensors)
    _check_shapes(tensors, options.time_major)
    if options.fused_activation_function != ActivationFunctionType.TANH:
        refuse(f"activation {options.fused_activation_function.name}", "TANH")
    return tensors if runs else None


def _check_types(tensors: LstmTensors) -> bool:
    """Whether Invoke can run them."""
    for state in (tensors.hidden_state, tensors.cell_state):
        if not state.is_variable:
            refuse(describe(state), "a variable tensor for the state")
    require_same_type(tensors.hidden_state, tensors.input)
    require_same_type(tensors.output, tensors.input)
    weights = (*tensors.input_weights, *tensors.recurrent_weights)
    for weight in weights:
        require_same_type(weight, weights[0])
    for bias in tensors.biases:
        require_same_type(bias, tensors.biases[0])
    require_type(tensors.cell_state, FLOAT32, INT16)
    types = tensors.input.type, weights[0].type
    if types not in TYPES:
        return False
    bias_type, cell_type = TYPES[types]
    require_type(tensors.biases[0], bias_type)
    require_type(tensors.cell_state, cell_type)
    return True


def _check_shapes(tensors: LstmTensors, time_major: bool) -> None:
    input, hidden = tensors.input.shape, tensors.hidden_state.shape
    if len(input) != 3 or len(hidden) < 2:
        refuse(
            f"{describe(tensors.input)} and {describe(tensors.hidden_state)}",
            "[batch, time, inputs] and [batch, units]",
        )
    batch, units = input[1 if time_major else 0], hidden[1]
    needed = (
        *((weight, (units, input[2])) for weight in tensors.input_weights),
        *((weight, (units, units)) for weight in tensors.recurrent_weights),
        *((bias, (units,)) for bias in tensors.biases),
        (tensors.output, (*input[:2], units)),
    )
    for tensor, shape in needed:
        if tensor.shape != shape:
            refuse(describe(tensor), f"shape {shape}")
    for state in (tensors.hidden_state, tensors.cell_state):
        if state.element_count != batch * units:
            refuse(describe(state), f"{batch * units} elements")
