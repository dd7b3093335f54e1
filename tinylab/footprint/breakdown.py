"""Where the bytes of an estimate come from: operator by operator, what they share, and who wrote it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from tinylab.footprint.build import Build
from tinylab.footprint.flash_rule import flash_bytes
from tinylab.footprint.origins import ORIGINS, origin_of
from tinylab.footprint.registrations import alone_bytes, saving_bytes

_NAMED_SECTIONS = 3


class OperatorFlash(NamedTuple):
    """One operator of the set, in bytes of flash.

    alone_bytes: what it adds to the core when it is the only one; added_bytes: what it adds to the others of this set;
    own_bytes: its sections that no other operator of the set uses; shared_bytes: those that another one uses too;
    shared_with: (other operator, bytes that both use), most first.
    """

    name: str
    alone_bytes: int
    added_bytes: int
    own_bytes: int
    shared_bytes: int
    shared_with: tuple[tuple[str, int], ...]


class SharedCode(NamedTuple):
    """Code that exactly these operators of the set use, linked once. largest: names of its largest sections."""

    operators: tuple[str, ...]
    bytes: int
    section_count: int
    largest: tuple[str, ...]


def operator_rows(
    build: Build, names: Sequence[str], sections: Collection[int], registrations: str
) -> tuple[OperatorFlash, ...]:
    """A row an operator, in the order of `names`. sections: what sections_of makes of them."""
    own: Counter[str] = Counter()
    both: defaultdict[str, Counter[str]] = defaultdict(Counter)
    shared: Counter[str] = Counter()
    for users, indices in sections_by_users(build, names, sections).items():
        size = sum(build.sections[index].flash_bytes for index in indices)
        if len(users) == 1:
            own[users[0]] += size
            continue
        for user in users:
            shared[user] += size
            both[user].update({other: size for other in users if other != user})
    alone = {**alone_bytes(build, "generic"), **alone_bytes(build, registrations)}
    total = _total(build, names, registrations)
    return tuple(
        OperatorFlash(
            name,
            alone[name],
            total - _total(build, [other for other in names if other != name], registrations),
            own[name],
            shared[name],
            tuple(sorted(both[name].items(), key=lambda item: (-item[1], item[0]))),
        )
        for name in names
    )


def shared_code(build: Build, names: Sequence[str], sections: Collection[int]) -> tuple[SharedCode, ...]:
    """The code of two operators or more, a group of operators at a time, most bytes first."""
    groups = []
    for users, indices in sections_by_users(build, names, sections).items():
        in_flash = [build.sections[index] for index in indices if build.sections[index].flash_bytes]
        if len(users) > 1 and in_flash:
            largest = sorted(in_flash, key=lambda section: (-section.bytes, section.name))[:_NAMED_SECTIONS]
            size = sum(section.bytes for section in in_flash)
            groups.append(SharedCode(users, size, len(in_flash), tuple(section.name for section in largest)))
    return tuple(sorted(groups, key=lambda group: (-group.bytes, group.operators)))


def sections_by_users(
    build: Build, names: Sequence[str], sections: Collection[int]
) -> Mapping[tuple[str, ...], list[int]]:
    """The sections by the operators, in the order of `names`, that need them."""
    users: defaultdict[int, list[str]] = defaultdict(list)
    for name in names:
        for index in build.operators[name].sections:
            users[index].append(name)
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for index in sorted(sections):
        groups[tuple(users[index])].append(index)
    return groups


def bytes_by_origin(build: Build, sections: Collection[int], alignment: int, saved: int) -> dict[str, int]:
    """Flash by who wrote it, core and operators together, in the order of ORIGINS; origins without bytes left out."""
    found: Counter[str] = Counter()
    for index in (*build.core_sections, *sections):
        found[origin_of(build.sections[index])] += build.sections[index].flash_bytes
    found["alignment"] = build.core_alignment_bytes + alignment
    found["registrations"] = -saved
    return {origin: found[origin] for origin in ORIGINS if found[origin]}


def ram_bytes(build: Build, sections: Collection[int], kind: str) -> int:
    """Static RAM of one kind ("data" or "bss"), core and operators together."""
    every = (build.sections[index] for index in (*build.core_sections, *sections))
    return sum(section.bytes for section in every if section.kind == kind)


def _total(build: Build, names: Sequence[str], registrations: str) -> int:
    return flash_bytes(build, names) - saving_bytes(build, names, registrations)
