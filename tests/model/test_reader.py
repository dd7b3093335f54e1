"""tinylab/model/reader.py: what a sound model gives, and one test a check that a broken one meets."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.builder import (
    OperatorSpec,
    SubgraphSpec,
    TensorSpec,
    build_model,
    constant,
    model_tables,
    single_operator,
    write,
)
from tests.shared import SHARED, model_bytes, model_index, needs_shared
from tinylab.errors import ModelError
from tinylab.model import BuiltinOperator, Padding, TensorType, load_model, schema
from tinylab.model.options import Conv2DOptions, Pool2DOptions, SoftmaxOptions

FILTER = np.arange(18, dtype=np.int8).reshape(2, 3, 3, 1)


def conv_subgraph() -> SubgraphSpec:
    """CONV_2D with a filter of two scales, then a custom operator whose second input is left out."""
    tensors = [
        TensorSpec((1, 8, 8, 1), "INT8", 0.5, -3, name="image", shape_signature=(-1, 8, 8, 1)),
        constant(FILTER, scale=[0.1, 0.2], name="conv/kernel"),
        constant(np.array([5, -9], np.int32), scale=[0.05, 0.1], name="conv/bias"),
        TensorSpec((1, 8, 8, 2), "INT8", 0.25, 7, name="conv/output"),
        TensorSpec((1, 2), "FLOAT32", name="scores"),
    ]
    operators = [
        OperatorSpec("CONV_2D", [0, 1, 2], [3], Conv2DOptions(Padding.SAME, 1, 1), version=3),
        OperatorSpec("Scores", [3, -1], [4], custom_options=b"abc"),
    ]
    return SubgraphSpec(tensors, operators)


def conv_tables() -> schema.Model:
    return model_tables([conv_subgraph()], metadata={"made": b"here"})


def with_tensor(index: int, **fields: Any) -> schema.Model:
    """The model's tables, one of its tensors changed."""
    tables = conv_tables()
    tensors = list(tables.subgraphs[0].tensors)
    tensors[index] = tensors[index]._replace(**fields)
    return with_subgraph(tensors=tuple(tensors))


def with_operator(index: int, **fields: Any) -> schema.Model:
    operators = list(conv_tables().subgraphs[0].operators)
    operators[index] = operators[index]._replace(**fields)
    return with_subgraph(operators=tuple(operators))


def with_subgraph(**fields: Any) -> schema.Model:
    tables = conv_tables()
    return tables._replace(subgraphs=(tables.subgraphs[0]._replace(**fields),))


def quantization(scale: list[float], zero_point: list[int], dimension: int = 0) -> schema.QuantizationParameters:
    return schema.QuantizationParameters(
        scale=np.array(scale, np.float32), zero_point=np.array(zero_point), quantized_dimension=dimension
    )


def test_a_model_is_read_whole() -> None:
    data = build_model([conv_subgraph()], metadata={"made": b"here"}, description="two operators")
    model = load_model(data, name="two")
    assert (model.name, model.version, model.description, model.bytes) == ("two", 3, "two operators", len(data))
    assert {name: bytes(value) for name, value in model.metadata.items()} == {"made": b"here"}
    (subgraph,) = model.subgraphs
    assert (subgraph.index, subgraph.name, subgraph.inputs, subgraph.outputs) == (0, "main", (0,), (4,))
    image, kernel, bias, output, scores = subgraph.tensors
    assert (image.name, image.shape, image.shape_signature) == ("image", (1, 8, 8, 1), (-1, 8, 8, 1))
    assert (image.type, image.data, image.bytes, image.element_count) == (TensorType.INT8, None, 64, 64)
    assert image.quantization is not None
    assert (image.quantization.scale, image.quantization.zero_point) == (0.5, -3)
    assert kernel.quantization is not None
    assert kernel.quantization.scales.tolist() == [np.float32(0.1), np.float32(0.2)]
    assert kernel.quantization.zero_points.tolist() == [0, 0]
    np.testing.assert_array_equal(kernel.constant(), FILTER)
    np.testing.assert_array_equal(bias.constant(), [5, -9])
    assert (scores.quantization, scores.bytes, output.constant()) == (None, 8, None)


def test_operators_have_names_options_and_left_out_inputs() -> None:
    conv, custom = load_model(build_model([conv_subgraph()])).subgraphs[0].operators
    assert (conv.index, conv.code, conv.name, conv.version) == (0, BuiltinOperator.CONV_2D, "CONV_2D", 3)
    assert (conv.inputs, conv.outputs, conv.options) == ((0, 1, 2), (3,), Conv2DOptions(Padding.SAME, 1, 1))
    assert (custom.index, custom.code, custom.name) == (1, BuiltinOperator.CUSTOM, "Scores")
    assert (custom.inputs, custom.options, bytes(custom.custom_options)) == ((3, -1), None, b"abc")


def test_options_that_the_file_leaves_out_are_the_schema_s_defaults() -> None:
    tensor = TensorSpec((1, 4), "FLOAT32")
    data = single_operator("SOFTMAX", [tensor], [tensor])
    assert load_model(data).subgraphs[0].operators[0].options == SoftmaxOptions(beta=0.0)


@pytest.mark.parametrize(
    ("deprecated", "newer", "name"),
    [(3, 0, "CONV_2D"), (34, 34, "PAD"), (127, 150, "GELU"), (0, 0, "ADD"), (-1, 0, "ADD")],
)
def test_the_operator_is_the_greater_of_its_two_codes(deprecated: int, newer: int, name: str) -> None:
    tables = conv_tables()
    code = schema.OperatorCode(deprecated_builtin_code=deprecated, builtin_code=newer)
    tables = tables._replace(operator_codes=(code, tables.operator_codes[1]))
    operators = (tables.subgraphs[0].operators[0]._replace(builtin_options_type=0, builtin_options=0),)
    tables = tables._replace(subgraphs=(tables.subgraphs[0]._replace(operators=operators),))
    assert load_model(write(tables)).subgraphs[0].operators[0].name == name


def test_a_model_comes_from_a_path_or_from_any_buffer(tmp_path: Path) -> None:
    data = build_model([conv_subgraph()])
    path = tmp_path / "kws.tflite"
    path.write_bytes(data)
    assert load_model(path).name == "kws"
    assert load_model(str(path), name="mine").name == "mine"
    for buffer in (data, bytearray(data), memoryview(data), np.frombuffer(data, np.uint8)):
        assert load_model(buffer).sha256 == load_model(path).sha256
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert load_model(mapped).bytes == len(data)
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "absent.tflite")
    with pytest.raises(TypeError):
        load_model(7)
    for odd in (np.zeros(100, np.uint8)[::2], np.zeros((0, 3), np.uint8)):
        with pytest.raises(ModelError, match="not a plain run of bytes"):
            load_model(odd)


def test_constants_are_views_of_the_file_at_any_alignment() -> None:
    data = build_model([conv_subgraph()])
    for shift in range(16):
        moved = bytearray(shift + len(data))
        moved[shift:] = data
        tensors = load_model(memoryview(moved)[shift:]).subgraphs[0].tensors
        bias = tensors[2].constant()
        assert bias is not None
        assert not bias.flags.writeable
        np.testing.assert_array_equal(bias, [5, -9])
        at = moved.index(np.array([5, -9], np.int32).tobytes())
        moved[at] = 6
        assert bias[0] == 6


def test_buffers_may_lie_behind_the_flatbuffer() -> None:
    data = build_model([conv_subgraph()], metadata={"made": b"here"}, buffers_outside=True)
    model = load_model(data)
    np.testing.assert_array_equal(model.subgraphs[0].tensors[1].constant(), FILTER)
    assert bytes(model.metadata["made"]) == b"here"
    with pytest.raises(ModelError, match=r"buffer 3: the data of 4 bytes ends at byte \d+ of \d+") as caught:
        load_model(data[:-1])
    assert caught.value.place == "buffer 3"


def test_large_custom_options_lie_behind_the_flatbuffer_too() -> None:
    tables = with_operator(1, large_custom_options_offset=8, large_custom_options_size=4)
    operator = load_model(write(tables)).subgraphs[0].operators[1]
    assert len(operator.custom_options) == 4
    with pytest.raises(ModelError, match=r"operator 1 \(Scores\), large_custom_options: the data of"):
        load_model(write(with_operator(1, large_custom_options_offset=8, large_custom_options_size=2**63)))


def test_signatures_name_inputs_and_outputs() -> None:
    entry = schema.SignatureDef(
        inputs=(schema.TensorMap("x", 0),), outputs=(schema.TensorMap("y", 4),), signature_key="serving_default"
    )
    (signature,) = load_model(write(conv_tables()._replace(signature_defs=(entry,)))).signatures
    assert (signature.name, signature.subgraph_index) == ("serving_default", 0)
    assert (dict(signature.inputs), dict(signature.outputs)) == ({"x": 0}, {"y": 4})


@pytest.mark.parametrize(
    "found", [None, quantization([], []), quantization([0.5], []), schema.QuantizationParameters(min=True)]
)
def test_a_tensor_without_scales_and_zero_points_is_not_quantized(found: Any) -> None:
    assert load_model(write(with_tensor(0, quantization=found))).subgraphs[0].tensors[0].quantization is None


def test_one_zero_point_serves_all_scales() -> None:
    tables = with_tensor(1, quantization=quantization([0.1, 0.2], [4]))
    found = load_model(write(tables)).subgraphs[0].tensors[1].quantization
    assert found is not None
    assert found.zero_points.tolist() == [4, 4]


def test_a_bias_may_have_the_quantized_dimension_of_its_filter() -> None:
    """TFLM's person_detect.tflite has such biases."""
    tables = with_tensor(2, quantization=quantization([0.1, 0.2], [0, 0], dimension=3))
    found = load_model(write(tables)).subgraphs[0].tensors[2].quantization
    assert found is not None
    assert found.quantized_dimension == 0


def test_sparse_and_compressed_constants_may_be_shorter_than_their_shape() -> None:
    kernel = load_model(write(with_tensor(1, shape=(64, 3, 3, 1), sparsity=True, quantization=None)))
    assert kernel.subgraphs[0].tensors[1].constant().shape == (18,)
    tables = model_tables([conv_subgraph()], metadata={"COMPRESSION_METADATA": b"?"})
    tensors = list(tables.subgraphs[0].tensors)
    tensors[1] = tensors[1]._replace(shape=(2, 30))
    tables = tables._replace(subgraphs=(tables.subgraphs[0]._replace(tensors=tuple(tensors)),))
    assert load_model(write(tables)).subgraphs[0].tensors[1].constant().shape == (18,)


def code(**fields: Any) -> Callable[[], schema.Model]:
    return lambda: conv_tables()._replace(operator_codes=(schema.OperatorCode(**fields),) * 2)


NAN, INF = float("nan"), float("inf")
KERNEL = 'subgraph 0 "main", tensor 1 "conv/kernel"'
CONV = 'subgraph 0 "main", operator 0 (CONV_2D)'


@pytest.mark.parametrize(
    ("tables", "place", "message"),
    [
        (lambda: conv_tables()._replace(version=4), "version", "schema version 4, and version 3 is supported"),
        (lambda: conv_tables()._replace(subgraphs=()), "subgraphs", "no subgraph"),
        (code(builtin_code=210), "operator code 0", "no built-in operator 210 (the last is STABLEHLO_CASE, 209)"),
        (code(builtin_code=-5, deprecated_builtin_code=-1), "operator code 0", "no built-in operator -1"),
        (code(builtin_code=32), "operator code 0", "no custom_code"),
        (
            lambda: conv_tables()._replace(metadata=(schema.Metadata("made", 9),)),
            'metadata 0 "made"',
            "buffer 9 does not exist, there are 4",
        ),
        (lambda: with_subgraph(inputs=(5,)), 'subgraph 0 "main", inputs', "tensor 5 does not exist, there are 5"),
        (lambda: with_subgraph(outputs=(-1,)), 'subgraph 0 "main", outputs', "tensor -1 does not exist"),
        (lambda: with_operator(0, opcode_index=2), 'subgraph 0 "main", operator 0', "operator code 2 does not exist"),
        (lambda: with_operator(0, inputs=(0, 5)), f"{CONV}, inputs", "tensor 5 does not exist, there are 5"),
        (lambda: with_operator(0, outputs=(-2,)), f"{CONV}, outputs", "tensor -2 does not exist"),
        (lambda: with_operator(0, intermediates=(99,)), f"{CONV}, intermediates", "tensor 99 does not exist"),
        (
            lambda: with_operator(0, builtin_options_type=5, builtin_options=Pool2DOptions()),
            CONV,
            "carries Pool2DOptions and needs Conv2DOptions",
        ),
        (lambda: with_operator(0, builtin_options_type=255), CONV, "carries union member 255"),
        (
            lambda: with_operator(0, builtin_options=Conv2DOptions(padding=9)),  # type: ignore[arg-type]
            f"{CONV}, builtin_options, padding",
            "9 is unknown (Padding goes from 0 to 1)",
        ),
        (lambda: with_tensor(1, type=99), f"{KERNEL}, type", "99 is unknown (TensorType goes from 0 to 22)"),
        (lambda: with_tensor(1, buffer=4), KERNEL, "buffer 4 does not exist, there are 4"),
        (lambda: with_tensor(1, external_buffer=1), KERNEL, "lies in another file"),
        (lambda: with_tensor(1, shape=(2, -3, 3, 1)), KERNEL, "shape [2, -3, 3, 1] has a negative size"),
        (lambda: with_tensor(1, shape=(2**20, 2**20)), KERNEL, "more elements than"),
        (lambda: with_tensor(1, shape=(2, 3, 3)), None, None),
        (lambda: with_tensor(1, shape=(2, 3, 4)), KERNEL, "buffer 1 has 18 bytes, INT8 [2, 3, 4] takes 24"),
        (lambda: with_tensor(1, type=TensorType.INT16), KERNEL, "buffer 1 has 18 bytes, INT16 [2, 3, 3, 1] takes 36"),
        (lambda: with_tensor(1, shape=(2, 3, 5, 0)), KERNEL, "takes 0"),
        (lambda: with_tensor(1, quantization=quantization([NAN], [0])), f"{KERNEL}, quantization", "not finite"),
        (
            lambda: with_tensor(1, quantization=quantization([0.1, INF], [0, 0])),
            f"{KERNEL}, quantization",
            "not finite",
        ),
        (lambda: with_tensor(1, quantization=quantization([-0.5], [0])), f"{KERNEL}, quantization", "negative"),
        (lambda: with_tensor(1, quantization=quantization([0.0], [0])), None, None),
        (lambda: with_tensor(1, quantization=quantization([0.5], [2**31])), f"{KERNEL}, quantization", "32 bits"),
        (lambda: with_tensor(1, quantization=quantization([0.5], [-(2**31)])), None, None),
        (
            lambda: with_tensor(1, quantization=quantization([0.1, 0.2], [0, 0, 0])),
            f"{KERNEL}, quantization",
            "3 zero points for 2 scales",
        ),
        (
            lambda: with_tensor(1, quantization=quantization([0.1] * 3, [0] * 3)),
            f"{KERNEL}, quantization",
            "3 scales for dimension 0 of [2, 3, 3, 1]",
        ),
        (
            lambda: with_tensor(1, quantization=quantization([0.1], [0], dimension=4)),
            f"{KERNEL}, quantization",
            "quantized_dimension 4 of a tensor of rank 4",
        ),
        (
            lambda: with_tensor(1, quantization=quantization([0.1], [0], dimension=-1)),
            f"{KERNEL}, quantization",
            "quantized_dimension -1",
        ),
        (
            lambda: conv_tables()._replace(signature_defs=(schema.SignatureDef(subgraph_index=1, signature_key="f"),)),
            'signature 0 "f"',
            "subgraph 1 does not exist, there are 1",
        ),
        (
            lambda: conv_tables()._replace(signature_defs=(schema.SignatureDef(inputs=(schema.TensorMap("x", 5),)),)),
            'signature 0 "x"',
            "tensor 5 does not exist",
        ),
    ],
)
def test_a_broken_model_is_refused_at_its_place(
    tables: Callable[[], schema.Model], place: str | None, message: str | None
) -> None:
    """Where `place` is None, the model is odd but sound, and loads."""
    data = write(tables())
    if place is None or message is None:
        load_model(data)
        return
    with pytest.raises(ModelError) as caught:
        load_model(data)
    assert caught.value.place == place
    assert message in str(caught.value)
    assert str(caught.value).startswith(place)


def test_the_version_is_looked_at_before_anything_else() -> None:
    """A later schema may lay the rest out in another way."""
    broken = with_tensor(1, type=99, buffer=9)._replace(version=2)
    with pytest.raises(ModelError, match="schema version 2") as caught:
        load_model(write(broken))
    assert (caught.value.found, caught.value.needed) == (2, 3)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the header ends at byte 8 of 0"),
        (b"\x1c\0\0\0TFL", "the header ends at byte 8 of 7"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), r"bytes 4 to 7 are b'\r\n\x1a\n', and b'TFL3' is needed"),
        (b"\xff\xff\xff\xffTFL3", "the part it points to ends at byte 4294967299 of 8"),
        (b"\x04\0\0\0TFL3", "begins at byte"),
    ],
)
def test_what_is_no_model_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(data)
    assert message in str(caught.value)


def test_a_name_of_any_length_makes_a_short_message() -> None:
    with pytest.raises(ModelError) as caught:
        load_model(write(with_tensor(1, name="n" * 100_000, buffer=4)))
    assert len(str(caught.value)) < 300


@needs_shared
def test_every_shared_model_loads_and_agrees_with_the_index() -> None:
    for entry in model_index():
        model = load_model(model_bytes(entry["file"]), name=entry["file"])
        assert model.sha256 == entry["sha256"]
        operators = {name.removeprefix("CUSTOM:"): count for name, count in entry["operators"].items()}
        assert model.operator_counts() == operators, entry["file"]
        assert len(model.subgraphs) == entry["subgraphs"]
        main = model.subgraphs[0]
        for indices, expected in ((main.inputs, entry["inputs"]), (main.outputs, entry["outputs"])):
            found = [(main.tensors[i].name, list(main.tensors[i].shape), main.tensors[i].type.name) for i in indices]
            assert found == [(each["name"], each["shape"], each["dtype"]) for each in expected], entry["file"]
    assert len(model_index()) == len(list((SHARED / "models").rglob("*.tflite")))
