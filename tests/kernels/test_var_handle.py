"""VAR_HANDLE: one id a variable, whoever asks. What the variables then hold: test_assign_variable.py."""

from __future__ import annotations

import pytest

from tests.builder import SubgraphSpec, build_model
from tests.kernels.calling import HANDLE, handle
from tinylab.errors import InvokeError
from tinylab.kernels import var_handle
from tinylab.model import load_model
from tinylab.runtime.micro_context import MicroContext
from tinylab.runtime.micro_graph import MicroGraph


def test_ids() -> None:
    operators = [handle(0, "a"), handle(1, "b"), handle(2, "a"), handle(3, "b", "x"), handle(4, "b", "x")]
    graph = load_model(build_model([SubgraphSpec([HANDLE] * 5, operators, [], [0])])).subgraphs[0]
    context = MicroContext(graph)
    MicroGraph([context])
    ids = [var_handle.prepare(context, node).resource_id for node in graph.operators]
    assert ids == [0, 1, 0, 2, 2]


def test_a_context_of_one_subgraph_alone() -> None:
    graph = load_model(build_model([SubgraphSpec([HANDLE], [handle(0)], [], [0])])).subgraphs[0]
    with pytest.raises(InvokeError, match="no graph"):
        var_handle.prepare(MicroContext(graph), graph.operators[0])
