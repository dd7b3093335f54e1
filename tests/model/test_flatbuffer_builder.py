"""tinylab/model/flatbuffer_builder.py: tables to bytes and back; tests/builder has LiteRT read them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinylab.errors import ModelError
from tinylab.model import TensorType, schema
from tinylab.model.flatbuffer import FlatBuffer, Place
from tinylab.model.flatbuffer_builder import build_flatbuffer

PLACE = Place(None, "")


def read(data: bytes) -> schema.Model:
    file = FlatBuffer(memoryview(data))
    return file.table(schema.Model, file.root(schema.FILE_IDENTIFIER, PLACE), PLACE)


def with_tensor(**fields: Any) -> schema.Model:
    return schema.Model(3, subgraphs=(schema.SubGraph(tensors=(schema.Tensor(), schema.Tensor(**fields))),))


def test_tables_come_back_as_they_were() -> None:
    tables = with_tensor(shape=(1, -2), type=TensorType.INT16, buffer=2**32 - 1, name="ü", is_variable=True)
    assert read(build_flatbuffer(tables)) == tables
    buffers = (schema.Buffer(), schema.Buffer(memoryview(b"abc")), schema.Buffer(offset=2**40, size=5))
    assert read(build_flatbuffer(schema.Model(3, buffers=buffers))) == schema.Model(3, buffers=buffers)


def test_a_slot_that_is_not_read_is_there_or_not() -> None:
    (with_sparsity, without) = (
        read(build_flatbuffer(with_tensor(sparsity=found))).subgraphs[0].tensors[1].sparsity for found in (True, False)
    )
    assert (with_sparsity, without) == (True, False)


def test_every_buffer_lies_at_a_multiple_of_16() -> None:
    pieces = [bytes([k]) * (20 + k) for k in range(1, 40)]
    data = build_flatbuffer(schema.Model(3, buffers=tuple(schema.Buffer(memoryview(piece)) for piece in pieces)))
    assert [data.index(piece) % 16 for piece in pieces] == [0] * len(pieces)


def test_the_identifier_is_the_one_asked_for() -> None:
    assert build_flatbuffer(schema.Model())[4:8] == b"TFL3"
    assert build_flatbuffer(schema.Model(), b"TFL2")[4:8] == b"TFL2"


SCALES = schema.QuantizationParameters(scale=np.array(["much"]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"buffer": -1}, "subgraph 0, tensor 1, buffer: -1 cannot be written here"),
        ({"type": 200}, "type: 200 cannot be written here"),
        ({"shape": (1, 2**31)}, "shape: (1, 2147483648) cannot be written here"),
        ({"name": "\ud800"}, "name: '\\ud800' cannot be written"),
        ({"quantization": SCALES}, "tensor 1, quantization, scale: ['much'] cannot be written"),
    ],
)
def test_what_does_not_fit_its_slot_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError) as caught:
        build_flatbuffer(with_tensor(**fields))
    assert said in str(caught.value)
