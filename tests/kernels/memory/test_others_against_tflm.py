"""What the operators of others.py ask for, against the real TFLM's recording interpreter: head, buffers and tail.

The wheel is built with compressed tensors, which takes 8 bytes more a subgraph and gives each ASSIGN_VARIABLE an OpData
of 4; its recording objects take 232 bytes of the tail.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.memory.other_models import cases
from tests.kernels.memory.test_others import asked, name_of
from tinylab.kernels.memory import resource_variables
from tinylab.model import load_model
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import arena_needs

RECORDING_BYTES = 208 + 24
COMPRESSION_BYTES = 8  # a subgraph
POINTERS = 8


@pytest.mark.parametrize("family", ["plain", "VAR_HANDLE", "CIRCULAR_BUFFER"])
def test_heads_buffers_and_tails(tflm: TflmSession, family: str) -> None:
    compared = 0
    for case in cases():
        special = case.operator if case.operator in ("VAR_HANDLE", "CIRCULAR_BUFFER") else "plain"
        if special != family:
            continue
        model = load_model(case.model)
        main = model.subgraphs[0]
        inputs = [np.ones((1, *main.tensors[index].shape), main.tensors[index].dtype) for index in main.inputs]
        arena = tflm.run(case.model, inputs).require().arena
        assert arena is not None
        needs = arena_needs(model)
        assert needs.head_bytes == arena.head_bytes, name_of(case)
        expected = [*asked(case, "lp64")["init"], *asked(case, "lp64")["prepare"]]
        expected += [POINTERS * len(main.inputs), POINTERS * len(main.outputs)]
        if family == "VAR_HANDLE":
            expected += resource_variables.table_requests(len(resource_variables.variables(model)), "lp64")
            assigned = [node for graph in model.subgraphs for node in graph.operators if node.name == "ASSIGN_VARIABLE"]
            expected += [4] * len(assigned)
        else:
            extra = RECORDING_BYTES + COMPRESSION_BYTES * len(model.subgraphs)
            assert needs.tail_bytes + extra == arena.tail_bytes, name_of(case)
        (buffers,) = [category for category in arena.categories if category.name == "Persistent buffer data"]
        assert (buffers.count, buffers.requested_bytes) == (len(expected), sum(expected)), name_of(case)
        compared += 1
    assert compared
    print(f"{family}: {compared} models have the real TFLM's head, persistent buffers and tail")
