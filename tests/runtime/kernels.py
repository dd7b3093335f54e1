"""Tiny kernels of these tests' own, and models made of them: what is computed is plain to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tinylab.arena import MicroAllocator
from tinylab.errors import InvokeError, PrepareError
from tinylab.kernels.kernel_util import InvokeContext, PrepareContext, Registration
from tinylab.model import Model, Operator, load_model
from tinylab.runtime import MicroInterpreter, MicroMutableOpResolver

ROW = TensorSpec((1, 4), "INT8")


def nothing(context: PrepareContext, node: Operator) -> None:
    return None


def _add_one(context: InvokeContext, node: Operator, data: Any) -> None:
    context.output_data(node, 0)[...] = context.input_data(node, 0) + np.int8(1)


def _sum(context: InvokeContext, node: Operator, data: Any) -> None:
    context.output_data(node, 0)[...] = sum(context.input_data(node, i) for i in range(len(node.inputs)))


def _fan(context: InvokeContext, node: Operator, data: Any) -> None:
    for i in range(len(node.outputs)):
        context.output_data(node, i)[...] = context.input_data(node, 0) * np.int8(i + 1)


def _accumulate(context: InvokeContext, node: Operator, data: Any) -> None:
    """state += input; output = state"""
    state = context.input_data(node, 1)
    state[...] += context.input_data(node, 0)
    context.output_data(node, 0)[...] = state


def _reverse(context: InvokeContext, node: Operator, data: Any) -> None:
    """Of one sample: it would reverse the samples too if it were handed several."""
    context.output_data(node, 0)[...] = context.input_data(node, 0)[::-1]


def _refuse(context: PrepareContext, node: Operator) -> None:
    raise PrepareError("the moon is full, but a new one is needed")


def _fail(context: InvokeContext, node: Operator, data: Any) -> None:
    raise InvokeError("out of ink")


def _crash(context: InvokeContext, node: Operator, data: Any) -> None:
    raise ValueError("operands could not be broadcast")


KERNELS = {
    registration.name: registration
    for registration in (
        Registration("AddOne", nothing, _add_one),
        Registration("Sum", nothing, _sum),
        Registration("Fan", nothing, _fan),
        Registration("Accumulate", nothing, _accumulate),
        Registration("Reverse", nothing, _reverse, per_sample=True),
        Registration("Refuse", _refuse, _add_one),
        Registration("Fail", nothing, _fail),
        Registration("Crash", nothing, _crash),
    )
}


def resolver(*more: Registration) -> MicroMutableOpResolver:
    made = MicroMutableOpResolver(len(KERNELS) + len(more))
    for registration in (*KERNELS.values(), *more):
        made.add_custom(registration.name, registration)
    return made


def model_of(
    tensors: Sequence[TensorSpec],
    *operators: tuple[str, Sequence[int], Sequence[int]],
    inputs: Sequence[int] | None = None,
    outputs: Sequence[int] | None = None,
    name: str = "model",
) -> Model:
    graph = SubgraphSpec(tensors, [OperatorSpec(*operator) for operator in operators], inputs, outputs)
    return load_model(build_model([graph]), name=name)


def chain(*names: str, row: TensorSpec = ROW, name: str = "model") -> Model:
    """One operator after another, each of one row into the next."""
    tensors = [row._replace(name=f"t{i}") for i in range(len(names) + 1)]
    return model_of(tensors, *[(each, [i], [i + 1]) for i, each in enumerate(names)], name=name)


def allocated(
    model: Model, arena: int | MicroAllocator = 20_000, *more: Registration, **fields: Any
) -> MicroInterpreter:
    interpreter = MicroInterpreter(model, resolver(*more), arena, **fields)
    interpreter.allocate_tensors()
    return interpreter
