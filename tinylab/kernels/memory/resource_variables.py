"""What resource variables take of the arena: the table of them all, and each variable's buffer.

The application makes the table before it makes the interpreter, for as many variables as it says. VAR_HANDLE's Prepare
finds its variable there by container and name, or enters it; the first ASSIGN_VARIABLE that is prepared for it asks for
its buffer. Retells tensorflow/lite/micro/micro_resource_variable.cc.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tinylab.model import Model, Operator, Subgraph, Tensor
from tinylab.model.options import VarHandleOptions

TABLE_BYTES = {"ilp32": 12, "lp64": 16}  # MicroResourceVariables
ENTRY_BYTES = {"ilp32": 20, "lp64": 40}  # MicroResourceVariable: two names, buffer, bytes and a byte to fill it with

Variable = tuple[str, str]  # container, shared name


class FirstAssignment(NamedTuple):
    """Which variable, by its id, gets its buffer, and the tensor that is assigned: the buffer is as large."""

    variable: int
    value: Tensor


def table_requests(variable_count: int, abi: str) -> tuple[int, int]:
    """What MicroResourceVariables::Create asks for, each 16-aligned, before anything of the interpreter."""
    return TABLE_BYTES[abi], ENTRY_BYTES[abi] * variable_count


def variables(model: Model) -> list[Variable]:
    """Every variable of the model, in the order of their ids."""
    found: list[Variable] = []
    for subgraph in model.subgraphs:
        for node in subgraph.operators:
            if node.name == "VAR_HANDLE":
                _id_of(node, found)
    return found


def first_assignments(model: Model) -> dict[tuple[int, int], FirstAssignment]:
    """(subgraph, operator) of each ASSIGN_VARIABLE whose Prepare asks for a buffer -> for what.

    A handle that comes from another subgraph is not known yet in Prepare, and nothing is asked for.
    """
    table: list[Variable] = []
    assigned: set[int] = set()
    found: dict[tuple[int, int], FirstAssignment] = {}
    for subgraph in model.subgraphs:
        for node, variable in _handled(subgraph, table):
            if variable not in assigned:
                assigned.add(variable)
                found[subgraph.index, node.index] = FirstAssignment(variable, subgraph.tensors[node.inputs[1]])
    return found


def _handled(subgraph: Subgraph, table: list[Variable]) -> Iterator[tuple[Operator, int]]:
    """Each ASSIGN_VARIABLE of the subgraph with its variable's id, where a VAR_HANDLE before it says which."""
    ids: dict[int, int] = {}  # by tensor index
    for node in subgraph.operators:
        if node.name == "VAR_HANDLE":
            ids |= dict.fromkeys(node.outputs[:1], _id_of(node, table))
        elif _assigns(node) and node.inputs[0] in ids:
            yield node, ids[node.inputs[0]]


def _assigns(node: Operator) -> bool:
    return node.name == "ASSIGN_VARIABLE" and len(node.inputs) == 2 and min(node.inputs) >= 0


def _id_of(node: Operator, table: list[Variable]) -> int:
    options = node.options or VarHandleOptions()
    return find_or_enter(table, options.container, options.shared_name)


def find_or_enter(table: list[Variable], container: str, shared_name: str) -> int:
    """The place of a variable in the table, where it is entered if it is new. No container fits every one."""
    for place, (known_container, known_name) in enumerate(table):
        if container in ("", known_container) and shared_name == known_name:
            return place
    table.append((container, shared_name))
    return len(table) - 1
