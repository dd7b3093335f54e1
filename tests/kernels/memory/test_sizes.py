"""Parameters and OpData: the measured sizes of every operator that was measured."""

from __future__ import annotations

import json

import pytest

from tests.shared import SHARED, needs_shared
from tinylab.kernels.memory.cmsis_nn import CMSIS_NN_DSP, CMSIS_NN_MVE
from tinylab.kernels.memory.sizes import NOTHING, REFERENCE_SIZES, OperatorSizes
from tinylab.model import BuiltinOperator

CUSTOM = {"CIRCULAR_BUFFER", "TFLite_Detection_PostProcess"}


def test_every_row_is_an_operator() -> None:
    assert set(REFERENCE_SIZES) <= set(BuiltinOperator.__members__) | CUSTOM


def test_alignments_are_powers_of_two_that_fit() -> None:
    for sizes in REFERENCE_SIZES.values():
        for size, alignment in filter(None, (sizes.builtin_data_ilp32, sizes.builtin_data_lp64)):
            assert alignment in (1, 2, 4, 8)
            assert size % alignment == 0


@needs_shared
@pytest.mark.parametrize(("abi", "build"), [("ilp32", "ilp32_cortex-m4_reference"), ("lp64", "lp64_x86-64_reference")])
def test_every_row_is_the_measured_one(abi: str, build: str) -> None:
    path = SHARED / "measurements" / "struct_sizes.json"
    measured = json.loads(path.read_text())["per_operator_allocation_sizes"]["ops"]
    compared = 0
    for name, builds in measured.items():
        figures = builds[build]
        if "incomplete" in figures.get("note", ""):
            continue
        parameters = [(block["bytes"], block["align"]) for block in figures["builtin_data"]]
        assert len(parameters) <= 1
        assert len(figures["init_persistent_bytes"]) <= 1
        theirs = (next(iter(parameters), None), next(iter(figures["init_persistent_bytes"]), None))
        ours = REFERENCE_SIZES.get(name, NOTHING)
        assert (getattr(ours, f"builtin_data_{abi}"), getattr(ours, f"op_data_{abi}")) == theirs, name
        compared += 1
    assert compared >= 90
    print(f"{abi}: parameters and OpData of {compared} operators are the measured ones")


def test_an_operator_that_is_not_there_asks_for_nothing() -> None:
    assert OperatorSizes() == NOTHING == (None, None, None, None)


@needs_shared
def test_every_row_of_cmsis_nn_is_the_measured_one() -> None:
    path = SHARED / "measurements" / "struct_sizes.json"
    measured = json.loads(path.read_text())["per_operator_allocation_sizes"]["ops"]
    for name, builds in measured.items():
        figures = builds["ilp32_cortex-m4_cmsis-nn"]
        parameters = [(block["bytes"], block["align"]) for block in figures["builtin_data"]]
        if "incomplete" in figures.get("note", ""):
            continue
        theirs = (next(iter(parameters), None), next(iter(figures["init_persistent_bytes"]), None))
        for library in (CMSIS_NN_DSP, CMSIS_NN_MVE):
            ours = library.sizes.get(name, NOTHING)
            assert (ours.builtin_data_ilp32, ours.op_data_ilp32) == theirs, name
    assert len(measured) >= 90
