"""The rule: flash of an operator set is the core and the union of the sections that its operators keep.

Operators share code: the linker keeps a section once, however many operators need it. So sizes of single operators cannot
be added; their sections can be united. Three corrections make the sum a link:

- alignment: a fitted fraction of a byte for each section in flash;
- supersedes: of libgcc's double-precision multiplication there are two objects, one with division too; where an operator
  needs that one, the linker drops the other;
- one operator: the compiler inlines the registration helper, which is then smaller.

Against real links: `validation.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tinylab.footprint.build import Build


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
    return (
        alignment
        + registration.single_operator_bytes
        - registration.helper_bytes
        - registration.per_operator_bytes
    )


def rule_bytes(build: Build, operators: Iterable[str]) -> int:
    """Flash of the framework and these operators by the rule alone. An operator that is named twice counts once."""
    names = tuple(dict.fromkeys(operators))
    sections = sections_of(build, names)
    own = sum(build.sections[index].flash_bytes for index in sections)
    return build.core_bytes + own + alignment_bytes(build, names, sections)


def flash_bytes(build: Build, operators: Iterable[str]) -> int:
    """Flash of the framework and these operators: the real link where there is one (no operator, or one), else the rule."""
    names = tuple(dict.fromkeys(operators))
    if not names:
        return build.core_bytes
    if len(names) == 1:
        return build.core_bytes + build.operators[names[0]].alone_bytes
    return rule_bytes(build, names)


def naive_bytes(build: Build, operators: Iterable[str]) -> int:
    """What adding up says: the core and each operator's bytes alone. Too much, because operators share code."""
    return build.core_bytes + sum(build.operators[name].alone_bytes for name in dict.fromkeys(operators))
