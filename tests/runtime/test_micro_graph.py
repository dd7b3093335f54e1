"""MicroGraph and MicroResourceVariables: subgraphs by number, variables by id."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.calling import adding, remembering, squaring
from tests.kernels.test_if_ import choosing
from tinylab.arena import MicroAllocator
from tinylab.errors import InvokeError
from tinylab.model import load_model
from tinylab.runtime import AllOpsResolver, MicroInterpreter, MicroProfiler
from tinylab.runtime.micro_resource_variables import MicroResourceVariables


def test_a_subgraph_that_is_not_there() -> None:
    interpreter = MicroInterpreter(load_model(choosing(adding(), squaring())), AllOpsResolver(), 10_000)
    interpreter.allocate_tensors()
    graph = interpreter._graph
    assert graph.num_subgraphs() == 3
    assert [tensor.shape for tensor in graph.subgraph_inputs(1)] == [(1, 4)]
    for index in (-1, 3):
        with pytest.raises(InvokeError, match=f"subgraph {index} is called and the model has 3"):
            graph.invoke_subgraph(index)


def test_what_is_called_after_each_node_is_forgotten_after_the_run() -> None:
    interpreter = MicroInterpreter(
        load_model(choosing(adding(), squaring())), AllOpsResolver(), 10_000, profiler=MicroProfiler()
    )
    called: list[tuple[int, str]] = []
    interpreter.invoke(after_node=lambda node, context: called.append((context.subgraph.index, node.name)))
    assert called == [(2, "MUL"), (0, "IF")]
    interpreter.invoke()
    assert len(called) == 2
    assert interpreter.profiler is not None
    assert [event.tag for event in interpreter.profiler.events] == ["MUL", "IF"] * 2


def test_every_tensor_is_of_the_main_subgraph() -> None:
    """Tensors of called subgraphs have the same numbers and other values."""
    interpreter = MicroInterpreter(load_model(choosing(adding(), squaring())), AllOpsResolver(), 10_000)
    xs = np.float32([[[1, 2, 3, 4]]])
    found = interpreter.predict_every_tensor([np.array([[True]]), xs])
    assert sorted(found) == [0, 1, 2]
    np.testing.assert_array_equal(found[1], xs)
    np.testing.assert_array_equal(found[2], 2 * xs)


def test_two_models_have_their_own_variables_in_one_arena() -> None:
    allocator = MicroAllocator.create_two_arenas(8000, 2000)
    one, two = (
        MicroInterpreter(load_model(remembering("INT8", start)), AllOpsResolver(), allocator)
        for start in ([1] * 4, [2] * 4)
    )
    assert [i.predict(np.full((2, 1, 4), 7, np.int8))[:, 0, 0].tolist() for i in (one, two)] == [[1, 7], [2, 7]]


def test_variables() -> None:
    variables = MicroResourceVariables()
    assert [variables.create_id_if_none_found("", name) for name in "aba"] == [0, 1, 0]
    assert variables.create_id_if_none_found("x", "a") == 2
    for variable in (0, 9):
        with pytest.raises(InvokeError, match=f"resource variable {variable} has no memory"):
            variables.read(variable, np.zeros(1, np.int8))
