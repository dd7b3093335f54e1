"""The micro runtime: op resolvers, the context kernels see, and the interpreter's dispatch loop."""

from __future__ import annotations

from tinylab.runtime.arena_plan import ArenaPlan, plan_arena
from tinylab.runtime.arena_trace import ArenaTrace, trace_arena
from tinylab.runtime.invoke_trace import InvokeTrace, NodeTrace, TensorValue
from tinylab.runtime.micro_interpreter import MicroInterpreter
from tinylab.runtime.micro_op_resolver import AllOpsResolver, MicroMutableOpResolver, MicroOpResolver, resolver_for
from tinylab.runtime.micro_profiler import MicroProfiler, ProfilerEvent
from tinylab.runtime.model_allocation import arena_needs
from tinylab.runtime.model_manager import ModelManager
from tinylab.runtime.tenancy import Tenancy, TenancyForm, compare_tenancy
from tinylab.runtime.tensor_view import TensorView

__all__ = [
    "AllOpsResolver",
    "ArenaPlan",
    "ArenaTrace",
    "InvokeTrace",
    "MicroInterpreter",
    "MicroMutableOpResolver",
    "MicroOpResolver",
    "MicroProfiler",
    "ModelManager",
    "NodeTrace",
    "ProfilerEvent",
    "Tenancy",
    "TenancyForm",
    "TensorValue",
    "TensorView",
    "arena_needs",
    "compare_tenancy",
    "plan_arena",
    "resolver_for",
    "trace_arena",
]
