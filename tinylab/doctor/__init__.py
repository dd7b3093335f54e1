"""What goes wrong on the board: a model examined before it does, and TFLM's messages explained when it has."""

from __future__ import annotations

from tinylab.doctor.arena_steps import ArenaSteps, FailingStep, GrowthStep
from tinylab.doctor.case import DeclaredResolver
from tinylab.doctor.diagnosis import COSTS, FAILS, MEANINGS, NEEDS, SEVERITIES, WRONG, Diagnosis, Finding
from tinylab.doctor.examining import CHECKS, examine
from tinylab.doctor.explanation import ExplainedLine, Explanation, Shortage
from tinylab.doctor.log import MESSAGES, explain
from tinylab.doctor.message import Message
from tinylab.doctor.paragraph import Paragraph
from tinylab.doctor.prose import prose, step_name

__all__ = [
    "CHECKS",
    "COSTS",
    "FAILS",
    "MEANINGS",
    "MESSAGES",
    "NEEDS",
    "SEVERITIES",
    "WRONG",
    "ArenaSteps",
    "DeclaredResolver",
    "Diagnosis",
    "ExplainedLine",
    "Explanation",
    "FailingStep",
    "Finding",
    "GrowthStep",
    "Message",
    "Paragraph",
    "Shortage",
    "examine",
    "explain",
    "prose",
    "step_name",
]
