"""Models from plain Python values: what a test says is what the file holds, with no check that it makes sense.

weights = constant(np.array(...), scale=[...], quantized_dimension=0, name="weights")
data = single_operator(
    "CONV_2D",
    inputs=[TensorSpec((1, 8, 8, 1), "INT8", 0.5, -3), weights, bias],      # None stands for an optional one left out
    outputs=[TensorSpec((1, 4, 4, 2), "INT8", 0.25, 7)],
    options=Conv2DOptions(padding=Padding.SAME, stride_w=2, stride_h=2),
)
model = load_model(data)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinylab.model import BuiltinOperator, TensorType, schema
from tinylab.model.flatbuffer_builder import build_flatbuffer as write
from tinylab.model.model import dtype_of

_TYPES = {
    "float32": "FLOAT32", "float16": "FLOAT16", "float64": "FLOAT64", "bool": "BOOL",
    "int8": "INT8", "int16": "INT16", "int32": "INT32", "int64": "INT64",
    "uint8": "UINT8", "uint16": "UINT16", "uint32": "UINT32", "uint64": "UINT64",
}  # fmt: skip


class TensorSpec(NamedTuple):
    """One tensor.

    type: a TensorType or its name. scale: None (not quantized), one, or one a slice along quantized_dimension;
    zero_point: one for all, or as many. data: the constant's values (any array of as many elements; INT4 is packed
    here), or its bytes as they are to lie in the file; None for a tensor that is fed or computed.
    """

    shape: Sequence[int]
    type: TensorType | str = "INT8"
    scale: float | ArrayLike | None = None
    zero_point: int | ArrayLike = 0
    quantized_dimension: int = 0
    data: ArrayLike | bytes | None = None
    name: str = ""
    is_variable: bool = False
    shape_signature: Sequence[int] = ()


class OperatorSpec(NamedTuple):
    """One operator. name: TFLM's name ("CONV_2D"), or any other for a custom operator. inputs, outputs: tensor indices.

    options: a NamedTuple of tinylab/model/options.py; None leaves them out of the file.
    """

    name: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    options: Any = None
    version: int = 1
    custom_options: bytes = b""
    intermediates: Sequence[int] = ()


class SubgraphSpec(NamedTuple):
    """One subgraph. inputs: by default what no operator computes and no data fills; outputs: what no operator reads."""

    tensors: Sequence[TensorSpec]
    operators: Sequence[OperatorSpec]
    inputs: Sequence[int] | None = None
    outputs: Sequence[int] | None = None
    name: str = "main"


def build_model(
    subgraphs: Sequence[SubgraphSpec],
    *,
    metadata: Mapping[str, bytes] | None = None,
    description: str = "built for a test",
    buffers_outside: bool = False,
) -> bytes:
    """A .tflite file. buffers_outside: constants behind the FlatBuffer, as in files over 2 GB."""
    tables = model_tables(subgraphs, metadata=metadata, description=description)
    return _with_buffers_outside(tables) if buffers_outside else write(tables)


def single_operator(
    name: str,
    inputs: Sequence[TensorSpec | None],
    outputs: Sequence[TensorSpec],
    options: Any = None,
    *,
    version: int = 1,
    custom_options: bytes = b"",
    metadata: Mapping[str, bytes] | None = None,
) -> bytes:
    """A model of one operator; its inputs without data (and not variable) are the model's inputs, in order."""
    tensors = [tensor for tensor in (*inputs, *outputs) if tensor is not None]
    present = iter(range(len(tensors)))
    input_indices = [-1 if tensor is None else next(present) for tensor in inputs]
    operator = OperatorSpec(name, input_indices, list(present), options, version, custom_options)
    return build_model([SubgraphSpec(tensors, [operator])], metadata=metadata)


def constant(values: ArrayLike, type: TensorType | str | None = None, **fields: Any) -> TensorSpec:
    """A constant tensor of the values' shape; type: by default that of the array. fields: those of TensorSpec."""
    array = np.asarray(values)
    return TensorSpec(array.shape, type or _TYPES[array.dtype.name], data=array, **fields)


def model_tables(
    subgraphs: Sequence[SubgraphSpec],
    *,
    metadata: Mapping[str, bytes] | None = None,
    description: str = "built for a test",
) -> schema.Model:
    """The schema's tables of the model, for a test to change (`_replace`) before it calls `write`."""
    buffers = [schema.Buffer()]
    codes: list[schema.OperatorCode] = []
    graphs = tuple(_subgraph(subgraph, buffers, codes) for subgraph in subgraphs)
    entries = []
    for name, data in (metadata or {}).items():
        entries.append(schema.Metadata(name, len(buffers)))
        buffers.append(schema.Buffer(memoryview(data)))
    return schema.Model(
        version=schema.SCHEMA_VERSION,
        operator_codes=tuple(codes),
        subgraphs=graphs,
        description=description,
        buffers=tuple(buffers),
        metadata=tuple(entries),
    )


def _subgraph(spec: SubgraphSpec, buffers: list[schema.Buffer], codes: list[schema.OperatorCode]) -> schema.SubGraph:
    read = {index for operator in spec.operators for index in operator.inputs}
    computed = [index for operator in spec.operators for index in operator.outputs]
    inputs, outputs = spec.inputs, spec.outputs
    if inputs is None:
        free = (i for i, tensor in enumerate(spec.tensors) if tensor.data is None and not tensor.is_variable)
        inputs = [index for index in free if index not in computed]
    if outputs is None:
        outputs = [index for index in computed if index not in read]
    return schema.SubGraph(
        tensors=tuple(_tensor(tensor, buffers) for tensor in spec.tensors),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        operators=tuple(_operator(operator, codes) for operator in spec.operators),
        name=spec.name,
    )


def _tensor(spec: TensorSpec, buffers: list[schema.Buffer]) -> schema.Tensor:
    tensor_type = TensorType[spec.type] if isinstance(spec.type, str) else spec.type
    buffer = 0
    if spec.data is not None:
        buffer = len(buffers)
        buffers.append(schema.Buffer(memoryview(_constant_bytes(spec.data, tensor_type))))
    quantization = None
    if spec.scale is not None:
        scales: NDArray[np.float32] = np.atleast_1d(np.asarray(spec.scale, np.float32))
        zero_points = np.broadcast_to(np.asarray(spec.zero_point, np.int64), scales.shape)
        quantization = schema.QuantizationParameters(
            scale=scales, zero_point=zero_points, quantized_dimension=spec.quantized_dimension
        )
    return schema.Tensor(
        shape=tuple(spec.shape),
        type=tensor_type,
        buffer=buffer,
        name=spec.name,
        quantization=quantization,
        is_variable=spec.is_variable,
        shape_signature=tuple(spec.shape_signature),
    )


def _constant_bytes(data: ArrayLike | bytes, tensor_type: TensorType) -> bytes:
    if isinstance(data, bytes):
        return data
    array = np.asarray(data).astype(dtype_of(tensor_type))
    if tensor_type == TensorType.INT4:  # two to a byte, the first in the low half
        nibbles = np.append(array.ravel(), [0] * (array.size % 2)).astype(np.uint8) & 15
        return bytes((nibbles[0::2] | nibbles[1::2] << 4).astype(np.uint8))
    return array.tobytes()


def _operator(spec: OperatorSpec, codes: list[schema.OperatorCode]) -> schema.Operator:
    builtin = BuiltinOperator.__members__.get(spec.name, BuiltinOperator.CUSTOM)
    code = schema.OperatorCode(
        deprecated_builtin_code=min(builtin, BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES),
        custom_code=spec.name if builtin == BuiltinOperator.CUSTOM else None,
        version=spec.version,
        builtin_code=builtin,
    )
    if code not in codes:
        codes.append(code)
    options_type = 0 if spec.options is None else 1 + schema.BUILTIN_OPTIONS.index(type(spec.options).__name__)
    return schema.Operator(
        opcode_index=codes.index(code),
        inputs=tuple(spec.inputs),
        outputs=tuple(spec.outputs),
        builtin_options_type=options_type,
        builtin_options=spec.options or 0,
        custom_options=memoryview(spec.custom_options),
        intermediates=tuple(spec.intermediates),
    )


def _with_buffers_outside(tables: schema.Model) -> bytes:
    """The tables without data, and the data behind them, each piece at a multiple of 16."""
    # The offsets depend on the length of the tables, which does not depend on the offsets: so they are written twice.
    flat_bytes = 2
    for _ in range(2):
        tail = b""
        buffers = []
        for buffer in tables.buffers:
            tail += bytes(-(flat_bytes + len(tail)) % 16)
            buffers.append(
                schema.Buffer(offset=flat_bytes + len(tail), size=len(buffer.data)) if buffer.data else buffer
            )
            tail += bytes(buffer.data)
        flat = write(tables._replace(buffers=tuple(buffers)))
        flat_bytes = len(flat)
    return flat + tail
