"""ModelManager: several models in one arena, in plain Python. One at a time runs; each must be read before the next.

What a board's application does by hand with one MicroAllocator and an interpreter a model:

    manager = ModelManager(120_000, "cortex-m4/reference")
    manager.add(kws, "kws")
    manager.add(vww, "vww")
    scores = manager.run("kws", clip)       # a copy: the next run may overwrite the arena's own bytes
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.arena import MicroAllocator, Target
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.errors import InvokeError
from tinylab.model import Model
from tinylab.runtime.batch import check_inputs
from tinylab.runtime.micro_interpreter import MicroInterpreter
from tinylab.runtime.micro_op_resolver import MicroOpResolver, resolver_for


class ModelManager:
    """allocator: the one that all models share; interpreters: name -> interpreter, in the order in which they came."""

    def __init__(self, arena: int | MicroAllocator, target: str | Target = DEFAULT_TARGET) -> None:
        self.allocator = arena if isinstance(arena, MicroAllocator) else MicroAllocator.create(arena, target)
        self.interpreters: dict[str, MicroInterpreter] = {}

    def add(self, model: Model, name: str = "", op_resolver: MicroOpResolver | None = None) -> MicroInterpreter:
        """Lay `model` out beside the others, under its own name or another. Models never leave: nothing is freed.

        ArenaError where the arena is too small for them all: then everything is as it was before.
        """
        name = name or model.name
        if name in self.interpreters:
            raise InvokeError(f"there is a model {name!r} already: give this one another name")
        interpreter = MicroInterpreter(model, op_resolver or resolver_for(model), self.allocator)
        interpreter.allocate_tensors()
        self.interpreters[name] = interpreter
        return interpreter

    def run(self, name: str, inputs: NDArray[Any] | Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Fill the inputs of one model, invoke it, and copy its outputs: arrays [*shape of the output].

        inputs: one sample, [1, *shape] an input, in the inputs' dtypes.
        """
        interpreter = self[name]
        tensors = [interpreter.tensor_at(index) for index in interpreter.main.inputs]
        for index, feed in enumerate(check_inputs(tensors, inputs)):
            if len(feed) != 1:
                raise InvokeError(f"input {index} holds {len(feed)} samples, and run takes one")
            interpreter.input(index).data[...] = feed[0]
        interpreter.invoke()
        return [np.array(interpreter.output(index).data) for index in range(len(interpreter.main.outputs))]

    def __getitem__(self, name: str) -> MicroInterpreter:
        if name not in self.interpreters:
            raise InvokeError(f"there is no model {name!r}: there are {', '.join(self.interpreters) or 'none yet'}")
        return self.interpreters[name]

    def __len__(self) -> int:
        return len(self.interpreters)
