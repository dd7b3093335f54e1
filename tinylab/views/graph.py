"""A model's graph as SVG: boxes for operators, lines for tensors, in layers from the inputs down to the outputs.

Text alone: no server, no script, no font to fetch. Constants stand inside the box of the operator that reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from tinylab.errors import ModelError
from tinylab.model import Model, Operator, Subgraph, Tensor
from tinylab.model.arguments import arguments_of, short_arguments
from tinylab.views.graph_layout import Edge, Layout, layered

LETTER, LINE, MARGIN, PADDING = 6.65, 15.0, 16.0, 8.0  # pixels, at a font size of 11
MOST_WEIGHTS = 2  # lines of constants in a box


class Kind(NamedTuple):
    """A kind of operators. fill: its colour; lightness falls from kind to kind, so that grey tells them apart too."""

    name: str
    fill: str
    stroke_dashes: str
    words: tuple[str, ...]


# The first kind of which a word is part of the operator's name.
KINDS = (
    Kind("moves bytes", "#f4f4f4", "", ("RESHAPE", "SHAPE", "SLICE", "PACK", "CONCAT", "SPLIT", "PAD", "TRANSPOSE",
         "SQUEEZE", "EXPAND_DIMS", "GATHER", "TILE", "BATCH_TO_SPACE", "SPACE_TO", "DEPTH_TO", "BROADCAST", "FILL")),
    Kind("changes type", "#fbe8b8", "4 3", ("QUANTIZE", "CAST")),
    Kind("state and control", "#e5c3dd", "1 3", ("VARIABLE", "VAR_HANDLE", "CALL_ONCE", "IF", "WHILE", "CIRCULAR")),
    Kind("convolution", "#9ccbee", "", ("CONV",)),
    Kind("dense and recurrent", "#7fb7a0", "", ("FULLY_CONNECTED", "MATMUL", "LSTM", "SVDF", "EMBEDDING")),
    Kind("pooling and reduction", "#cfe6c8", "6 2", ("POOL", "MEAN", "SUM", "REDUCE", "ARG_")),
    Kind("element by element", "#f3cfa5", "", ("",)),
)  # fmt: skip
_CONV_FIRST = KINDS[3]  # TRANSPOSE_CONV computes


class Box(NamedTuple):
    """What is drawn as one box. tip: shown when the pointer rests on it."""

    lines: tuple[str, ...]
    tip: str
    fill: str
    dashes: str = ""
    is_end: bool = False

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return max(map(len, self.lines)) * LETTER + 2 * PADDING, len(self.lines) * LINE + 2 * PADDING - 3


def kind_of(operator_name: str) -> Kind:
    """The kind of an operator, by TFLM's name."""
    if "CONV" in operator_name:
        return _CONV_FIRST
    return next(kind for kind in KINDS if any(word in operator_name for word in kind.words))


def graph_svg(model: Model, subgraph_index: int = 0) -> str:
    """One subgraph of `model` as an SVG picture, with a title and a description for those who do not see it.

    ModelError for a subgraph that there is not.
    """
    if not 0 <= subgraph_index < len(model.subgraphs):
        raise ModelError(f"{model.name} has {len(model.subgraphs)} subgraphs, and no number {subgraph_index}")
    subgraph = model.subgraphs[subgraph_index]
    boxes, edges, tensors = _boxes_and_edges(subgraph)
    layout = layered([box.size for box in boxes], edges, len(subgraph.inputs))
    kinds = dict.fromkeys(kind_of(operator.name) for operator in subgraph.operators)
    return "\n".join(_svg(model, subgraph, boxes, edges, tensors, layout, list(kinds)))


def graph_text(model: Model, subgraph_index: int = 0) -> str:
    """The same in words: a line an operator, with what it reads and the shape of what it writes."""
    subgraph = model.subgraphs[subgraph_index]
    writer = {index: f"operator {op.index}" for op in subgraph.operators for index in op.outputs}
    writer |= {index: f"input {number}" for number, index in enumerate(subgraph.inputs)}
    lines = [f"Input {n}: {_label(subgraph.tensors[i])}." for n, i in enumerate(subgraph.inputs)]
    for operator in subgraph.operators:
        read = [writer[index] for index in operator.inputs if index in writer]
        written = ", ".join(_label(subgraph.tensors[index]) for index in operator.outputs if index >= 0)
        lines.append(f"Operator {operator.index}, {operator.name}: from {', '.join(read) or 'constants'}: {written}.")
    ends = ", ".join(writer.get(index, f"tensor {index}") for index in subgraph.outputs)
    return "\n".join([*lines, f"The output is that of {ends}." if ends else "It has no output."])


def _label(tensor: Tensor) -> str:
    return f"{'×'.join(map(str, tensor.shape)) or 'scalar'} {tensor.type.name.lower()}"


def _boxes_and_edges(subgraph: Subgraph) -> tuple[list[Box], list[Edge], list[Tensor]]:
    """Inputs, operators, outputs, in this order; the edges between them, and the tensor that each stands for."""
    boxes = [_end("input", subgraph.tensors[index], n) for n, index in enumerate(subgraph.inputs)]
    writer = {index: (box, 0, 1) for box, index in enumerate(subgraph.inputs)}
    edges: list[Edge] = []
    tensors: list[Tensor] = []

    def connect(index: int, target: int) -> None:
        if index in writer:
            edges.append(Edge(writer[index][0], target, *writer[index][1:]))
            tensors.append(subgraph.tensors[index])

    for operator in subgraph.operators:
        for index in dict.fromkeys(operator.inputs):
            connect(index, len(boxes))
        for port, index in enumerate(operator.outputs):
            writer[index] = (len(boxes), port, len(operator.outputs))
        boxes.append(_box(subgraph, operator))
    for number, index in enumerate(subgraph.outputs):
        connect(index, len(boxes))
        boxes.append(_end("output", subgraph.tensors[index], number))
    return boxes, edges, tensors


def _end(which: str, tensor: Tensor, number: int) -> Box:
    lines = (f"{which} {number}", _label(tensor))
    return Box(lines, f"tensor {tensor.index} {tensor.name}", "#ffffff", is_end=True)


def _box(subgraph: Subgraph, operator: Operator) -> Box:
    kind, arguments = kind_of(operator.name), short_arguments(operator)
    constants = [subgraph.tensors[i] for i in operator.inputs if i >= 0 and subgraph.tensors[i].is_constant]
    variables = [subgraph.tensors[i] for i in operator.inputs if i >= 0 and subgraph.tensors[i].is_variable]
    weights = [f"const {_label(tensor)}" for tensor in constants[:MOST_WEIGHTS]]
    more = [f"and {len(constants) - MOST_WEIGHTS} more constants"] if len(constants) > MOST_WEIGHTS else []
    lines = [f"{operator.index} {operator.name}", *([arguments] if arguments else []), *weights, *more]
    lines += [f"state {_label(tensor)}" for tensor in variables]
    told = [f"{name} {value}" for name, value in arguments_of(operator).items()]
    named = [f"reads tensor {tensor.index} {tensor.name}: {tensor.bytes:,} bytes" for tensor in constants]
    return Box(tuple(lines), "\n".join([operator.name, *told, *named]), kind.fill, kind.stroke_dashes)


def _svg(
    model: Model, subgraph: Subgraph, boxes: list[Box], edges: list[Edge], tensors: list[Tensor], layout: Layout,
    kinds: list[Kind],
) -> Iterator[str]:  # fmt: skip
    name = f"{model.name}, subgraph {subgraph.index}" if len(model.subgraphs) > 1 else model.name
    labels = _labels(tensors, layout)
    left = MARGIN - min([0.0, *(label.left for label in labels)])
    ends = [layout.width, *(label.left + label.width for label in labels), *(len(k.name) * LETTER + 24 for k in kinds)]
    width = left + max(ends) + MARGIN
    height = layout.height + 2 * MARGIN + LINE * (len(kinds) + 1)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="graph-title graph-text" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="11">'
    )
    yield f'<title id="graph-title">{_xml(name)}: {len(subgraph.operators)} operators</title>'
    yield f'<desc id="graph-text">{_xml(graph_text(model, subgraph.index))}</desc>'
    yield f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>'
    yield f'<g transform="translate({left:.1f} {MARGIN:.0f})">'
    for route in layout.routes:
        yield f'<path d="{_curve(route)}" fill="none" stroke="#555555" stroke-width="1.2"/>'
        yield _arrow(route[-1])
    for box, x, y in zip(boxes, layout.x, layout.y, strict=True):
        yield from _drawn(box, x, y)
    for label in labels:
        yield (
            f'<text x="{label.left:.1f}" y="{label.y:.1f}" fill="#333333" '
            f'stroke="#ffffff" stroke-width="3" paint-order="stroke">{label.text}</text>'
        )
    yield "</g>"
    yield from _legend(kinds, height - LINE * len(kinds))
    yield "</svg>"


def _xml(text: str) -> str:
    """Escaped; a name may hold characters that XML does not have."""
    return escape("".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text))


class _EdgeLabel(NamedTuple):
    left: float
    y: float
    text: str

    @property
    def width(self) -> float:
        return len(self.text) * LETTER


def _labels(tensors: list[Tensor], layout: Layout) -> list[_EdgeLabel]:
    """Each tensor's shape, once, beside the start of its first edge, on the side from which the edge bends away."""
    labels: dict[int, _EdgeLabel] = {}
    for tensor, route in zip(tensors, layout.routes, strict=True):
        if tensor.index not in labels:
            (x, y), text = route[0], _label(tensor)
            left = x - 5 - len(text) * LETTER if route[1][0] > x + 0.5 else x + 5
            labels[tensor.index] = _EdgeLabel(left, y + 14, text)
    return list(labels.values())


def _curve(route: tuple[tuple[float, float], ...]) -> str:
    """Straight down through layers, and an S from one to the next."""
    (x, y), parts = route[0], [f"M{route[0][0]:.1f} {route[0][1]:.1f}"]
    for to_x, to_y in route[1:]:
        middle = (y + to_y) / 2
        straight = abs(to_x - x) < 0.5
        parts.append(
            f"L{to_x:.1f} {to_y:.1f}" if straight
            else f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
        )  # fmt: skip
        x, y = to_x, to_y
    return " ".join(parts)


def _arrow(at: tuple[float, float]) -> str:
    x, y = at
    return f'<path d="M{x - 4:.1f} {y - 6:.1f} L{x:.1f} {y:.1f} L{x + 4:.1f} {y - 6:.1f} Z" fill="#555555"/>'


def _drawn(box: Box, x: float, y: float) -> Iterator[str]:
    width, height = box.size
    radius = 10 if box.is_end else 3
    dashes = f' stroke-dasharray="{box.dashes}"' if box.dashes else ""
    yield f"<g><title>{_xml(box.tip)}</title>"
    yield (
        f'<rect x="{x - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}" '
        f'fill="{box.fill}" stroke="#333333"{dashes}/>'
    )
    for number, line in enumerate(box.lines):
        weight = ' font-weight="bold"' if number == 0 else ""
        at = y + PADDING + LINE * number + 8
        yield f'<text x="{x:.1f}" y="{at:.1f}" text-anchor="middle"{weight}>{_xml(line)}</text>'
    yield "</g>"


def _legend(kinds: list[Kind], top: float) -> Iterator[str]:
    for number, kind in enumerate(kinds):
        y = top + number * LINE - 8
        dashes = f' stroke-dasharray="{kind.stroke_dashes}"' if kind.stroke_dashes else ""
        colours = f'fill="{kind.fill}" stroke="#333333"{dashes}'
        yield f'<rect x="{MARGIN:.0f}" y="{y - 9:.1f}" width="16" height="10" {colours}/>'
        yield f'<text x="{MARGIN + 24:.0f}" y="{y:.1f}">{kind.name}</text>'
