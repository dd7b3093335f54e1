"""MicroProfiler: events, sums and forgetting."""

from __future__ import annotations

import pytest

from tinylab.runtime import MicroProfiler, ProfilerEvent, micro_profiler


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times that the clock will show, in order."""
    times: list[float] = []
    monkeypatch.setattr(micro_profiler.time, "perf_counter", lambda: times.pop(0))
    return times


def test_events_and_sums(clock: list[float]) -> None:
    clock += [0.0, 1.0, 1.0, 5.0, 5.0, 7.0]
    profiler = MicroProfiler()
    for index, tag in enumerate(["CONV_2D", "SOFTMAX", "CONV_2D"]):
        profiler.end_event(profiler.begin_event(), tag, index)
    assert profiler.events == (
        ProfilerEvent("CONV_2D", 0, 1.0), ProfilerEvent("SOFTMAX", 1, 4.0), ProfilerEvent("CONV_2D", 2, 2.0),
    )  # fmt: skip
    assert profiler.total_seconds() == 7.0
    assert list(profiler.seconds_per_tag().items()) == [("SOFTMAX", 4.0), ("CONV_2D", 3.0)]
    profiler.clear_events()
    assert profiler.events == ()
    assert profiler.total_seconds() == 0
    assert profiler.seconds_per_tag() == {}
