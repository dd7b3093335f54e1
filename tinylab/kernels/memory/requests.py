"""What one operator puts into the arena: the values that every kernel library's functions return."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tinylab.kernels.kernel_util import PrepareContext
from tinylab.model import Operator, Tensor


class InitRequests(NamedTuple):
    """What an operator puts into the arena before Prepare, in bytes, whatever its tensors are.

    builtin_data: (bytes, alignment) of its parsed parameters, or None; op_data: what Init asks for, or None; state:
    what Init asks for besides, in order.
    """

    builtin_data: tuple[int, int] | None = None
    op_data: int | None = None
    state: tuple[int, ...] = ()


class PrepareRequests(NamedTuple):
    """What an operator's Prepare asks for.

    persistent: bytes of buffers that stay, in order; scratch: bytes of buffers it needs while it runs, in order.
    looked_at: the tensors whose descriptions it asks for, in order. Each is a TfLiteTensor of temp memory until Prepare
    ends, and costs it anew whenever it is asked for.
    """

    persistent: tuple[int, ...] = ()
    scratch: tuple[int, ...] = ()
    looked_at: tuple[Tensor, ...] = ()


class KernelLibrary(Protocol):
    """A module of this package: what one kernel library asks for. `abi` is "ilp32" or "lp64"."""

    def init_requests(self, node: Operator, abi: str) -> InitRequests: ...
    def prepare_requests(self, context: PrepareContext, node: Operator, abi: str) -> PrepareRequests: ...
