"""What goes wrong on the board: TFLM's messages explained, down to the tensor and the size of the arena."""

from __future__ import annotations

from tinylab.doctor.arena_steps import ArenaSteps, FailingStep, GrowthStep
from tinylab.doctor.explanation import ExplainedLine, Explanation, Shortage
from tinylab.doctor.log import MESSAGES, explain
from tinylab.doctor.message import Message
from tinylab.doctor.prose import Paragraph, prose, step_name

__all__ = [
    "MESSAGES",
    "ArenaSteps",
    "ExplainedLine",
    "Explanation",
    "FailingStep",
    "GrowthStep",
    "Message",
    "Paragraph",
    "Shortage",
    "explain",
    "prose",
    "step_name",
]
