"""The rules of the house, read from the source with ast: which room imports which, names, and lengths.

CONTRIBUTING.md says them in words. `faults(root)` reads the package `root/tinylab` and gives a line a broken rule;
test_house.py runs it on this project and, to show that every rule can fail, on made-up trees.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import NamedTuple

FLOORS = {
    **dict.fromkeys(["errors", "quiet", "progress", "cache", "arithmetic"], 0),
    **dict.fromkeys(["model"], 1),
    **dict.fromkeys(["kernels", "arena"], 2),
    **dict.fromkeys(["runtime", "footprint", "timing"], 3),
    **dict.fromkeys(["boards", "peers", "datasets", "zoo", "training"], 4),
    **dict.fromkeys(["comparison", "doctor", "cpp", "speech", "vision"], 5),
    **dict.fromkeys(["views"], 6),
    **dict.fromkeys(["lessons"], 7),
    **dict.fromkeys(["cli"], 8),
    **dict.fromkeys(["__main__"], 9),
}
VIEWS = FLOORS["views"]


class Package(NamedTuple):
    """A third-party package: the rooms that may import it, or the lowest floor, and whether at the top of a module."""

    rooms: tuple[str, ...] = ()
    floor: int = 99
    at_top: bool = True


PACKAGES = {
    "numpy": Package(floor=0),
    "flatbuffers": Package(rooms=("model",)),
    "tensorflow": Package(rooms=("quiet", "training", "speech", "vision"), at_top=False),
    "keras": Package(rooms=("training", "speech", "vision"), at_top=False),
    "ai_edge_litert": Package(rooms=("peers",)),  # at the top of what runs in a child process
    "tflite_micro": Package(rooms=("peers",)),
    "espeakng_loader": Package(rooms=("speech",), at_top=False),
    "jinja2": Package(rooms=("cpp",), at_top=False),
    "pooch": Package(rooms=("datasets",), at_top=False),
    "PIL": Package(rooms=("datasets",), at_top=False),  # matplotlib brings it
    **dict.fromkeys(["matplotlib", "ipywidgets", "IPython", "rich", "typer"], Package(floor=VIEWS)),
}

MOST_FILE_LINES = 300
MOST_KERNEL_LINES = 120
MOST_FUNCTION_LINES = 40  # without its docstring

# Each exception carries its reason. One that is no longer needed is a fault too.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}  # by "tinylab/room/module.py:function"

# In kernels/ these see every kernel: they are the table of them all.
TABLE_OF_KERNELS = {"__init__", "registrations"}


class Import(NamedTuple):
    name: str  # dotted, absolute: "tinylab.kernels.conv", "numpy.typing"
    line: int
    at_top: bool  # at the top of a module, and so run when the module is imported


def faults(root: Path) -> Iterator[str]:
    """Every broken rule in root/tinylab, as "path:line: what"."""
    kernels = {path.stem for path in (root / "tinylab" / "kernels").glob("*.py") if is_kernel(path)}
    for path in sorted((root / "tinylab").rglob("*.py")):
        place = path.relative_to(root).as_posix()
        for found in dict.fromkeys(imports(path, root)):
            if said := import_fault(path.relative_to(root / "tinylab"), found, kernels):
                yield f"{place}:{found.line}: {said}"
        yield from too_long(path, place)


def is_kernel(path: Path) -> bool:
    """Whether a module registers a kernel: NAME = Registration(...). What kernels share does not."""
    assigned = (node.value for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign))
    calls = (value.func for value in assigned if isinstance(value, ast.Call))
    return any(isinstance(called, ast.Name) and called.id == "Registration" for called in calls)


def import_fault(path: Path, found: Import, kernels: Set[str]) -> str | None:
    """What is wrong with one import of the module at `path` (within tinylab), or None."""
    room = path.parts[0].removesuffix(".py")
    package, _, rest = found.name.partition(".")
    if room == "__init__":  # the public face stands above every floor
        return None
    if room not in FLOORS:
        return f"the room {room} has no floor: give it one in tests/house.py"
    if package == "tinylab":
        return room_fault(path, room, rest, kernels)
    if package in sys.stdlib_module_names:
        return None
    if package not in PACKAGES:
        return f"imports {package}, which has no rule: give it one in tests/house.py"
    rule = PACKAGES[package]
    if room not in rule.rooms and FLOORS[room] < rule.floor:
        return f"imports {package}, which {room} may not"
    if found.at_top and not rule.at_top:
        return f"imports {package} at the top of the module: only inside a function"
    return None


def room_fault(path: Path, room: str, target: str, kernels: Set[str]) -> str | None:
    """What is wrong with importing tinylab.<target> from `room`, or None."""
    to = target.split(".")[0]
    if not to:
        return (
            None if FLOORS[room] >= FLOORS["lessons"] else "imports tinylab itself: import the room that has the name"
        )
    if to == room:
        return kernel_fault(path, target, kernels) if room == "kernels" else None
    if to not in FLOORS:
        return f"imports {to}, a room with no floor: give it one in tests/house.py"
    if to == "errors" or FLOORS[to] < FLOORS[room]:  # everyone may raise: errors lies under the other rooms of floor 0
        return None
    return f"{room} (floor {FLOORS[room]}) imports {to} (floor {FLOORS[to]}): only floors below"


def kernel_fault(path: Path, target: str, kernels: Set[str]) -> str | None:
    """No kernel imports another, and what they share imports none: a module of its own, or arithmetic."""
    _, _, module = target.partition(".")
    if len(path.parts) == 2 and path.stem not in TABLE_OF_KERNELS and (module in kernels or not module):
        return f"imports tinylab.{target}: no kernel imports another, what two share is in a module that registers none"
    return None


def imports(path: Path, root: Path) -> Iterator[Import]:
    """Every import of a module, relative ones and those inside functions or `if TYPE_CHECKING` included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(node) for function in ast.walk(tree) if isinstance(function, FUNCTION) for node in ast.walk(function)}
    for node in ast.walk(tree):
        at_top = id(node) not in inside
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, at_top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, path, root)
            for alias in node.names:
                yield Import(with_module(base, alias.name, root), node.lineno, at_top)


FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def absolute(node: ast.ImportFrom, path: Path, root: Path) -> str:
    """The dotted name that `from X import …` names, its leading dots resolved."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(root).parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def with_module(base: str, name: str, root: Path) -> str:
    """base.name where that is a module of this tree, and base where `name` is a name inside it."""
    file = root.joinpath(*base.split("."), name)
    return f"{base}.{name}" if file.is_dir() or file.with_suffix(".py").is_file() else base


def too_long(path: Path, place: str) -> Iterator[str]:
    """Files and functions longer than the house allows, but for the named exceptions."""
    source = path.read_text(encoding="utf-8")
    count = len(source.splitlines())
    most = MOST_KERNEL_LINES if path.parent.name == "kernels" and is_kernel(path) else MOST_FILE_LINES
    yield from length_fault(place, count, most, LONG_FILES)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, FUNCTION):
            yield from length_fault(f"{place}:{node.name}", body_lines(node), MOST_FUNCTION_LINES, LONG_FUNCTIONS)


def length_fault(name: str, count: int, most: int, exceptions: Mapping[str, str]) -> Iterator[str]:
    if count > most and name not in exceptions:
        yield f"{name}: {count} lines, at most {most}: divide it"
    if count <= most and name in exceptions:
        yield f"{name}: {count} lines, and still named as an exception in tests/house.py"


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring left out: saying shapes, units and errors costs nothing."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    is_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1) if is_docstring else lines


def rooms(root: Path) -> set[str]:
    """The names of the modules and packages directly inside root/tinylab."""
    return {
        path.stem for path in (root / "tinylab").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
