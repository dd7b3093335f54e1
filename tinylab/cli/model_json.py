"""A model as plain dicts and lists, for JSON: everything but the weights' bytes."""

from __future__ import annotations

from typing import Any

from tinylab.model import Model, Operator, Subgraph, Tensor
from tinylab.model.arguments import arguments_of
from tinylab.runtime.op_resolver_cpp import cpp_resolver_lines


def model_json(model: Model) -> dict[str, Any]:
    """What `tinylab inspect --json` prints."""
    return {
        "model": model.name,
        "bytes": model.bytes,
        "sha256": model.sha256,
        "schema_version": model.version,
        "description": model.description,
        "operators": model.operator_counts(),
        "subgraphs": [_subgraph(subgraph) for subgraph in model.subgraphs],
        "buffers": [len(buffer) for buffer in model.buffers],
        "metadata": {name: len(data) for name, data in model.metadata.items()},
        "signatures": [
            {"name": s.name, "subgraph": s.subgraph_index, "inputs": dict(s.inputs), "outputs": dict(s.outputs)}
            for s in model.signatures
        ],
        "resolver": list(cpp_resolver_lines(model)),
    }


def _subgraph(subgraph: Subgraph) -> dict[str, Any]:
    return {
        "name": subgraph.name,
        "inputs": list(subgraph.inputs),
        "outputs": list(subgraph.outputs),
        "operators": [_operator(operator) for operator in subgraph.operators],
        "tensors": [_tensor(tensor) for tensor in subgraph.tensors],
    }


def _operator(operator: Operator) -> dict[str, Any]:
    return {
        "name": operator.name,
        "version": operator.version,
        "inputs": list(operator.inputs),
        "outputs": list(operator.outputs),
        "arguments": arguments_of(operator),
    }


def _tensor(tensor: Tensor) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": tensor.name,
        "type": tensor.type.name,
        "shape": list(tensor.shape),
        "shape_signature": list(tensor.shape_signature),
        "buffer": tensor.buffer_index,
        "is_constant": tensor.is_constant,
        "is_variable": tensor.is_variable,
        "quantization": None,
    }
    if (quantization := tensor.quantization) is not None:
        found["quantization"] = {
            "scales": quantization.scales.tolist(),
            "zero_points": quantization.zero_points.tolist(),
            "dimension": quantization.quantized_dimension,
        }
    return found
