"""tinylab/model/model.py: what the frozen values say of themselves."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.errors import ModelError
from tinylab.model import Model, Tensor, TensorType, load_model
from tinylab.model.model import constant_bytes, dtype_of


def small_model() -> Model:
    tensors = [
        TensorSpec((2, 2), "FLOAT32", name="x"),
        constant(np.ones((2, 2), np.float32), name="one"),
        TensorSpec((2, 2), "INT8", scale=[0.5, 0.25], quantized_dimension=1, name="state", is_variable=True),
        TensorSpec((2, 2), "INT8", 0.5, -3, name="y"),
    ]
    operators = [OperatorSpec("ADD", [0, 1], [2]), OperatorSpec("ADD", [2, 1], [3]), OperatorSpec("Mine", [3], [3])]
    return load_model(build_model([SubgraphSpec(tensors, operators, inputs=[0], outputs=[3])]), name="small")


def one_tensor(spec: TensorSpec) -> Tensor:
    return load_model(build_model([SubgraphSpec([spec], [])])).subgraphs[0].tensors[0]


def test_reprs_are_short_and_say_what_matters() -> None:
    model = small_model()
    assert repr(model) == f"Model('small', {model.bytes:,} bytes: 2 ADD, 1 Mine)"
    (subgraph,) = model.subgraphs
    assert repr(subgraph) == "Subgraph(0 'main', 4 tensors, 3 operators)"
    assert [repr(tensor) for tensor in subgraph.tensors] == [
        "Tensor(0 'x' FLOAT32 [2, 2])",
        "Tensor(1 'one' FLOAT32 [2, 2] constant)",
        "Tensor(2 'state' INT8 [2, 2] variable)",
        "Tensor(3 'y' INT8 [2, 2])",
    ]
    assert repr(subgraph.operators[1]) == "Operator(1 ADD [2, 1] -> [3])"
    assert repr(subgraph.tensors[2].quantization) == "Quantization(2 scales along dimension 1)"
    assert repr(subgraph.tensors[3].quantization) == "Quantization(scale=0.5, zero_point=-3)"


def test_values_are_frozen() -> None:
    model = small_model()
    for value, field in ((model, "name"), (model.subgraphs[0], "name"), (model.subgraphs[0].tensors[0], "shape")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field, None)
    with pytest.raises(TypeError):
        model.metadata["new"] = memoryview(b"")  # type: ignore[index]


def test_a_model_knows_its_digest_and_its_operators() -> None:
    model = small_model()
    assert model.sha256 == hashlib.sha256(model.data).hexdigest()
    assert model.operator_counts() == {"ADD": 2, "Mine": 1}


@pytest.mark.parametrize("tensor_type", [each for each in TensorType if each not in (5, 14)])
def test_every_type_of_fixed_size_has_a_dtype_and_a_size(tensor_type: TensorType) -> None:
    tensor = one_tensor(TensorSpec((3, 5), tensor_type))
    bits = {"INT2": 2, "INT4": 4, "UINT4": 4}.get(tensor_type.name, 8 * tensor.dtype.itemsize)
    assert constant_bytes(tensor_type, (3, 5)) == -(-15 * bits // 8)
    assert tensor.bytes == 15 * tensor.dtype.itemsize


def test_types_of_no_fixed_size_load_and_have_no_dtype() -> None:
    tensor = one_tensor(TensorSpec((2,), "STRING", data=b"\2\0\0\0anything"))
    assert tensor.constant().tobytes() == b"\2\0\0\0anything"
    with pytest.raises(ModelError, match="STRING elements have no fixed size"):
        dtype_of(tensor.type)
    assert constant_bytes(TensorType.VARIANT, (2,)) is None


def test_a_scalar_has_one_element() -> None:
    tensor = one_tensor(constant(np.float32(2.5)))
    assert (tensor.shape, tensor.element_count, tensor.bytes) == ((), 1, 4)
    assert tensor.constant().shape == ()
    assert float(tensor.constant()) == 2.5


def test_an_int4_constant_stays_packed_and_takes_a_byte_an_element_in_the_arena() -> None:
    tensor = one_tensor(TensorSpec((5,), "INT4", data=[1, -2, 3, -4, 5]))
    assert tensor.constant().tolist() == [0xE1, 0xC3, 0x05]
    assert tensor.bytes == 5
