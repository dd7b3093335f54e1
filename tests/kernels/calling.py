"""Models of several subgraphs: operators that call them, and variables that they share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.model.options import AddOptions, CallOnceOptions, MulOptions, VarHandleOptions

VARIABLE_TYPES = ["float32", "int8", "uint8", "int16", "int32", "int64", "bool"]
HANDLE = TensorSpec((), "RESOURCE")


def handle(tensor: int, name: str = "v", container: str = "") -> OperatorSpec:
    return OperatorSpec("VAR_HANDLE", [], [tensor], VarHandleOptions(container, name))


def read(variable: int, output: int) -> OperatorSpec:
    return OperatorSpec("READ_VARIABLE", [variable], [output])


def assign(variable: int, value: int) -> OperatorSpec:
    return OperatorSpec("ASSIGN_VARIABLE", [variable, value], [])


def row(type: str = "FLOAT32", count: int = 4) -> TensorSpec:
    return TensorSpec((1, count), type, 0.5 if type in ("INT8", "INT16") else None, 3 if type == "INT8" else 0)


def adding(type: str = "FLOAT32", count: int = 4) -> SubgraphSpec:
    """output = 2 x input."""
    add = OperatorSpec("ADD", [0, 0], [1], AddOptions())
    return SubgraphSpec([row(type, count), row(type, count)], [add], [0], [1], "adding")


def squaring(type: str = "FLOAT32", count: int = 4) -> SubgraphSpec:
    """output = input x input."""
    multiply = OperatorSpec("MUL", [0, 0], [1], MulOptions())
    return SubgraphSpec([row(type, count), row(type, count)], [multiply], [0], [1], "squaring")


def remembering(type: str, start: Sequence[int] | None, name: str = "v", count: int = 4) -> bytes:
    """Gives what it was given in the invoke before; in the first one `start`, or without it what a variable is then."""
    value = row(type, count)
    operators = [handle(0, name), read(0, 2), assign(0, 1)]
    if start is not None:
        operators.insert(0, OperatorSpec("CALL_ONCE", [], [], CallOnceOptions(1)))
    main = SubgraphSpec([HANDLE, value, value], operators, [1], [2])
    if start is None:
        return build_model([main])
    first = constant(np.array([start]), type, scale=value.scale, zero_point=value.zero_point)
    return build_model([main, SubgraphSpec([HANDLE, first], [handle(0, name), assign(0, 1)], [], [], "init")])
