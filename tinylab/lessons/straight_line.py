"""A model written out as a program: what the interpreter is compared with in notebook 05.

The program has one line a tensor, at the place that the memory planner gives it, and one call an operator, of the very
kernel that the interpreter would call. There is no list of nodes, no look-up and no loop, so its bytes are the
interpreter's, and it can run that one model only.

NB: not a compiler. What Prepare works out (OpData) and the weights are handed to the program as they are, where a
compiler would write them out as numbers too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import DataError
from tinylab.kernels import REGISTRATIONS
from tinylab.model import Model, Operator, Subgraph, Tensor
from tinylab.runtime import plan_arena
from tinylab.runtime.micro_context import MicroContext, constant_array

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class StraightLine:
    """source: the program, in Python; inputs, outputs: arrays of the model's shapes, views into the program's arena.

    Fill the inputs, call invoke(), read the outputs.
    """

    source: str
    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]
    invoke: Callable[[], None]


def straight_line(model: Model) -> StraightLine:
    """Write `model` out and load the program. DataError for a model that keeps state or calls subgraphs."""
    graph = _simple_graph(model)
    source = "\n".join(_python(model))
    program = _what_it_is_given(graph)
    exec(compile(source, f"<{model.name}, written out>", "exec"), program)
    tensors = program["tensors"]
    # Floats overflow in silence, as in the interpreter.
    invoke = np.errstate(over="ignore", invalid="ignore", divide="ignore")(program["invoke"])
    return StraightLine(
        source,
        tuple(tensors[index][0] for index in graph.inputs),
        tuple(tensors[index][0] for index in graph.outputs),
        invoke,
    )


def straight_line_cpp(model: Model) -> str:
    """The same program as a compiler for a board might write it, in C++. A sketch to read: nobody compiled it."""
    graph = _simple_graph(model)
    offsets, head_bytes = _places(model)
    lines = [f"// {model.name}, written out.", f"alignas(16) static uint8_t arena[{head_bytes}];"]
    for index in offsets:
        c_type = _c_type(graph.tensors[index])
        lines.append(f"static {c_type}* const t{index} = reinterpret_cast<{c_type}*>(arena + {offsets[index]});")
    for index in sorted({index for node in graph.operators for index in node.inputs} - offsets.keys() - {-1}):
        tensor = graph.tensors[index]
        lines.append(f"extern const {_c_type(tensor)} t{index}[{tensor.element_count}];  // in flash")
    lines += ["", "void Invoke() {"]
    for node in graph.operators:
        called = "".join(word.capitalize() for word in node.name.split("_"))
        arguments = ", ".join(f"t{index}" for index in (*node.inputs, *node.outputs) if index >= 0)
        lines.append(f"  {called}(op_data_{node.index}, {arguments});")
    return "\n".join([*lines, "}"])


def ratio_of_times(one: Callable[[], object], other: Callable[[], object], rounds: int = 200) -> float:
    """How long `one` takes, as a multiple of `other`: the fastest of `rounds` calls each, made in turns.

    The fastest, since whatever else the machine does makes a call slower and never faster.
    """
    seconds = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, call in enumerate((one, other)):
            start = time.perf_counter()
            call()
            seconds[place] = min(seconds[place], time.perf_counter() - start)
    return seconds[0] / seconds[1]


def _python(model: Model) -> Iterator[str]:
    graph, (offsets, head_bytes) = model.subgraphs[0], _places(model)
    yield f"# {model.name}, written out: good for this model, and for no other."
    yield f"arena = np.zeros({head_bytes}, np.uint8)"
    yield "tensors = {"
    for index, offset in offsets.items():
        tensor = graph.tensors[index]
        yield f"    {index}: view(arena, {offset}, {str(tensor.dtype)!r}, {list(tensor.shape)}),"
    yield "    **weights,"
    yield "}"
    yield "context = context_of(tensors)"
    yield ""
    yield ""
    yield "def invoke():"
    for node in graph.operators:
        yield f"    {_function(node)}(context, node_{node.index}, op_data_{node.index})  # {_flow(node)}"


def _what_it_is_given(graph: Subgraph) -> dict[str, Any]:
    """The names that the program uses: kernels, and what Prepare has worked out for each node."""
    constants = {tensor.index: constant_array(tensor) for tensor in graph.tensors}
    given: dict[str, Any] = {
        "np": np,
        "view": _view,
        "weights": {index: array for index, array in constants.items() if array is not None},
        "context_of": lambda tensors: MicroContext(graph, tensors),
    }
    for node in graph.operators:
        registration = REGISTRATIONS[node.name]
        given[_function(node)] = registration.invoke
        given[f"node_{node.index}"] = node
        given[f"op_data_{node.index}"] = registration.prepare(MicroContext(graph), node)
    return given


def _view(arena: NDArray[np.uint8], offset: int, dtype: str, shape: list[int]) -> Array:
    """A tensor in the arena, [1, *shape]: kernels see an axis of samples first."""
    return np.ndarray((1, *shape), dtype, arena.data, offset)


def _places(model: Model) -> tuple[dict[int, int], int]:
    """Each tensor's offset in the arena's head, by tensor index, and the bytes of the head: the planner's."""
    plan = plan_arena(model).memory_plan
    offsets = {buffer.tensor_index: buffer.offset for buffer in plan.buffers if buffer.tensor_index is not None}
    return dict(sorted(offsets.items())), plan.head_bytes


def _simple_graph(model: Model) -> Subgraph:
    """The model's one subgraph; DataError where a program without an interpreter would need more than calls."""
    graph = model.subgraphs[0]
    if len(model.subgraphs) > 1:
        raise DataError(f"{model.name} has {len(model.subgraphs)} subgraphs: only a model of one can be written out")
    for node in graph.operators:
        registration = REGISTRATIONS.get(node.name)
        if registration is None:
            raise DataError(f"operator {node.index} is {node.name}, of which tinylab has no kernel to call")
        if registration.stateful or registration.per_sample:
            raise DataError(f"operator {node.index} ({node.name}) keeps state: only a model without can be written out")
    if kept := [tensor.index for tensor in graph.tensors if tensor.is_variable]:
        raise DataError(f"tensor {kept[0]} is a variable: only a model without state can be written out")
    return graph


def _function(node: Operator) -> str:
    return node.name.lower()


def _flow(node: Operator) -> str:
    """ "t0 t5 t4 -> t6"."""
    return " -> ".join(" ".join(f"t{index}" for index in side if index >= 0) for side in (node.inputs, node.outputs))


def _c_type(tensor: Tensor) -> str:
    return "float" if tensor.dtype == np.float32 else f"{tensor.dtype}_t"
