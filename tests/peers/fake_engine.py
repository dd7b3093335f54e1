"""A peer for the tests of sessions and workers: its model is a word that says what is to happen in the worker."""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.peers.samples import Answer, MisuseError

served: list[str] = []


def run(model: bytes, inputs: Sequence[NDArray[Any]], options: dict[str, Any], answer: Answer) -> None:
    word = model.decode()
    served.append(word)
    answer.announce("invoke")
    if word == "noise":
        print("by Python")
        os.write(1, b"on descriptor 1\n")
        os.write(2, b"on descriptor 2\n")
        raise RuntimeError("no such operator")
    if word == "misuse":
        raise MisuseError("input 0 is int8 and float64 was given")
    if word == "hang":
        os.write(2, b"working on it\n")
        time.sleep(60)
    if word == "abort":
        os.write(2, b"double free\n")
        os.abort()
    if word == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == "garble":  # into every pipe that there is: one of them leads to the session
        for descriptor in range(3, 10):
            with contextlib.suppress(OSError):
                os.write(descriptor, struct.pack("<Q", 8) + b"not JSON")
        time.sleep(60)
    if word == "exit":
        os._exit(3)
    if word == "die unless first" and len(served) > 1:
        os.abort()
    answer.outputs = [np.asarray(values) * 2 for values in inputs]
    answer.tensors = {7: np.array([len(served)])}
    answer.facts = {"options": options}
