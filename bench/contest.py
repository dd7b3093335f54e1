"""Runtimes in processes of their own, asked in turn, so that a slow moment of the machine hits them all."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
THREADS = 1
# Read by the BLAS and the OpenMP libraries when they are loaded.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), str(THREADS)
)


class RefusedError(Exception):
    """A contender that refused the model, or died of it: why, in a few words."""


class Contender:
    """One process of bench/contender.py."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self.refusal = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.contender", name, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )

    def ask(self, step: str, number: int) -> list[float]:
        """The figures of a step; RefusedError where there are none, now and ever after."""
        if self.refusal:
            raise RefusedError(self.refusal)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # it is gone already: reading says so too
            print(json.dumps([step, number]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        reply = json.loads(line) if line else f"died in {step}: {self._ending()}"
        if isinstance(reply, str):
            self.refusal = reply
            raise RefusedError(reply)
        return [float(figure) for figure in reply]

    def _ending(self) -> str:
        code = self._process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def contest(names: Sequence[str], file: Path) -> Iterator[list[Contender]]:
    """A process each for the model at `file`."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Contender(name, file)) for name in names]


def in_turn(contenders: Sequence[Contender], step: str, number: int, rounds: int) -> dict[str, list[list[float]]]:
    """Each one's figures of each round, all asked in turn; one that refuses is not in it.

    Of several rounds one before is not counted.
    """
    figures: dict[str, list[list[float]]] = {contender.name: [] for contender in contenders}
    warm_up = min(1, rounds - 1)
    for _ in range(warm_up + rounds):
        for contender in contenders:
            with contextlib.suppress(RefusedError):
                figures[contender.name].append(contender.ask(step, number))
    return {name: taken[warm_up:] for name, taken in figures.items() if len(taken) == warm_up + rounds}


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over the rounds of theirs / ours: how many times as fast we are."""
    return statistics.median(other / own for own, other in zip(ours, theirs, strict=True))
