from __future__ import annotations

from collections.abc import Iterator

import pytest

from tinylab import peers


def _need(status: peers.PeerStatus) -> None:
    if not status.is_available:
        pytest.skip(f"{status.peer} is missing: {status.missing_because}")


@pytest.fixture(scope="session")
def tflm() -> Iterator[peers.tflm.TflmSession]:
    _need(peers.tflm.PEER.status())
    with peers.tflm.session() as session:
        yield session


@pytest.fixture(scope="session")
def litert() -> Iterator[peers.litert.LitertSession]:
    _need(peers.litert.PEER.status())
    with peers.litert.session() as session:
        yield session
