"""What is to run on a board, and what it costs on a target: computed once a target, whatever the board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from tinylab.arena import ArenaNeeds, MicroAllocator, offline_offsets, with_offline_plan
from tinylab.arena.offline_memory_planner import OfflineMemoryPlanner
from tinylab.arena.static_memory_plan import replan
from tinylab.errors import BoardError
from tinylab.footprint import MEASURED, FlashEstimate, estimate_flash
from tinylab.model import Model
from tinylab.runtime import plan_arena
from tinylab.runtime.model_allocation import allocated_in, arena_needs

ARENAS = ("shared", "separate", "two arenas")
RESOLVERS = ("needed", "all")
_PLAIN = ("O2", False)

Cost = TypeVar("Cost")


class Choice(NamedTuple):
    """What the developer decides.

    kernels: "cmsis-nn" or "reference"; arena: "shared" by all models, "separate", or "two arenas" (head and tail
    apart); resolver: with the "needed" operators, or "all"; optimize: of the kernels, "O2" or "Os".

    The others are what remedies change. offline_plan: each model brings a memory plan that was searched for on a
    computer; head_region, tail_region: which RAM region the arena lies in, by index (one, but for two arenas);
    registrations: "generic", or "int8" kernels only; left_out: operators that the models are converted without.
    """

    kernels: str
    arena: str = "shared"
    resolver: str = "needed"
    optimize: str = "O2"
    offline_plan: bool = False
    head_region: int = 0
    tail_region: int = 0
    registrations: str = "generic"
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Workload:
    """Models that run together. What they cost on a target is remembered here."""

    models: tuple[Model, ...]
    _known: dict[object, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, models: Model | Sequence[Model]) -> Workload:
        """BoardError where there are none."""
        several = (models,) if isinstance(models, Model) else tuple(models)
        if not several or not all(isinstance(model, Model) for model in several):
            raise BoardError(f"one model or several are needed, and this is {models!r}: use load_model")
        return cls(several)

    @property
    def names(self) -> tuple[str, ...]:
        """The models' names."""
        return tuple(model.name for model in self.models)

    def models_as(self, choice: Choice, target: str) -> tuple[Model, ...]:
        """The models, each with a memory plan of its own for `target` where `choice` says so."""
        if not choice.offline_plan:
            return self.models
        return self._once(("offline", target), lambda: tuple(_planned_offline(model, target) for model in self.models))

    def arenas(self, choice: Choice, target: str) -> tuple[ArenaNeeds, ...]:
        """What each arena needs on `target`: one a model where they are separate, else one for all."""
        key = ("arenas", target, choice.arena, choice.offline_plan)
        return self._once(key, lambda: self._arenas(choice, target))

    def _arenas(self, choice: Choice, target: str) -> tuple[ArenaNeeds, ...]:
        models = self.models_as(choice, target)
        if choice.arena == "separate":
            return tuple(arena_needs(model, target) for model in models)
        allocator = MicroAllocator.unbounded(target, two_arenas=choice.arena == "two arenas")
        return (allocated_in(allocator, models).needs(),)

    def flash(self, choice: Choice, target: str) -> FlashEstimate:
        """TFLM with the operators of all models on `target`; FootprintError names one that was not measured."""
        key = ("flash", target, choice.resolver, choice.optimize, choice.registrations, choice.left_out)
        return self._once(key, lambda: self._flash(choice, target))

    def _flash(self, choice: Choice, target: str) -> FlashEstimate:
        names: dict[str, None] = {}
        for model in self.models:  # one by one: errors then say which model and operator they are about
            names.update(dict.fromkeys(estimate_flash(model, target, optimize=choice.optimize).operator_names))
        kept = [name for name in names if name not in choice.left_out]
        union = estimate_flash(kept, target, optimize=choice.optimize, registrations=choice.registrations)
        return union.with_every_operator() if choice.resolver == "all" else union

    def foreign_doubt_bytes(self, choice: Choice, target: str) -> int:
        """By how much flash may differ on a core that was not measured: the widest difference between the measured
        builds of the same operators with reference kernels.
        """
        names = self.flash(choice, target).operator_names
        return self._once(("doubt", names), lambda: _spread_bytes(names))

    def _once(self, key: object, compute: Callable[[], Cost]) -> Cost:
        if key not in self._known:
            self._known[key] = compute()
        found: Cost = self._known[key]
        return found


def _planned_offline(model: Model, target: str) -> Model:
    plan = replan(plan_arena(model, target).memory_plan, OfflineMemoryPlanner())
    return with_offline_plan(model, offline_offsets(model, plan))


def _spread_bytes(operators: Sequence[str]) -> int:
    plain = [key for key in MEASURED if key.target.endswith("/reference") and (key.optimize, key.log_strings) == _PLAIN]
    totals = [estimate_flash(operators, key.target).total_bytes for key in plain]
    return max(totals) - min(totals)
