"""Lifetimes, worked out by hand. A name like `relu` is a custom operator: what it computes does not matter here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.arena.micro_allocation_info import (
    AllocationInfo,
    AllocationInfoBuilder,
    ScratchBufferRequest,
    called_subgraphs,
    offline_planned_offsets,
)
from tinylab.errors import ModelError
from tinylab.model import Model, load_model
from tinylab.model.options import CallOnceOptions, IfOptions, WhileOptions

WEIGHTS = constant(np.ones(4, np.int8))


def x(size: int = 4, **fields: Any) -> TensorSpec:
    return TensorSpec((size,), **fields)


def graph(
    tensors: Sequence[TensorSpec], *operators: tuple[str, list[int], list[int], Any], **fields: Any
) -> SubgraphSpec:
    return SubgraphSpec(tensors, [OperatorSpec(*operator) for operator in operators], **fields)


def model_of(*graphs: SubgraphSpec, offline: Sequence[int] | None = None) -> Model:
    if offline is None:
        return load_model(build_model(graphs))
    words = np.array([1, 0, len(offline), *offline], "<i4")
    return load_model(build_model(graphs, metadata={"OfflineMemoryAllocation": words.tobytes()}))


def built(model: Model, *scratch: tuple[int, int, int]) -> list[AllocationInfo]:
    return AllocationInfoBuilder(model, [ScratchBufferRequest(*request) for request in scratch]).build()


def lifetimes(model: Model, *scratch: tuple[int, int, int]) -> list[tuple[int, int] | None]:
    """(first, last) of every tensor that is planned, None of one that is not, then of the scratch buffers."""
    return [(i.first_created, i.last_used) if i.needs_allocating else None for i in built(model, *scratch)]


def test_a_chain() -> None:
    # moment 0: the input is filled; 1: conv; 2: relu; 3: softmax
    tensors = [x(), WEIGHTS, x(), x(), x()]
    model = model_of(graph(tensors, ("conv", [0, 1], [2]), ("relu", [2], [3]), ("softmax", [3], [4])))
    assert lifetimes(model) == [(0, 1), None, (1, 2), (2, 3), (3, 3)]


def test_the_input_is_not_kept_after_its_last_reader() -> None:
    model = model_of(graph([x(), x(), x(), x()], ("a", [0], [1]), ("b", [0, 1], [2]), ("c", [2], [3])))
    assert lifetimes(model)[0] == (0, 2)


def test_an_input_that_nobody_reads_lives_at_0() -> None:
    model = model_of(graph([x(), x(), x()], ("a", [0], [2]), inputs=[0, 1]))
    assert lifetimes(model) == [(0, 1), (0, 0), (1, 1)]


def test_outputs_live_to_the_end() -> None:
    tensors = [x(), x(), x(), x()]
    model = model_of(graph(tensors, ("a", [0], [1]), ("b", [1], [2]), ("c", [2], [3]), outputs=[1, 3]))
    assert lifetimes(model) == [(0, 1), (1, 3), (2, 3), (3, 3)]


def test_a_skip_connection_lives_until_it_is_added() -> None:
    tensors = [x(), x(), x(), x(), x()]
    model = model_of(graph(tensors, ("a", [0], [1]), ("b", [1], [2]), ("c", [2], [3]), ("add", [1, 3], [4])))
    assert lifetimes(model) == [(0, 1), (1, 4), (2, 3), (3, 4), (4, 4)]


def test_an_output_that_nobody_reads_lives_while_it_is_made() -> None:
    model = model_of(graph([x(), x(), x(), x()], ("split", [0], [1, 2]), ("a", [2], [3]), outputs=[3]))
    assert lifetimes(model) == [(0, 1), (1, 1), (1, 2), (2, 2)]


def test_an_input_that_is_an_output_too() -> None:
    model = model_of(graph([x(), x(), x()], ("a", [0], [1]), ("b", [1], [2]), outputs=[0, 2]))
    assert lifetimes(model)[0] == (0, 2)


def test_a_model_without_operators() -> None:
    assert lifetimes(model_of(graph([x()], inputs=[0], outputs=[0]))) == [(0, 0)]
    assert lifetimes(model_of(graph([x()], inputs=[], outputs=[0]))) == [(0, 0)]


def test_a_tensor_that_is_never_used_is_planned_at_no_moment() -> None:
    model = model_of(graph([x(), x(), x()], ("a", [0], [1]), inputs=[0], outputs=[1]))
    assert lifetimes(model)[2] == (-1, -1)


def test_a_tensor_that_is_written_twice_begins_with_the_first() -> None:
    tensors = [x(), x(), x()]
    model = model_of(graph(tensors, ("a", [0], [1]), ("b", [0], [1]), ("c", [1], [2]), inputs=[0], outputs=[2]))
    assert lifetimes(model)[1] == (1, 3)


def test_what_is_not_planned() -> None:
    """Constants lie in flash, variables in the tail, empty tensors and what VAR_HANDLE sets nowhere.

    A RESOURCE that no VAR_HANDLE sets is a tensor like others.
    """
    tensors = [x(), WEIGHTS, x(is_variable=True), x(0), x(1, type="RESOURCE"), x(1, type="RESOURCE"), x()]
    model = model_of(graph(tensors, ("VAR_HANDLE", [], [4]), ("a", [0, 1, 2, 3, 4, 5], [6]), inputs=[0]))
    assert lifetimes(model) == [(0, 2), None, None, None, None, (-1, 2), (2, 2)]


def test_what_is_left_out_is_stepped_over() -> None:
    model = model_of(graph([x(), x()], ("a", [0, -1], [-1, 1])))
    assert lifetimes(model) == [(0, 1), (1, 1)]


def test_scratch_buffers_live_during_their_operator_and_come_after_the_tensors() -> None:
    model = model_of(graph([x(), x(), x()], ("a", [0], [1]), ("b", [1], [2])))
    infos = built(model, (0, 1, 100), (0, 0, 7), (0, 1, 30))
    assert [(i.first_created, i.last_used) for i in infos[3:]] == [(2, 2), (1, 1), (2, 2)]
    assert [(i.tensor_index, i.node_index, i.requested_bytes) for i in infos[3:]] == [
        (None, 1, 100), (None, 0, 7), (None, 1, 30),
    ]  # fmt: skip


def test_requested_bytes_are_those_of_the_shape() -> None:
    tensors = [TensorSpec((1, 5, 2), "INT16"), TensorSpec((), "FLOAT32"), TensorSpec((3,), "INT4")]
    model = model_of(graph(tensors, ("a", [0], [1, 2])))
    assert [info.requested_bytes for info in built(model)] == [20, 4, 3]


# -- subgraphs ---------------------------------------------------------------------------------------------------------


def test_if_walks_both_branches_one_after_the_other() -> None:
    """Moments: 0 input | 1 before | 2 IF | 3 then: input | 4 its operator | 5 else: input | 6, 7 its two | 8 after."""
    main = graph([x(), x(), x(), x()], ("before", [0], [1]), ("IF", [0, 1], [2], IfOptions(1, 2)), ("after", [2], [3]))
    then = graph([x(), x()], ("a", [0], [1]))
    other = graph([x(), x(), x()], ("b", [0], [1]), ("c", [1], [2]))
    assert lifetimes(model_of(main, then, other), (0, 1, 5), (2, 0, 6)) == [
        *[(0, 7), (1, 7), (2, 8), (8, 8)],  # what IF reads and writes lives while the branches run
        *[(3, 4), (4, 4)],
        *[(5, 6), (6, 7), (7, 7)],
        *[(2, 7), (6, 6)],  # the scratch buffer of IF, and that of the first operator of its else
    ]


def test_while_walks_condition_then_body() -> None:
    main = graph([x(), x()], ("WHILE", [0], [1], WhileOptions(1, 2)))
    condition = graph([x(), x(1, type="BOOL")], ("less", [0], [1]))
    body = graph([x(), x()], ("add", [0], [1]))
    assert lifetimes(model_of(main, condition, body)) == [(0, 5), (1, 5), (2, 3), (3, 3), (4, 5), (5, 5)]


def test_call_once_walks_one() -> None:
    main = graph([x(), x()], ("CALL_ONCE", [], [], CallOnceOptions(1)), ("a", [0], [1]))
    assert lifetimes(model_of(main, graph([x()], ("init", [], [0])))) == [(0, 4), (4, 4), (3, 3)]


def test_a_subgraph_inside_a_subgraph() -> None:
    main = graph([x(), x()], ("IF", [0], [1], IfOptions(1, -1)))
    inner = graph([x(), x()], ("IF", [0], [1], IfOptions(2, -1)))
    assert lifetimes(model_of(main, inner, graph([x(), x()], ("a", [0], [1])))) == [
        (0, 5), (1, 5), (2, 5), (3, 5), (4, 5), (5, 5),
    ]  # fmt: skip


def test_a_subgraph_that_nobody_calls_has_no_moments() -> None:
    model = model_of(graph([x(), x()], ("a", [0], [1])), graph([x(), x()], ("b", [0], [1])))
    assert lifetimes(model, (1, 0, 5)) == [(0, 1), (1, 1), (-1, -1), (-1, -1), (-1, -1)]


def test_called_subgraphs() -> None:
    operators = model_of(
        graph(
            [x()],
            ("IF", [0], [], IfOptions(3, 4)),
            ("WHILE", [0], [], WhileOptions(5, -1)),
            ("CALL_ONCE", [0], [], CallOnceOptions(6)),
            ("ADD", [0], []),
        )
    ).subgraphs[0].operators  # fmt: skip
    assert [called_subgraphs(operator) for operator in operators] == [(3, 4), (5,), (6,), ()]


@pytest.mark.parametrize(
    ("called", "message"),
    [
        (7, r"subgraph 0, operator 0 \(IF\): it calls subgraph 7, there are 2"),
        (-2, r"it calls subgraph -2, there are 2"),
        (0, r"subgraph 0 calls itself \(0 -> 0\), which never ends"),
    ],
)
def test_a_call_that_leads_nowhere(called: int, message: str) -> None:
    model = model_of(graph([x(), x()], ("IF", [0], [1], IfOptions(called, 1))), graph([x()]))
    with pytest.raises(ModelError, match=message):
        built(model)


def test_two_subgraphs_that_call_one_another() -> None:
    model = model_of(
        graph([x(), x()], ("IF", [0], [1], IfOptions(1, -1))), graph([x(), x()], ("IF", [0], [1], IfOptions(0, -1)))
    )
    with pytest.raises(ModelError, match=r"subgraph 1, operator 0 \(IF\): subgraph 0 calls itself \(0 -> 1 -> 0\)"):
        built(model)


def test_calls_too_deep_for_any_stack() -> None:
    graphs = [graph([x()], ("CALL_ONCE", [], [], CallOnceOptions(i + 1))) for i in range(150)]
    with pytest.raises(ModelError, match="more than 100 deep"):
        built(model_of(*graphs, graph([x()])))


def test_calls_that_double_at_every_step() -> None:
    graphs = [graph([x()], ("IF", [0], [], IfOptions(i + 1, i + 1))) for i in range(40)]
    with pytest.raises(ModelError, match="or 10000 times"):
        built(model_of(*graphs, graph([x()])))


# -- a plan in the model -----------------------------------------------------------------------------------------------

PLANNED = graph([x(), WEIGHTS, x(), x(), x(is_variable=True)], ("a", [0, 1, 4], [2]), ("b", [2], [3]), inputs=[0])


def test_offline_offsets() -> None:
    infos = built(model_of(PLANNED, offline=[64, -1, -1, 0, -1]), (0, 0, 8))
    assert [info.offline_offset for info in infos] == [64, None, None, 0, None, None]
    assert [info.needs_allocating for info in infos] == [True, False, True, True, False, True]


def test_a_variable_that_the_model_places_moves_into_the_head() -> None:
    infos = built(model_of(PLANNED, offline=[-1, -1, -1, -1, 128]))
    assert (infos[4].needs_allocating, infos[4].offline_offset) == (True, 128)


def test_a_model_without_a_plan_of_its_own() -> None:
    assert offline_planned_offsets(model_of(PLANNED)) is None


def test_offline_offsets_count_through_all_subgraphs() -> None:
    model = model_of(graph([x(), x()], ("a", [0], [1])), graph([x()]), offline=[-1, 16, 32])
    assert [info.offline_offset for info in built(model)] == [None, 16, 32]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([1, 0, 4, 0, 0, 0, 0], "gives offsets for 4 tensors (4 are stored), and the model has 5"),
        ([1, 0, 5, 0, 0, 0, 0], "gives offsets for 5 tensors (4 are stored), and the model has 5"),
        ([1, 0, -1], "gives offsets for -1 tensors (0 are stored), and the model has 5"),
        ([1, 0], "gives offsets for 0 tensors (0 are stored), and the model has 5"),
        ([], "gives offsets for 0 tensors (0 are stored), and the model has 5"),
        ([1, 0, 5, 0, 0, -16, -1, 0], "tensor 2 is put 16 bytes before the arena"),
    ],
)
def test_a_damaged_plan_is_refused(words: list[int], message: str) -> None:
    metadata = {"OfflineMemoryAllocation": np.array(words, "<i4").tobytes()}
    model = load_model(build_model([PLANNED], metadata=metadata))
    with pytest.raises(ModelError) as caught:
        built(model)
    assert str(caught.value).startswith("metadata OfflineMemoryAllocation: ")
    assert message in str(caught.value)


def test_words_behind_the_plan_and_half_a_word_are_no_harm() -> None:
    data = np.array([1, 0, 5, 0, 16, 32, 48, 64, 99], "<i4").tobytes() + b"x"
    model = load_model(build_model([PLANNED], metadata={"OfflineMemoryAllocation": data}))
    assert offline_planned_offsets(model) == [0, 16, 32, 48, 64]
