"""One step of the arena player as a value and in words."""

from __future__ import annotations

import numpy as np

from tests.views.plans import hello_trace
from tinylab.views import arena_step, arena_step_text
from tinylab.views.player_state import window_rows


def test_a_step_has_the_bytes_before_and_after() -> None:
    trace = hello_trace()
    step = arena_step(trace, 2)
    assert step.buffer.tensor_index == 8
    np.testing.assert_array_equal(step.before, trace.heads[1, 16:32])
    np.testing.assert_array_equal(step.after, trace.heads[2, 16:32])
    np.testing.assert_array_equal(step.changed, trace.heads[1, 16:32] != trace.heads[2, 16:32])
    np.testing.assert_array_equal(step.values_after, trace.heads[2, 16:32].view(np.int8).reshape(1, 16))
    assert [buffer.tensor_index for buffer in step.overwrote] == [0]
    assert (step.written_by, step.next_reader) == (1, 2)
    assert step.arena_bytes == 1072
    assert step.failure is None


def test_the_inputs_have_no_before() -> None:
    step = arena_step(hello_trace(), 0)
    assert step.before is None
    assert not step.changed.any()
    assert (step.written_by, step.next_reader) == (None, 0)
    assert "t0 input: graph input, int8 [1, 1]" in arena_step_text(step)
    assert "filled by the application; read next by operator 0 FULLY_CONNECTED" in arena_step_text(step)


def test_a_dead_buffer_says_whose_its_bytes_are() -> None:
    trace = hello_trace()
    step = arena_step(trace, 3, trace.plan.memory_plan.buffers[0], 1056)
    assert not step.is_alive
    text = arena_step_text(step)
    assert "NOT ALIVE now: these bytes belong to t8" in text
    assert "read next by nobody from here on" in text
    assert 'TFLM says: "Too many buffers (max is 3)"' in text
    assert step.failure is not None


def test_the_output_is_read_by_the_application() -> None:
    assert "read next by the application" in arena_step_text(arena_step(hello_trace(), 3))


def test_changed_bytes_are_marked_one_by_one() -> None:
    step = arena_step(hello_trace(), 2)
    row = next(line for line in arena_step_text(step).split("\n") if "after" in line and ("*" in line))
    cells = row.split("after ")[1]
    marks = [cells[1 + 3 * k] == "*" for k in range(16)]
    assert marks == step.changed.tolist()
    assert [int(cells[2 + 3 * k : 4 + 3 * k], 16) for k in range(16)] == step.after.tolist()
    assert f"{int(step.changed.sum())} of 16 bytes changed" in arena_step_text(step)


def test_windows_begin_at_a_row_and_end_with_the_buffer() -> None:
    step = arena_step(hello_trace(), 2)
    assert window_rows(step, 0) == [slice(0, 16)]
    assert window_rows(step, 999) == [slice(0, 16)]
    assert repr(step) == arena_step_text(step)
