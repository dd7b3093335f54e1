"""IF: one of two subgraphs runs, and its outputs become the operator's."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tests.kernels.calling import HANDLE, adding, assign, handle, read, row, squaring
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import assert_refused_as_tflm, interpreter_of, random_values, refusal_of
from tinylab.model.options import IfOptions
from tinylab.peers.tflm import TflmSession

CONDITION = TensorSpec((1,), "BOOL")


def choosing(
    *branches: SubgraphSpec, type: str = "FLOAT32", condition: TensorSpec = CONDITION, inputs: tuple[int, ...] = (0, 1)
) -> bytes:
    """output = branches[0](input) where the condition holds, else branches[1](input)."""
    chosen = OperatorSpec("IF", inputs, [2], IfOptions(1, 2))
    return build_model([SubgraphSpec([condition, row(type), row(type)], [chosen], [0, 1], [2]), *branches])


def random_case(rng: Rng, dtype: str) -> Case:
    """Of which each sample takes its own branch."""
    type, count = dtype.upper(), int(rng.integers(1, 9))
    chosen = OperatorSpec("IF", [0, 1], [2], IfOptions(1, 2))
    main = SubgraphSpec([CONDITION, row(type, count), row(type, count)], [chosen], [0, 1], [2])
    model = build_model([main, adding(type, count), squaring(type, count)])
    return model, [rng.integers(0, 2, (SAMPLES, 1)).astype(bool), random_values(rng, dtype, SAMPLES, 1, count)]


CELLS = of_types("IF", random_case, ["float32", "int8", "int16", "int32"])


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    interpreter = interpreter_of(choosing(adding(), squaring()))
    xs = np.float32([[[1, 2, 3, 4]]] * 2)
    assert interpreter.predict([np.array([[True], [False]]), xs]).tolist() == [[[2, 4, 6, 8]], [[1, 4, 9, 16]]]


def test_the_trace_and_the_profiler_see_what_was_called() -> None:
    interpreter = interpreter_of(choosing(adding(), squaring()))
    interpreter.input(0).data[...] = True
    interpreter.invoke(trace=True)
    assert interpreter.trace is not None
    assert [(node.subgraph_index, node.operator_name) for node in interpreter.trace.nodes] == [(1, "ADD"), (0, "IF")]


def test_a_handle_is_handed_to_a_branch(tflm: TflmSession) -> None:
    """The branch reads a variable that only its caller knows by name."""
    value = row("INT8")
    reading = SubgraphSpec([HANDLE, value], [read(0, 1)], [0], [1])
    call = OperatorSpec("IF", [0, 1], [3], IfOptions(1, 1))
    main = SubgraphSpec([CONDITION, HANDLE, value, value], [handle(1), call, assign(1, 2)], [0, 2], [3])
    conditions, xs = np.ones((9, 1), bool), random_values(np.random.default_rng(2), "int8", 9, 1, 4)
    model = build_model([main, reading])
    theirs = tflm.run(model, [conditions, xs]).require().outputs[0]
    np.testing.assert_array_equal(interpreter_of(model).predict([conditions, xs]).reshape(theirs.shape), theirs)


LONG = SubgraphSpec([row(count=5), row(count=5)], [OperatorSpec("RELU", [0], [1])], [0], [1])
TWO_INPUTS = SubgraphSpec([row(), row(), row()], [OperatorSpec("RELU", [0], [2])], [0, 1], [2])
TWO_OUTPUTS = SubgraphSpec(
    [row(), row(), row()], [OperatorSpec("RELU", [0], [1]), OperatorSpec("RELU", [0], [2])], [0], [1, 2]
)
REFUSED = {
    "no bool": ("allocate", choosing(adding(), adding(), condition=TensorSpec((1,), "INT32"))),
    "two conditions": ("allocate", choosing(adding(), adding(), condition=TensorSpec((2,), "BOOL"))),
    "no such subgraph": ("allocate", choosing(adding())),
    "inputs of then": ("allocate", choosing(TWO_INPUTS, adding())),
    "outputs of then": ("allocate", choosing(TWO_OUTPUTS, adding())),
    "inputs of else": ("invoke", choosing(adding(), TWO_INPUTS)),
    "outputs of else": ("invoke", choosing(adding(), TWO_OUTPUTS)),
    "sizes of else": ("invoke", choosing(adding(), LONG)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    phase, model = REFUSED[name]
    assert refusal_of(model)[0] == phase
    assert_refused_as_tflm(tflm, model)
