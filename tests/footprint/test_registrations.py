"""int8 registrations: what was measured, the error over the sets that were linked with them, what is refused."""

from __future__ import annotations

import pytest

from tests.footprint.measured import measured, needs_measurements
from tinylab.errors import FootprintError
from tinylab.footprint import BuildKey, estimate_flash, find_build
from tinylab.footprint.registrations import SPECIALISED, alone_bytes, registrations_error, specialised_links

TARGETS = ["cortex-m4/cmsis-nn", "cortex-m55/cmsis-nn", "cortex-m4/reference"]


@needs_measurements
@pytest.mark.parametrize("target", TARGETS)
def test_variants_are_as_measured(target: str) -> None:
    build = find_build(target)
    was = measured("specialised_registrations")["builds"][build.key.file]
    found = {f"{name}_{kind.upper()}": size for kind in SPECIALISED for name, size in alone_bytes(build, kind).items()}
    assert found == {
        name: row["bytes_alone"]
        for name, row in was["variants"].items()
        if name not in ("CONV_2D_INT8REF", "SOFTMAX_INT8_INT16")
    }
    for row in was["variants"].values():
        assert build.operators[row["op"]].alone_bytes == row["generic_bytes_alone"]
    # The two sets whose operators the file does not name have the operators given here, or they would not fit so well.
    generic = {row["int8_only_flash"]: row["generic_flash"] for row in was["op_sets"].values()}
    assert sorted(specialised_links(build).values()) == sorted(generic)
    for operators, linked in specialised_links(build).items():
        assert estimate_flash(operators, target).total_bytes == pytest.approx(generic[linked], rel=0.0013)


@pytest.mark.parametrize("target", TARGETS[:2])
def test_int8_estimates_are_near_the_links_and_say_their_error(target: str) -> None:
    error = registrations_error(BuildKey(target), "int8")
    assert error is not None
    assert error.link_count == 4
    assert error.worst < 0.028
    for operators, linked in specialised_links(find_build(target)).items():
        estimate = estimate_flash(operators, target, registrations="int8")
        assert estimate.error == error
        assert abs(estimate.total_bytes / linked - 1) <= error.worst
        assert estimate.saved_bytes > 0
        assert sum(estimate.by_origin.values()) == estimate.total_bytes


def test_one_operator_is_its_link_and_reference_kernels_save_nothing() -> None:
    assert estimate_flash("CONV_2D", "cortex-m4/cmsis-nn", registrations="int8").total_bytes == 10_880 + 14_300
    names = ["CONV_2D", "SOFTMAX", "RESHAPE"]
    generic = estimate_flash(names, "cortex-m4/reference")
    assert estimate_flash(names, "cortex-m4/reference", registrations="int8").total_bytes == generic.total_bytes


def test_types_that_nobody_linked_sets_with_state_no_error() -> None:
    assert estimate_flash(["CONV_2D", "RESHAPE"], "cortex-m4/cmsis-nn", registrations="int16").error is None


def test_what_was_not_measured_is_refused() -> None:
    with pytest.raises(FootprintError, match="only for cortex-m4/cmsis-nn, cortex-m55/cmsis-nn, cortex-m4/reference"):
        estimate_flash("ABS", "riscv32imc/reference", registrations="int8")
    with pytest.raises(FootprintError, match="choose one of generic, int8, int16, int4"):
        estimate_flash("ABS", registrations="float")
