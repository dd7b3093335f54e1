"""tinylab/timing/estimate.py: sums by hand, the errors that are stated, and real models beside their counts."""

from __future__ import annotations

import numpy as np
import pytest

import tinylab as tl
from tasks.timing_data import model_of
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant
from tests.shared import SHARED, model_bytes, model_index, needs_shared
from tests.timing import made
from tinylab.errors import TimingError
from tinylab.model import Model, load_model
from tinylab.timing import BUILDS, error_of, estimate_instructions, laws_of, left_out_errors

# target -> how far the median, and nine of ten models, may be off; then the same where every operator had a law
BANDS = {
    "cortex-m4/reference": (0.01, 0.08, 0.005, 0.04),
    "cortex-m4/cmsis-nn": (0.025, 0.20, 0.01, 0.06),
    "cortex-m55/cmsis-nn": (0.02, 0.45, 0.01, 0.13),
    "cortex-m0plus/reference": (0.025, 0.13, 0.01, 0.09),
}


def two_layers() -> Model:
    """FULLY_CONNECTED 10 to 3, then an operator that nobody has counted."""
    weights = constant(np.ones((3, 10), np.int8), scale=0.1)
    tensors = [TensorSpec((1, 10), "INT8", 0.5), weights, TensorSpec((1, 3), "INT8", 0.5), TensorSpec((1, 3), "INT8")]
    operators = [OperatorSpec("FULLY_CONNECTED", [0, 1, -1], [2]), OperatorSpec("MyOperator", [2], [3])]
    return load_model(build_model([SubgraphSpec(tensors, operators)]), name="two layers")


def test_the_total_is_the_sum_and_an_unknown_operator_is_said() -> None:
    estimate = estimate_instructions(two_layers(), "cortex-m4/reference")
    costs = laws_of("cortex-m4/reference")["FULLY_CONNECTED INT8"].parts
    by_hand = round(30 * costs["MACs"] + 3 * costs["outputs"] + costs["calls"])
    dense, custom = estimate.operators
    assert (dense.instructions, dense.basis, dense.macs) == (by_hand, "law", 30)
    assert (custom.instructions, custom.basis) == (None, "unknown")
    assert estimate.total_instructions == by_hand + 57 + 2 * 40
    assert estimate.unknown == (custom,)
    assert estimate.macs == 30
    assert estimate.by_operator() == {"FULLY_CONNECTED": by_hand, "MyOperator": 0}


def test_log_strings_add_26_for_every_operator() -> None:
    plain = estimate_instructions(two_layers())
    kept = estimate_instructions(two_layers(), log_strings=True)
    assert kept.total_instructions - plain.total_instructions == 4 + 2 * 26 - 4  # one of the two is custom


def test_log_strings_elsewhere_were_not_measured() -> None:
    with pytest.raises(TimingError, match="log strings were measured on cortex-m4/reference"):
        estimate_instructions(two_layers(), "cortex-m4/cmsis-nn", log_strings=True)


def test_the_public_face_has_it() -> None:
    assert tl.estimate_instructions is estimate_instructions


def test_no_cost_is_negative_and_every_path_was_measured() -> None:
    for target in BUILDS:
        for name, law in laws_of(target).items():
            assert all(cost >= 0 for cost in law.parts.values()), name
            assert any(cost > 0 for cost in law.parts.values()), name
            assert all(path.rows >= path.sizes >= 1 for path in law.paths.values()), name


@pytest.mark.parametrize("target", BUILDS)
def test_stated_errors_lie_in_their_bands(target: str) -> None:
    every, covered = error_of(target), error_of(target, covered=True)
    median, ninth, covered_median, covered_ninth = BANDS[target]
    assert every.median <= median
    assert every.percentile_90 <= ninth
    assert covered.median <= covered_median
    assert covered.percentile_90 <= covered_ninth
    assert every.models == len(left_out_errors(target))
    assert every.worst == max(abs(left.error) for left in left_out_errors(target))
    assert covered.models >= 12


def test_a_model_with_a_guess_states_the_larger_error() -> None:
    guessed = estimate_instructions(two_layers(), "cortex-m4/cmsis-nn")
    known = estimate_instructions(made.dense(10, 3), "cortex-m4/cmsis-nn")
    assert guessed.error == error_of("cortex-m4/cmsis-nn")
    assert known.error == error_of("cortex-m4/cmsis-nn", covered=True)


@made.needs_measurements
@pytest.mark.parametrize("target", BUILDS)
def test_models_that_were_counted_are_estimated_closely(target: str) -> None:
    """They are in the fit, so this tests not the laws' worth, but the shipped costs and the counting."""
    for model in made.measured(target):
        estimate = estimate_instructions(model_of(SHARED, model.sha256), target)
        is_soft_float = target == "cortex-m0plus/reference" and "FLOAT32" in {row.types for row in estimate.operators}
        band = 0.26 if is_soft_float else 0.08
        assert estimate.total_instructions == pytest.approx(model.invoke_instructions, rel=band), model.name


@needs_shared
def test_every_shared_model_has_an_estimate() -> None:
    """Nothing is refused, and nothing counts nothing, not even what no law covers."""
    for entry in model_index():
        try:
            model = load_model(model_bytes(entry["file"]))
        except tl.TinylabError:
            continue
        for target in BUILDS:
            estimate = estimate_instructions(model, target)
            assert len(estimate.operators) == len(model.subgraphs[0].operators)
            assert all(row.because for row in (*estimate.guessed, *estimate.unknown))
            assert all(row.instructions is None for row in estimate.unknown)
