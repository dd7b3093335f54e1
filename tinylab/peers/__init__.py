"""The programs that tinylab is compared with, each in a child process because it can crash:

    peers.tflm      the real TFLM (the tflite-micro wheel): the oracle, equal bit by bit
    peers.litert    LiteRT (the ai-edge-litert package): what runs the same file on a phone

run(model, inputs) gives a PeerRun, or a PeerRefusal that says why there is none.
"""

from __future__ import annotations

from tinylab.peers import litert, tflm
from tinylab.peers.results import PeerRefusal, PeerRun, PeerStatus

__all__ = [
    "PeerRefusal",
    "PeerRun",
    "PeerStatus",
    "available",
    "litert",
    "tflm",
]


def available() -> tuple[PeerStatus, ...]:
    """Each peer: its version, or why it is missing. Nothing is imported or started."""
    return tflm.PEER.status(), litert.PEER.status()
