"""Resource variables: their table, their names, and which ASSIGN_VARIABLE asks for a buffer."""

from __future__ import annotations

from collections.abc import Sequence

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tests.kernels.memory.other_models import tensor
from tinylab.kernels.memory.resource_variables import first_assignments, table_requests, variables
from tinylab.model import Model, load_model
from tinylab.model.options import VarHandleOptions

HANDLE = TensorSpec((), "RESOURCE")
ROW, LONG = tensor("INT8", 1, 20), tensor("FLOAT32", 1, 20)


def handle(output: int, name: str, container: str = "") -> OperatorSpec:
    return OperatorSpec("VAR_HANDLE", [], [output], VarHandleOptions(container, name))


def assign(variable: int, value: int) -> OperatorSpec:
    return OperatorSpec("ASSIGN_VARIABLE", [variable, value], [])


def graph(operators: Sequence[OperatorSpec], inputs: Sequence[int] = (2, 3)) -> SubgraphSpec:
    """Tensors 0 and 1 are handles, 2 is int8 and 3 float, 20 elements each."""
    return SubgraphSpec([HANDLE, HANDLE, ROW, LONG], operators, inputs, [2])


def buffer_bytes(model: Model) -> dict[tuple[int, int], int]:
    return {place: found.value.bytes for place, found in first_assignments(model).items()}


def test_the_table() -> None:
    """Measured on TFLM 90b983c."""
    assert table_requests(1, "ilp32") == (12, 20)
    assert table_requests(3, "lp64") == (16, 120)


def test_a_variable_gets_its_buffer_once() -> None:
    main = graph([handle(0, "a"), handle(1, "b"), assign(0, 2), assign(0, 2), assign(1, 3)])
    other = graph([handle(1, "a"), handle(0, "c"), assign(1, 2), assign(0, 2)])
    model = load_model(build_model([main, other]))
    assert variables(model) == [("", "a"), ("", "b"), ("", "c")]
    assert buffer_bytes(model) == {(0, 2): 20, (0, 4): 80, (1, 3): 20}
    assert [found.variable for found in first_assignments(model).values()] == [0, 1, 2]


def test_the_first_that_is_prepared_says_how_large() -> None:
    """Subgraph 0 comes first, though CALL_ONCE has subgraph 1 run before."""
    model = load_model(build_model([graph([handle(0, "a"), assign(0, 3)]), graph([handle(0, "a"), assign(0, 2)])]))
    assert buffer_bytes(model) == {(0, 1): 80}


def test_a_handle_from_outside_is_not_known_in_prepare() -> None:
    model = load_model(build_model([graph([handle(0, "a")]), graph([assign(0, 2)], [0, 2])]))
    assert variables(model) == [("", "a")]
    assert buffer_bytes(model) == {}


def test_no_container_fits_every_container() -> None:
    model = load_model(build_model([graph([handle(0, "a", "x"), handle(1, "a"), handle(0, "a", "y")])]))
    assert variables(model) == [("x", "a"), ("y", "a")]


def test_operators_without_tensors_ask_for_nothing() -> None:
    """TFLM refuses them in Prepare, where the numbers of inputs and outputs are looked at."""
    empty = OperatorSpec("VAR_HANDLE", [], [], VarHandleOptions("", "a"))
    broken = [OperatorSpec("ASSIGN_VARIABLE", inputs, []) for inputs in ([], [0], [0, -1], [-1, 2])]
    model = load_model(build_model([graph([empty, handle(0, "a"), *broken])]))
    assert buffer_bytes(model) == {}
