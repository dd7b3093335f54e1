"""The rule: flash of an operator set is the core and the union of the sections that its operators keep.

Operators share code: the linker keeps a section once, however many operators need it. So sizes of single operators
cannot be added; their sections can be united. Three corrections make the sum a link:

- alignment: a fitted fraction of a byte for each section in flash;
- supersedes: of libgcc's double-precision multiplication there are two objects, one with division too; where an
  operator needs that one, the linker drops the other;
- one operator: the compiler inlines the registration helper, which is then smaller.

An estimate (flash_bytes) goes beyond the rule twice. With one operator it is the real link. And where an operator's
own link lies far from the rule, the operator takes that difference into every set: of an inline function several
objects hold copies of different sizes, the linker keeps the first, and the tables hold the largest. That concerns
three operators, all in the -Os build; without it the worst error over the linked sets is 0.54 %, with it 0.22 %.

Against real links: `validation.py`.
"""

from __future__ import annotations

import functools
import statistics
from collections.abc import Collection, Iterable, Mapping

from tinylab.footprint.build import Build

FAR_BYTES = 60  # more than alignment can explain: in all builds together three operators lie so far from their links


def sections_of(build: Build, operators: Iterable[str]) -> frozenset[int]:
    """Indices of the sections that these operators add to the core, what is superseded left out."""
    union = frozenset[int]().union(*(build.operators[name].sections for name in operators)) - build.core_sections
    objects = {build.sections[index].object for index in union}
    dropped = {loser for winner in build.supersedes if winner in objects for loser in build.supersedes[winner]}
    return frozenset(index for index in union if build.sections[index].object not in dropped) if dropped else union


def alignment_bytes(build: Build, operators: Collection[str], sections: Collection[int]) -> int:
    """What the sections' own bytes do not explain: alignment, and the one-operator case. Can be negative.

    operators: each once; sections: what sections_of makes of them.
    """
    in_flash = sum(build.sections[index].kind != "bss" for index in sections)
    alignment = round(build.alignment_per_section * in_flash)
    if len(operators) != 1:
        return alignment
    (operator,) = operators
    registration = build.registration[build.operators[operator].type]
    return alignment + registration.single_operator_bytes - registration.helper_bytes - registration.per_operator_bytes


def rule_bytes(build: Build, operators: Iterable[str]) -> int:
    """Flash of the framework and these operators by the rule alone. An operator that is named twice counts once."""
    names = tuple(dict.fromkeys(operators))
    sections = sections_of(build, names)
    own = sum(build.sections[index].flash_bytes for index in sections)
    return build.core_bytes + own + alignment_bytes(build, names, sections)


def set_bytes(build: Build, operators: Iterable[str]) -> int:
    """The rule, less what it is known to say too much of single operators."""
    names = tuple(dict.fromkeys(operators))
    return rule_bytes(build, names) - sum(excess_bytes(build).get(name, 0) for name in names)


@functools.cache
def excess_bytes(build: Build) -> Mapping[str, int]:
    """By how much the rule exceeds an operator's own link, beyond what is usual in the build; the far ones only."""
    excess = {
        name: rule_bytes(build, [name]) - build.core_bytes - code.alone_bytes for name, code in build.operators.items()
    }
    usual = round(statistics.median(excess.values()))
    return {name: size - usual for name, size in excess.items() if abs(size - usual) > FAR_BYTES}


def flash_bytes(build: Build, operators: Iterable[str]) -> int:
    """Flash of the framework and these operators: the real link of no operator or one, set_bytes of more."""
    names = tuple(dict.fromkeys(operators))
    if not names:
        return build.core_bytes
    if len(names) == 1:
        return build.core_bytes + build.operators[names[0]].alone_bytes
    return set_bytes(build, names)


def naive_bytes(build: Build, operators: Iterable[str]) -> int:
    """What adding up says: the core and each operator's bytes alone. Too much, because operators share code."""
    return build.core_bytes + sum(build.operators[name].alone_bytes for name in dict.fromkeys(operators))
