"""READ_VARIABLE: what it refuses. What it reads: test_assign_variable.py."""

from __future__ import annotations

import pytest

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tests.kernels.calling import HANDLE, assign, handle, read, row
from tests.kernels.running import refusal_of

REFUSED = {
    "two inputs": (OperatorSpec("READ_VARIABLE", [0, 1], [2]), "allocate"),
    "a float handle": (read(1, 2), "allocate"),
    "two handles": (read(3, 2), "allocate"),
    "no such variable": (read(4, 2), "invoke"),
    "another size": (read(0, 5), "invoke"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str) -> None:
    """NB: a release build of TFLM looks at none of this but the variable's number, when it runs."""
    operator, phase = REFUSED[name]
    tensors = [HANDLE, row(count=1), row(), TensorSpec((2,), "RESOURCE"), HANDLE, row(count=5)]
    operators = [handle(0), assign(0, 2), handle(4, "another"), operator]
    model = build_model([SubgraphSpec([*tensors, row()], operators, [2], [operator.outputs[0]])])
    assert refusal_of(model)[0] == phase
