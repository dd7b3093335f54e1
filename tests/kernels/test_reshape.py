"""RESHAPE: the same elements in the same order, on the real TFLM too."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, single_operator
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.elementwise import random_shape
from tests.kernels.running import assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tinylab.model.options import ReshapeOptions
from tinylab.peers.tflm import TflmSession

TYPES = ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "bool"]
SHAPES = [((2, 3, 4), (4, 6)), ((6,), (1, 1, 2, 3, 1)), ((1, 1), ()), ((), (1, 1, 1)), ((5, 1), (5,))]


def reshape_model(shape: tuple[int, ...], new_shape: tuple[int, ...], dtype: str = "int8") -> bytes:
    """With the new shape as second input, as converters write it."""
    inputs = [TensorSpec(shape, dtype.upper()), constant(np.array(new_shape, np.int32))]
    return single_operator("RESHAPE", inputs, [TensorSpec(new_shape, dtype.upper())], ReshapeOptions(new_shape))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(("shape", "new_shape"), SHAPES)
def test_keeps_the_elements(shape: tuple[int, ...], new_shape: tuple[int, ...], dtype: str) -> None:
    inputs = random_values(np.random.default_rng(1), dtype, 3, *shape)
    outputs = outputs_of(reshape_model(shape, new_shape, dtype), inputs)[0]
    assert outputs.shape == (3, *new_shape)
    assert outputs.tobytes() == inputs.tobytes()


def random_case(rng: Rng, dtype: str) -> Case:
    """The same sizes in another order, ones among them."""
    shape = random_shape(rng)
    new_shape = tuple(int(size) for size in rng.permutation([*shape, *[1] * int(rng.integers(0, 3))]))
    return reshape_model(shape, new_shape, dtype), random_values(rng, dtype, SAMPLES, *shape)


CELLS = of_types("RESHAPE", random_case, TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_the_second_input_is_not_read() -> None:
    """Left out, or naming another shape: the output tensor's own shape counts."""
    values = np.arange(6, dtype=np.int8).reshape(1, 6)
    tensors = [TensorSpec((6,)), TensorSpec((2, 3))]
    alone = single_operator("RESHAPE", tensors[:1], tensors[1:])
    contradicted = single_operator("RESHAPE", [tensors[0], constant(np.int32([3, -1]))], tensors[1:])
    for model in (alone, contradicted):
        assert outputs_of(model, values)[0].tolist() == [[[0, 1, 2], [3, 4, 5]]]


def test_a_constant_becomes_the_same_for_every_sample() -> None:
    """A reshaped constant has one sample; the tensor it is written to has as many as run."""
    graph = SubgraphSpec(
        [TensorSpec((2,)), constant(np.int8([[1], [2]])), TensorSpec((2,)), TensorSpec((1, 2))],
        [OperatorSpec("RESHAPE", [1], [2]), OperatorSpec("RESHAPE", [0], [3])],
    )
    values = np.int8([[5, 6], [7, 8]])
    of_constant, of_input = outputs_of(build_model([graph]), values)
    assert of_constant.tolist() == [[1, 2], [1, 2]]
    assert of_input.tolist() == [[[5, 6]], [[7, 8]]]


REFUSED = {
    "more elements": single_operator("RESHAPE", [TensorSpec((6,))], [TensorSpec((7,))]),
    "another type": single_operator("RESHAPE", [TensorSpec((6,))], [TensorSpec((6,), "INT16")]),
    "three inputs": single_operator("RESHAPE", [TensorSpec((6,))] * 3, [TensorSpec((6,))]),
    "two outputs": single_operator("RESHAPE", [TensorSpec((6,))], [TensorSpec((6,))] * 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    phase, message = refusal_of(REFUSED[name])
    assert phase == "allocate"
    assert "operator 0 (RESHAPE)" in message
    assert "needed" in message


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str) -> None:
    assert_refused_as_tflm(tflm, REFUSED[name])
