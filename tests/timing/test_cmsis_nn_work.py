"""tinylab/timing/cmsis_nn_work.py: which way CMSIS-NN goes, and how often its loops run, by hand."""

from __future__ import annotations

import pytest

from tests.timing import made
from tinylab.model import Model, Padding
from tinylab.timing.builds import BUILDS
from tinylab.timing.work import Work

DSP, MVE = BUILDS["cortex-m4/cmsis-nn"], BUILDS["cortex-m55/cmsis-nn"]

ONE_BY_ONE = made.conv((5, 5, 23), (7, 1, 1, 23), (5, 5, 7))
STRIDED = made.conv((5, 5, 23), (7, 1, 1, 23), (3, 3, 7), stride=2)
SQUARE = made.conv((5, 5, 3), (7, 3, 3, 3), (5, 5, 7))
SHORTS = made.conv((5, 5, 64), (7, 3, 3, 64), (3, 3, 7), padding=Padding.VALID, type="INT16")


@pytest.mark.parametrize(
    ("made_model", "dsp", "mve"),
    [
        (ONE_BY_ONE, "1x1", "1x1"),
        (STRIDED, "1x1", "1x1"),
        (SQUARE, "other", "other"),
        (SHORTS, "int16", "int16"),
        (made.depthwise((5, 5, 6), (3, 3), (5, 5, 6)), "3x3", "equal channels"),
        (made.depthwise((5, 5, 6), (5, 3), (5, 5, 6)), "equal channels", "equal channels"),
        (made.depthwise((5, 5, 2), (3, 3), (5, 5, 8)), "multiplier of 4", "multiplier of 4"),
        (made.depthwise((5, 5, 2), (3, 3), (5, 5, 6)), "other", "other"),
    ],
)
def test_the_way_is_cmsis_nns(made_model: Model, dsp: str, mve: str) -> None:
    assert (DSP.work_of(made.node(made_model)).path, MVE.work_of(made.node(made_model)).path) == (dsp, mve)


def test_1x1_on_dsp_is_one_product_two_rows_by_two_units() -> None:
    """25 pixels and 7 units: 12 × 3 blocks; 23 products: one turn of 16, one of 4, 3 single ones. Left over: a row by
    6 units, and 25 rows by a unit."""
    assert DSP.work_of(made.node(ONE_BY_ONE)).counts == {
        "blocks by 16": 36,
        "blocks by 4": 36,
        "blocks by 1": 108,
        "MACs left over": (1 * 6 + 25) * 23,
        "blocks": 36,
        "sums of weights": 3 * 23,
    }


def test_1x1_strided_on_dsp_is_a_product_for_every_row() -> None:
    counts = DSP.work_of(made.node(STRIDED)).counts
    assert (counts["blocks"], counts["sums of weights"]) == (3 * 1 * 3, 3 * 3 * 23)


def test_other_convolutions_on_dsp_copy_their_patches() -> None:
    counts = DSP.work_of(made.node(SQUARE)).counts
    assert (counts["pixels"], counts["taps copied"], counts["elements copied"]) == (25, 225, 675)
    assert (counts["patch blocks"], counts["patch blocks by 4"], counts["patch blocks by 1"]) == (36, 36 * 6, 36 * 3)


def test_mve_takes_four_rows_and_sixteen_products() -> None:
    assert MVE.work_of(made.node(ONE_BY_ONE)).counts == {
        "blocks of 4 rows by 16": 6 * 7 * 2,
        "rows left over by 16": 1 * 7 * 2,
        "blocks of 4 rows": 6 * 7,
        "rows left over": 7,
        "calls": 1,
    }


def test_int16_sums_are_widened_after_512_products() -> None:
    """A patch of 576: 64 products more than 512. 9 pixels: 2 times 4, and one left over."""
    counts = MVE.work_of(made.node(SHORTS)).counts
    assert counts["int16 blocks of 4 rows by 8"] == 2 * 7 * 64
    assert counts["int16 blocks of 4 rows by 1"] == 2 * 7 * 64
    dsp = DSP.work_of(made.node(SHORTS)).counts
    assert (dsp["int16 blocks by 4"], dsp["int16 blocks by 1"]) == (4 * 3 * 128, 4 * 3 * 64)


def test_depthwise_3x3_on_dsp_counts_taps_inside_by_four_channels() -> None:
    counts = DSP.work_of(made.node(made.depthwise((4, 4, 6), (3, 3), (4, 4, 6)))).counts
    assert counts == {
        "3x3: taps of 4": 100,
        "3x3: rows of 4": 40,
        "groups of 4": 16,
        "MACs left over": 200,
        "pixels": 16,
    }


def test_one_channel_into_many_is_a_convolution_on_mve() -> None:
    nine, eight = ((5, 5, 1), (3, 3), (5, 5, 9)), ((5, 5, 1), (3, 3), (5, 5, 8))
    assert MVE.work_of(made.node(made.depthwise(*nine))).runs_as == "CONV_2D"
    assert MVE.work_of(made.node(made.depthwise(*eight))).runs_as == ""
    assert DSP.work_of(made.node(made.depthwise(*nine))).runs_as == ""


def test_fully_connected_takes_pairs_on_dsp_and_fours_on_mve() -> None:
    made_node = made.node(made.dense(39, 7, batches=2))
    assert DSP.work_of(made_node).counts == {
        "pairs by 16": 2 * 3 * 2,
        "pairs by 4": 2 * 3 * 1,
        "pairs by 1": 2 * 3 * 3,
        "MACs left over": 2 * 39,
        "pairs": 6,
        "calls": 1,
    }
    assert MVE.work_of(made_node).counts == {
        "groups of 4 by 16": 2 * 1 * 3,
        "units left over by 16": 2 * 3 * 3,
        "groups of 4": 2,
        "units left over": 6,
        "calls": 1,
    }


def test_fully_connected_of_three_axes_runs_as_a_1x1_convolution() -> None:
    three = made.dense(40, 7, out=(1, 2, 7))
    assert DSP.work_of(made.node(three)).runs_as == MVE.work_of(made.node(three)).runs_as == "CONV_2D"
    assert DSP.work_of(made.node(made.dense(39, 7, out=(1, 2, 7)))).runs_as == ""  # 39 does not divide by 4


def test_floats_run_the_reference_kernels() -> None:
    made_node = made.node(made.conv((4, 4, 2), (3, 3, 3, 2), (4, 4, 3), type="FLOAT32"))
    reference = BUILDS["cortex-m4/reference"].work_of(made_node)
    assert DSP.work_of(made_node) == MVE.work_of(made_node) == reference
    assert isinstance(reference, Work)
