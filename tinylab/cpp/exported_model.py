"""One model as the templates see it: names for C++, tensors, labels, smoothing, test vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinylab.cpp.self_test import SelfTest
from tinylab.cpp.smoothing import Smoothing
from tinylab.errors import ModelError
from tinylab.kernels.memory import resource_variables
from tinylab.model import Model, Tensor, TensorType

_C_TYPES = {
    "f4": "float",
    "f8": "double",
    "i1": "int8_t",
    "u1": "uint8_t",
    "i2": "int16_t",
    "u2": "uint16_t",
    "i4": "int32_t",
    "u4": "uint32_t",
    "i8": "int64_t",
    "u8": "uint64_t",
    "b1": "bool",
}
_TFLITE_TYPES = {
    TensorType.FLOAT32: "kTfLiteFloat32",
    TensorType.INT32: "kTfLiteInt32",
    TensorType.UINT8: "kTfLiteUInt8",
    TensorType.INT64: "kTfLiteInt64",
    TensorType.BOOL: "kTfLiteBool",
    TensorType.INT16: "kTfLiteInt16",
    TensorType.INT8: "kTfLiteInt8",
}


@dataclass(frozen=True)
class ExportedTensor:
    """A graph input or output. constant: "kInput0"; argument: "input0"; scale: None: nothing to convert."""

    constant: str
    argument: str
    name: str
    type_name: str
    c_type: str
    tflite_type: str
    shape: tuple[int, ...]
    element_count: int
    bytes: int
    scale: float | None
    zero_point: int


@dataclass(frozen=True)
class ExportedModel:
    """name: its part of C++ names (namespace <name>_model, array g_<name>_model_data).

    labels: of the first output's elements, or (). self_test: its samples, or the reason why there are none.
    variable_count: resource variables. has_state: whether an invoke depends on earlier ones.
    """

    model: Model
    name: str
    inputs: tuple[ExportedTensor, ...]
    outputs: tuple[ExportedTensor, ...]
    labels: tuple[str, ...]
    smoothing: Smoothing | None
    self_test: SelfTest | str
    variable_count: int
    has_state: bool

    @property
    def array(self) -> str:
        """The array's name, as TFLM's examples call theirs."""
        return f"g_{self.name}_model_data"

    @property
    def samples(self) -> SelfTest | None:
        """The test vector, or None."""
        return None if isinstance(self.self_test, str) else self.self_test


def exported_model(
    model: Model, name: str, labels: Sequence[str], smoothing: Smoothing | None, self_test: SelfTest | str
) -> ExportedModel:
    """ModelError where labels or smoothing do not fit the model."""
    graph = model.subgraphs[0]
    inputs = tuple(_tensor("Input", place, graph.tensors[index]) for place, index in enumerate(graph.inputs))
    outputs = tuple(_tensor("Output", place, graph.tensors[index]) for place, index in enumerate(graph.outputs))
    if isinstance(labels, str):
        raise ModelError(f"labels are a list of names, one an element of the output, and this is {labels!r}")
    if (labels or smoothing) and not outputs:
        raise ModelError(f"{model.name} has no output: it has nothing to label or to smooth")
    if labels and len(labels) != outputs[0].element_count:
        raise ModelError(
            f"{len(labels)} labels for {model.name}, whose first output has {outputs[0].element_count} elements",
            found=len(labels),
            needed=outputs[0].element_count,
        )
    tensors = [tensor for subgraph in model.subgraphs for tensor in subgraph.tensors]
    variable_count = len(resource_variables.variables(model))
    has_state = bool(variable_count) or len(model.subgraphs) > 1 or any(tensor.is_variable for tensor in tensors)
    return ExportedModel(model, name, inputs, outputs, tuple(labels), smoothing, self_test, variable_count, has_state)


def _tensor(which: str, place: int, tensor: Tensor) -> ExportedTensor:
    c_type = _C_TYPES.get(f"{tensor.dtype.kind}{tensor.dtype.itemsize}")
    quantization = tensor.quantization if tensor.dtype.kind in "iu" else None
    return ExportedTensor(
        constant=f"k{which}{place}",
        argument=f"{which.lower()}{place}",
        name=tensor.name,
        type_name=tensor.type.name,
        c_type=c_type or "uint8_t",  # float16 and complex numbers: their bytes
        tflite_type=_TFLITE_TYPES.get(tensor.type, ""),
        shape=tensor.shape,
        element_count=tensor.element_count if c_type else tensor.bytes,
        bytes=tensor.bytes,
        scale=quantization.scale if quantization is not None and quantization.scale > 0 else None,
        zero_point=quantization.zero_point if quantization is not None else 0,
    )
