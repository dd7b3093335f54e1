"""SignalFilterBankSpectralSubtraction: by hand, against a loop that follows the C++ and the real TFLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.builder import TensorSpec
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import Array, assert_refused_as_tflm, interpreter_of, random_values
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tinylab.peers.tflm import TflmSession

NAME = "SignalFilterBankSpectralSubtraction"
USUAL: dict[str, Any] = {
    "alternate_one_minus_smoothing": 15401,
    "alternate_smoothing": 983,
    "clamping": False,
    "min_signal_remaining": 819,
    "num_channels": 5,
    "one_minus_smoothing": 15975,
    "smoothing": 409,
    "smoothing_bits": 10,
    "spectral_subtraction_bits": 14,
}
WILD = {**USUAL, "smoothing": 2**31 - 1, "alternate_one_minus_smoothing": -5, "min_signal_remaining": 40000}
OPTIONS = [
    USUAL,
    {**USUAL, "clamping": True},
    WILD,
    {**WILD, "clamping": True, "spectral_subtraction_bits": 31, "smoothing_bits": 0},
]
U32 = 2**32


def model_of(options: dict[str, Any]) -> bytes:
    tensor = row(options["num_channels"], "UINT32")
    return signal_model(NAME, [tensor], [tensor, tensor], options)


def slow(options: dict[str, Any], x: list[int], noise: list[int]) -> list[int]:
    """One frame; moves `noise`."""
    found = []
    for i, value in enumerate(x):
        prefix = "alternate_" if i % 2 else ""
        smoothing, one_minus = options[prefix + "smoothing"] % U32, options[prefix + "one_minus_smoothing"] % U32
        bits, up = options["spectral_subtraction_bits"], options["smoothing_bits"]
        signal = (value << up) % U32
        noise[i] = (((signal * smoothing + noise[i] * one_minus) % 2**64) >> bits) % U32
        estimate = noise[i]
        if estimate > signal:
            estimate = signal
            if options["clamping"]:
                noise[i] = estimate
        floor = (value * (options["min_signal_remaining"] % U32) >> bits) % U32
        found.append(max((signal - estimate) >> up, floor))
    return found


def frames(seed: int, count: int = 30) -> Array:
    rng = np.random.default_rng(seed)
    x = (2 ** rng.uniform(0, 22, (count, 5))).astype(np.uint32)
    return np.concatenate([x, random_values(rng, "uint32", 10, 5)])


def test_by_hand() -> None:
    """Half of the signal becomes noise at once, a quarter of what is left later; at least an eighth stays."""
    options = dict.fromkeys(USUAL, 1) | {"num_channels": 1, "smoothing_bits": 0, "spectral_subtraction_bits": 3}
    options |= {"smoothing": 4, "one_minus_smoothing": 4, "clamping": False}
    interpreter = interpreter_of(model_of(options))
    output, noise = interpreter.predict([np.uint32([[80], [80], [0], [8]])])
    assert noise.tolist() == [[40], [60], [30], [19]]
    assert output.tolist() == [[40], [20], [0], [1]]


@pytest.mark.parametrize("options", OPTIONS)
def test_against_a_loop_and_tflm(tflm: TflmSession, options: dict[str, Any]) -> None:
    x, noise, expected = frames(1), [0] * 5, []
    for frame in x.tolist():
        found = slow(options, frame, noise)
        expected.append((found, list(noise)))
    output, noise_estimate = interpreter_of(model_of(options)).predict([x])
    assert list(zip(output.tolist(), noise_estimate.tolist(), strict=True)) == expected
    for ours, theirs in zip((output, noise_estimate), tflm.run(model_of(options), [x]).require().outputs, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def random_case(rng: Rng) -> Case:
    """Of usual options, wild ones, or any; as many channels as there are numbers in a frame."""
    wild = {name: int(rng.integers(-(2**31), 2**31)) for name in USUAL if "smoothing" in name or name[:3] == "min"}
    wild |= {"smoothing_bits": int(rng.integers(0, 32)), "spectral_subtraction_bits": int(rng.integers(0, 64))}
    options = [USUAL, WILD, USUAL | wild][int(rng.integers(3))] | {"clamping": bool(rng.integers(2))}
    return model_of(options), frames(int(rng.integers(2**31)))


CELLS = {(NAME, "uint32"): Cell(random_case)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_invokes_go_on_and_reset_forgets() -> None:
    interpreter, x = interpreter_of(model_of(USUAL)), frames(2)
    once = interpreter.predict([x])[0]
    assert interpreter.is_stateful
    assert not np.array_equal(interpreter.predict([x])[0], once)
    interpreter.reset()
    found = []
    for frame in x:
        interpreter.input(0).data[...] = frame
        interpreter.invoke()
        found.append(interpreter.output(0).data.copy())
    np.testing.assert_array_equal(found, once)


def test_refusals(tflm: TflmSession) -> None:
    tensor = row(5, "UINT32")
    for inputs, outputs in (
        ([tensor], [tensor]),
        ([row(5, "INT32")], [tensor, tensor]),
        ([tensor], [row(5, "INT32"), tensor]),
        ([tensor], [tensor, row(5, "INT32")]),
        ([TensorSpec((1, 5), "UINT32")], [tensor, tensor]),
    ):
        assert_refused_as_tflm(tflm, signal_model(NAME, inputs, outputs, USUAL))
    for options in ({"smoothing_bits": 32}, {"spectral_subtraction_bits": 64}, {"num_channels": 4}):
        assert_refused(signal_model(NAME, [tensor], [tensor, tensor], USUAL | options), next(iter(options)))


@pytest.mark.parametrize("option", ["alternate_smoothing", "clamping", "num_channels"])
def test_bad_options(option: str) -> None:
    tensor = row(5, "UINT32")
    assert_bad_options_are_refused(NAME, [tensor], [tensor, tensor], USUAL, option)
