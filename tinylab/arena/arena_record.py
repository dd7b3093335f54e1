"""RecordingMicroAllocator's view: what the tail holds, by TFLM's own categories, and the text that it prints.

Retells tensorflow/lite/micro/recording_micro_allocator.cc.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tinylab.arena.memory_plan import AllocationRecord

# TFLM's categories in its order: the name it prints, what it counts, and the allocations that are in it. Everything
# else in the tail (allocators, builtin data, scratch buffer handles, ...) has no category there.
CATEGORIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("TfLiteEvalTensor data", "allocations", ("TfLiteEvalTensor[]",)),
    ("Persistent TfLiteTensor data", "tensors", ("TfLiteTensor",)),
    ("Persistent TfLiteTensor quantization data", "allocations", ("TfLiteAffineQuantization", "zero points")),
    (
        "Persistent buffer data",
        "allocations",
        ("OpData", "state", "persistent buffer", "resource variables", "TfLiteTensor*[]"),
    ),
    ("TfLiteTensor variable buffer data", "allocations", ("variable",)),
    ("NodeAndRegistration struct", "NodeAndRegistration structs", ("NodeAndRegistration[]",)),
    ("Operator runtime data", "OpData structs", ()),  # TFLM has the category and never fills it
)
_COUNTED_AS = {name: counted for name, counted, _ in CATEGORIES}


@dataclass(frozen=True)
class AllocationCategory:
    """One line of TFLM's recording allocator: what its persistent allocations of one kind took, in bytes.

    name: TFLM's own ("TfLiteEvalTensor data"). used_bytes counts alignment, requested_bytes does not.
    """

    name: str
    used_bytes: int
    requested_bytes: int
    count: int


@dataclass(frozen=True)
class ArenaRecord:
    """The arena as TFLM's *recording* allocator prints it: total = head + tail, all in bytes.

    head_bytes equals the plain interpreter's. tail_bytes is larger than the plain interpreter's on the same target:
    the recording objects live in the arena too.
    arena_bytes is the size of the arena that was given. categories, without those that are empty, do not add up to the
    tail: not everything has one.
    """

    arena_bytes: int
    total_bytes: int
    head_bytes: int
    tail_bytes: int
    categories: tuple[AllocationCategory, ...]

    def category(self, name: str) -> AllocationCategory:
        """The category of that name, with zeros where nothing is in it."""
        return next((each for each in self.categories if each.name == name), AllocationCategory(name, 0, 0, 0))

    def text(self) -> str:
        """What TFLM's PrintAllocations writes, line for line."""
        start = "[RecordingMicroAllocator]"
        totals = (("total", self.total_bytes), ("head", self.head_bytes), ("tail", self.tail_bytes))
        lines = [f"{start} Arena allocation {name} {size} bytes" for name, size in totals]
        lines += [
            f"{start} '{each.name}' used {each.used_bytes} bytes with alignment overhead "
            f"(requested {each.requested_bytes} bytes for {each.count} {_COUNTED_AS[each.name]})"
            for each in self.categories
        ]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def by_category(records: Iterable[AllocationRecord]) -> tuple[AllocationCategory, ...]:
    """The allocations of a tail summed up in TFLM's categories, its order, without those that are empty."""
    records = list(records)
    found = []
    for name, _, kinds in CATEGORIES:
        of_it = [record for record in records if record.category in kinds]
        used = sum(record.used_bytes for record in of_it)
        requested = sum(record.requested_bytes for record in of_it)
        if used or requested:
            found.append(AllocationCategory(name, used, requested, sum(record.item_count for record in of_it)))
    return tuple(found)


_TOTALS = re.compile(r"Arena allocation (total|head|tail) (\d+) bytes")
_CATEGORY = re.compile(r"'(.+)' used (\d+) bytes with alignment overhead \(requested (\d+) bytes for (\d+) ")


def parse_allocations(text: str, arena_bytes: int) -> ArenaRecord:
    """The text of TFLM's PrintAllocations as values. Raises ValueError where it is not such a text."""
    totals = {name: int(size) for name, size in _TOTALS.findall(text)}
    if totals.keys() != {"total", "head", "tail"}:
        raise ValueError(f"not what TFLM's PrintAllocations writes: {text!r}")
    categories = tuple(
        AllocationCategory(name, int(used), int(requested), int(count))
        for name, used, requested, count in _CATEGORY.findall(text)
    )
    return ArenaRecord(arena_bytes, totals["total"], totals["head"], totals["tail"], categories)
