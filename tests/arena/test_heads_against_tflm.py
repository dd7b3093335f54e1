"""The head of models that this test builds: == what the real TFLM's recording interpreter says of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.arena.models import RandomGraph, dense_chain
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tinylab.model import load_model
from tinylab.model.options import (
    AddOptions,
    IfOptions,
    WhileOptions,
)
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import arena_needs


def zeros(model: bytes) -> list[np.ndarray]:
    main = load_model(model).subgraphs[0]
    return [np.zeros((1, *main.tensors[i].shape), main.tensors[i].dtype) for i in main.inputs]


def assert_head_as_tflm(tflm: TflmSession, model: bytes) -> int:
    arena = tflm.run(model, zeros(model)).require().arena
    assert arena is not None
    head = arena_needs(load_model(model)).head_bytes
    assert head == arena.head_bytes
    return head


def test_random_graphs(tflm: TflmSession) -> None:
    heads = [assert_head_as_tflm(tflm, RandomGraph(seed).model(2 + seed % 25)) for seed in range(60)]
    assert len(set(heads)) > 40
    print(f"heads of {len(heads)} random graphs are the real TFLM's, from {min(heads)} to {max(heads)} bytes")


def test_dense_layers(tflm: TflmSession) -> None:
    for widths in ([1, 16, 16, 1], [10, 10, 10, 10], [64, 256, 16, 512, 128, 10]):
        assert_head_as_tflm(tflm, dense_chain(widths))


def planned(offsets: Sequence[int]) -> bytes:
    """in -> ADD -> a -> ADD -> b -> ADD -> out, with a plan of the model's own; `state` is a variable."""
    row = TensorSpec((1, 20), "INT8", 0.1, 3)
    tensors = [row, row, row, row, row._replace(is_variable=True)]
    operators = [
        OperatorSpec("ADD", [0, 4], [1], AddOptions(), version=2),
        OperatorSpec("ADD", [1, 1], [2], AddOptions(), version=2),
        OperatorSpec("ADD", [2, 2], [3], AddOptions(), version=2),
    ]
    words = np.array([1, 0, len(offsets), *offsets], "<i4").tobytes()
    graph = SubgraphSpec(tensors, operators, [0], [3])
    return build_model([graph], metadata={"OfflineMemoryAllocation": words})


@pytest.mark.parametrize(
    ("offsets", "head"),
    [
        ([-1, -1, -1, -1, -1], 64),
        ([0, 64, 128, 192, -1], 224),
        ([128, -1, -1, -1, -1], 160),
        ([-1, 96, -1, 160, -1], 192),
        ([-1, -1, -1, -1, 256], 288),
        ([16, -1, 16, -1, 48], 112),
    ],
)
def test_a_plan_of_the_models_own(tflm: TflmSession, offsets: list[int], head: int) -> None:
    assert assert_head_as_tflm(tflm, planned(offsets)) == head


def subgraph(*operators: OperatorSpec, tensors: Sequence[TensorSpec], outputs: list[int]) -> SubgraphSpec:
    return SubgraphSpec(tensors, operators, [0], outputs)


def float_row(width: int) -> TensorSpec:
    return TensorSpec((1, width), "FLOAT32")


def doubling(width: int) -> SubgraphSpec:
    """x + x, through a tensor of its own."""
    operators = [OperatorSpec("ADD", [0, 0], [1], AddOptions()), OperatorSpec("ADD", [1, 1], [2], AddOptions())]
    return subgraph(*operators, tensors=[float_row(width)] * 3, outputs=[2])


def test_if(tflm: TflmSession) -> None:
    """What no measured model shows: the tensors of both branches lie beside those of the operator that calls them."""
    for width in (3, 20, 100):
        tensors = [TensorSpec((1,), "BOOL"), float_row(width), float_row(width), float_row(width)]
        operators = [
            OperatorSpec("IF", [0, 1], [2], IfOptions(1, 2)),
            OperatorSpec("ADD", [2, 2], [3], AddOptions()),
        ]
        once = subgraph(OperatorSpec("ADD", [0, 0], [1], AddOptions()), tensors=[float_row(width)] * 2, outputs=[1])
        main = SubgraphSpec(tensors, operators, [0, 1], [3])
        assert_head_as_tflm(tflm, build_model([main, doubling(width), once]))


def test_while(tflm: TflmSession) -> None:
    main = SubgraphSpec([float_row(1)] * 2, [OperatorSpec("WHILE", [0], [1], WhileOptions(1, 2))], [0], [1])
    condition = subgraph(
        OperatorSpec("LESS", [0, 1], [2]),
        tensors=[float_row(1), constant(np.full((1, 1), -1, np.float32)), TensorSpec((1, 1), "BOOL")],
        outputs=[2],
    )
    assert_head_as_tflm(tflm, build_model([main, condition, doubling(1)]))
