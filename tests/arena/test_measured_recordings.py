"""RecordingMicroAllocator's categories of the real TFLM, measured: used, requested and count of each, head and tail."""

from __future__ import annotations

import pytest

from tests.arena.models import allocate
from tests.arena.test_measured_arenas import MODELS, TARGETS, cases, wrong
from tests.shared import needs_shared
from tinylab.arena import RecordingMicroAllocator
from tinylab.arena.arena_record import CATEGORIES

pytestmark = needs_shared

# The measured file's names, in TFLM's order of categories.
MEASURED = (
    "TfLiteEvalTensorData",
    "PersistentTfLiteTensorData",
    "PersistentTfLiteTensorQuantizationData",
    "PersistentBufferData",
    "TfLiteTensorVariableBufferData",
    "NodeAndRegistrationArray",
    "OpData",
)


@pytest.mark.parametrize("target", TARGETS)
def test_every_category_is_the_measured_one(target: str) -> None:
    differ, equal = {}, 0
    for name, model, measured in cases(target):
        allocator = RecordingMicroAllocator.unbounded(target)
        allocate(model, allocator)
        record, recording = allocator.record(), measured["recording"]
        ours = {"total": record.total_bytes, "head": record.head_bytes, "tail": record.tail_bytes}
        theirs = {key: recording[key] for key in ours}
        for (category, _, _), key in zip(CATEGORIES, MEASURED, strict=True):
            found = record.category(category)
            ours |= {f"{key} used": found.used_bytes, f"{key} requested": found.requested_bytes}
            ours[f"{key} count"] = found.count
            theirs |= {f"{key} {what}": recording["categories"][key][what] for what in ("used", "requested", "count")}
        equal += sum(ours[key] == theirs[key] for key in ours)
        if ours != theirs:
            differ[name] = {key: (ours[key], theirs[key]) for key in ours if ours[key] != theirs[key]}
    assert not differ, wrong(differ)
    assert equal == MODELS * (3 + 3 * len(MEASURED))
    print(f"{target}: {equal} of {equal} figures of the recording allocator are the measured ones, {MODELS} models")
