"""What `explain` gives back: frozen values, and their text."""

from __future__ import annotations

from dataclasses import dataclass, field

from tinylab.arena import ArenaEvent
from tinylab.doctor.arena_steps import FailingStep, GrowthStep
from tinylab.doctor.message import Message
from tinylab.runtime import ArenaPlan


@dataclass(frozen=True)
class ExplainedLine:
    """One line of a log that TFLM wrote.

    line_number: from 1; text: TFLM's words, without what the serial monitor put around them; count: how many lines
    in a row say just this. meaning, remedy: in words; what to change is named as in C++.
    """

    line_number: int
    text: str
    message: Message = field(repr=False)
    numbers: dict[str, str]
    meaning: str
    remedy: str
    count: int = 1

    @property
    def said_by(self) -> str:
        """The function of TFLM that writes it."""
        return self.message.said_by

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases of AllocateTensors (or "before" it, "Invoke") in which it can be said."""
        return self.message.phases


@dataclass(frozen=True)
class Shortage:
    """One failure of a full arena: the lines that tell of it, from the allocator's up the stack of callers.

    steps: the steps of AllocateTensors that would have said all of them, with the arena sizes in which they do; more
    than one where the figures do not decide. growth: from the size of the first such step, what is said if just
    `missing` is added each time. other_targets: where no step fits on the target that was named, those where one does.
    """

    lines: tuple[ExplainedLine, ...]
    steps: tuple[FailingStep, ...] = ()
    growth: tuple[GrowthStep, ...] = ()
    other_targets: tuple[str, ...] = ()

    @property
    def arena_bytes(self) -> int | None:
        """The size of the arena on the board, where one step and one size alone fit; else None."""
        return self.steps[0].arena_bytes if len(self.steps) == 1 else None

    @property
    def event(self) -> ArenaEvent | None:
        """The step that failed, where one alone fits; else None."""
        return self.steps[0].event if len(self.steps) == 1 else None


@dataclass(frozen=True)
class Explanation:
    """A log of TFLM, explained. lines: what was recognised, in order; line_count: of the whole log.

    shortages: what of it tells of a full arena. plan: the model on its target, or None where none was given, or
    where it cannot be laid out: then plan_error says why.
    """

    line_count: int
    lines: tuple[ExplainedLine, ...]
    shortages: tuple[Shortage, ...] = ()
    plan: ArenaPlan | None = None
    plan_error: str = ""

    def text(self, width: int = 100) -> str:
        """The explanation for people, in lines of at most `width` characters where words allow."""
        from tinylab.doctor.prose import prose  # prose reads these values

        return "\n".join(paragraph.wrapped(width) for paragraph in prose(self))

    def __str__(self) -> str:
        return self.text()
