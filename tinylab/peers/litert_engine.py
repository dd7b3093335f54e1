"""In the worker: one request to LiteRT, through the ai-edge-litert package's interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from tinylab.peers.graph import readable_tensors
from tinylab.peers.samples import Answer, run_for_tensors, run_samples

# Never the default resolver: it applies the XNNPACK delegate, which computes in other integers and can corrupt memory.
RESOLVERS = {
    "optimised": litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "reference": litert.OpResolverType.BUILTIN_REF,
}


class LitertEngine:
    def __init__(self, model: bytes, kernels: str, preserve_all_tensors: bool) -> None:
        self._interpreter = litert.Interpreter(
            model_content=model,
            num_threads=1,
            experimental_op_resolver_type=RESOLVERS[kernels],
            experimental_preserve_all_tensors=preserve_all_tensors,
        )
        self._interpreter.allocate_tensors()
        inputs = self._interpreter.get_input_details()
        self.input_shapes = [tuple(int(size) for size in detail["shape"]) for detail in inputs]
        self.input_dtypes = [np.dtype(detail["dtype"]) for detail in inputs]
        self._inputs = [detail["index"] for detail in inputs]
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]
        self.output_count = len(self._outputs)

    def set_input(self, index: int, value: NDArray[Any]) -> None:
        self._interpreter.set_tensor(self._inputs[index], value)

    def invoke(self) -> None:
        self._interpreter.invoke()

    def output(self, index: int) -> NDArray[Any]:
        return np.asarray(self._interpreter.get_tensor(self._outputs[index]))

    def tensor(self, tensor_index: int) -> NDArray[Any]:
        return np.asarray(self._interpreter.get_tensor(tensor_index))

    def reset(self) -> None:
        self._interpreter.reset_all_variables()


def run(model: bytes, inputs: Sequence[NDArray[Any]], options: dict[str, Any], answer: Answer) -> None:
    answer.announce("allocate")
    engine = LitertEngine(model, options["kernels"], preserve_all_tensors=False)
    answer.announce("invoke")
    run_samples(engine, inputs, options["reset_every"], answer)
    if options["every_tensor"]:
        answer.announce("allocate")
        indices = readable_tensors(schema, model)
        keeper = LitertEngine(model, options["kernels"], preserve_all_tensors=True)
        run_for_tensors(keeper, inputs, options["reset_every"], indices, answer)
    answer.announce("release")  # where memory that was overwritten comes to light
