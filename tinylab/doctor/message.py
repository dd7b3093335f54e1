"""One row of the table of messages: how TFLM words it, who says it, when, and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tinylab.arena import ArenaEvent
from tinylab.model import Model
from tinylab.runtime import ArenaPlan

Numbers = Mapping[str, str]  # what the pattern's named groups found
Explain = Callable[[Numbers, Model | None], "Words"]
Fits = Callable[[Numbers, ArenaEvent, ArenaPlan], bool]


class Words(NamedTuple):
    """What a message means, and what to change."""

    meaning: str
    remedy: str


class Message(NamedTuple):
    """A row. pattern: searched for anywhere in a line; its named groups are the numbers.

    said_by: the function of TFLM; phases: of AllocateTensors, as ArenaEvent names them, or "before" and "Invoke".
    fits: for a message about the arena, whether one step of AllocateTensors could have led to it.
    opens: whether a full arena alone can be the reason, so that the line by itself tells of one.
    allocator: whether it comes from where bytes are handed out: then each such line is a new failure.
    known_as: the wording for people, where the pattern does not show it.
    """

    pattern: re.Pattern[str]
    said_by: str
    phases: tuple[str, ...]
    explain: Explain
    fits: Fits | None = None
    opens: bool = False
    allocator: bool = False
    known_as: str = ""

    @property
    def wording(self) -> str:
        """The message, with … where something is filled in."""
        if self.known_as:
            return self.known_as
        text = re.sub(r"\(\?P<\w+>(?:\[[^]]*\]|[^()])*\)", "…", self.pattern.pattern)
        text = re.sub(r"\\s[+*]?", " ", text).replace(r"\d+", "…")
        return re.sub(r"\\(.)", r"\1", text)


def says(meaning: str, remedy: str) -> Explain:
    """An explanation that is always the same, but for {numbers} of the message."""

    def explain(numbers: Numbers, model: Model | None) -> Words:
        return Words(meaning.format_map(numbers), remedy.format_map(numbers))

    return explain
