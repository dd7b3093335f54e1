"""LiteRT (once TensorFlow Lite): the ai-edge-litert package, in a child process, without its default delegate.

Not an oracle of bits: its kernels round otherwise than TFLM's here and there, the optimised ones more than the
reference ones. The default delegate (XNNPACK) is left out because it corrupts memory on some models; a PeerRun names
the kernels that ran.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinylab.peers.results import PeerRefusal, PeerRun
from tinylab.peers.session import TIMEOUT_SECONDS, Peer, PeerSession, as_inputs, as_run

Kernels = Literal["optimised", "reference"]

PEER = Peer(
    name="LiteRT",
    engine="tinylab.peers.litert_engine",
    package="ai_edge_litert",
    distribution="ai-edge-litert",
    install_hint='not installed: pip install "tinylab[train]"',
)


def session() -> LitertSession:
    """A process of LiteRT for many runs: `with session() as litert: litert.run(...)`."""
    return LitertSession(PEER)


def run(
    model: bytes,
    inputs: NDArray[Any] | Sequence[NDArray[Any]],
    *,
    every_tensor: bool = False,
    kernels: Kernels = "optimised",
    reset_every: int = 0,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> PeerRun | PeerRefusal:
    """LitertSession.run in a process of its own."""
    with session() as one:
        return one.run(
            model,
            inputs,
            every_tensor=every_tensor,
            kernels=kernels,
            reset_every=reset_every,
            timeout_seconds=timeout_seconds,
        )


class LitertSession(PeerSession):
    """One process of LiteRT, restarted where a model ends it."""

    def run(
        self,
        model: bytes,
        inputs: NDArray[Any] | Sequence[NDArray[Any]],
        *,
        every_tensor: bool = False,
        kernels: Kernels = "optimised",
        reset_every: int = 0,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> PeerRun | PeerRefusal:
        """Run the model on N samples, one after the other in one interpreter, on one thread.

        kernels: "optimised" (what a phone runs, but for its delegates) or "reference" (plain C++ loops).
        The other arguments, refusals and errors are TflmSession.run's.
        """
        if kernels not in ("optimised", "reference"):
            raise ValueError(f"kernels is {kernels!r}, not 'optimised' or 'reference'")
        options = {"every_tensor": every_tensor, "kernels": kernels, "reset_every": reset_every}
        arrays = [np.frombuffer(model, np.uint8), *as_inputs(inputs)]
        answer = self._ask(options, arrays, timeout_seconds)
        return answer if isinstance(answer, PeerRefusal) else as_run(PEER, kernels, answer, arena=None)
