"""What a kernel is handed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant
from tests.runtime.kernels import model_of
from tinylab.errors import InvokeError
from tinylab.runtime.micro_context import MicroContext, SampleContext, constant_array

SCALAR = TensorSpec((), "INT8")
WEIGHTS = constant(np.array([[1, 2], [3, 4]], np.int16), name="weights")


def context() -> MicroContext:
    """Tensors 0 [2, 2], 1 scalar, 2 constant, 3 output; three samples."""
    tensors = [TensorSpec((2, 2), "INT8", name="x"), SCALAR, WEIGHTS, TensorSpec((2, 2), "INT8")]
    graph = model_of(tensors, ("Mine", [0, 1, -1, 2], [3, -1])).subgraphs[0]
    weights = constant_array(graph.tensors[2])
    assert weights is not None
    arrays = {
        0: np.arange(12, dtype=np.int8).reshape(3, 2, 2),
        1: np.array([5, 6, 7], np.int8),
        2: weights,
        3: np.zeros((3, 2, 2), np.int8),
    }
    return MicroContext(graph, arrays, 3)


def test_descriptions() -> None:
    one = context()
    (node,) = one.subgraph.operators
    assert one.input_tensor(node, 0).name == "x"
    assert one.input_tensor(node, 3).name == "weights"
    assert one.optional_input_tensor(node, 2) is None
    assert one.optional_input_tensor(node, 9) is None
    assert one.output_tensor(node, 0).index == 3


@pytest.mark.parametrize("index", [2, 4])
def test_an_input_that_is_left_out_or_beyond(index: int) -> None:
    one = context()
    (node,) = one.subgraph.operators
    with pytest.raises(InvokeError, match=rf"input {index} is missing: the node has 4 inputs: \(0, 1, -1, 2\)"):
        one.input_tensor(node, index)
    with pytest.raises(InvokeError, match=f"input {index} is missing"):
        one.input_data(node, index)
    assert one.optional_input_data(node, index) is None


@pytest.mark.parametrize("index", [1, 2])
def test_an_output_that_is_left_out_or_beyond(index: int) -> None:
    one = context()
    (node,) = one.subgraph.operators
    with pytest.raises(InvokeError, match=rf"output {index} is missing: the node has 2 outputs: \(3, -1\)"):
        one.output_tensor(node, index)


def test_arrays_have_a_leading_axis_of_samples() -> None:
    one = context()
    (node,) = one.subgraph.operators
    assert one.input_data(node, 0).shape == (3, 2, 2)
    assert one.input_data(node, 1).shape == (3,)
    assert one.input_data(node, 3).tolist() == [[[1, 2], [3, 4]]]
    assert not one.input_data(node, 3).flags.writeable


def test_one_sample_has_the_tensors_own_shapes() -> None:
    whole = context()
    (node,) = whole.subgraph.operators
    for sample in range(3):
        one = SampleContext(whole, sample)
        assert one.input_data(node, 0).tolist() == whole.input_data(node, 0)[sample].tolist()
        assert one.input_data(node, 1).shape == ()
        assert one.input_data(node, 1) == 5 + sample
        assert one.input_data(node, 3).tolist() == [[1, 2], [3, 4]]
        one.output_data(node, 0)[...] = sample
        one.input_data(node, 1)[...] = 90 + sample
    assert whole.output_data(node, 0)[:, 0, 0].tolist() == [0, 1, 2]
    assert whole.input_data(node, 1).tolist() == [90, 91, 92]  # a view of a scalar, too, is written through
    assert sorted(SampleContext(whole, 0).arrays) == [0, 1, 2, 3]
    assert len(SampleContext(whole, 0).arrays) == 4


def test_there_is_no_data_in_prepare() -> None:
    graph = context().subgraph
    with pytest.raises(InvokeError, match=r'tensor 0 "x" \(INT8 2x2\) has no data: Prepare sees descriptions alone'):
        MicroContext(graph).input_data(graph.operators[0], 0)
    with pytest.raises(InvokeError, match=r"tensor 3 .* has no data"):
        MicroContext(graph).output_data(graph.operators[0], 0)


def test_a_tensor_without_a_constant() -> None:
    assert constant_array(context().subgraph.tensors[0]) is None
