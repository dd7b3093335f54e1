"""Registrations for one type: `AddConv2D(Register_CONV_2D_INT8())` links the int8 kernel and no float one.

Measured: what an operator costs alone with such a registration (28 variants, three builds). Their sections were not
recorded, so the estimate takes off what each operator saves alone. Operators share part of what they save, which is
then taken off twice: the estimate is usually a little low. Reference kernels are one function for all types and save
nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from tinylab.errors import FootprintError
from tinylab.footprint.build import Build, BuildKey, find_build, read_data
from tinylab.footprint.flash_rule import flash_bytes
from tinylab.footprint.validation import EstimateError, summarise

GENERIC = "generic"
SPECIALISED = ("int8", "int16", "int4")


def saving_bytes(build: Build, operators: Iterable[str], registrations: str) -> int:
    """Flash that registrations for one type save, 0 with "generic". Operators without such a variant stay generic."""
    if registrations == GENERIC:
        return 0
    alone = alone_bytes(build, registrations)
    return sum(build.operators[name].alone_bytes - alone[name] for name in dict.fromkeys(operators) if name in alone)


def alone_bytes(build: Build, registrations: str) -> Mapping[str, int]:
    """Flash over the core of the real link with an operator's specialised registration alone, by operator.

    FootprintError lists the kinds and builds that were measured.
    """
    if registrations == GENERIC:
        return {name: code.alone_bytes for name, code in build.operators.items()}
    measured: dict[str, dict[str, dict[str, int]]] = _data()["bytes_alone"]
    if registrations not in SPECIALISED:
        known = ", ".join((GENERIC, *SPECIALISED))
        raise FootprintError(f"there are no registrations {registrations!r}: choose one of {known}")
    if build.key.file not in measured:
        builds = ", ".join(name.replace("_", "/") for name in measured)
        raise FootprintError(
            f"{registrations} registrations were not measured for {build.key}: only for {builds}",
            target=build.key.target,
        )
    return measured[build.key.file][registrations]


@functools.cache
def registrations_error(key: BuildKey, registrations: str) -> EstimateError | None:
    """The error over the sets of several operators that were linked with int8 registrations; None where there are none.

    One operator is left out: its estimate is the link.
    """
    build = find_build(key.target, optimize=key.optimize, log_strings=key.log_strings)
    links = specialised_links(build) if registrations == "int8" else {}
    errors = [
        (flash_bytes(build, operators) - saving_bytes(build, operators, registrations)) / linked - 1
        for operators, linked in links.items()
        if len(operators) > 1
    ]
    return summarise(errors) if errors else None


def specialised_links(build: Build) -> dict[tuple[str, ...], int]:
    """Flash of the operator sets that were linked with int8 registrations."""
    sets: dict[str, list[str]] = _data()["operator_sets"]
    linked: dict[str, tuple[int, int]] = _data()["linked_flash_generic_and_int8"].get(build.key.file, {})
    return {tuple(sets[name]): int8_bytes for name, (_, int8_bytes) in linked.items()}


@functools.cache
def _data() -> dict[str, Any]:
    return read_data("registrations.json")
