"""The map of a file: every byte is in one part, and the explorer says which."""

from __future__ import annotations

import pytest

import tinylab as tl
from tinylab.lessons.file_explorer import file_explorer
from tinylab.lessons.file_map import KINDS, WEIGHTS, file_map, file_map_picture, file_map_text, part_text
from tinylab.model.flatbuffer_builder import build_flatbuffer
from tinylab.model.schema import Buffer, Model, SubGraph


@pytest.mark.parametrize("name", tl.zoo.names())
def test_the_parts_are_the_file(name: str) -> None:
    model = tl.zoo.load(name)
    found = file_map(model)
    ends = [part.start_offset + part.size_bytes for part in found.parts]
    assert [part.start_offset for part in found.parts] == [0, *ends[:-1]]  # no gap, no overlap
    assert ends[-1] == model.bytes
    # What no read explains is alignment, never longer than three bytes, and one empty table's vtable at most.
    assert max(part.size_bytes for part in found.parts if part.kind == "padding") <= 4
    constants = [tensor for graph in model.subgraphs for tensor in graph.tensors if tensor.is_constant]
    buffers = {tensor.buffer_index: tensor.bytes for tensor in constants}
    weights = [part for part in found.parts if part.kind == WEIGHTS]
    assert sum(part.size_bytes for part in weights) == sum(buffers.values()) + 4 * len(buffers)


def test_kinds_and_places() -> None:
    model = tl.zoo.load("hello_world")
    found = file_map(model)
    assert found.part_at(0).kind == found.part_at(7).kind == "header"
    assert found.part_at(28)[:2] == ("tables", "model")
    assert all(part.place != "model" for part in found.parts if part.start_offset > 60)
    names = {part.place: part for part in found.parts if part.kind == "names"}
    name = next(part for place, part in names.items() if place.endswith('tensor 9 "StatefulPartitionedCall_1:0", name'))
    start = name.start_offset + 4
    assert bytes(model.data[start : start + name.size_bytes - 5]) == b"StatefulPartitionedCall_1:0"
    offsets = {part.place for part in found.parts if part.kind == "offsets"}
    assert {"operator_codes", "buffers", 'subgraph 0 "main", tensors', "signature def 0, inputs"} <= offsets


def test_the_text_and_the_picture() -> None:
    model = tl.zoo.load("hello_world")
    found = file_map(model)
    assert "weights and biases            6    444       15.6 %" in file_map_text(found)
    assert file_map_text(found).endswith("153  2,848      100.0 %")
    picture = file_map_picture(found)
    assert "names 815" in picture.alt
    assert picture.png().startswith(b"\x89PNG")
    assert file_map_picture(file_map(tl.zoo.load("vww_96"))).png()  # many bytes a square
    assert "3 of 8 of header" in part_text(found, 3, model.data)
    assert part_text(found, 600, model.data).endswith("… 196 more")


def test_a_file_with_nothing_in_it() -> None:
    model = tl.load_model(build_flatbuffer(Model(version=3, subgraphs=(SubGraph(),), buffers=(Buffer(),))))
    found = file_map(model)
    assert found.bytes_of(WEIGHTS) == 0
    assert WEIGHTS not in file_map_text(found)
    assert WEIGHTS not in file_explorer(model).kind.options


def test_the_explorer() -> None:
    model = tl.zoo.load("hello_world")
    explorer = file_explorer(model)
    assert explorer.state.kind == next(iter(KINDS))
    explorer.kind.value = WEIGHTS
    assert explorer.state.kind == WEIGHTS
    assert explorer.text in explorer._words.value.replace("&quot;", '"')
    first = explorer.state
    explorer.next.click()
    assert explorer.state.kind == WEIGHTS
    assert explorer.state.start_offset > first.start_offset
    explorer.previous.click()
    assert explorer.state == first
    explorer.previous.click()  # round to the last
    explorer.byte.value += 1  # inside a part, the steps are those of the part
    explorer.next.click()
    assert explorer.state == first
    explorer.byte.value = 4
    assert "0x54" in explorer.text
    assert explorer.state.kind == explorer.kind.value == "header"
    shown = explorer._repr_mimebundle_()["text/plain"]
    assert shown.startswith("(the file explorer")
    assert explorer.text in shown
