"""Frozen values that the view tests draw: a comparison, its layers, a clip."""

from __future__ import annotations

import math

import numpy as np

from tinylab.arena.memory_plan import AllocationRecord, MemoryPlan, PlannedBuffer
from tinylab.arena.micro_allocator import ArenaNeeds
from tinylab.comparison import Comparison, ComparisonRow, LayerRow
from tinylab.speech.inspection import ClipInspection, LayerOutput

PLAN = MemoryPlan(
    (
        PlannedBuffer(0, 0, None, "input", 490, 496, 0, 0, 1),
        PlannedBuffer(0, 4, None, "a/very/long/name/of/a/tensor/that/goes/on/conv", 1000, 1008, 496, 1, 2),
        PlannedBuffer(0, 5, None, "output", 3, 16, 0, 2, 2),
    ),
    1504,
)
RECORDS = (
    AllocationRecord("MicroAllocator", "", 72, 72, 1000),
    AllocationRecord("OpData", "operator 0 CONV_2D", 70, 80, 920),
    AllocationRecord("OpData", "operator 1 SOFTMAX", 56, 64, 856),
)
LAYERS = (
    LayerRow(0, "CONV_2D", "conv", (1, 5, 5, 8), 31.25, 3.7, False),
    LayerRow(1, "FULLY_CONNECTED", "dense", (1, 3), 12.5, 9.1, True),
    LayerRow(2, "SOFTMAX", "out", (1, 3), math.inf, 0.0, False),
)


def comparison() -> Comparison:
    """Three programs, six samples, one refusal."""
    outputs = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 1]]
    rows = (
        ComparisonRow("Keras float32", outputs, 5 / 6, None, 6, 4000, note="4 bytes a parameter"),
        ComparisonRow("LiteRT int8", note="died: SIGSEGV <while> invoking"),
        ComparisonRow("tinylab int8", outputs, 5 / 6, 6, 6, 1234, 1504, 656, 0.00125, "arena of x86-64/reference"),
    )
    labels = np.array([0, 1, 2, 0, 1, 2])
    needs = ArenaNeeds(1504, 656, 2160)
    return Comparison("kws", "x86-64/reference", 6, ("yes", "no", "<odd>"), labels, rows, PLAN, needs)


def clip() -> ClipInspection:
    """A clip of a tenth of a second with two layers."""
    rng = np.random.default_rng(0)
    return ClipInspection(
        index=7,
        word="yes",
        speaker="voice/3",
        true_class="yes",
        class_names=("silence", "yes"),
        sample_rate_hz=16_000,
        samples=rng.integers(-3000, 3000, 1600).astype(np.int16),
        features=rng.normal(size=(9, 10)).astype(np.float32),
        layers=(
            LayerOutput(0, "CONV_2D", rng.normal(size=(5, 5, 4)).astype(np.float32)),
            LayerOutput(1, "FULLY_CONNECTED", np.array([0.25, -1.5], np.float32)),
        ),
        probabilities=np.array([0.125, 0.875], np.float32),
    )
