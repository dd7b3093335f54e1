"""`tinylab inspect`: what is in a .tflite file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tinylab.cli.arguments import AsJson, ModelName, read_model
from tinylab.cli.model_json import model_json
from tinylab.cli.output import console, heading, paragraph, table
from tinylab.kernels import REGISTRATIONS
from tinylab.model import Model, Quantization, Subgraph, Tensor
from tinylab.model.arguments import short_arguments
from tinylab.runtime.op_resolver_cpp import cpp_resolver_lines

MOST_BUFFERS = 12
SHOWN_METADATA = 60  # letters


def command(
    model: ModelName,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw the graph into this file, for a browser.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is in a model.

    Operators with their arguments, tensors, weights and their share of the file, quantization, metadata, signatures,
    and the resolver lines that it needs in C++. With several subgraphs, --svg writes one file each.

      tinylab inspect zoo:kws_yes_no --svg kws.svg
    """
    read = read_model(model)
    if svg is not None:
        _draw(read, svg)
    if as_json:
        typer.echo(json.dumps(model_json(read), indent=2, ensure_ascii=False))
        return
    to = console()
    heading(to, f"{read.name}: {read.bytes:,} bytes, schema version {read.version}, SHA-256 {read.sha256[:16]}…")
    if read.description:
        to.print(f"  description: {read.description}", soft_wrap=True)
    for subgraph in read.subgraphs:
        _subgraph(to, read, subgraph)
    _weights(to, read)
    _metadata(to, read)
    _resolver(to, read)


def _draw(model: Model, path: Path) -> None:
    from tinylab.views import graph_svg  # brings matplotlib

    for subgraph in model.subgraphs:
        file = path if subgraph.index == 0 else path.with_stem(f"{path.stem}_{subgraph.index}")
        file.write_text(graph_svg(model, subgraph.index), "utf-8")


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
        (
            node.index,
            node.name,
            _numbers(node.inputs),
            _numbers(node.outputs),
            _shapes(subgraph, node.outputs),
            short_arguments(node),
        )
        for node in subgraph.operators
    ]
    table(to, ("#", "operator", "reads", "writes", "shape", "arguments"), operators, left=(1, 2, 3, 4, 5))
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


def _weights(to: Console, model: Model) -> None:
    """The constants, the largest first: a buffer is in the file once, however many tensors share it."""
    tensors: dict[int, Tensor] = {}
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            if tensor.is_constant:
                tensors.setdefault(tensor.buffer_index, tensor)
    sizes = {index: len(model.buffers[index]) for index in tensors}
    if not sizes:
        return
    total = sum(sizes.values())
    to.print()
    heading(to, f"weights: {len(sizes)} buffers, {total:,} bytes, {100 * total / model.bytes:.0f} % of the file")
    to.print()
    largest = sorted(sizes, key=lambda index: -sizes[index])
    rows = []
    for index in largest[:MOST_BUFFERS]:
        first, share = tensors[index], f"{100 * sizes[index] / model.bytes:.1f} %"
        rows.append((index, first.name or "–", first.type.name, _shape(first), f"{sizes[index]:,}", share))
    table(to, ("buffer", "tensor", "type", "shape", "bytes", "share"), rows, left=(1, 2, 3))
    if len(largest) > MOST_BUFFERS:
        rest = sum(sizes[index] for index in largest[MOST_BUFFERS:])
        to.print(f"… {len(largest) - MOST_BUFFERS} more, {rest:,} bytes")


def _metadata(to: Console, model: Model) -> None:
    """What converters and tools noted, and the names that inputs and outputs had in TensorFlow."""
    if model.metadata:
        to.print()
        heading(to, "metadata")
        for name, data in model.metadata.items():
            text = bytes(data[:SHOWN_METADATA]).rstrip(b"\0").decode("latin-1")
            shown = f": {text}" if text and text.isascii() and text.isprintable() else ""
            to.print(f"  {name}, {len(data):,} bytes{shown}", soft_wrap=True)
    for signature in model.signatures:
        to.print()
        heading(to, f"signature {signature.name}, of subgraph {signature.subgraph_index}")
        for which, named in (("input", signature.inputs), ("output", signature.outputs)):
            listed = ", ".join(f"{name} (tensor {index})" for name, index in named.items())
            paragraph(to, f"{which}s: {listed}", indent=2)


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
