"""VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE together: values that live in the tail from invoke to invoke."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import SubgraphSpec, TensorSpec, build_model, constant
from tests.kernels.calling import HANDLE, VARIABLE_TYPES, assign, handle, read, remembering, row
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every, of_types
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, interpreter_of, random_values, refusal_of
from tinylab.model import TensorType
from tinylab.model.model import dtype_of
from tinylab.peers.tflm import TflmSession


@pytest.mark.parametrize("type", ["INT8", "UINT8", "INT16", "INT32", "INT64", "FLOAT32", "BOOL"])
@pytest.mark.parametrize("start", [None, [1, 0, 1, 1]])
def test_as_tflm(tflm: TflmSession, type: str, start: list[int] | None) -> None:
    """What was assigned is read in the next invoke; before, int8 is at its zero point 3 and the others are 0."""
    model = remembering(type, start)
    xs = random_values(np.random.default_rng(5), dtype_of(TensorType[type]).name, 50, 1, 4)
    interpreter = interpreter_of(model)
    ours = interpreter.predict(xs)
    assert ours[0, 0].tolist() == (start or [3 if type == "INT8" else 0] * 4)
    np.testing.assert_array_equal(ours[1:], xs[:-1])
    np.testing.assert_array_equal(tflm.run(model, xs).require().outputs[0].reshape(ours.shape), ours)


def random_case(rng: Rng, dtype: str) -> Case:
    """What was assigned is read in the next invoke; before, what CALL_ONCE set or a new variable holds."""
    count = int(rng.integers(1, 9))
    start = random_values(rng, dtype, count).tolist() if rng.random() < 0.5 else None
    return remembering(dtype.upper(), start, count=count), random_values(rng, dtype, SAMPLES, 1, count)


CELLS = {
    key: cell
    for name in ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE")
    for key, cell in of_types(name, random_case, VARIABLE_TYPES).items()
}


@every(CELLS)
def test_cells_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_a_zero_point_that_is_no_byte_is_cut() -> None:
    value = TensorSpec((1, 2), "INT16", 0.5, 258)
    main = SubgraphSpec([HANDLE, value, value], [handle(0), read(0, 2), assign(0, 1)], [1], [2])
    assert interpreter_of(build_model([main])).predict(np.zeros((1, 1, 2), np.int16)).tolist() == [[[514, 514]]]


def test_the_value_lies_in_the_tail_where_it_was_asked_for() -> None:
    interpreter = interpreter_of(remembering("INT8", None))
    record = next(one for one in interpreter.allocations if one.category == "persistent buffer")
    assert record.owner == "operator 2 ASSIGN_VARIABLE"
    assert record.requested_bytes == 4
    interpreter.input(0).data[...] = [[5, 6, 7, 8]]
    interpreter.invoke()
    place = slice(record.offset, record.offset + 4)
    assert interpreter.allocator.persistent_buffer[place].tolist() == [5, 6, 7, 8]


def test_two_variables_and_one_of_two_names(tflm: TflmSession) -> None:
    """a and b are two; a of another container is a third; a of no container is whichever came first."""
    value = row("INT16")
    operators = [handle(0, "a", "x"), handle(1, "b", "x"), handle(2, "a", "y"), handle(3, "a")]
    operators += [read(0, 5), read(1, 6), read(2, 7), read(3, 8)]
    operators += [assign(0, 4), assign(1, 5), assign(2, 6), assign(3, 4)]
    model = build_model([SubgraphSpec([HANDLE] * 4 + [value] * 5, operators, [4], [5, 6, 7, 8])])
    xs = random_values(np.random.default_rng(6), "int16", 6, 1, 4)
    ours = interpreter_of(model).predict(xs)
    np.testing.assert_array_equal(ours[0], ours[3])
    np.testing.assert_array_equal(ours[2][3:], xs[:-3])
    # The wheel makes its table as large as there are different names, containers left out: too small for this model.
    assert "Maximum resource variable count" in tflm.run(model, xs).text


def test_a_handle_of_another_subgraphs_variable_may_be_a_constant(tflm: TflmSession) -> None:
    """Its id as int32: TFLM takes that too."""
    value = row()
    operators = [handle(0), read(0, 3), assign(1, 2)]
    main = SubgraphSpec([HANDLE, constant(np.zeros(1, np.int32)), value, value], operators, [2], [3])
    model = build_model([main])
    phase, message = refusal_of(model)
    assert phase == "invoke"  # which variable a constant means is not looked at while the arena is laid out
    assert "resource variable 0 has no memory" in message


def test_another_size_than_the_first_is_refused() -> None:
    """NB: a release build of TFLM copies as many bytes as the variable has."""
    operators = [handle(0), assign(0, 1), assign(0, 2), read(0, 3)]
    model = build_model([SubgraphSpec([HANDLE, row(), row(count=5), row()], operators, [1, 2], [3])])
    assert refusal_of(model) == (
        "invoke",
        "operator 2 (ASSIGN_VARIABLE): resource variable 0 has 16 bytes, but 20 are needed",
    )


REFUSED = {
    "a float handle": [TensorSpec((1,), "FLOAT32")],
    "two handles": [TensorSpec((2,), "RESOURCE")],
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    model = build_model([SubgraphSpec([*REFUSED[name], row(), HANDLE], [handle(2), assign(0, 1)], [0, 1], [1])])
    assert refusal_of(model)[0] == "allocate"
    if name == "a float handle":  # the wheel's test harness cannot feed a RESOURCE
        assert_refused_as_tflm(tflm, model)


def test_a_variable_next_to_an_ordinary_state(tflm: TflmSession) -> None:
    """An unchanged variable: every read is equal."""
    start = constant(np.int8([[1, 2, 3, 4]]), scale=0.5, zero_point=3)
    main = SubgraphSpec(
        [HANDLE, row("INT8"), row("INT8"), start], [handle(0), assign(0, 3), read(0, 2), assign(0, 1)], [1], [2]
    )
    xs = random_values(np.random.default_rng(7), "int8", 5, 1, 4)
    model = build_model([main])
    assert_as_tflm(tflm, model, xs)
    assert interpreter_of(model).predict(xs).reshape(5, 4).tolist() == [[1, 2, 3, 4]] * 5
