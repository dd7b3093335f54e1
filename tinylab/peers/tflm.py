"""The real TFLM: the tflite-micro wheel, in a child process. Its outputs are what tinylab's must equal, bit by bit.

peers.tflm.run(model, xs).outputs[0]        # one throw-away process
with peers.tflm.session() as tflm:          # one process for many models
    runs = [tflm.run(model, xs) for model in models]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.arena.arena_record import parse_allocations
from tinylab.peers.results import PeerRefusal, PeerRun
from tinylab.peers.session import TIMEOUT_SECONDS, Peer, PeerSession, as_inputs, as_run

PEER = Peer(
    name="TFLM",
    engine="tinylab.peers.tflm_engine",
    package="tflite_micro",
    distribution="tflite-micro",
    install_hint='not installed: pip install "tinylab[peers]" (its wheels are for Linux on x86-64 only)',
)


def session() -> TflmSession:
    """A process of the real TFLM for many runs: `with session() as tflm: tflm.run(...)`."""
    return TflmSession(PEER)


def run(
    model: bytes,
    inputs: NDArray[Any] | Sequence[NDArray[Any]],
    *,
    every_tensor: bool = False,
    arena_bytes: int | None = None,
    reset_every: int = 0,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> PeerRun | PeerRefusal:
    """TflmSession.run in a process of its own."""
    with session() as one:
        return one.run(
            model,
            inputs,
            every_tensor=every_tensor,
            arena_bytes=arena_bytes,
            reset_every=reset_every,
            timeout_seconds=timeout_seconds,
        )


class TflmSession(PeerSession):
    """One process of the real TFLM, restarted where a model ends it."""

    def run(
        self,
        model: bytes,
        inputs: NDArray[Any] | Sequence[NDArray[Any]],
        *,
        every_tensor: bool = False,
        arena_bytes: int | None = None,
        reset_every: int = 0,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> PeerRun | PeerRefusal:
        """Run the model on N samples, one after the other in one interpreter, in TFLM's reference kernels.

        model: the .tflite file's bytes.
        inputs: one array [N, ...] an input, in the input's dtype; a sample is reshaped to the input. A bare array where
            the model has one input; an empty sequence where it has none.
        every_tensor: keep subgraph 0's computed tensors too (a second interpreter runs the samples for them).
        arena_bytes: the arena's size; None finds one that is enough, up to 256 MiB. The figures do not depend on it.
        reset_every: 0 lets a model's variables live from sample to sample; n resets them before every n-th.
        timeout_seconds: after that the process is ended, and the result says so.

        A refusal, a crash or a timeout is a PeerRefusal. Raises ValueError for inputs that are not the model's.
        """
        options = {"every_tensor": every_tensor, "arena_bytes": arena_bytes, "reset_every": reset_every}
        arrays = [np.frombuffer(model, np.uint8), *as_inputs(inputs)]
        answer = self._ask(options, arrays, timeout_seconds)
        if isinstance(answer, PeerRefusal):
            return answer
        arena = parse_allocations(answer.header["allocations"], answer.header["arena_bytes"])
        return as_run(PEER, "reference", answer, arena)
