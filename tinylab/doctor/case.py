"""What the checks look at: a model, what is known of its board, and what tinylab can compute of the two."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tinylab.arena import Target
from tinylab.boards import Board
from tinylab.doctor.diagnosis import Found
from tinylab.errors import OperatorError, PrepareError, TinylabError
from tinylab.kernels import REGISTRATIONS
from tinylab.model import BuiltinOperator, Model, Operator, Subgraph, Tensor
from tinylab.runtime import ArenaPlan, MicroInterpreter, plan_arena, resolver_for
from tinylab.runtime.micro_context import MicroContext
from tinylab.runtime.micro_graph import MicroGraph
from tinylab.runtime.tensor_view import quantize


class OpResolver(Protocol):
    """What is asked of an op resolver: tinylab's own have it, and DeclaredResolver."""

    @property
    def operator_names(self) -> tuple[str, ...]: ...
    @property
    def links_every_operator(self) -> bool: ...


class DeclaredResolver(NamedTuple):
    """A resolver of which only the operators' names are known. capacity: N of MicroMutableOpResolver<N>, or None."""

    operator_names: tuple[str, ...]
    capacity: int | None = None
    links_every_operator: bool = False


class Node(NamedTuple):
    """One operator and the subgraph that it is in."""

    subgraph: Subgraph
    operator: Operator

    @property
    def name(self) -> str:
        return self.operator.name

    def input(self, index: int) -> Tensor | None:
        """Input `index`, or None where the model leaves it out."""
        present = index < len(self.operator.inputs) and self.operator.inputs[index] >= 0
        return self.subgraph.tensors[self.operator.inputs[index]] if present else None

    def output(self, index: int) -> Tensor | None:
        """Output `index`, or None where there is none."""
        present = index < len(self.operator.outputs) and self.operator.outputs[index] >= 0
        return self.subgraph.tensors[self.operator.outputs[index]] if present else None

    def failed(self, phase: str) -> str:
        """What TFLM prints as the last line when this operator's Prepare ("prepare") or Eval ("invoke") refuses."""
        name = "CUSTOM" if self.operator.code is BuiltinOperator.CUSTOM else self.name
        return f"Node {name} (number {self.operator.index}) failed to {phase} with status 1"


@dataclass(frozen=True, eq=False)
class Case:
    """A model on a target; the rest is None where it was not told.

    arena_bytes, flash_bytes, ram_bytes: what there is. flash_target: whose measured flash stands for the board, or ""
    where none does. samples: real numbers [N, *shape of the input]; input_range: (lowest, highest) of what will be fed.
    """

    model: Model
    target: Target
    op_resolver: OpResolver | None = None
    arena_bytes: int | None = None
    flash_bytes: int | None = None
    ram_bytes: int | None = None
    flash_target: str = ""
    board: Board | None = None
    samples: NDArray[np.float32] | None = None
    input_range: tuple[float, float] | None = None

    @property
    def main(self) -> Subgraph:
        """The subgraph that is invoked."""
        return self.model.subgraphs[0]

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The model's inputs."""
        return tuple(self.main.tensors[index] for index in self.main.inputs)

    @functools.cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every operator, of all subgraphs."""
        return tuple(Node(subgraph, operator) for subgraph in self.model.subgraphs for operator in subgraph.operators)

    def tensors(self) -> Iterator[tuple[Subgraph, Tensor]]:
        """Every tensor, of all subgraphs."""
        for subgraph in self.model.subgraphs:
            yield from ((subgraph, tensor) for tensor in subgraph.tensors)

    @functools.cached_property
    def plan(self) -> ArenaPlan | None:
        """The arena on this target, or None where it cannot be laid out (`plan_error` says why)."""
        return self._planned[0]

    @property
    def plan_error(self) -> TinylabError | None:
        """Why there is no plan."""
        return self._planned[1]

    @functools.cached_property
    def _planned(self) -> tuple[ArenaPlan | None, TinylabError | None]:
        try:
            return plan_arena(self.model, self.target), None
        except TinylabError as error:
            return None, error

    @functools.cached_property
    def refusals(self) -> tuple[tuple[Node, OperatorError], ...]:
        """Operators that their own kernel's Prepare refuses, with the error. Nothing is run."""
        contexts = [MicroContext(subgraph) for subgraph in self.model.subgraphs]
        MicroGraph(contexts)  # operators that call a subgraph look at it
        found = ((node, _prepare_error(node, contexts[node.subgraph.index])) for node in self.nodes)
        return tuple((node, error) for node, error in found if error is not None)

    @functools.cached_property
    def run(self) -> Mapping[int, NDArray[Any]]:
        """Every tensor of the main subgraph, index -> [N, *shape], on `samples`. TinylabError where it cannot run."""
        assert self.plan is not None
        assert self.samples is not None
        needs = self.plan.needs
        interpreter = MicroInterpreter(
            self.model, resolver_for(self.model), needs.smallest_arena_bytes, target=self.target
        )
        return interpreter.predict_every_tensor(quantize(self.inputs[0], self.samples))


def at(
    nodes: Sequence[Node], cause: str, consequence: str, remedy: str, code: str = "", tflm_says: tuple[str, ...] = ()
) -> Found:
    """A finding about operators of one subgraph: "operators 0, 2 (CONV_2D)"."""
    numbers = ", ".join(str(node.operator.index) for node in nodes)
    names = ", ".join(dict.fromkeys(node.name for node in nodes))
    where = f"subgraph {nodes[0].subgraph.index}, " if nodes[0].subgraph.index else ""
    place = f"{where}operator{'s' if len(nodes) > 1 else ''} {numbers} ({names})"
    keys = tuple((node.subgraph.index, node.operator.index) for node in nodes)
    return Found(place, cause, consequence, remedy, code, tflm_says, keys)


def _prepare_error(node: Node, context: MicroContext) -> OperatorError | None:
    registration = REGISTRATIONS.get(node.name)
    if registration is None:
        return None
    try:
        registration.prepare(context, node.operator)
    except OperatorError as error:
        return error
    except TinylabError as error:  # a tensor of a type that has no size
        return PrepareError(str(error))
    except (
        ArithmeticError,
        LookupError,
    ) as error:  # a damaged file: numbers that no int32 holds, axes that are not there
        return PrepareError(f"its numbers or shapes cannot be computed with: {error}")
    return None
