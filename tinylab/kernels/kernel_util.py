"""What every kernel shares: the context it sees, its registration, and the few computations that several families need.

A kernel is two functions. `prepare(context, node)` sees descriptions (types, shapes, quantization, constants), refuses
what invoke cannot do, and returns OpData: everything reduced to integers, constants made once.
`invoke(context, node, op_data)` sees arrays and computes.

NB: one departure from TFLM. Every array that invoke sees has a leading axis of *samples*: 1 in
`MicroInterpreter.invoke`, N in `predict`, so one kernel serves both with the same bytes. A tensor of shape
(1, 49, 10, 1) is seen as [samples, 1, 49, 10, 1]; a constant always has samples = 1. Axes are counted from the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN, quantize_multiplier, quantize_multipliers
from tinylab.errors import InvokeError, PrepareError
from tinylab.model import ActivationFunctionType, Operator, Tensor, TensorType

Array = NDArray[Any]

MAX_RANK = 6  # of a RuntimeShape


class MicroResourceVariables(Protocol):
    """Values that outlive an invoke and that several subgraphs share, each under the id that VAR_HANDLE gives out."""

    def create_id_if_none_found(self, container: str, shared_name: str) -> int: ...
    def read(self, variable: int, value: Array) -> None: ...
    def assign(self, variable: int, value: Array) -> None: ...


class MicroGraph(Protocol):
    """The model's subgraphs, for operators that call one: fill its inputs, invoke it, read its outputs.

    There samples is always 1: a model with several subgraphs runs its samples one after another.
    """

    @property
    def resource_variables(self) -> MicroResourceVariables: ...

    def num_subgraphs(self) -> int: ...
    def subgraph_inputs(self, subgraph_index: int) -> Sequence[Tensor]: ...
    def subgraph_outputs(self, subgraph_index: int) -> Sequence[Tensor]: ...
    def subgraph_input_data(self, subgraph_index: int, index: int) -> Array: ...
    def subgraph_output_data(self, subgraph_index: int, index: int) -> Array: ...
    def invoke_subgraph(self, subgraph_index: int) -> None: ...


class PrepareContext(Protocol):
    """What Prepare sees: descriptions of the node's tensors, constants among them, never activations."""

    @property
    def graph(self) -> MicroGraph: ...

    def input_tensor(self, node: Operator, index: int) -> Tensor: ...
    def optional_input_tensor(self, node: Operator, index: int) -> Tensor | None: ...
    def output_tensor(self, node: Operator, index: int) -> Tensor: ...


class InvokeContext(PrepareContext, Protocol):
    """What Invoke sees besides: arrays [samples, *shape]. An output array is a view into the arena: assign into it."""

    def input_data(self, node: Operator, index: int) -> Array: ...
    def optional_input_data(self, node: Operator, index: int) -> Array | None: ...
    def output_data(self, node: Operator, index: int) -> Array: ...


class ArenaRequests(NamedTuple):
    """What a kernel of one's own asks of the arena, as its C++ would. All sizes in bytes.

    op_data: the struct that Init allocates, sizeof(OpData); None for no Init. Prepare then allocates persistent buffers
    and requests scratch buffers, each in order. looks_at: the tensors that Prepare asks for (AllocateTempInputTensor),
    inputs 0, 1, … and outputs -1, -2, … in order: each takes temp memory until Prepare ends.
    """

    op_data: int | None = None
    persistent: tuple[int, ...] = ()
    scratch: tuple[int, ...] = ()
    looks_at: tuple[int, ...] = ()


AsksArena = Callable[[PrepareContext, Operator, str], ArenaRequests]  # the last is the ABI, "ilp32" or "lp64"


@dataclass(frozen=True)
class Registration:
    """One operator's kernel (TFLM: TFLMRegistration). `name` is the schema's name, or a custom operator's code.

    `per_sample=True` is for kernels that do not know of the samples axis: the runtime calls invoke once a sample, with
    arrays of the tensors' own shapes. `stateful=True` says that an invoke depends on earlier ones, so samples must run
    one after another. `reset(op_data)` sets what OpData keeps from invoke to invoke back to the start.

    `arena_requests`, for a kernel of one's own: what it asks of the arena, or a function (context, node, abi) that says
    it for each node. Without it an operator of TFLM's is taken to ask for what TFLM's kernel does, a custom one for
    nothing.
    """

    name: str
    prepare: Callable[[PrepareContext, Operator], Any]
    invoke: Callable[[InvokeContext, Operator, Any], None]
    per_sample: bool = False
    stateful: bool = False
    reset: Callable[[Any], None] | None = None
    arena_requests: ArenaRequests | AsksArena | None = None


def refuse(found: str, needed: str, remedy: str = "") -> NoReturn:
    """Raise PrepareError as TFLM's Prepare returns kTfLiteError; the runtime adds which operator it is.

    The message reads `{found}, but {needed} is needed: {remedy}`.
    """
    raise PrepareError(f"{found}, but {needed} is needed" + (f": {remedy}" if remedy else ""))


def describe(tensor: Tensor) -> str:
    """`tensor 7 "conv/kernel" (INT8 8x3x3x1)`: how messages name a tensor."""
    return f'tensor {tensor.index} "{tensor.name}" ({tensor.type.name} {"x".join(map(str, tensor.shape)) or "scalar"})'


def require_type(tensor: Tensor, *types: TensorType) -> None:
    """Refuse a tensor whose type is not one of `types`."""
    if tensor.type not in types:
        refuse(describe(tensor), "type " + " or ".join(type_.name for type_ in types))


def require_same_type(a: Tensor, b: Tensor) -> None:
    """Refuse two tensors of different types (TF_LITE_ENSURE_TYPES_EQ)."""
    if a.type != b.type:
        refuse(f"{describe(a)} and {describe(b)}", "one type for both")


def require_counts(node: Operator, inputs: int | tuple[int, ...], outputs: int) -> None:
    """Refuse a node with other numbers of inputs and outputs; `inputs` may be several allowed numbers."""
    allowed = inputs if isinstance(inputs, tuple) else (inputs,)
    if len(node.inputs) not in allowed or len(node.outputs) != outputs:
        found = f"{len(node.inputs)} inputs and {len(node.outputs)} outputs"
        refuse(found, f"{' or '.join(map(str, allowed))} and {outputs}")


def require_type_at_invoke(tensor: Tensor, *types: TensorType) -> None:
    """Fail on a tensor whose type is not one of `types`: for kernels whose C++ looks at types only in Eval."""
    if tensor.type not in types:
        needed = "type " + " or ".join(type_.name for type_ in types)
        raise InvokeError(f"{describe(tensor)}, but {needed} is needed")


def int32_constant(tensor: Tensor) -> list[int]:
    """The values of a constant int32 tensor, flat; refused where the graph computes it, as TFLM does.

    NB: TFLM reads whatever type is there as int32; a tensor of another type is refused here.
    """
    values = tensor.constant()
    if values is None:
        refuse(describe(tensor) + " is not constant", "a constant")
    require_type(tensor, TensorType.INT32)
    return [int(value) for value in values.ravel()]


def scale_of(tensor: Tensor) -> np.float32:
    """The tensor's one scale as the float32 TFLM reads (params.scale); 0 where the tensor is not quantized."""
    return np.float32(tensor.quantization.scales[0]) if tensor.quantization is not None else np.float32(0)


def zero_point_of(tensor: Tensor) -> int:
    """The tensor's one zero point (params.zero_point); 0 where the tensor is not quantized."""
    return int(tensor.quantization.zero_points[0]) if tensor.quantization is not None else 0


def activation_range_float(activation: ActivationFunctionType) -> tuple[float, float]:
    """(min, max) of a fused activation in real numbers (CalculateActivationRange)."""
    ranges = {
        ActivationFunctionType.RELU: (0.0, float(np.finfo(np.float32).max)),
        ActivationFunctionType.RELU6: (0.0, 6.0),
        ActivationFunctionType.RELU_N1_TO_1: (-1.0, 1.0),
    }
    lowest = float(np.finfo(np.float32).min)
    return ranges.get(activation, (lowest, -lowest))


def activation_range_int32(activation: ActivationFunctionType) -> tuple[int, int]:
    """(min, max) of a fused activation for int32 tensors that are not quantized (CalculateActivationRange<int32_t>)."""
    low, high = activation_range_float(activation)
    return max(int(low), INT32_MIN), min(int(high), INT32_MAX)


def activation_range_quantized(activation: ActivationFunctionType, output: Tensor) -> tuple[int, int]:
    """(min, max) of a fused activation in the output's integers: the type's range, narrowed.

    TFLM: CalculateActivationRangeQuantized.
    """
    limits = np.iinfo(output.dtype)
    low, high = int(limits.min), int(limits.max)
    if activation in (ActivationFunctionType.RELU, ActivationFunctionType.RELU6, ActivationFunctionType.RELU_N1_TO_1):
        real_low, real_high = activation_range_float(activation)
        low = max(low, _quantize(real_low, output))
        if activation != ActivationFunctionType.RELU:
            high = min(high, _quantize(real_high, output))
    return low, high


def _quantize(real: float, tensor: Tensor) -> int:
    """zero_point + round(real / scale), in float32, ties away from zero; beyond int32 refused, as TFLM's Quantize."""
    with np.errstate(over="ignore"):
        ratio = float(np.float32(real) / scale_of(tensor))
    if not abs(ratio) < 2**31:
        refuse(f"{describe(tensor)} with scale {scale_of(tensor)}", f"a scale of which {real} is less than 2**31 steps")
    return zero_point_of(tensor) + int(np.copysign(np.floor(abs(ratio) + 0.5), ratio))


def output_multipliers(input: Tensor, filter: Tensor, output: Tensor) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(multipliers int32 [n], shifts int32 [n]) of a convolution: input scale × filter scale / output scale.

    n is the number of filter scales. TFLM forms them in double, one or many (PopulateConvolutionQuantizationParams).
    """
    require_scale(output)
    if input.quantization is None or filter.quantization is None:
        refuse(f"{describe(input)} and {describe(filter)}", "both quantized")
    scales = filter.quantization.scales.astype(np.float64)
    return quantize_multipliers(np.float64(scale_of(input)) * scales / np.float64(scale_of(output)))


def single_output_multiplier(input: Tensor, filter: Tensor, bias: Tensor | None, output: Tensor) -> tuple[int, int]:
    """The same for FULLY_CONNECTED and BATCH_MATMUL with one filter scale (GetQuantizedConvolutionMultipler).

    In double too, as in TFLM 8f6596d; 90b983c multiplies the two scales in float32. Refuses a bias whose scale is
    further from it than 0.02 of the output's.
    """
    require_scale(output)
    sum_scale, output_scale = float(scale_of(input)) * float(scale_of(filter)), float(scale_of(output))
    if bias is not None and abs(sum_scale - float(scale_of(bias))) > 0.02 * output_scale:
        refuse(f"{describe(bias)} of scale {scale_of(bias):g}", f"input scale × filter scale, {sum_scale:g}")
    return quantize_multiplier(sum_scale / output_scale)


def require_scale(tensor: Tensor) -> None:
    """Refuse a tensor without a positive scale.

    NB: where it is the output's, TFLM divides by zero and goes on.
    """
    if tensor.quantization is None or not np.all(tensor.quantization.scales > 0):
        refuse(f"{describe(tensor)} without a scale", "a quantized tensor with a positive scale")


def require_same_size(input: Tensor, output: Tensor) -> None:
    """Refuse an element-wise operator whose output has not as many elements as its input.

    NB: a release build of TFLM does not look, and writes beside the output.
    """
    if input.element_count != output.element_count:
        refuse(f"{describe(input)} into {describe(output)}", "an output of as many elements")


def require_same_shape(input: Tensor, output: Tensor) -> None:
    """Refuse two tensors of different shapes (HaveSameShapes)."""
    if input.shape != output.shape:
        refuse(f"{describe(input)} and {describe(output)}", "one shape for both")


def require_broadcast(input1: Tensor, input2: Tensor, output: Tensor) -> None:
    """Refuse two inputs of which an element-wise operator cannot make the output, by NumPy's broadcasting.

    NB: a release build of TFLM does not look, and writes beside the output. Types must agree too, which it assumes.
    """
    require_same_type(input1, output)
    require_same_type(input2, output)
    require_broadcast_shapes(input1, input2, output)


def require_broadcast_shapes(input1: Tensor, input2: Tensor, output: Tensor) -> None:
    """The same, whatever the types."""
    try:
        shape = np.broadcast_shapes(input1.shape, input2.shape)
    except ValueError:
        refuse(f"{describe(input1)} and {describe(input2)}", "shapes that broadcast")
    if math.prod(shape) != output.element_count or len(output.shape) > MAX_RANK:
        refuse(f"{describe(input1)} and {describe(input2)} into {describe(output)}", f"an output of shape {shape}")


def broadcast_ready(array: Array, rank: int) -> Array:
    """`array` [samples, *shape] with axes of 1 put after the samples axis, to broadcast against tensors of `rank`."""
    missing = rank - (array.ndim - 1)
    return array.reshape(array.shape[:1] + (1,) * missing + array.shape[1:]) if missing > 0 else array


def broadcast_pair(a: Array, b: Array) -> tuple[Array, Array]:
    """Both arrays [samples, *shape] with as many axes as the one with more: ready to broadcast against each other."""
    rank = max(a.ndim, b.ndim) - 1
    return broadcast_ready(a, rank), broadcast_ready(b, rank)
