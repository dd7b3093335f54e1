"""tinylab: a workbench for learning and using TensorFlow Lite Micro. `import tinylab as tl`."""

from __future__ import annotations

from tinylab.arena import MicroAllocator
from tinylab.errors import TinylabError
from tinylab.kernels.kernel_util import Registration
from tinylab.model import Model, load_model
from tinylab.runtime import (
    AllOpsResolver,
    MicroInterpreter,
    MicroMutableOpResolver,
    MicroProfiler,
    arena_needs,
    resolver_for,
)

__version__ = "0.1.0"

__all__ = [
    "AllOpsResolver",
    "MicroAllocator",
    "MicroInterpreter",
    "MicroMutableOpResolver",
    "MicroProfiler",
    "Model",
    "Registration",
    "TinylabError",
    "arena_needs",
    "load_model",
    "resolver_for",
]
