"""`tinylab inspect`: what is in a .tflite file."""

from __future__ import annotations

from rich.console import Console

from tinylab.cli.arguments import ModelName, read_model
from tinylab.cli.output import console, heading, table
from tinylab.kernels import REGISTRATIONS
from tinylab.model import Model, Quantization, Subgraph, Tensor
from tinylab.runtime.op_resolver_cpp import cpp_resolver_lines


def command(model: ModelName) -> None:
    """Show what is in a model.

    Its operators, its tensors and their sizes, and the resolver lines that it needs in C++.
    """
    read = read_model(model)
    to = console()
    heading(to, f"{read.name}: {read.bytes:,} bytes, schema version {read.version}, SHA-256 {read.sha256[:16]}…")
    for subgraph in read.subgraphs:
        _subgraph(to, read, subgraph)
    _resolver(to, read)


def _subgraph(to: Console, model: Model, subgraph: Subgraph) -> None:
    constants = sum(len(tensor.data) for tensor in subgraph.tensors if tensor.data is not None)
    name = f"subgraph {subgraph.index} {subgraph.name}: " if len(model.subgraphs) > 1 else ""
    to.print()
    heading(
        to,
        f"{name}{len(subgraph.operators)} operators, {len(subgraph.tensors)} tensors, "
        f"{constants:,} bytes of constants (they stay in flash)",
    )
    to.print()
    operators = [
        (node.index, node.name, _numbers(node.inputs), _numbers(node.outputs), _shapes(subgraph, node.outputs))
        for node in subgraph.operators
    ]
    table(to, ("#", "operator", "reads", "writes", "shape"), operators, left=(1, 2, 3, 4))
    to.print()
    tensors = [
        (
            t.index,
            t.name or "–",
            t.type.name,
            _shape(t),
            f"{t.bytes:,}",
            _place(subgraph, t),
            _quantization(t.quantization),
        )
        for t in subgraph.tensors
    ]
    table(
        to, ("#", "tensor", "type", "shape", "bytes", "where", "scale, zero point"), tensors, left=(1, 2, 3, 5, 6)
    )  # fmt: skip


def _resolver(to: Console, model: Model) -> None:
    to.print()
    heading(to, "The op resolver it needs, in C++:")
    for line in cpp_resolver_lines(model):
        to.print(f"  {line}", soft_wrap=True)
    missing = [name for name in model.operator_counts() if name not in REGISTRATIONS]
    if missing:
        to.print(f"tinylab has no kernel for {', '.join(missing)}: it cannot run this model.", soft_wrap=True)


def _numbers(indices: tuple[int, ...]) -> str:
    return " ".join("–" if index < 0 else str(index) for index in indices)


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "scalar"


def _shapes(subgraph: Subgraph, indices: tuple[int, ...]) -> str:
    return ", ".join(_shape(subgraph.tensors[index]) for index in indices if index >= 0)


def _place(subgraph: Subgraph, tensor: Tensor) -> str:
    """Where its bytes are on a board."""
    if tensor.is_constant:
        return "flash"
    if tensor.is_variable:
        return "tail"
    if tensor.index in subgraph.inputs:
        return "head, input"
    return "head, output" if tensor.index in subgraph.outputs else "head"


def _quantization(quantization: Quantization | None) -> str:
    if quantization is None:
        return "–"
    if quantization.per_channel:
        return f"{len(quantization.scales)} scales"
    return f"{quantization.scale:.6g}, {quantization.zero_point}"
