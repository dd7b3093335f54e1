"""What AllocateTensors does, counted from the model: Prepare's arithmetic, the planner's comparisons, tables."""

from __future__ import annotations

from tinylab.model import Model, TensorType
from tinylab.timing.builds import Build
from tinylab.timing.work import Node, Work, node_of

_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV")
_QUANTIZED = (TensorType.INT8, TensorType.INT16)


def allocation_work(build: Build, model: Model) -> Work:
    """The parts of AllocateTensors. Each channel of a quantized convolution gets a multiplier (a double is taken apart,
    in software); the planner compares activations with one another; CMSIS-NN sums some weights beforehand."""
    subgraph = model.subgraphs[0]
    nodes = [node_of(subgraph, operator) for operator in subgraph.operators]
    activations = sum(not tensor.is_constant and not tensor.is_variable for tensor in subgraph.tensors)
    counts = {
        "channels with a scale": sum(_channels(node) for node in nodes),
        "pairs of activations": activations**2,
        "tensors": len(subgraph.tensors),
        "quantized operators": sum(_is_quantized(node) for node in nodes),
        "weights summed": sum(_weights(node) for node in nodes if node.name in build.sums_weights_of),
        "bytes of variables": sum(tensor.bytes for tensor in subgraph.tensors if tensor.is_variable),
        "Fourier transforms": sum(node.name == "SignalRfft" for node in nodes),
        "calls": 1,
    }
    return Work("", counts)


def _is_quantized(node: Node) -> bool:
    return bool(node.outputs) and node.outputs[0].type in _QUANTIZED


def _channels(node: Node) -> int:
    return node.outputs[0].shape[-1] if node.name in _CONVOLUTIONS and _is_quantized(node) else 0


def _weights(node: Node) -> int:
    """int8 weights: inputs 1 to 8 of an LSTM, input 1 of the others."""
    return sum(
        tensor.element_count for tensor in node.inputs[1:9] if tensor is not None and tensor.type == TensorType.INT8
    )
