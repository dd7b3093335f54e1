"""What a kernel of one's own asks of the arena: its author says it, since no kernel library can.

In C++ a kernel asks by calling: AllocatePersistentBuffer in Init and in Prepare, RequestScratchBufferInArena and
AllocateTempInputTensor in Prepare. Here a Registration says beforehand what those calls would be, in `arena_requests`:
so an arena can be planned for any target, and no kernel has to run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinylab.kernels.kernel_util import ArenaRequests, PrepareContext, Registration, refuse
from tinylab.kernels.memory.requests import InitRequests, KernelLibrary, PrepareRequests, tensors_at
from tinylab.model import BuiltinOperator, Operator


@dataclass(frozen=True)
class AskedOfArena:
    """What a model's nodes ask for: by their kernels' authors where those say it, else by the target's kernel library.

    find_registration: an op resolver's find_op.
    """

    library: KernelLibrary
    abi: str
    find_registration: Callable[[str], Registration | None]

    def in_init(self, context: PrepareContext, node: Operator) -> InitRequests:
        """What `node` puts into the arena before Prepare; PrepareError where nobody knows, or what is said is wrong."""
        own = self._own(context, node)
        if own is None:
            return self.library.init_requests(node, self.abi)
        # A built-in operator's parameters are parsed whoever the kernel is by.
        is_custom = node.code is BuiltinOperator.CUSTOM
        return InitRequests(None if is_custom else self.library.init_requests(node, self.abi).builtin_data, own.op_data)

    def in_prepare(self, context: PrepareContext, node: Operator) -> PrepareRequests:
        """What the Prepare of `node` asks for: a kernel of one's own looks at all its tensors before it asks.

        NB: it may read them again afterwards, so no buffer may hit them: TFLM does not look, and a Prepare that has
        done with them gets by with a few bytes less than the smallest arena that is computed here.
        """
        own = self._own(context, node)
        if own is None:
            return self.library.prepare_requests(context, node, self.abi)
        looked_at = tensors_at(context, node, tuple(own.looks_at))
        return PrepareRequests(tuple(own.persistent), tuple(own.scratch), looked_at)

    def _own(self, context: PrepareContext, node: Operator) -> ArenaRequests | None:
        registration = self.find_registration(node.name)
        asks = None if registration is None else registration.arena_requests
        return None if asks is None else _checked(asks(context, node, self.abi) if callable(asks) else asks)


def _checked(requests: object) -> ArenaRequests:
    """Refuse what is no ArenaRequests, or holds what is no number of bytes."""
    if not isinstance(requests, ArenaRequests):
        refuse(f"arena_requests that are {requests!r}", "an ArenaRequests, or a function that returns one")
    op_data = () if requests.op_data is None else (requests.op_data,)
    for what, sizes in (("op_data", op_data), ("persistent", requests.persistent), ("scratch", requests.scratch)):
        if not isinstance(sizes, tuple | list):
            refuse(f"arena_requests with {what}={sizes!r}", "a tuple", f"{what}=({sizes!r},)")
        for size in sizes:
            if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 0:
                refuse(f"arena_requests with {size!r} in {what}", "a whole number of bytes, 0 or more")
    return requests
