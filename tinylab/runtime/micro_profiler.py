"""MicroProfiler: how long each operator took, as TFLM's profiler of the same name."""

from __future__ import annotations

import time
from typing import NamedTuple


class ProfilerEvent(NamedTuple):
    """One operator's run: its tag (the operator's name), its index in the subgraph, and the seconds it took."""

    tag: str
    node_index: int
    seconds: float


class MicroProfiler:
    """Hand one to MicroInterpreter and read it after invoke. Times are of this machine's NumPy, not of a board."""

    def __init__(self) -> None:
        self._events: list[ProfilerEvent] = []

    @property
    def events(self) -> tuple[ProfilerEvent, ...]:
        """All events since the last `clear_events`, oldest first."""
        return tuple(self._events)

    def begin_event(self) -> float:
        """The start of an event, to be handed to `end_event`."""
        return time.perf_counter()

    def end_event(self, start: float, tag: str, node_index: int) -> None:
        """Note an event that began at `start`."""
        self._events.append(ProfilerEvent(tag, node_index, time.perf_counter() - start))

    def clear_events(self) -> None:
        """Forget all events."""
        self._events.clear()

    def total_seconds(self) -> float:
        """The sum over all events."""
        return sum(event.seconds for event in self._events)

    def seconds_per_tag(self) -> dict[str, float]:
        """Seconds by operator name, the slowest first (TFLM: LogTicksPerTagCsv)."""
        totals: dict[str, float] = {}
        for event in self._events:
            totals[event.tag] = totals.get(event.tag, 0.0) + event.seconds
        return dict(sorted(totals.items(), key=lambda item: -item[1]))
