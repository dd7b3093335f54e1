"""CALL_ONCE: once in an interpreter's life, whatever is reset."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import OperatorSpec, SubgraphSpec, build_model
from tests.kernels.calling import HANDLE, VARIABLE_TYPES, adding, read, remembering, row
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import assert_refused_as_tflm, interpreter_of, random_values, refusal_of
from tinylab.errors import InvokeError
from tinylab.model.options import CallOnceOptions
from tinylab.peers.tflm import TflmSession


def test_it_runs_in_the_first_invoke_and_not_after_a_reset(tflm: TflmSession) -> None:
    model = remembering("INT8", [9, 9, 9, 9])
    xs = np.arange(20, 24, dtype=np.int8)[:, np.newaxis, np.newaxis].repeat(4, axis=2)
    interpreter = interpreter_of(model)
    assert interpreter.is_stateful
    first = interpreter.predict(xs)
    assert first[:, 0, 0].tolist() == [9, 20, 21, 22]
    interpreter.reset()
    second = interpreter.predict(xs)
    assert second[:, 0, 0].tolist() == [3, 20, 21, 22]  # the variable is at its zero point
    theirs = tflm.run(model, np.concatenate([xs, xs]), reset_every=4).require().outputs[0]
    np.testing.assert_array_equal(np.concatenate([first, second]).reshape(theirs.shape), theirs)


def test_a_call_that_fails_names_the_operator_inside() -> None:
    """A variable of which nothing is assigned behind its VAR_HANDLE has no memory."""
    init = SubgraphSpec([HANDLE, row()], [OperatorSpec("VAR_HANDLE", [], [0]), read(0, 1)], [], [1])
    main = SubgraphSpec([row()], [OperatorSpec("CALL_ONCE", [], [], CallOnceOptions(1))], [0], [0])
    interpreter = interpreter_of(build_model([main, init]))
    for _ in range(2):
        with pytest.raises(InvokeError, match=r"operator 1 \(READ_VARIABLE\): resource variable 0 has no memory"):
            interpreter.invoke()


def random_case(rng: Rng, dtype: str) -> Case:
    """A variable that CALL_ONCE sets; each invoke gives the one before."""
    count = int(rng.integers(1, 9))
    start = random_values(rng, dtype, count).tolist()
    return remembering(dtype.upper(), start, count=count), random_values(rng, dtype, SAMPLES, 1, count)


CELLS = of_types("CALL_ONCE", random_case, VARIABLE_TYPES)


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


REFUSED = {
    "an input": build_model(
        [SubgraphSpec([row()], [OperatorSpec("CALL_ONCE", [0], [], CallOnceOptions(1))]), adding()]
    ),
    "an output": build_model(
        [SubgraphSpec([row(), row()], [OperatorSpec("CALL_ONCE", [], [1], CallOnceOptions(1))], [0], [1]), adding()]
    ),
    "no such subgraph": build_model(
        [SubgraphSpec([row()], [OperatorSpec("CALL_ONCE", [], [], CallOnceOptions(2))], [0], [0]), adding()]
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert refusal_of(REFUSED[name])[0] == "allocate"
    assert_refused_as_tflm(tflm, REFUSED[name])


def test_a_variable_is_shared_by_name_and_not_by_subgraph(tflm: TflmSession) -> None:
    """The subgraph assigns, the main graph reads: through a handle that it makes itself."""
    model = remembering("FLOAT32", [1, 2, 3, 4], name="shared by two")
    interpreter = interpreter_of(model)
    assert interpreter.predict(np.zeros((1, 1, 4), np.float32)).tolist() == [[[1, 2, 3, 4]]]
