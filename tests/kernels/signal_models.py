"""What the tests of the signal operators share: one-operator models with options in a FlexBuffer."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
from flatbuffers import flexbuffers
from numpy.typing import NDArray

from tests.builder import TensorSpec, single_operator
from tests.kernels.running import refusal_of
from tinylab.errors import PrepareError
from tinylab.model import Subgraph, load_model
from tinylab.model.flexbuffer import flexbuffer_integers
from tinylab.runtime import AllOpsResolver, MicroInterpreter, arena_needs


def row(count: int, type: str) -> TensorSpec:
    return TensorSpec((count,), type)


def signal_model(
    name: str, inputs: list[TensorSpec | None], outputs: list[TensorSpec], options: Any = None, raw: bytes | None = None
) -> bytes:
    """options: a dict; raw: bytes in their place."""
    custom = raw if raw is not None else bytes(flexbuffers.Dumps(options)) if options is not None else b""
    return single_operator(name, inputs, outputs, custom_options=custom)


def assert_refused(model: bytes, *words: str) -> None:
    """In prepare, with these words, on a machine and on paper alike."""
    phase, message = refusal_of(model)
    assert phase == "allocate"
    for word in words:
        assert word in message


def assert_bad_options_are_refused(
    name: str, inputs: list[TensorSpec | None], outputs: list[TensorSpec], good: dict[str, Any], option: str
) -> None:
    """Options missing, of another type, out of range, damaged in every byte or cut short: PrepareError or fine."""
    without = {key: value for key, value in good.items() if key != option}
    for options in (without, {**good, option: "x"}, {**good, option: 0.5}, {**good, option: -(2**40)}, [1, 2], 3):
        assert_refused(signal_model(name, inputs, outputs, options), name)
    bytes_ = bytes(flexbuffers.Dumps(good))
    for raw in (b"", b"\0", *(bytes_[:end] for end in range(len(bytes_)))):
        assert_no_other_error(signal_model(name, inputs, outputs, raw=raw))
    for place in range(len(bytes_)):
        for value in (0xFF, bytes_[place] ^ 4):
            damaged = bytes_[:place] + bytes([value]) + bytes_[place + 1 :]
            assert_no_other_error(signal_model(name, inputs, outputs, raw=damaged))


def assert_no_other_error(model: bytes) -> None:
    """PrepareError or none, in an arena (a large one: fft_length 2**16 may be asked for) and on paper."""
    loaded = load_model(model)
    with contextlib.suppress(PrepareError):
        MicroInterpreter(loaded, AllOpsResolver(), 1 << 23).allocate_tensors()
    with contextlib.suppress(PrepareError):
        arena_needs(loaded)


def stale_bins(graph: Subgraph) -> dict[int, NDArray[np.bool_]]:
    """Tensor index -> which elements TFLM leaves as the arena had them, [*shape]: they are no result.

    SignalEnergy computes the frequencies from start_index to end_index alone, and a CAST converts the others too.
    """
    stale: dict[int, NDArray[np.bool_]] = {}
    for node in graph.operators:
        if node.name == "SignalEnergy":
            options = flexbuffer_integers(node.custom_options)
            places = np.ones(graph.tensors[node.outputs[0]].shape, bool)
            places[options["start_index"] : options["end_index"]] = False
            stale[node.outputs[0]] = places
        elif node.name == "CAST" and node.inputs[0] in stale:
            stale[node.outputs[0]] = stale[node.inputs[0]]
    return stale
