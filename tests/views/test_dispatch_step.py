"""One turn of the dispatch loop: the kernel, the tensors with their values before and after, the bytes."""

from __future__ import annotations

import numpy as np
import pytest

import tinylab as tl
from tests.builder import TensorSpec, single_operator
from tests.views.plans import M4
from tinylab.model import load_model
from tinylab.model.options import AddOptions
from tinylab.runtime import ArenaTrace, trace_arena
from tinylab.views import dispatch_step, dispatch_step_text, dispatch_text

X = (np.arange(49 * 40) % 100).astype(np.int8).reshape(1, 1, 49, 40, 1)


@pytest.fixture(scope="module")
def trace() -> ArenaTrace:
    return trace_arena(tl.zoo.load("kws_tiny_conv"), X, M4)


def test_what_a_node_is_handed(trace: ArenaTrace) -> None:
    step = dispatch_step(trace, 0)
    assert (step.index, step.count, step.operator) == (0, 4, "DEPTHWISE_CONV_2D")
    assert step.kernel == "kernels/depthwise_conv.py"
    assert [(one.name, one.offset, one.tensor.bytes) for one in step.inputs] == [
        ("t0", 0, 1960),
        ("t5", None, 640),
        ("t4", None, 32),
    ]
    assert [(one.name, one.offset) for one in step.outputs] == [("t6", 4000)]
    assert (step.arena_bytes_read, step.flash_bytes_read, step.bytes_written) == (1960, 672, 4000)


def test_values_are_those_before_and_after_the_node(trace: ArenaTrace) -> None:
    """RESHAPE writes over the place of the graph's input, which the node before it read."""
    first, second = dispatch_step(trace, 0), dispatch_step(trace, 1)
    np.testing.assert_array_equal(first.inputs[0].values, X[0])
    np.testing.assert_array_equal(second.inputs[0].values, first.outputs[0].values)
    np.testing.assert_array_equal(second.outputs[0].values.ravel(), first.outputs[0].values.ravel())
    model = tl.zoo.load("kws_tiny_conv")
    expected = tl.MicroInterpreter(model, tl.resolver_for(model), 100_000).predict(X)
    np.testing.assert_array_equal(dispatch_step(trace, 3).outputs[0].values, expected[0])


def test_in_words(trace: ArenaTrace) -> None:
    step = dispatch_step(trace, 3)
    assert repr(step) == dispatch_step_text(step)
    lines = dispatch_step_text(step).splitlines()
    assert lines[0] == "kws_tiny_conv on cortex-m4/reference: node 3 of 0 to 3"
    assert lines[1] == "SOFTMAX -> invoke() of kernels/softmax.py"
    assert lines[2].startswith("  reads  t8   int8 [1, 4], 4 bytes of the arena from 4,000: ")
    assert "int32 [4], 16 bytes of flash: 11654, -2742, -1424, -2419" in repr(dispatch_step(trace, 2))
    assert lines[-1] == "  in all: 4 bytes of the arena and 0 of flash read, 4 written"


def test_all_turns_as_a_table(trace: ArenaTrace) -> None:
    title, _, _, *rows = dispatch_text(trace).splitlines()
    assert title == "kws_tiny_conv on cortex-m4/reference: 4 turns of the dispatch loop"
    assert [row.split()[1] for row in rows] == ["DEPTHWISE_CONV_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]
    assert rows[2].split()[-3:] == ["4,000", "16,016", "4"]


def test_a_variable_lies_in_the_tail() -> None:
    plain, kept = TensorSpec((2,), "INT8", 1.0), TensorSpec((2,), "INT8", 1.0, is_variable=True)
    model = load_model(single_operator("ADD", [plain, kept], [plain], AddOptions()))
    inputs = [np.zeros((1, 2), np.int8)] * len(model.subgraphs[0].inputs)
    step = dispatch_step(trace_arena(model, inputs), 0)
    assert "of the arena's tail: a variable, which stays" in repr(step)
    assert (step.arena_bytes_read, step.flash_bytes_read) == (4, 0)


def test_there_is_no_such_node(trace: ArenaTrace) -> None:
    with pytest.raises(IndexError, match="nodes 0 to 3, and no node 4"):
        dispatch_step(trace, 4)
