"""tinylab: a workbench for learning and using TensorFlow Lite Micro. `import tinylab as tl`.

The names below need NumPy and flatbuffers only. The rooms in _LAZY_ROOMS (`tl.boards`, `tl.footprint`, …) and the
functions in _LAZY_FUNCTIONS (`tl.compare`, `tl.fit`, …) are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tinylab.arena import MicroAllocator, RecordingMicroAllocator, compare_planners, with_offline_plan
from tinylab.errors import TinylabError
from tinylab.kernels.kernel_util import ArenaRequests, Registration
from tinylab.model import Model, chain, fuse, load_model, write_model
from tinylab.runtime import (
    AllOpsResolver,
    MicroInterpreter,
    MicroMutableOpResolver,
    MicroProfiler,
    ModelManager,
    arena_needs,
    compare_tenancy,
    plan_arena,
    resolver_for,
    trace_arena,
)

if TYPE_CHECKING:
    from tinylab import (
        boards,
        comparison,
        cpp,
        datasets,
        doctor,
        footprint,
        peers,
        speech,
        timing,
        training,
        views,
        vision,
        zoo,
    )
    from tinylab.boards import fit, fit_table
    from tinylab.comparison import compare
    from tinylab.cpp import export_cpp
    from tinylab.footprint import estimate_flash
    from tinylab.timing import estimate_instructions, estimate_time

__version__ = "0.1.0"

__all__ = [
    "AllOpsResolver",
    "ArenaRequests",
    "MicroAllocator",
    "MicroInterpreter",
    "MicroMutableOpResolver",
    "MicroProfiler",
    "Model",
    "ModelManager",
    "RecordingMicroAllocator",
    "Registration",
    "TinylabError",
    "arena_needs",
    "boards",
    "chain",
    "compare",
    "compare_planners",
    "compare_tenancy",
    "comparison",
    "cpp",
    "datasets",
    "doctor",
    "estimate_flash",
    "estimate_instructions",
    "estimate_time",
    "export_cpp",
    "fit",
    "fit_table",
    "footprint",
    "fuse",
    "load_model",
    "peers",
    "plan_arena",
    "resolver_for",
    "speech",
    "timing",
    "trace_arena",
    "training",
    "views",
    "vision",
    "with_offline_plan",
    "write_model",
    "zoo",
]

_LAZY_ROOMS = (
    "boards",
    "comparison",
    "cpp",
    "datasets",
    "doctor",
    "footprint",
    "peers",
    "speech",
    "timing",
    "training",
    "views",
    "vision",
    "zoo",
)
_LAZY_FUNCTIONS = {
    "compare": "comparison",
    "estimate_flash": "footprint",
    "estimate_instructions": "timing",
    "estimate_time": "timing",
    "export_cpp": "cpp",
    "fit": "boards",
    "fit_table": "boards",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY_ROOMS:
        return importlib.import_module(f"tinylab.{name}")
    if name in _LAZY_FUNCTIONS:
        return getattr(importlib.import_module(f"tinylab.{_LAZY_FUNCTIONS[name]}"), name)
    raise AttributeError(f"module 'tinylab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
