"""How long steps say where they are: a callback `progress(stage, done, total)`, with done running from 0 to total."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """A progress callback that says nothing."""
