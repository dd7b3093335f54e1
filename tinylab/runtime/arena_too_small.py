"""An error about one allocation, made into what a person needs: the arena in which everything fits."""

from __future__ import annotations

from tinylab.arena import ArenaNeeds, MicroAllocator
from tinylab.errors import ArenaError
from tinylab.model import Model
from tinylab.runtime.micro_op_resolver import MicroOpResolver
from tinylab.runtime.model_allocation import allocated_in


def explain_too_small(
    allocator: MicroAllocator,
    arena_bytes: int | None,
    model: Model,
    op_resolver: MicroOpResolver,
    error: ArenaError,
    detail: str,
) -> ArenaError:
    """The error to raise in place of `error`.

    allocator: of the kind and for the target that is meant, with the models that do fit; arena_bytes: its size, or None
    to ask it. model: the one that did not fit, with the kernels of op_resolver. detail: what TFLM says or does.
    """
    unbounded, others = allocator.unbounded_like_this(), allocator.models
    for layout in allocator.layouts:
        layout(unbounded)
    needs = allocated_in(unbounded, [model], op_resolver).needs()
    kind, found, needed = _which_arena(allocator, arena_bytes, needs)
    beside = f" beside {', '.join(other.name for other in others)}" if others else ""
    who = "together they use" if others else "it uses"
    planning = f" and needs {needs.smallest_arena_bytes} while it is planned" if needs.binding == "planning" else ""
    return ArenaError(
        f"{kind}arena of {found} bytes is too small for {model.name}{beside} on {allocator.target.name}: {who} "
        f"{needs.used_bytes} (head {needs.head_bytes} + tail {needs.tail_bytes}){planning}. "
        f"{needed - found} bytes are missing: give it {needed}. ({detail})",
        arena_bytes=found,
        requested_bytes=error.requested_bytes,
        available_bytes=error.available_bytes,
        missing_bytes=needed - found,
        needed_bytes=needed,
    )


def tflm_says(error: ArenaError) -> str:
    """The text of an error in TFLM's own words, and said to be so; of one that TFLM does not notice, what it says here.

    Where TFLM prints anything it has compared with what is left.
    """
    return str(error) if error.available_bytes is None else f"TFLM says: {error}"


def _which_arena(allocator: MicroAllocator, arena_bytes: int | None, needs: ArenaNeeds) -> tuple[str, int, int]:
    """(which arena is too small, its bytes, the bytes it needs)."""
    memory = allocator.memory
    if needs.two_arenas_bytes is None:
        size = memory.persistent.size_bytes if arena_bytes is None else arena_bytes
        return "", size, needs.smallest_arena_bytes
    persistent, non_persistent = needs.two_arenas_bytes
    if memory.persistent.size_bytes < persistent:
        return "persistent ", memory.persistent.size_bytes, persistent
    return "non-persistent ", memory.non_persistent.size_bytes, non_persistent
