"""Verdict: what a check says."""

from __future__ import annotations

from typing import NamedTuple


class Verdict(NamedTuple):
    """done: whether the answer is right; because: why, or what differs first."""

    done: bool
    because: str

    def __repr__(self) -> str:
        return f"{'done' if self.done else 'not yet'}: {self.because}"
