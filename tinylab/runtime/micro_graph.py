"""MicroGraph: the model's subgraphs, and the loop that runs one operator after another.

There is no compiler: the model is data, and `run` walks it. Retells tensorflow/lite/micro/micro_interpreter_graph.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinylab.errors import InvokeAbortError, InvokeError, OperatorError
from tinylab.kernels.kernel_util import Registration
from tinylab.model import Operator, Tensor
from tinylab.runtime.micro_context import Array, MicroContext, SampleContext
from tinylab.runtime.micro_op_resolver import MicroOpResolver
from tinylab.runtime.micro_profiler import MicroProfiler
from tinylab.runtime.micro_resource_variables import MicroResourceVariables

AfterNode = Callable[[Operator, MicroContext], None]


class MicroGraph:
    """contexts: one a subgraph; the first is the one that an invoke runs, the others are called by operators."""

    def __init__(self, contexts: Sequence[MicroContext], profiler: MicroProfiler | None = None) -> None:
        self.contexts = contexts
        self.profiler = profiler
        self.resource_variables = MicroResourceVariables()
        self._registrations: dict[tuple[int, int], Registration] = {}
        self._op_data: dict[tuple[int, int], Any] = {}
        self._after_node: AfterNode | None = None
        for context in contexts:
            context.graph = self

    # -- allocation ----------------------------------------------------------------------------------------------------

    def find_registrations(self, op_resolver: MicroOpResolver) -> None:
        """Every operator's kernel; ResolverError where one is missing."""
        for context in self.contexts:
            for node in context.subgraph.operators:
                self._registrations[context.subgraph.index, node.index] = op_resolver.registration_for(node)

    def prepare(self, node: Operator, context: MicroContext) -> None:
        """Call a node's Prepare and keep its OpData; PrepareError where it refuses."""
        key = context.subgraph.index, node.index
        self._op_data[key] = self._registrations[key].prepare(context, node)

    def reset_subgraphs(self) -> None:
        """Have every kernel forget what its OpData keeps from invoke to invoke."""
        for key, op_data in self._op_data.items():
            forget = self._registrations[key].reset
            if forget is not None:
                forget(op_data)

    @property
    def is_stateful(self) -> bool:
        """Whether a kernel says that an invoke depends on earlier ones."""
        return any(registration.stateful for registration in self._registrations.values())

    # -- running -------------------------------------------------------------------------------------------------------

    # Floats overflow to infinity and NaN in silence, as in C.
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def run(self, context: MicroContext, after_node: AfterNode | None = None) -> bool:
        """Run the subgraph of `context`, which may be of many samples; False where an operator ends the run early.

        after_node is called for the nodes of called subgraphs too.
        """
        self._after_node = after_node
        try:
            self._run_nodes(context)
        except InvokeAbortError:
            return False
        finally:
            self._after_node = None
        return True

    def invoke_subgraph(self, subgraph_index: int) -> None:
        """Run a subgraph on what its inputs hold: for operators that call one."""
        self._run_nodes(self._context(subgraph_index))

    def _run_nodes(self, context: MicroContext) -> None:
        """The dispatch loop: for each node, in order, call its kernel."""
        for node in context.subgraph.operators:
            registration = self._registrations[context.subgraph.index, node.index]
            op_data = self._op_data[context.subgraph.index, node.index]
            start = self.profiler.begin_event() if self.profiler is not None else 0.0
            try:
                if registration.per_sample:
                    for sample in range(context.sample_count):
                        registration.invoke(SampleContext(context, sample), node, op_data)
                else:
                    registration.invoke(context, node, op_data)
            except OperatorError as error:
                raise error.at(node.index, node.name) from None
            except Exception as error:  # somebody's own kernel
                error.add_note(f"in the Invoke of operator {node.index} ({node.name})")
                raise
            if self.profiler is not None:
                self.profiler.end_event(start, node.name, node.index)
            if self._after_node is not None:
                self._after_node(node, context)

    # -- looking at subgraphs ------------------------------------------------------------------------------------------

    def num_subgraphs(self) -> int:
        """How many subgraphs the model has."""
        return len(self.contexts)

    def subgraph_inputs(self, subgraph_index: int) -> list[Tensor]:
        """The descriptions of a subgraph's inputs."""
        subgraph = self._context(subgraph_index).subgraph
        return [subgraph.tensors[index] for index in subgraph.inputs]

    def subgraph_outputs(self, subgraph_index: int) -> list[Tensor]:
        """The descriptions of a subgraph's outputs."""
        subgraph = self._context(subgraph_index).subgraph
        return [subgraph.tensors[index] for index in subgraph.outputs]

    def subgraph_input_data(self, subgraph_index: int, index: int) -> Array:
        """Input `index` of a subgraph, an array [1, *shape] that lies in the arena."""
        context = self._context(subgraph_index)
        return context.data_of(context.subgraph.inputs[index])

    def subgraph_output_data(self, subgraph_index: int, index: int) -> Array:
        """Output `index` of a subgraph, an array [1, *shape] that lies in the arena or in the model."""
        context = self._context(subgraph_index)
        return context.data_of(context.subgraph.outputs[index])

    def _context(self, subgraph_index: int) -> MicroContext:
        if not 0 <= subgraph_index < len(self.contexts):
            raise InvokeError(f"subgraph {subgraph_index} is called and the model has {len(self.contexts)}")
        return self.contexts[subgraph_index]
