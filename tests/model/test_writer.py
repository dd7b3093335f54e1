"""tinylab/model/writer.py: what is written is what was there, and the real TFLM reads it; what cannot be is refused."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, model_tables, write
from tests.model.same import differences
from tests.real_models import random_values
from tests.shared import model_bytes, model_index, needs_shared
from tinylab.errors import ModelError
from tinylab.model import BuiltinOperator, Model, Padding, load_model, schema, write_model, writer
from tinylab.model.options import Conv2DOptions, IfOptions, ReshapeOptions, SoftmaxOptions, VarHandleOptions
from tinylab.peers import litert
from tinylab.peers.tflm import TflmSession

KERNEL = np.arange(-9, 9, dtype=np.int8).reshape(2, 3, 3, 1)


def rich() -> bytes:
    """All that a model can have: two subgraphs, a variable, INT4, custom and flow operators, signatures."""
    main = SubgraphSpec(
        [
            TensorSpec((1, 8, 8, 1), "INT8", 0.5, -3, name="image", shape_signature=(-1, 8, 8, 1)),
            constant(KERNEL, scale=[0.1, 0.2], zero_point=0, name="kernel"),
            TensorSpec((1, 8, 8, 2), "INT8", 0.25, 7, name="conv"),
            TensorSpec((3,), "FLOAT32", is_variable=True, name="state"),
            constant(np.array([1, -8, 7], np.int8), "INT4", scale=0.5, name="nibbles"),
            TensorSpec((), "BOOL", name="which"),
            TensorSpec((1, 8, 8, 2), "INT8", 0.25, 7, name="score"),
            TensorSpec((1,), "RESOURCE", name="handle"),
        ],
        [
            OperatorSpec("CONV_2D", [0, 1, -1], [2], Conv2DOptions(Padding.SAME, 1, 1), version=3),
            OperatorSpec("Mine", [2, -1, 3, 4], [5], custom_options=b"\1\2\3", intermediates=[3, -1]),
            OperatorSpec("IF", [5, 2], [6], IfOptions(1, 1)),
            OperatorSpec("VAR_HANDLE", [], [7], VarHandleOptions("", "count")),
            OperatorSpec("GREATER_EQUAL", [2, 2], [5]),
        ],
        inputs=[0],
        outputs=[6, 2],
    )
    row = TensorSpec((1, 8, 8, 2), "INT8", 0.25, 7, name="naïve – x")
    branch = SubgraphSpec([row, row], [OperatorSpec("RESHAPE", [0], [1], ReshapeOptions((1, 8, 8, 2)))], [0], [1], "b")
    tables = model_tables([main, branch], metadata={"made": b"here", "empty": b""}, description="rich")
    maps = ((schema.TensorMap("x", 0),), (schema.TensorMap("y", 6), schema.TensorMap("z", 2)))
    signatures = schema.SignatureDef(*maps, "serving_default"), schema.SignatureDef((), (), "b", subgraph_index=1)
    return write(tables._replace(signature_defs=signatures))


def written(model: Model) -> Model:
    return load_model(write_model(model), name=model.name)


def test_a_model_comes_back_as_it_was() -> None:
    model = load_model(rich(), name="rich")
    again = written(model)
    assert differences(model, again) == []
    assert write_model(again) == write_model(model)
    assert bytes(again.data[4:8]) == b"TFL3"


def test_the_comparison_sees_a_difference() -> None:
    model = load_model(rich(), name="rich")
    for change in (
        {"description": "poor"},
        {"buffers": model.buffers[:-1]},
        {"signatures": model.signatures[:1]},
        {"metadata": MappingProxyType({"made": memoryview(b"there"), "empty": memoryview(b"")})},
    ):
        assert len(differences(model, replace(model, **change))) == 1
    assert differences(model, with_tensor(model, 1, quantization=model.subgraphs[0].tensors[0].quantization))
    assert differences(model, with_operator(model, 0, options=Conv2DOptions(Padding.VALID, 1, 1)))


def test_constants_from_behind_the_flatbuffer_come_into_it_at_multiples_of_16() -> None:
    tensors = [TensorSpec((2, 3, 3, 1)), constant(KERNEL), constant(KERNEL[:1]), TensorSpec((2, 3, 3, 1))]
    graph = SubgraphSpec(tensors, [OperatorSpec("Mine", [0, 1, 2], [3])])
    model = load_model(build_model([graph], buffers_outside=True))
    again = written(model)
    assert differences(model, again) == []
    file = np.frombuffer(again.data, np.uint8)
    for tensor in again.subgraphs[0].tensors[1:3]:
        assert tensor.data is not None
        lies_at = np.frombuffer(tensor.data, np.uint8).ctypes.data - file.ctypes.data
        assert 0 < lies_at < again.bytes
        assert lies_at % 16 == 0


def test_a_change_is_written() -> None:
    model = load_model(rich())
    kernel = memoryview(bytes(range(18)))
    buffers = tuple(kernel if buffer == memoryview(KERNEL.tobytes()) else buffer for buffer in model.buffers)
    changed = replace(with_tensor(model, 1, data=kernel), buffers=buffers, description="changed")
    again = written(changed)
    assert again.description == "changed"
    assert again.subgraphs[0].tensors[1].constant().ravel().tolist() == list(range(18))  # type: ignore[union-attr]


def test_new_metadata_gets_a_buffer_of_its_own() -> None:
    model = load_model(rich())
    metadata = MappingProxyType({**model.metadata, "new": memoryview(b"12345")})
    again = written(replace(model, metadata=metadata))
    assert {name: bytes(data) for name, data in again.metadata.items()} == {
        "made": b"here",
        "empty": b"",
        "new": b"12345",
    }
    assert len(again.buffers) == len(model.buffers) + 1


def with_tensor(model: Model, index: int, **fields: Any) -> Model:
    main, *others = model.subgraphs
    tensors = list(main.tensors)
    tensors[index] = replace(tensors[index], **fields)
    return replace(model, subgraphs=(replace(main, tensors=tuple(tensors)), *others))


def with_operator(model: Model, index: int, **fields: Any) -> Model:
    main, *others = model.subgraphs
    operators = list(main.operators)
    operators[index] = replace(operators[index], **fields)
    return replace(model, subgraphs=(replace(main, operators=tuple(operators)), *others))


def moved(model: Model) -> Model:
    main, *others = model.subgraphs
    return replace(model, subgraphs=(replace(main, tensors=main.tensors[::-1]), *others))


REFUSED: dict[str, tuple[Callable[[Model], Model], str]] = {
    "data": (
        lambda model: with_tensor(model, 1, data=memoryview(bytes(18))),
        'subgraph 0 "main", tensor 1 "kernel": its data (18 bytes) is not that of its buffer 1 (18 bytes)',
    ),
    "no data": (
        lambda model: with_tensor(model, 1, data=None),
        'subgraph 0 "main", tensor 1 "kernel": its data (0 bytes) is not that of its buffer 1 (18 bytes)',
    ),
    "buffer": (lambda model: with_tensor(model, 0, buffer_index=99), "buffer 99 does not exist"),
    "negative": (lambda model: with_tensor(model, 0, buffer_index=-1), "tensor 0, buffer: -1 cannot be written"),
    "shape": (lambda model: with_tensor(model, 1, shape=(2, 3, 3, 2)), "buffer 1 has 18 bytes, INT8 [2, 3, 3, 2]"),
    "huge": (lambda model: with_tensor(model, 0, shape=(2**31,)), "tensor 0, shape: (2147483648,) cannot be written"),
    "input": (lambda model: with_operator(model, 0, inputs=(0, 77, -1)), "tensor 77 does not exist"),
    "options": (
        lambda model: with_operator(model, 0, options=SoftmaxOptions()),
        'subgraph 0 "main", operator 0 (CONV_2D): its options are SoftmaxOptions and must be Conv2DOptions',
    ),
    "no options": (
        lambda model: with_operator(model, 0, options=None),
        "its options are NoneType and must be Conv2DOptions",
    ),
    "an option": (
        lambda model: with_operator(model, 0, options=Conv2DOptions(Padding.SAME, 2**31, 1)),
        "operator 0, builtin_options, stride_w: 2147483648 cannot be written here",
    ),
    "unknown options": (
        lambda model: with_operator(model, 4, code=BuiltinOperator.LSTM, name="LSTM"),
        'subgraph 0 "main", operator 4 (LSTM): tinylab does not read its options',
    ),
    "moved": (moved, 'subgraph 0 "main": tensor 0 has the index 7: number it anew'),
    "version": (lambda model: replace(model, version=2), "schema version 2"),
    "nothing": (lambda model: replace(model, subgraphs=()), "the model has no subgraph"),
}


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_is_refused(change: Callable[[Model], Model], said: str) -> None:
    with pytest.raises(ModelError) as caught:
        write_model(change(load_model(rich())))
    assert said in str(caught.value)


def test_more_than_a_flatbuffer_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_BYTES", 20)
    with pytest.raises(ModelError, match="bytes of constants: a FlatBuffer holds 20") as caught:
        write_model(load_model(rich()))
    assert caught.value.needed == 20


def test_operators_whose_options_are_lost_are_all_known() -> None:
    """Every option table that has fields is read, or its operators are among those that are refused."""
    generated = pytest.importorskip("ai_edge_litert.schema_py_generated", reason='pip install "tinylab[train]"')
    read = {options.__name__ for options in schema.OPTIONS_OF.values()}
    with_fields = {name for name in schema.BUILTIN_OPTIONS if vars(getattr(generated, f"{name}T")())}
    sharing = {
        "SequenceRNNOptions": ["UNIDIRECTIONAL_SEQUENCE_RNN"],
        "Conv3DOptions": ["CONV_3D", "CONV_3D_TRANSPOSE"],
        "RandomOptions": ["RANDOM_STANDARD_NORMAL", "RANDOM_UNIFORM", "MULTINOMIAL"],
    }
    plain = {code.name.replace("_", "").lower(): code.name for code in BuiltinOperator}
    lost = [
        operator
        for name in with_fields - read
        for operator in sharing.get(name) or [plain[name.removesuffix("Options").lower()]]
    ]
    assert sorted(lost) == sorted(code.name for code in writer.OPTIONS_NOT_READ)


@needs_shared
def test_every_shared_model_comes_back_as_it_was() -> None:
    """Those of which every operator can be written: all."""
    count = 0
    for entry in model_index():
        model = load_model(model_bytes(entry["file"]), name=entry["file"])
        assert differences(model, written(model)) == [], entry["file"]
        count += 1
    print(f"{count} models loaded, written and loaded again: equal")
    assert count == len(model_index())


ON_TFLM = [
    "tflm/hello_world_int8.tflite",
    "tflm/keyword_scrambled_8bit.tflite",
    "tflm/person_detect.tflite",
    "mlperf_tiny/kws_ref_model.tflite",
    "mlperf_tiny/ad01_int8.tflite",
    "mlperf_tiny/pretrainedResnet_quant.tflite",
]


@needs_shared
@pytest.mark.parametrize("file", ON_TFLM)
def test_the_real_tflm_runs_what_was_written(file: str, tflm: TflmSession) -> None:
    """Heads, totals and outputs of the file as it was and as it is written."""
    data = model_bytes(file)
    main = load_model(data).subgraphs[0]
    rng = np.random.default_rng(zlib.crc32(file.encode()))
    inputs = [random_values(rng, main.tensors[index], 3) for index in main.inputs]
    before, after = (tflm.run(each, inputs).require() for each in (data, write_model(load_model(data))))
    assert before.arena is not None
    assert after.arena is not None
    assert (before.arena.head_bytes, before.arena.tail_bytes) == (after.arena.head_bytes, after.arena.tail_bytes)
    for one, other in zip(before.outputs, after.outputs, strict=True):
        np.testing.assert_array_equal(one, other)


@needs_shared
@pytest.mark.skipif(not litert.PEER.status().is_available, reason='pip install "tinylab[train]"')
def test_litert_runs_what_was_written() -> None:
    with litert.session() as session:
        for file in ("mlperf_tiny/kws_ref_model.tflite", "mlperf_tiny/ad01_int8.tflite"):
            data = model_bytes(file)
            (index,) = load_model(data).subgraphs[0].inputs
            xs = random_values(np.random.default_rng(7), load_model(data).subgraphs[0].tensors[index], 3)
            before, after = (session.run(each, xs).require() for each in (data, write_model(load_model(data))))
            np.testing.assert_array_equal(before.outputs[0], after.outputs[0])
