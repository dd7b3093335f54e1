"""What operators that call subgraphs, and those of resource variables, ask of the arena.

Retells assign_variable.cc, call_once.cc, if.cc, read_variable.cc, var_handle.cc and while.cc of
tensorflow/lite/micro/kernels/.

NB: ASSIGN_VARIABLE may ask for the variable's buffer too. Whether it does depends on the operators before it:
resource_variables.py says so for a whole model.
"""

from __future__ import annotations

from collections.abc import Callable

from tinylab.kernels.kernel_util import PrepareContext
from tinylab.kernels.memory.places import Places, PlacesOf
from tinylab.kernels.memory.requests import PrepareRequests
from tinylab.model import Operator

PREPARE: dict[str, Callable[[PrepareContext, Operator], PrepareRequests]] = {}
PREPARE_BY_ABI: dict[str, Callable[[PrepareContext, Operator, str], PrepareRequests]] = {}

LOOKS_AT: dict[str, Places | PlacesOf] = {
    "ASSIGN_VARIABLE": (1,),
    "CALL_ONCE": (),
    "IF": (0,),
    "READ_VARIABLE": (0,),
    "VAR_HANDLE": (),
    "WHILE": (),
}
