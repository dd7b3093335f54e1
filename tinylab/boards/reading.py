"""A board's profile from TOML, checked field by field: errors name file, field, what was found and what is needed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, NoReturn

from tinylab.arena import TARGETS
from tinylab.boards.board import CONFIDENCES, KERNELS, Board, Extensions, Fact, RamRegion
from tinylab.boards.cores import CORES, KernelTargets
from tinylab.errors import BoardError
from tinylab.footprint import MEASURED

_FACT = ("value", "source", "confidence", "note")
_REGION = ("name", "bytes", "external", "source", "confidence", "note")
_EXTENSIONS = ("fpu", "dsp", "mve", "npu", "source", "confidence")
_FIELDS = (
    *("title", "notes", "mcu", "core", "clock_mhz", "extensions", "ram_bytes", "ram_regions", "flash_bytes"),
    *("flash_app_bytes", "rtos_ram_bytes", "rtos_flash_bytes", "copied_to_ram", "sensors", "targets"),
)
_COPIED = ("code", "model")
_FOOTPRINTS = tuple(dict.fromkeys(key.target for key in MEASURED))
_MISSING = object()


class _Table:
    """One table of a file, which knows its own place in it."""

    def __init__(self, file: str, place: str, content: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self.file, self.place, self.content = file, place, content
        for key in content:
            if key not in known:
                self.fail(key, "an unknown field", f"one of {', '.join(known)}", content[key])

    def fail(self, key: str, found: str, needed: str, value: object = None) -> NoReturn:
        """BoardError about one field of this table."""
        field = f"{self.place}.{key}" if self.place and key else self.place or key
        raise BoardError(f"{self.file}: {field} is {found}: needed is {needed}", self.file, field, value, needed)

    def has(self, key: str) -> bool:
        return key in self.content

    def get(self, key: str, needed: str, is_right: Callable[[Any], bool], default: Any = _MISSING) -> Any:
        """The value of a field; BoardError where it is missing, or not `is_right`."""
        value = self.content.get(key, default)
        if value is _MISSING:
            self.fail(key, "missing", needed)
        if not is_right(value):
            self.fail(key, repr(value), needed, value)
        return value

    def text(self, key: str, default: Any = _MISSING) -> str:
        return str(self.get(key, "a text that is not empty", lambda v: isinstance(v, str) and v != "", default))

    def flag(self, key: str, default: Any = _MISSING) -> bool:
        return bool(self.get(key, "true or false", lambda v: isinstance(v, bool), default))

    def size(self, key: str) -> int:
        return int(self.get(key, "a whole number above 0", _is_size))

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        return str(self.get(key, f"one of {', '.join(choices)}", lambda v: v in choices))

    def texts(self, key: str, default: Any = _MISSING) -> tuple[str, ...]:
        return tuple(self.get(key, "a list of texts", _is_texts, default))

    def table(self, key: str, known: tuple[str, ...]) -> _Table:
        content = self.get(key, f"a table with {', '.join(known)}", lambda v: isinstance(v, dict))
        return _Table(self.file, f"{self.place}.{key}" if self.place else key, content, known)

    def fact(self, key: str, read: Callable[[_Table], Any]) -> Fact[Any]:
        """The fact of that name; its value is what `read` takes of its table."""
        return self.table(key, _FACT).as_fact(read)

    def fact_if_any(self, key: str, read: Callable[[_Table], Any]) -> Fact[Any] | None:
        return self.fact(key, read) if self.has(key) else None

    def as_fact(self, read: Callable[[_Table], Any]) -> Fact[Any]:
        return Fact(
            read(self),
            self.text("source"),
            self.choice("confidence", CONFIDENCES),
            str(self.get("note", "a text", lambda v: isinstance(v, str), "")),
        )


def read_board(text: str, file: str) -> Board:
    """The board of a profile's text; `file` names it in errors, and its stem is the board's name."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BoardError(f"{file}: this is no TOML: {error}", file) from None
    top = _Table(file, "", content, _FIELDS)
    extensions = top.table("extensions", _EXTENSIONS)
    core = top.fact("core", lambda t: t.text("value"))
    board = Board(
        name=PurePath(file).stem,
        title=top.text("title"),
        mcu=top.fact("mcu", lambda t: t.text("value")),
        core=core,
        clock_mhz=top.fact("clock_mhz", _size),
        extensions=Extensions(
            extensions.choice("fpu", ("none", "single", "double")),
            extensions.flag("dsp"),
            extensions.flag("mve"),
            str(extensions.get("npu", "a text", lambda v: isinstance(v, str), "")),
        ),
        extensions_source=f"{extensions.choice('confidence', CONFIDENCES)}: {extensions.text('source')}",
        ram_bytes=top.fact("ram_bytes", _size),
        ram_regions=_regions(top),
        flash_bytes=top.fact("flash_bytes", _size),
        flash_app_bytes=top.fact("flash_app_bytes", _size),
        rtos_ram_bytes=top.fact_if_any("rtos_ram_bytes", _size),
        rtos_flash_bytes=top.fact_if_any("rtos_flash_bytes", _size),
        copied_to_ram=top.fact_if_any("copied_to_ram", _copied),
        sensors=top.fact_if_any("sensors", lambda t: t.texts("value")),
        notes=top.texts("notes", ()),
        targets=MappingProxyType(_targets(top, core.value)),
        known_core=CORES.get(core.value),
        file=file,
    )
    _check_sizes(top, board)
    return board


def _size(table: _Table) -> int:
    return table.size("value")


def _copied(table: _Table) -> tuple[str, ...]:
    needed = f"a list of {' and '.join(_COPIED)}"
    return tuple(table.get("value", needed, lambda v: _is_texts(v) and bool(v) and set(v) <= set(_COPIED)))


def _regions(top: _Table) -> tuple[RamRegion, ...]:
    needed = "a list of [[ram_regions]] tables, one at least"
    found = top.get("ram_regions", needed, lambda v: isinstance(v, list) and bool(v) and isinstance(v[0], dict))
    regions: list[RamRegion] = []
    for index, content in enumerate(found):
        table = _Table(top.file, f"ram_regions[{index}]", content, _REGION)
        size = table.as_fact(lambda t: t.size("bytes"))
        name = table.text("name")
        if name in [region.name for region in regions]:
            table.fail("name", repr(name), "a name that no other region has", name)
        regions.append(RamRegion(name, size, table.flag("external", False)))
    return tuple(regions)


def _targets(top: _Table, core: str) -> dict[str, KernelTargets]:
    """By kernel library: what the file says, else what its core's row of CORES says."""
    if not top.has("targets"):
        if core not in CORES:
            known = ", ".join(CORES)
            needed = f"one of {known}, or a table [targets] that names the nearest measured ones"
            top.fail("core.value", repr(core), needed, core)
        return dict(CORES[core].targets)
    tables = top.table("targets", KERNELS)
    if not tables.content:
        tables.fail("", "empty", f"a table for one of {', '.join(KERNELS)}, or both")
    found = {}
    for kernels in tables.content:
        table = tables.table(kernels, KernelTargets._fields)
        found[kernels] = KernelTargets(table.choice("arena", tuple(TARGETS)), table.choice("footprint", _FOOTPRINTS))
    return found


def _check_sizes(top: _Table, board: Board) -> None:
    """What cannot be: more for the application than the board has."""
    if board.flash_app_bytes.value > board.flash_bytes.value:
        found = board.flash_app_bytes.value
        top.fail("flash_app_bytes.value", f"{found:,}", f"at most flash_bytes, {board.flash_bytes.value:,}", found)
    inside = sum(region.bytes.value for region in board.ram_regions if not region.is_external)
    if inside > board.ram_bytes.value:
        top.fail("ram_regions", f"{inside:,} bytes in all", f"at most ram_bytes, {board.ram_bytes.value:,}", inside)
    if board.ram_regions[0].is_external:
        top.fail("ram_regions[0].external", "true", "the chip's own RAM first: variables and stack lie there", True)
    if board.rtos_ram_bytes is not None and board.rtos_ram_bytes.value > board.ram_app_bytes:
        found = board.rtos_ram_bytes.value
        top.fail("rtos_ram_bytes.value", f"{found:,}", f"at most the first region, {board.ram_app_bytes:,}", found)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
