"""What one operator puts into the arena, and a kernel library as the tables that tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tinylab.errors import PrepareError
from tinylab.kernels.kernel_util import PrepareContext
from tinylab.kernels.memory.sizes import NOTHING, OperatorSizes
from tinylab.model import BuiltinOperator, Operator, Tensor


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
    ends, and costs it anew whenever it is asked for. looked_at_after: those that it asks for after the persistent
    buffers. given_back: how many at the end of looked_at it has done with before it asks for them.
    """

    persistent: tuple[int, ...] = ()
    scratch: tuple[int, ...] = ()
    looked_at: tuple[Tensor, ...] = ()
    looked_at_after: tuple[Tensor, ...] = ()
    given_back: int = 0


# A row of each table. `abi` is "ilp32" or "lp64".
Init = Callable[[Operator, str], InitRequests]
Prepare = Callable[[PrepareContext, Operator], PrepareRequests]
PrepareOnAbi = Callable[[PrepareContext, Operator, str], PrepareRequests]
Places = tuple[int, ...]  # inputs 0, 1, ... and outputs -1, -2, ... in the order in which Prepare asks for them
LooksAt = Places | Callable[[PrepareContext, Operator], Places]

OUTPUT = -1

# After how many tensors Prepare asks for its persistent buffers; an operator that is not here asks after all of them.
LOOKS_AT_BEFORE_BUFFERS = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "TRANSPOSE_CONV": 3}

# Custom operators that TFLM ships. Any other custom operator is somebody's own.
TFLM_CUSTOM_OPERATORS = frozenset(
    {
        "CIRCULAR_BUFFER",
        "SignalDelay",
        "SignalEnergy",
        "SignalFftAutoScale",
        "SignalFilterBank",
        "SignalFilterBankLog",
        "SignalFilterBankSpectralSubtraction",
        "SignalFilterBankSquareRoot",
        "SignalFramer",
        "SignalIrfft",
        "SignalOverlapAdd",
        "SignalPCAN",
        "SignalRfft",
        "SignalStacker",
        "SignalWindow",
        "TFLM_DECODE",
        "TFLite_Detection_PostProcess",
        "ethos-u",
    }
)


@dataclass(frozen=True)
class KernelLibrary:
    """What the operators of one kernel library ask of the arena: a row an operator in each table, by TFLM's names.

    sizes: parameters and OpData; init: instead of a row of sizes where Init looks at the operator's options; prepare:
    buffers that Prepare asks for; looks_at: the tensors that it looks at. An operator without a row in `prepare` is
    unknown, which is not the same as free. abis: those that the library is built for. source: how the rows are known.
    """

    name: str
    sizes: Mapping[str, OperatorSizes]
    prepare: Mapping[str, PrepareOnAbi]
    looks_at: Mapping[str, LooksAt]
    init: Mapping[str, Init] = field(default_factory=dict)
    abis: tuple[str, ...] = ("ilp32", "lp64")
    source: str = ""

    def derived(
        self,
        name: str,
        *,
        sizes: Mapping[str, OperatorSizes] | None = None,
        prepare: Mapping[str, PrepareOnAbi] | None = None,
        looks_at: Mapping[str, LooksAt] | None = None,
        abis: tuple[str, ...] | None = None,
        source: str = "",
    ) -> KernelLibrary:
        """Another library that has some rows of its own, and for the rest those of this one."""
        return replace(
            self,
            name=name,
            sizes={**self.sizes, **(sizes or {})},
            prepare={**self.prepare, **(prepare or {})},
            looks_at={**self.looks_at, **(looks_at or {})},
            abis=self.abis if abis is None else abis,
            source=source,
        )

    def init_requests(self, node: Operator, abi: str) -> InitRequests:
        """What `node` puts into the arena before Prepare. PrepareError where the library does not know the operator."""
        if self._is_own(node):
            return InitRequests()
        if node.name in self.init:
            return self.init[node.name](node, abi)
        sizes = self.sizes.get(node.name, NOTHING)
        if abi == "ilp32":
            return InitRequests(sizes.builtin_data_ilp32, sizes.op_data_ilp32)
        return InitRequests(sizes.builtin_data_lp64, sizes.op_data_lp64)

    def prepare_requests(self, context: PrepareContext, node: Operator, abi: str) -> PrepareRequests:
        """What the Prepare of `node` asks for. PrepareError where the library does not know the operator."""
        if self._is_own(node):
            return PrepareRequests()
        requests = self.prepare[node.name](context, node, abi)
        looked_at = self._looked_at(context, node)
        before = LOOKS_AT_BEFORE_BUFFERS.get(node.name, len(looked_at))
        return requests._replace(looked_at=looked_at[:before], looked_at_after=looked_at[before:])

    def _is_own(self, node: Operator) -> bool:
        """Whether it is somebody's own custom operator; refuse one of TFLM's of which this library knows nothing.

        NB: what an operator of one's own asks for only its author knows: Registration.arena_requests says it (own.py),
        and where nobody does, it asks for nothing.
        """
        if node.code is BuiltinOperator.CUSTOM and node.name not in TFLM_CUSTOM_OPERATORS:
            return True
        if node.name not in self.prepare:
            raise PrepareError(
                f"what {node.name} asks of the arena is unknown in the kernel library {self.name}, neither measured "
                "nor read from its source: choose a target with another kernel library, or a model without it"
            )
        return False

    def _looked_at(self, context: PrepareContext, node: Operator) -> tuple[Tensor, ...]:
        row = self.looks_at[node.name]
        return tensors_at(context, node, row(context, node) if callable(row) else row)


def tensors_at(context: PrepareContext, node: Operator, places: Places) -> tuple[Tensor, ...]:
    """The tensors that Prepare asks for, a tensor that it asks for twice twice, one that the model leaves out never."""
    found = (
        context.output_tensor(node, OUTPUT - place) if place <= OUTPUT else context.optional_input_tensor(node, place)
        for place in places
    )
    return tuple(tensor for tensor in found if tensor is not None)


def on_any_abi(rows: Mapping[str, Prepare]) -> dict[str, PrepareOnAbi]:
    """Rows of `prepare` for requests that are the same under each ABI."""
    return {name: _without_abi(row) for name, row in rows.items()}


def _without_abi(row: Prepare) -> PrepareOnAbi:
    return lambda context, node, abi: row(context, node)
