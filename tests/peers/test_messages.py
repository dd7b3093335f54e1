from __future__ import annotations

import io

import numpy as np
import pytest

from tinylab.peers.messages import read_message, write_message


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.int8).reshape(2, 3),
        np.arange(24, dtype=np.int16).reshape(2, 3, 4)[:, ::2],  # not contiguous
        np.array([[True, False]]),
        np.array(1.5, np.float32),
        np.zeros((3, 0), np.int64),
        np.array([1, 2], ">i4"),
    ],
)
def test_arrays_arrive_as_they_were(array: np.ndarray) -> None:
    stream = io.BytesIO()
    write_message(stream, {"phase": "invoke", "number": 3}, [array, array])
    write_message(stream, {})
    stream.seek(0)
    message = read_message(stream)
    assert message is not None
    assert message.header == {"phase": "invoke", "number": 3}
    for arrived in message.arrays:
        assert arrived.dtype == array.dtype
        assert arrived.shape == array.shape
        assert np.array_equal(arrived, array)
        assert not arrived.flags.writeable
    assert read_message(stream) == ({}, ())
    assert read_message(stream) is None


def test_a_message_that_breaks_off_is_none() -> None:
    stream = io.BytesIO()
    write_message(stream, {"ended": "ran"}, [np.arange(10)])
    whole = stream.getvalue()
    for length in (0, 3, 8, 20, len(whole) - 1):
        assert read_message(io.BytesIO(whole[:length])) is None
