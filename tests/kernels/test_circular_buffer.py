"""CIRCULAR_BUFFER: the last inputs, and the runs that end early."""

from __future__ import annotations

import numpy as np
import pytest
from flatbuffers import flexbuffers

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tests.kernels.cases import assert_refused_in
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import interpreter_of, random_values, refusal_of
from tinylab.peers.tflm import TflmSession


def buffer(
    shape: tuple[int, ...] = (1, 1, 2, 3),
    output: tuple[int, ...] = (1, 4, 2, 3),
    options: object = (1,),
    dtype: str = "INT8",
    out: str | None = None,
) -> bytes:
    """options: the vector's values; None for no options."""
    custom = b"" if options is None else bytes(flexbuffers.Dumps(options if isinstance(options, dict) else [*options]))  # type: ignore[misc]
    state = TensorSpec(output, out or dtype, 0.5, -5, is_variable=True)
    operator = OperatorSpec("CIRCULAR_BUFFER", [0], [1], custom_options=custom)
    return build_model([SubgraphSpec([TensorSpec(shape, dtype, 0.5, -5), state], [operator], [0], [1])])


def random_case(rng: Rng) -> Case:
    """Every cycle: of one, or five slots and no options."""
    width, channels = (int(size) for size in rng.integers(1, 5, 2))
    options = [(1,), {"cycles_max": 1}, None][int(rng.integers(3))]
    slots = 5 if options is None else int(rng.integers(1, 7))
    model = buffer((1, 1, width, channels), (1, slots, width, channels), options)
    return model, random_values(rng, "int8", 8, 1, 1, width, channels)


CELLS = {("CIRCULAR_BUFFER", "int8"): Cell(random_case)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    interpreter = interpreter_of(buffer((1, 1, 1, 1), (1, 3, 1, 1)))
    xs = np.int8([1, 2, 3, 4]).reshape(4, 1, 1, 1, 1)
    assert interpreter.predict(xs).reshape(4, 3).tolist() == [[-5, -5, 1], [-5, 1, 2], [1, 2, 3], [2, 3, 4]]
    interpreter.reset()
    assert interpreter.predict(xs[:1]).ravel().tolist() == [-5, -5, 1]


def test_only_every_third_run_goes_on(tflm: TflmSession) -> None:
    """The operator behind it runs where enough has come; else its output is what it was."""
    state = TensorSpec((1, 3, 1, 1), "INT8", 0.5, -5, is_variable=True)
    custom = bytes(flexbuffers.Dumps([3]))
    operators = [OperatorSpec("CIRCULAR_BUFFER", [0], [1], custom_options=custom), OperatorSpec("RESHAPE", [1], [2])]
    tensors = [TensorSpec((1, 1, 1, 1), "INT8", 0.5, -5), state, TensorSpec((3,), "INT8", 0.5, -5)]
    model = build_model([SubgraphSpec(tensors, operators, [0], [2])])
    interpreter = interpreter_of(model)
    xs = np.arange(1, 8, dtype=np.int8).reshape(7, 1, 1, 1, 1)
    ended = []
    for x in xs:
        interpreter.input(0).data[...] = x
        ended.append(interpreter.output(0).data.tolist() if interpreter.invoke() else None)
    assert ended == [None, None, [1, 2, 3], None, None, [4, 5, 6], None]
    interpreter.reset()  # counts from the start
    # The next input lies where the output lay, and overwrites its start.
    again = [[1, 2, 3], [4, 2, 3], [5, 2, 3], [4, 5, 6], [7, 5, 6]]
    assert interpreter.predict(xs)[2:].tolist() == again
    assert tflm.run(model, xs).require().outputs[0][2:].reshape(5, 3).tolist() == again


def test_without_options_most_run_every_other_time() -> None:
    interpreter = interpreter_of(buffer(options=None))
    assert [interpreter.invoke() for _ in range(4)] == [False, True, False, True]
    interpreter.invoke(trace=True)
    assert interpreter.trace is not None
    assert interpreter.trace.nodes == ()  # the node did not come to its end


REFUSED = {
    "two slots in": buffer((1, 2, 2, 3)),
    "batches": buffer((2, 1, 2, 3)),
    "width": buffer((1, 1, 3, 3)),
    "channels": buffer((1, 1, 2, 4)),
    "types": buffer(out="INT16"),
    "int16": buffer(dtype="INT16"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, "allocate", REFUSED[name])


def test_what_tflm_does_not_look_at() -> None:
    assert refusal_of(buffer((1, 1, 6), (1, 4, 6)))[0] == "allocate"
    state = TensorSpec((1, 5, 2, 3), "INT8", is_variable=True)
    damaged = OperatorSpec("CIRCULAR_BUFFER", [0], [1], custom_options=b"\xff\xff\xff")
    assert refusal_of(build_model([SubgraphSpec([TensorSpec((1, 1, 2, 3), "INT8"), state], [damaged], [0], [1])]))
