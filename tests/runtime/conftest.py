"""The real TFLM for tests of the runtime: one child process a test run, or a skip where its wheel is not installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tinylab.peers.tflm import PEER, TflmSession, session


@pytest.fixture(scope="session")
def tflm() -> Iterator[TflmSession]:
    """A process of the real TFLM: `tflm.run(model, inputs)`."""
    if not PEER.status().is_available:
        pytest.skip(f"the real TFLM: {PEER.status().missing_because}")
    with session() as one:
        yield one
