"""What a peer's run gives: frozen values, whether it ran or not.

    PeerRun       the outputs, the tensors, the arena, the time
    PeerRefusal   why there are none: the peer is missing, refused the model, died, or took too long

Both have `ran`, so that a table writes a row for either:

    result = peers.tflm.run(model, xs)
    row = result.outputs[0] if result.ran else result.message
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from numpy.typing import NDArray

from tinylab.arena import ArenaRecord
from tinylab.errors import PeerError

RefusalReason = Literal["missing", "refused", "died", "timed out"]


@dataclass(frozen=True, eq=False)
class PeerRun:
    """A peer ran the model on N samples. Arrays are read-only, in the model's own dtypes.

    peer, version: "TFLM", "0.dev20261023182759"; kernels: which of the peer's kernels ran ("reference", "optimised").
    outputs: one array [N, *shape of the output] an output of the model, in the model's order.
    tensors: tensor index of subgraph 0 -> [N, *shape]: inputs, variables and every operator's outputs, after each
        sample's inference (empty unless every_tensor was asked; constants, resources and strings are left out).
    arena: the real TFLM's arena; None for LiteRT, which has none.
    seconds_per_inference: the median over the samples of the peer's invoke alone.
    """

    peer: str
    version: str
    kernels: str
    outputs: tuple[NDArray[Any], ...]
    tensors: Mapping[int, NDArray[Any]]
    arena: ArenaRecord | None
    seconds_per_inference: float
    ran: Literal[True] = True

    def require(self) -> PeerRun:
        """This run itself: what PeerRefusal.require raises for."""
        return self


@dataclass(frozen=True)
class PeerRefusal:
    """A peer gave no outputs, and why.

    reason: "missing" (not installed, or it cannot be imported), "refused" (it said no), "died" (its process ended),
        "timed out" (its process was ended).
    phase: what it was doing: "start", "load", "allocate", "invoke", "read tensors" or "release".
    message: one line for a table. text: the peer's whole error and all that it wrote in that phase.
    signal_name: what ended a process that died ("SIGSEGV"), or "".
    """

    peer: str
    version: str
    reason: RefusalReason
    phase: str
    message: str
    text: str = ""
    signal_name: str = ""
    ran: Literal[False] = False

    def require(self) -> NoReturn:
        """Raise PeerError with this message, where a run is needed to go on."""
        raise PeerError(self.message)


@dataclass(frozen=True)
class PeerStatus:
    """Whether a peer is installed: its version, or why it is missing (the other of the two is "")."""

    peer: str
    package: str
    version: str
    missing_because: str

    @property
    def is_available(self) -> bool:
        return not self.missing_because
