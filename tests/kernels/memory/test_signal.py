"""What the signal operators ask for, by hand: the figures of arena_rules.md for 512-point FFT and 40 channels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kernels.signal_models import row, signal_model
from tinylab.errors import PrepareError
from tinylab.kernels.memory.reference import REFERENCE
from tinylab.model import Operator, load_model
from tinylab.runtime.micro_context import MicroContext

CHANNELS = {"num_channels": 40}


def node_of(name: str, options: dict[str, Any] | None) -> Operator:
    return load_model(signal_model(name, [row(4, "INT16")], [row(4, "INT16")], options)).subgraphs[0].operators[0]


@pytest.mark.parametrize(
    ("name", "options", "ilp32", "lp64"),
    [
        ("SignalWindow", None, (8,), (8,)),
        ("SignalFftAutoScale", None, (), ()),
        ("SignalRfft", {"T": 7, "fft_length": 512}, (32, 2836), (48, 2848)),
        ("SignalRfft", {"T": 2, "fft_length": 512}, (32, 5396), (48, 5408)),
        ("SignalEnergy", None, (8,), (8,)),
        ("SignalFilterBank", CHANNELS, (36, 328), (64, 328)),
        ("SignalFilterBankSquareRoot", None, (), ()),
        ("SignalFilterBankSpectralSubtraction", CHANNELS, (44, 160), (56, 160)),
        ("SignalPCAN", None, (4,), (4,)),
        ("SignalFilterBankLog", None, (8,), (8,)),
    ],
)
def test_init(name: str, options: dict[str, Any] | None, ilp32: tuple[int, ...], lp64: tuple[int, ...]) -> None:
    for abi, expected in (("ilp32", ilp32), ("lp64", lp64)):
        builtin_data, op_data, state = REFERENCE.init_requests(node_of(name, options), abi)
        assert builtin_data is None
        assert (*(() if op_data is None else (op_data,)), *state) == expected


def test_only_rfft_asks_for_scratch() -> None:
    for number, bytes_ in ((7, 1024), (2, 2048), (0, 2048)):
        options = {"T": number, "fft_length": 512}
        graph = load_model(signal_model("SignalRfft", [row(4, "INT16")], [row(4, "INT16")], options)).subgraphs[0]
        requests = REFERENCE.prepare_requests(MicroContext(graph), graph.operators[0], "lp64")
        assert (requests.persistent, requests.scratch) == ((), (bytes_,))
        assert [tensor.index for tensor in requests.looked_at] == [0, 1]


@pytest.mark.parametrize("name", ["SignalRfft", "SignalFilterBank", "SignalFilterBankSpectralSubtraction"])
def test_bad_options_are_refused(name: str) -> None:
    with pytest.raises(PrepareError):
        REFERENCE.init_requests(node_of(name, {"fft_length": 7, "num_channels": 0}), "lp64")
