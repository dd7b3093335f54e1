"""Models that several tests of the arena and the runtime lay out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.arena import MicroAllocator, ModelAllocation
from tinylab.model import Model, load_model
from tinylab.model.options import (
    AddOptions,
    ConcatenationOptions,
    FullyConnectedOptions,
    ReducerOptions,
    SplitOptions,
)
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


class RandomGraph:
    """int8 tensors of shape (1, n), each made of earlier ones; some are read again much later, some never."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.tensors: list[TensorSpec] = []
        self.operators: list[OperatorSpec] = []
        self.rows: list[int] = [self.add(TensorSpec((1, 2 * self.random(1, 40)), "INT8", 0.1, 3))]
        self.inputs = list(self.rows)

    def random(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def add(self, tensor: TensorSpec) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def row(self, width: int) -> int:
        self.rows.append(self.add(TensorSpec((1, width), "INT8", 0.1, 3)))
        return self.rows[-1]

    def width(self, tensor: int) -> int:
        return self.tensors[tensor].shape[1]

    def grow(self) -> None:
        a = int(self.rng.choice(self.rows))
        kind = self.rng.choice(["add", "concatenate", "split", "mean", "dense", "input"])
        if kind == "add":
            same = [b for b in self.rows if self.width(b) == self.width(a)]
            b = int(self.rng.choice(same))
            self.operators.append(OperatorSpec("ADD", [a, b], [self.row(self.width(a))], AddOptions(), version=2))
        elif kind == "concatenate":
            b = int(self.rng.choice(self.rows))
            output = self.row(self.width(a) + self.width(b))
            self.operators.append(OperatorSpec("CONCATENATION", [a, b], [output], ConcatenationOptions(axis=1)))
        elif kind == "split" and self.width(a) % 2 == 0:
            axis = self.add(constant(np.array(1, np.int32)))
            halves = [self.row(self.width(a) // 2) for _ in range(2)]
            self.operators.append(OperatorSpec("SPLIT", [axis, a], halves, SplitOptions(2)))
        elif kind == "mean":  # three scratch buffers
            axes = self.add(constant(np.array([0], np.int32)))
            options = ReducerOptions(keep_dims=True)
            self.operators.append(OperatorSpec("MEAN", [a, axes], [self.row(self.width(a))], options, version=2))
        elif kind == "dense":
            units = 2 * self.random(1, 50)
            weights = self.add(constant(np.ones((units, self.width(a)), np.int8), scale=0.01))
            operands = [a, weights, -1]
            self.operators.append(
                OperatorSpec("FULLY_CONNECTED", operands, [self.row(units)], FullyConnectedOptions(), version=4)
            )
        else:
            self.inputs.append(self.row(self.random(1, 90)))

    def model(self, size: int) -> bytes:
        while len(self.operators) < size:
            self.grow()
        computed = [tensor for operator in self.operators for tensor in operator.outputs]
        read = {tensor for operator in self.operators for tensor in operator.inputs}
        outputs = {tensor for tensor in computed if tensor not in read and self.rng.random() < 0.7} | {computed[-1]}
        return build_model([SubgraphSpec(self.tensors, self.operators, self.inputs, sorted(outputs))])
