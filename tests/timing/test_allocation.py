"""tinylab/timing/allocation.py: what AllocateTensors does, counted by hand, and its error in a band."""

from __future__ import annotations

import pytest

from tests.timing import made
from tinylab.timing import BUILDS, estimate_instructions
from tinylab.timing.allocation import allocation_work

# What nine of ten models may be off.
BANDS = {
    "cortex-m4/reference": 0.25,
    "cortex-m4/cmsis-nn": 0.40,
    "cortex-m55/cmsis-nn": 0.25,
    "cortex-m0plus/reference": 0.20,
}


def test_channels_activations_and_tensors() -> None:
    counts = allocation_work(BUILDS["cortex-m4/reference"], made.conv((4, 4, 2), (3, 3, 3, 2), (4, 4, 3))).counts
    assert counts == {
        "channels with a scale": 3,
        "pairs of activations": 4,
        "tensors": 3,
        "quantized operators": 1,
        "weights summed": 0,
        "bytes of variables": 0,
        "Fourier transforms": 0,
        "calls": 1,
    }


def test_only_mve_sums_the_weights_of_dense_layers() -> None:
    summed = {
        target: allocation_work(build, made.dense(10, 3)).counts["weights summed"] for target, build in BUILDS.items()
    }
    assert summed == {**dict.fromkeys(BUILDS, 0), "cortex-m55/cmsis-nn": 30}


def test_floats_need_no_multipliers() -> None:
    floats = made.conv((4, 4, 2), (3, 3, 3, 2), (4, 4, 3), type="FLOAT32")
    counts = allocation_work(BUILDS["cortex-m4/reference"], floats).counts
    assert (counts["channels with a scale"], counts["quantized operators"]) == (0, 0)


@pytest.mark.parametrize("target", BUILDS)
def test_a_channel_costs_a_thousand_instructions_and_the_error_is_stated(target: str) -> None:
    few = estimate_instructions(made.conv((4, 4, 2), (3, 3, 3, 2), (4, 4, 3)), target)
    many = estimate_instructions(made.conv((4, 4, 2), (103, 3, 3, 2), (4, 4, 103)), target)
    assert 25_000 < many.allocate_instructions - few.allocate_instructions < 300_000
    assert few.allocate_error <= BANDS[target]
