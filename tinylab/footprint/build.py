"""Builds: what the linker kept of the real TFLM for each operator, one table a target, kernel library and options.

Measured: TFLM 90b983c2 was linked for each build without operators (the core) and with each of 118 operators alone
(`--gc-sections`), and the linker sections that were kept were recorded with their sizes. The tables lie in data/;
tasks/footprint_data.py writes them from the measured files.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

from tinylab.errors import FootprintError

KINDS = {"t": "text", "r": "rodata", "d": "data", "b": "bss"}
FLASH_KINDS = frozenset({"text", "rodata", "data"})


class BuildKey(NamedTuple):
    """What names a build. target: "cortex-m4/reference"; optimize: of the kernels, "O2" (TFLM's release) or "Os"
    (Arduino-style; the core is -Os always); log_strings: whether error messages, and what prints them, are kept."""

    target: str
    optimize: str = "O2"
    log_strings: bool = False

    @property
    def file(self) -> str:
        """The stem of its file in data/."""
        suffix = "_all-Os" if self.optimize == "Os" else ""
        return self.target.replace("/", "_") + suffix + ("_with-log-strings" if self.log_strings else "")

    def __str__(self) -> str:
        options = [f'optimize="{self.optimize}"'] if self.optimize != "O2" else []
        return ", ".join([self.target, *options, *(["log_strings=True"] if self.log_strings else [])])


MEASURED = (
    BuildKey("cortex-m0plus/reference"),
    BuildKey("cortex-m4/reference"),
    BuildKey("cortex-m4/reference", optimize="Os"),
    BuildKey("cortex-m4/reference", log_strings=True),
    BuildKey("cortex-m4/cmsis-nn"),
    BuildKey("cortex-m55/cmsis-nn"),
    BuildKey("riscv32imc/reference"),
)
DEFAULT_TARGET = "cortex-m4/reference"


class Section(NamedTuple):
    """One input section of the linker: a function, a constant or a variable.

    kind: text, rodata, data (flash) or bss (RAM only); origin: who wrote it, as measured (tflm, libm, libgcc, libc,
    app, startup); object: the object file, "(comdat)" where several hold a copy and the linker keeps one.
    """

    name: str
    kind: str
    bytes: int
    origin: str
    object: str

    @property
    def flash_bytes(self) -> int:
        """Its bytes in flash: none where it is bss."""
        return self.bytes if self.kind in FLASH_KINDS else 0


class OperatorCode(NamedTuple):
    """What one operator links. type: "builtin" or "custom"; add_method: the C++ resolver's ("AddConv2D");
    alone_bytes: flash of the real link with this operator alone, less the core's; sections: indices."""

    name: str
    type: str
    add_method: str
    alone_bytes: int
    sections: frozenset[int]


class Registration(NamedTuple):
    """Code of the application that registers operators of one type.

    A helper once and a call each; with exactly one operator in all the compiler inlines the helper, and it costs
    single_operator_bytes together.
    """

    helper_bytes: int
    per_operator_bytes: int
    single_operator_bytes: int


@dataclass(frozen=True, eq=False, repr=False)
class Build:
    """One measured build.

    source: commit, compiler, flags, libraries; core_bytes: flash of the framework without operators (with 0.2 kB of
    start-up code and 0.25 to 0.4 kB of main()); core_sections: indices into sections; alignment_per_section: bytes lost
    to alignment for each section of operators, as fitted; supersedes: when an object of the keys is linked, the objects
    listed are not.
    """

    key: BuildKey
    source: Mapping[str, Any]
    core_bytes: int
    core_alignment_bytes: int
    core_sections: frozenset[int]
    sections: tuple[Section, ...]
    operators: Mapping[str, OperatorCode]
    alignment_per_section: float
    supersedes: Mapping[str, tuple[str, ...]]
    registration: Mapping[str, Registration]

    def __repr__(self) -> str:
        return f"Build({self.key}: {len(self.operators)} operators, {len(self.sections)} sections)"


def find_build(target: str, *, optimize: str = "O2", log_strings: bool = False) -> Build:
    """The measured build of a target and options; FootprintError lists those there are."""
    key = BuildKey(target, optimize.removeprefix("-"), bool(log_strings))
    if key not in MEASURED:
        raise FootprintError(
            f"no build was measured for {key}: there are {'; '.join(str(known) for known in MEASURED)}", target=target
        )
    return _load(key)


@functools.cache
def _load(key: BuildKey) -> Build:
    content = read_data(f"{key.file}.json")
    return Build(
        key=key,
        source=content["source"],
        core_bytes=content["core_flash_bytes"],
        core_alignment_bytes=content["core_alignment_bytes"],
        core_sections=numbers(content["core_sections"]),
        sections=_sections(content),
        operators={
            name: OperatorCode(name, kind, method, alone, numbers(sections))
            for name, (kind, method, alone, sections) in content["operators"].items()
        },
        alignment_per_section=content["alignment_per_section"],
        supersedes={winner: tuple(losers) for winner, losers in content["supersedes"].items()},
        registration={kind: Registration(**sizes) for kind, sizes in content["registration"].items()},
    )


def _sections(content: Mapping[str, Any]) -> tuple[Section, ...]:
    tables = _names()
    columns = (content[f"section_{column}"] for column in ("names", "objects", "kinds", "bytes"))
    return tuple(
        Section(tables["names"][name], KINDS[kind], size, tables["objects"][place][1], tables["objects"][place][0])
        for name, place, kind, size in zip(*columns, strict=True)
    )


@functools.cache
def _names() -> dict[str, Any]:
    return read_data("names.json")


def read_data(name: str) -> dict[str, Any]:
    """One file of data/."""
    content: dict[str, Any] = json.loads((resources.files("tinylab.footprint") / "data" / name).read_text("utf-8"))
    return content


def numbers(text: str) -> frozenset[int]:
    """{0, 1, 2, 7} of "0-2 7"."""
    found: set[int] = set()
    for run in text.split():
        first, _, last = run.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)
