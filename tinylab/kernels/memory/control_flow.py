"""What operators that call subgraphs, and those of resource variables, ask of the arena.

Retells assign_variable.cc, call_once.cc, if.cc, read_variable.cc, var_handle.cc and while.cc of
tensorflow/lite/micro/kernels/.

NB: ASSIGN_VARIABLE may ask for the variable's buffer too. Whether it does depends on the operators before it:
resource_variables.py says so for a whole model.
"""

from __future__ import annotations

from tinylab.kernels.memory.requests import LooksAt, Prepare, PrepareOnAbi

PREPARE: dict[str, Prepare] = {}
PREPARE_BY_ABI: dict[str, PrepareOnAbi] = {}

LOOKS_AT: dict[str, LooksAt] = {
    "ASSIGN_VARIABLE": (1,),
    "CALL_ONCE": (),
    "IF": (0,),
    "READ_VARIABLE": (0,),
    "VAR_HANDLE": (),
    "WHILE": (),
}
