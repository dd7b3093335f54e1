"""Several models on one board: what each way of sharing memory costs. Computed, to the byte, for any target.

separate    an arena a model: nothing is shared
shared      one MicroAllocator: the heads overlap, the tails add up
two arenas  the same, with head and tail apart: between invokes the head is the application's
chained     shared, and each model's output is the next one's input: it is copied out before the next one runs
fused       one model made of all
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tinylab.arena import ArenaNeeds, MicroAllocator, Target
from tinylab.arena.target import DEFAULT_TARGET
from tinylab.errors import ModelError
from tinylab.model import Model, Tensor, chain, fuse
from tinylab.runtime.model_allocation import allocated_in, arena_needs


class TenancyForm(NamedTuple):
    """One way of keeping several models in memory; all figures in bytes.

    head_bytes, tail_bytes: in use in the end. arena_bytes: the smallest arena or arenas that work. saved_bytes: of
    arena_bytes, against separate arenas (below 0: it costs more). lent_bytes: what the application may have between
    two invokes. note: what to know of it.
    """

    name: str
    head_bytes: int
    tail_bytes: int
    arena_bytes: int
    saved_bytes: int
    lent_bytes: int
    note: str

    @property
    def used_bytes(self) -> int:
        """Head and tail together."""
        return self.head_bytes + self.tail_bytes


class Tenancy(NamedTuple):
    """forms: the ways there are; left_out: (name, why not) of the others."""

    forms: tuple[TenancyForm, ...]
    left_out: tuple[tuple[str, str], ...]

    def form(self, name: str) -> TenancyForm:
        """The form of that name ("shared")."""
        return next(form for form in self.forms if form.name == name)


def compare_tenancy(models: Sequence[Model], target: str | Target = DEFAULT_TARGET) -> Tenancy:
    """The ways of keeping all of `models` on `target`, allocated in this order. ModelError where there are none."""
    if not models:
        raise ModelError("there are no models to compare: give one at least")
    alone = [arena_needs(model, target) for model in models]
    separate = _sum_of(alone)
    one = allocated_in(MicroAllocator.unbounded(target), models).needs()
    two = allocated_in(MicroAllocator.unbounded(target, two_arenas=True), models).needs()
    persistent, non_persistent = two.two_arenas_bytes or (0, 0)
    rows: list[tuple[str, ArenaNeeds, int, str]] = [
        ("separate", separate, 0, " + ".join(f"{needs.smallest_arena_bytes:,}" for needs in alone)),
        ("shared", one, one.head_bytes, "the largest head and all tails"),
        ("two arenas", two, two.head_bytes, f"persistent {persistent:,}, non-persistent {non_persistent:,}"),
    ]
    left_out = []
    if misfit := _no_chain(models):
        left_out.append(("chained", misfit))
    else:
        copied = sum(_output(model).bytes for model in models[:-1])
        rows.append(("chained", one, one.head_bytes, f"as shared, and {copied:,} bytes copied out between the models"))
    for name, merge in (("fused", fuse), ("fused as a chain", chain)):
        try:
            fused = arena_needs(functools.reduce(merge, models), target)
            rows.append((name, fused, fused.head_bytes, "one model, one plan"))
        except ModelError as error:
            left_out.append((name, str(error)))
    total = separate.smallest_arena_bytes
    forms = tuple(
        TenancyForm(
            name, n.head_bytes, n.tail_bytes, n.smallest_arena_bytes, total - n.smallest_arena_bytes, lent, note
        )
        for name, n, lent, note in rows
    )
    return Tenancy(forms, tuple(left_out))


def _sum_of(alone: Sequence[ArenaNeeds]) -> ArenaNeeds:
    heads, tails = sum(n.head_bytes for n in alone), sum(n.tail_bytes for n in alone)
    return ArenaNeeds(heads, tails, sum(n.smallest_arena_bytes for n in alone))


def _output(model: Model) -> Tensor:
    return model.subgraphs[0].tensors[model.subgraphs[0].outputs[0]]


def _no_chain(models: Sequence[Model]) -> str:
    """Why the models do not feed one another, or ""."""
    for first, second in pairwise(models):
        given = _output(first)
        taken = second.subgraphs[0].tensors[second.subgraphs[0].inputs[0]]
        if (given.type, given.bytes) != (taken.type, taken.bytes):
            return (
                f"{first.name} gives {given.type.name} {list(given.shape)}, "
                f"and {second.name} takes {taken.type.name} {list(taken.shape)}"
            )
    return ""
