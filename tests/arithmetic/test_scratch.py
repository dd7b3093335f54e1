"""Temporaries that stay: the same memory for the same place, other memory for another one or another thread."""

from __future__ import annotations

import threading

import numpy as np

from tinylab.arithmetic.scratch import KEPT_BYTES, scratch


def test_a_place_keeps_its_memory() -> None:
    first = scratch("test", (3, 4), np.float32)
    first[...] = 7
    again = scratch("test", (12,), np.float32)
    assert (again == 7).all()
    assert np.shares_memory(first, again)
    assert (again.shape, again.dtype) == ((12,), np.float32)


def test_places_and_threads_are_apart() -> None:
    others = [scratch("test another", (12,), np.float32)]
    thread = threading.Thread(target=lambda: others.append(scratch("test", (12,), np.float32)))
    thread.start()
    thread.join()
    for other in others:
        assert not np.shares_memory(scratch("test", (12,), np.float32), other)


def test_a_place_grows_and_large_temporaries_are_not_kept() -> None:
    small = scratch("test growing", (1,), np.uint8)
    assert not np.shares_memory(small, scratch("test growing", (KEPT_BYTES,), np.uint8))
    large = scratch("test growing", (KEPT_BYTES + 1,), np.uint8)
    assert not np.shares_memory(large, scratch("test growing", (KEPT_BYTES + 1,), np.uint8))
    assert scratch("test growing", (0, 3), np.int8).shape == (0, 3)
