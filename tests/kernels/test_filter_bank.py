"""SignalFilterBank: by hand, against a loop that follows the C++, against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, constant
from tests.kernels.cells import SAMPLES, Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import Array, assert_as_tflm, assert_refused_as_tflm, outputs_of, random_values, refusal_of
from tests.kernels.signal_models import assert_bad_options_are_refused, assert_refused, row, signal_model
from tinylab.peers.tflm import TflmSession

Tables = list[Array]  # weights, unweights, frequency starts, weight starts, widths


def bank_model(tables: Tables, frequencies: int, channels: int, outputs: int | None = None) -> bytes:
    inputs = [row(frequencies, "UINT32"), *(constant(np.int16(table)) for table in tables)]
    output = row(channels if outputs is None else outputs, "UINT64")
    return signal_model("SignalFilterBank", inputs, [output], {"num_channels": channels})


def random_tables(rng: np.random.Generator, frequencies: int, channels: int) -> Tables:
    """Negative weights too, and channels of no width."""
    widths = rng.integers(-1, 6, channels + 1)
    starts, weight_starts = rng.integers(0, frequencies - 5, channels + 1), rng.integers(0, 20, channels + 1)
    weights = [random_values(rng, "int16", 25) for _ in range(2)]
    return [*weights, starts.astype(np.int16), weight_starts.astype(np.int16), widths.astype(np.int16)]


def slow_bank(tables: Tables, x: list[int], channels: int) -> list[int]:
    weights, unweights, starts, weight_starts, widths = (table.tolist() for table in tables)
    found, weighted, unweighted = [], 0, 0
    for channel in range(channels + 1):
        for j in range(widths[channel]):
            energy = x[starts[channel] + j]
            weighted += weights[weight_starts[channel] + j] * energy
            unweighted += unweights[weight_starts[channel] + j] * energy
        found.append(weighted % 2**64)
        weighted, unweighted = unweighted, 0
    return found[1:]


def test_by_hand() -> None:
    """Frequencies 0 and 1 go to channel 0 as 3/4 and 1/4 of them (unweights of the channel dropped), 2 as weight."""
    tables = [[1, 1, 2], [3, 1, 5], [0, 2], [0, 2], [2, 1]]
    assert outputs_of(bank_model([np.int16(t) for t in tables], 3, 1), np.uint32([[10, 100, 7]]))[0].tolist() == [
        [3 * 10 + 1 * 100 + 2 * 7]
    ]


@pytest.mark.parametrize("channels", [1, 5, 40])
def test_against_a_loop_and_tflm(tflm: TflmSession, channels: int) -> None:
    rng = np.random.default_rng(channels)
    for _ in range(4):
        tables, x = random_tables(rng, 30, channels), random_values(rng, "uint32", 6, 30)
        model = bank_model(tables, 30, channels)
        assert outputs_of(model, x)[0].tolist() == [slow_bank(tables, sample, channels) for sample in x.tolist()]
        assert_as_tflm(tflm, model, x)


def test_tables_that_the_graph_computes(tflm: TflmSession) -> None:
    rng = np.random.default_rng(7)
    inputs = [row(30, "UINT32"), row(25, "INT16"), row(25, "INT16"), *[row(6, "INT16")] * 3]
    model = signal_model("SignalFilterBank", inputs, [row(5, "UINT64")], {"num_channels": 5})
    samples = [random_tables(rng, 30, 5) for _ in range(6)]
    tables = [np.stack(table) for table in zip(*samples, strict=True)]
    assert_as_tflm(tflm, model, random_values(rng, "uint32", 6, 30), *tables)


def random_case(rng: Rng) -> Case:
    """The tables constants, or fed."""
    frequencies, channels = int(rng.integers(6, 60)), int(rng.integers(1, 41))
    x = random_values(rng, "uint32", SAMPLES, frequencies)
    if rng.random() < 0.7:
        return bank_model(random_tables(rng, frequencies, channels), frequencies, channels), x
    tables = [np.stack(one) for one in zip(*(random_tables(rng, frequencies, channels) for _ in x), strict=True)]
    inputs = [row(frequencies, "UINT32"), *(row(table.shape[1], "INT16") for table in tables)]
    model = signal_model("SignalFilterBank", inputs, [row(channels, "UINT64")], {"num_channels": channels})
    return model, [x, *tables]


CELLS = {("SignalFilterBank", "uint32 to uint64"): Cell(random_case)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_refusals(tflm: TflmSession) -> None:
    tables, options = random_tables(np.random.default_rng(0), 30, 3), {"num_channels": 3}
    inputs, output = [row(30, "UINT32"), *map(constant, tables)], row(3, "UINT64")
    assert_refused_as_tflm(tflm, signal_model("SignalFilterBank", inputs[:5], [output], options))
    for place in range(6):
        for wrong in (inputs[place]._replace(type="INT8", data=None), TensorSpec((1, 3), inputs[place].type)):
            changed = [*inputs[:place], wrong, *inputs[place + 1 :]]
            assert_refused_as_tflm(tflm, signal_model("SignalFilterBank", changed, [output], options))
    for wrong in (row(3, "UINT32"), TensorSpec((1, 3), "UINT64")):
        assert_refused_as_tflm(tflm, signal_model("SignalFilterBank", inputs, [wrong], options))
    assert_refused(bank_model(tables, 30, 4), "num_channels + 1 = 5")
    assert_refused(bank_model(tables, 30, 3, outputs=4), "at most num_channels = 3")
    assert_bad_options_are_refused("SignalFilterBank", inputs, [output], options, "num_channels")


@pytest.mark.parametrize(("table", "value"), [(2, -1), (2, 29), (3, -1), (3, 24), (4, 31)])
def test_what_lies_beside_a_table_is_not_read(table: int, value: int) -> None:
    tables = [np.ones(25), np.ones(25), np.zeros(4), np.zeros(4), np.full(4, 2)]
    tables[table][2] = value
    phase, message = refusal_of(bank_model(tables, 30, 3))
    assert phase == "invoke"
    assert "a channel of" in message
