"""How wrong estimates are: operator sets that were linked for real, beside what the rule and plain adding say of them.

Measured: 21 sets a build (TFLM's examples, MLPerf Tiny, random sets of 8 to 32 operators, all 118), TFLM 90b983c2.
"""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from tinylab.footprint.build import Build, BuildKey, find_build, read_data
from tinylab.footprint.flash_rule import naive_bytes, set_bytes


class EstimateError(NamedTuple):
    """How far estimates lay from real links, as fractions of the linked flash, signs left out."""

    link_count: int
    median: float
    percentile_90: float
    worst: float

    def __str__(self) -> str:
        return f"median {self.median:.2%}, worst {self.worst:.2%} of {self.link_count} real links"


class CheckedLink(NamedTuple):
    """One operator set that was linked, in bytes of flash. linked_bss_bytes: its RAM, the arena left out."""

    name: str
    operators: tuple[str, ...]
    linked_bytes: int
    linked_bss_bytes: int
    estimated_bytes: int
    naive_bytes: int

    @property
    def error(self) -> float:
        """The estimate's error, a fraction of the linked flash; above 0 where it says too much."""
        return self.estimated_bytes / self.linked_bytes - 1

    @property
    def naive_error(self) -> float:
        """Plain adding's error, likewise."""
        return self.naive_bytes / self.linked_bytes - 1


def checked_links(build: Build) -> tuple[CheckedLink, ...]:
    """Each linked set of a build. Sets of one operator are put through the rule too, although their link is known."""
    content = read_data("links.json")
    linked: dict[str, tuple[int, int]] = content["linked_flash_and_bss"][build.key.file]
    sets: dict[str, list[str]] = content["operator_sets"]
    return tuple(
        CheckedLink(name, tuple(sets[name]), flash, bss, set_bytes(build, sets[name]), naive_bytes(build, sets[name]))
        for name, (flash, bss) in linked.items()
    )


@functools.cache
def error_of(key: BuildKey) -> EstimateError:
    """The error of estimates over the linked sets of a build."""
    build = find_build(key.target, optimize=key.optimize, log_strings=key.log_strings)
    return summarise([link.error for link in checked_links(build)])


def summarise(errors: Sequence[float]) -> EstimateError:
    """Median, 90th percentile (the error that nine in ten do not exceed) and worst; signs left out."""
    sizes = sorted(abs(error) for error in errors)
    return EstimateError(len(sizes), statistics.median(sizes), sizes[math.ceil(0.9 * len(sizes)) - 1], sizes[-1])
