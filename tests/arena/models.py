"""Models that several tests of the arena and the runtime lay out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.arena import MicroAllocator
from tinylab.arena.micro_allocator import ModelAllocation
from tinylab.model import Model, load_model
from tinylab.model.options import FullyConnectedOptions
from tinylab.runtime.micro_context import MicroContext
from tinylab.runtime.model_allocation import allocate_model


def allocate(model: Model, allocator: MicroAllocator) -> ModelAllocation:
    """All that AllocateTensors puts into the arena, without a kernel's Prepare."""
    return allocate_model(model, allocator, [MicroContext(subgraph) for subgraph in model.subgraphs])


def dense_chain(widths: Sequence[int], *, seed: int = 0) -> bytes:
    """int8 FULLY_CONNECTED after FULLY_CONNECTED; widths: of the input and of every layer. Tensors as the converter
    orders them: the input, all constants, then what is computed.
    """
    rng = np.random.default_rng(seed)
    layers = len(widths) - 1
    tensors = [TensorSpec((1, widths[0]), "INT8", 0.02, -3, name="input")]
    for k, (inputs, units) in enumerate(pairwise(widths)):
        weights = rng.integers(-127, 128, (units, inputs)).astype(np.int8)
        tensors += [
            constant(weights, scale=0.01, name=f"weights {k}"),
            constant(rng.integers(-99, 99, units).astype(np.int32), scale=0.0002, name=f"bias {k}"),
        ]
    tensors += [TensorSpec((1, units), "INT8", 0.05, 4, name=f"dense {k}") for k, units in enumerate(widths[1:])]
    computed = [0, *range(1 + 2 * layers, 1 + 3 * layers)]
    operators = [
        OperatorSpec(
            "FULLY_CONNECTED",
            [computed[k], 1 + 2 * k, 2 + 2 * k],
            [computed[k + 1]],
            FullyConnectedOptions(),
            version=4,
        )
        for k in range(layers)
    ]
    return build_model([SubgraphSpec(tensors, operators)])


def hello_world() -> Model:
    """The structure of TFLM's hello_world_int8: three FULLY_CONNECTED, ten tensors."""
    return load_model(dense_chain([1, 16, 16, 1]), name="hello_world")


def custom_chain(sizes: Sequence[int], name: str = "chain") -> Model:
    """Custom operators "Copy", one after another, on int8 tensors without quantization of these sizes."""
    tensors = [TensorSpec((size,), "INT8", name=f"t{k}") for k, size in enumerate(sizes)]
    operators = [OperatorSpec("Copy", [k], [k + 1]) for k in range(len(sizes) - 1)]
    return load_model(build_model([SubgraphSpec(tensors, operators, inputs=[0], outputs=[len(sizes) - 1])]), name=name)
