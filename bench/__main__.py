"""Run benchmarks and print their tables: all of them, or those named (`python -m bench import_time`)."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
import traceback
from types import ModuleType

import bench
from bench.measure import AbsentError, Table


def main(names: list[str]) -> int:
    """0 when every benchmark ran or said what it lacks; 1 when one failed; 2 when a name is unknown."""
    known = {name: module for name, module in found().items() if hasattr(module, "main")}
    if unknown := [name for name in names if name not in known]:
        print(f"no benchmark named {', '.join(unknown)}: there are {', '.join(known)}", file=sys.stderr)
        return 2
    results = [run(name, known[name]) for name in names or known]
    counts = {word: results.count(word) for word in ("ran", "skipped", "failed")}
    print("benchmarks: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
    return 1 if counts["failed"] else 0


def found() -> dict[str, ModuleType]:
    """The modules of bench/, by name, but for this one."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__")
    return {name: importlib.import_module(f"bench.{name}") for name in names}


def run(name: str, module: ModuleType) -> str:
    """Print one benchmark under its title; one that fails does not stop the others."""
    print(f"== {name}: {(module.__doc__ or '').strip().partition(chr(10))[0]}", flush=True)
    started = time.perf_counter()
    try:
        tables = module.main()
    except AbsentError as reason:
        print(f"skipped: {reason}\n", flush=True)
        return "skipped"
    except Exception:
        traceback.print_exc()
        return "failed"
    for table in [tables] if isinstance(tables, Table) else tables or []:
        print(table.text())
    print(f"({time.perf_counter() - started:.1f} s)\n", flush=True)
    return "ran"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
