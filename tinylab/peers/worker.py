"""The child process of a peer: python -m tinylab.peers.worker ENGINE, started by tinylab.peers.session.

ENGINE is a module with run(model, inputs, options, answer): it imports the peer, and fills in the answer or raises.

Requests come on descriptor 0 and answers go out on descriptor 1, as they were at the start. Before the peer is
imported, both are put elsewhere, because a peer prints: then 0 is the null device, and 1 and 2 are the log that was 2.

A request is answered by any number of {"phase": ..., "log_bytes": ...}, so that the session knows where the worker was
when it died, and one {"ended": "ran" | "refused" | "missing" | "misused", ...}.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import IO

from tinylab.peers.messages import Message, read_message, write_message
from tinylab.peers.samples import Answer, MisuseError


def main() -> None:
    """Answer requests until there are no more."""
    requests, replies = _take_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the session, which ends this process itself
    with contextlib.suppress(ImportError):  # no core file in the reader's folder, where there are such
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def announce(phase: str) -> None:
        write_message(replies, {"phase": phase, "log_bytes": os.fstat(2).st_size})

    name = sys.argv[1]
    while (request := read_message(requests)) is not None:
        announce("start")
        try:
            engine = importlib.import_module(name)
        except ImportError as error:
            write_message(replies, {"ended": "missing", "message": str(error)})
            continue
        _answer(engine.run, request, announce, replies)


def _answer(run: Callable[..., None], request: Message, announce: Callable[[str], None], replies: IO[bytes]) -> None:
    answer = Answer(announce)
    model, *inputs = request.arrays
    try:
        run(model.tobytes(), inputs, request.header, answer)
    except MisuseError as error:
        write_message(replies, {"ended": "misused", "message": str(error)})
    except Exception as error:  # whatever a peer raises on a model, it refuses that model
        write_message(replies, {"ended": "refused", "message": f"{type(error).__name__}: {error}"})
    else:
        header = {
            "ended": "ran",
            "outputs": len(answer.outputs),
            "tensors": list(answer.tensors),
            "seconds_per_inference": answer.seconds_per_inference,
            **answer.facts,
        }
        write_message(replies, header, [*answer.outputs, *answer.tensors.values()])


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The two pipes on descriptors of their own; what prints from now on prints into the log."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    # What Python prints goes at once where C++ prints: into the log, in the order in which it was said.
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    return requests, replies


if __name__ == "__main__":
    main()
