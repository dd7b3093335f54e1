"""The map of notebook 02: what each byte of a .tflite file is, noted while tinylab's own reader reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from tinylab.model import Model, schema
from tinylab.model.flatbuffer import NOWHERE, FlatBuffer, Place
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.text import percent, table

WEIGHTS, REST = "weights and biases", "padding"
# Each kind of part and its colour, in the order of the legend.
KINDS = {
    "header": "#000000",
    "tables": COLOURS[0],
    "vtables": COLOURS[4],
    "offsets": COLOURS[7],
    "names": COLOURS[1],
    "shapes and indices": COLOURS[3],
    "scales and zero points": COLOURS[5],
    WEIGHTS: COLOURS[2],
    "metadata": COLOURS[6],
    REST: "#FFFFFF",
}
_NAMES = frozenset({"name", "description", "custom_code", "signature_key"})
_OF_TABLES = frozenset({"operator_codes", "subgraphs", "buffers", "metadata", "signature_defs", "tensors", "operators"})
_SQUARES_A_ROW, _MOST_SQUARES = 96, 9_600


class Part(NamedTuple):
    """A run of bytes. kind: one of KINDS; place: the way to it from the root, in the schema's words."""

    kind: str
    place: str
    start_offset: int
    size_bytes: int


class FileMap(NamedTuple):
    """The parts of a file, in their order; together they are all of its bytes."""

    name: str
    size_bytes: int
    parts: tuple[Part, ...]

    def part_at(self, offset: int) -> Part:
        """The part to which the byte at `offset` belongs."""
        return next(part for part in reversed(self.parts) if part.start_offset <= offset)

    def bytes_of(self, kind: str) -> int:
        """How many bytes are of a kind."""
        return sum(part.size_bytes for part in self.parts if part.kind == kind)


class _NotingReader(FlatBuffer):
    """tinylab's reader, which asks `check` before every read: so `check` knows all that is read."""

    def __init__(self, model: Model) -> None:
        super().__init__(model.data)
        self.parts: dict[int, Part] = {}
        tensors = [tensor for subgraph in model.subgraphs for tensor in subgraph.tensors]
        self._weights = {f"buffer {tensor.buffer_index}" for tensor in tensors}

    def check(self, position: int, byte_count: int, what: str, place: Place) -> None:
        super().check(position, byte_count, what, place)
        if place is NOWHERE:  # it only looks for a name, to describe a place
            return
        if what == "header":
            self._note("header", position, byte_count, "root offset and identifier")
        elif what in ("table", "vtable"):
            self._note(f"{what}s", position, byte_count, self.describe(place) or "model")
        elif what.startswith("vector"):
            kind = self._kind(place)
            end = 1 if kind == "names" else 0  # strings end with a zero that their length does not count
            self._note(kind, position - 4, 4 + byte_count + end, self.describe(place))

    def _note(self, kind: str, start: int, size_bytes: int, place: str) -> None:
        known = self.parts.get(start)  # tables may share a vtable; a version is looked at before all the rest
        if known is None or known.size_bytes < size_bytes:
            self.parts[start] = Part(kind, place, start, size_bytes)

    def _kind(self, place: Place) -> str:
        if place.step == "data":
            return WEIGHTS if place.parent and place.parent.step in self._weights else "metadata"
        if place.step in _NAMES:
            return "names"
        if place.step in ("scale", "zero_point"):
            return "scales and zero points"
        of_signature = place.parent is not None and place.parent.step.startswith("signature def")
        return "offsets" if place.step in _OF_TABLES or of_signature else "shapes and indices"


def file_map(model: Model) -> FileMap:
    """What each byte of the model's file is."""
    reader = _NotingReader(model)
    start = Place(None, "")
    root = reader.table(schema.Model, reader.root(schema.FILE_IDENTIFIER, start), start)
    for subgraph, graph in zip(root.subgraphs, model.subgraphs, strict=True):
        for entry, operator in zip(subgraph.operators, graph.operators, strict=True):
            options = schema.OPTIONS_OF.get(operator.code)
            if options and entry.builtin_options:
                place = Place(Place(start, f"operator {operator.index} ({operator.name})"), "builtin_options")
                reader.table(options, entry.builtin_options, place)
    return FileMap(
        model.name, model.bytes, tuple(_without_gaps(sorted(reader.parts.values(), key=_start), model.bytes))
    )


def _start(part: Part) -> int:
    return part.start_offset


def _without_gaps(parts: list[Part], size_bytes: int) -> Iterator[Part]:
    """The same parts, and a part of padding for what lies between them."""
    end = 0
    for part in [*parts, Part(REST, "", size_bytes, 0)]:
        if part.start_offset > end:
            yield Part(REST, "", end, part.start_offset - end)
        if part.size_bytes:
            yield part
        end = max(end, part.start_offset + part.size_bytes)


def file_map_text(found: FileMap) -> str:
    """A row a kind: how many parts, how many bytes, which share of the file."""
    counts = Counter(part.kind for part in found.parts)
    rows = [
        (kind, f"{counts[kind]:,}", f"{found.bytes_of(kind):,}", percent(found.bytes_of(kind) / found.size_bytes))
        for kind in KINDS
        if counts[kind]
    ]
    rows.append(("all", f"{len(found.parts):,}", f"{found.size_bytes:,}", percent(1.0)))
    return table((f"the bytes of {found.name}", "parts", "bytes", "of the file"), rows)


def file_map_picture(found: FileMap) -> Picture:
    """A square a byte, row after row, coloured by kind (in large files a square stands for several bytes)."""
    step = -(-found.size_bytes // _MOST_SQUARES)
    kinds = np.concatenate([[part.kind] * part.size_bytes for part in found.parts])[::step]
    rows = -(-len(kinds) // _SQUARES_A_ROW)
    squares = np.ones((rows * _SQUARES_A_ROW, 3))
    squares[: len(kinds)] = [to_rgb(KINDS[kind]) for kind in kinds]
    figure = new_figure(9, 1.2 + rows * 0.085)
    axes = figure.add_subplot()
    row_bytes = _SQUARES_A_ROW * step
    axes.imshow(squares.reshape(rows, _SQUARES_A_ROW, 3), extent=(0, row_bytes, rows * row_bytes, 0), aspect="auto")
    axes.set_xlabel("byte within its row", size=8)
    axes.set_ylabel("first byte of the row", size=8)
    axes.tick_params(labelsize=7)
    shown = [kind for kind in KINDS if found.bytes_of(kind)]
    patches = [Patch(facecolor=KINDS[kind], edgecolor="black", linewidth=0.5, label=kind) for kind in shown]
    figure.legend(handles=patches, loc="outside upper left", ncols=5, fontsize=8, frameon=False)
    largest = ", ".join(f"{kind} {found.bytes_of(kind):,}" for kind in shown)
    return Picture(figure, file_map_text(found), f"Every byte of {found.name} as a coloured square. Bytes: {largest}.")


def part_text(found: FileMap, offset: int, data: memoryview) -> str:
    """The byte at `offset` in words: which part it belongs to, and that part's first bytes."""
    part = found.part_at(offset)
    first, count = part.start_offset, min(part.size_bytes, 64)
    lines = [f"byte {offset:,} is 0x{data[offset]:02x}, byte {offset - first:,} of {part.size_bytes:,} of {part.kind}"]
    lines += [f"  {part.place}"] if part.place else []
    for start in range(first, first + count, 16):
        run = bytes(data[start : min(start + 16, first + count)])
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in run)
        lines.append(f"  {start:6,}  {run.hex(' '):47}  {letters}")
    return "\n".join([*lines, f"  … {part.size_bytes - count:,} more"] if count < part.size_bytes else lines)
