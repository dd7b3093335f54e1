"""Budgets line by line: each figure is the estimator's, the arena's or the file's own, and says how it is known."""

from __future__ import annotations

import json

import pytest

import tinylab as tl
from tests.boards.made import board
from tests.shared import SHARED, needs_shared
from tinylab.boards import Budget, BudgetLine
from tinylab.boards.budget import (
    CHOSEN,
    ESTIMATE,
    EXACT,
    MICRO_INTERPRETER_BYTES,
    OP_RESOLVER_BYTES,
    OP_RESOLVER_BYTES_PER_OPERATOR,
)
from tinylab.errors import FootprintError

KWS = tl.zoo.load("kws_yes_no")
TINY_CONV = tl.zoo.load("kws_tiny_conv")
HELLO = tl.zoo.load("hello_world")
COPIED = '[copied_to_ram]\nvalue = {}\nsource = "the tests"\nconfidence = "verified"\n'


def lines(budget: Budget) -> dict[str, tuple[int, str]]:
    return {line.label: (line.bytes, line.known) for line in budget.lines}


def test_the_seed_courses_board_by_hand() -> None:
    report = tl.fit(KWS, "arduino_nano_33_ble_sense")
    estimate = tl.estimate_flash(KWS, "cortex-m4/cmsis-nn")
    assert lines(report.flash) == {
        "bootloader and the like": (65_536, EXACT),
        "operating system and libraries": (83_400, ESTIMATE),
        "TFLM's framework": (10_880, EXACT),
        "5 operators": (estimate.total_bytes - 10_880, ESTIMATE),
        "model kws_yes_no": (24_688, EXACT),
        "application": (32_768, CHOSEN),
    }
    assert lines(report.ram) == {
        "arena": (20_464, EXACT),
        "1 interpreter": (208, EXACT),
        "op resolver for 5": (12 + 5 * 36, EXACT),
        "TFLM's variables": (estimate.data_bytes + estimate.bss_bytes, ESTIMATE),
        "application": (8_192, CHOSEN),
        "operating system and stack": (55_324, ESTIMATE),
    }
    assert (report.flash.available_bytes, report.ram.available_bytes) == (1_048_576, 261_632)
    assert report.flash.margin_bytes == 1_048_576 - 65_536 - 83_400 - estimate.total_bytes - 24_688 - 32_768
    assert report.flash.doubt_bytes == round(estimate.total_bytes * estimate.error.worst)
    assert (report.verdict, report.is_estimate, report.elsewhere) == ("fits", False, ())


def test_every_line_has_a_source() -> None:
    for name in tl.boards.names():
        report = tl.fit(KWS, name)
        for line in (line for budget in report.budgets for line in budget.lines):
            assert line.source
            assert line.known in (EXACT, ESTIMATE, CHOSEN)
            assert line.bytes > 0


def test_figures_of_another_core_are_estimates() -> None:
    for name in ("esp_eye", "himax_we_i_plus", "teensy_41"):
        report = tl.fit(KWS, name)
        assert report.is_estimate
        of_tflm = [line for budget in report.budgets for line in budget.lines if line.group in ("TFLM", "arena")]
        assert {line.known for line in of_tflm} == {ESTIMATE}
    pico = tl.fit(KWS, "raspberry_pi_pico")
    assert (pico.arena_is_measured, pico.flash_is_measured) == (False, True)
    assert lines(pico.flash)["TFLM's framework"][1] == EXACT
    assert lines(pico.ram)["arena"][1] == ESTIMATE


def test_a_foreign_core_doubts_by_the_spread_of_the_measured_ones() -> None:
    totals = [
        tl.estimate_flash(KWS, f"{core}/reference").total_bytes for core in ("cortex-m0plus", "cortex-m4", "riscv32imc")
    ]
    assert tl.fit(KWS, "esp_eye").flash.doubt_bytes == max(totals) - min(totals) > 10_000
    assert tl.fit(KWS, "nucleo_l4r5zi").flash.doubt_bytes < 1_000


def test_one_operator_is_a_real_link() -> None:
    report = tl.fit(HELLO, board())
    assert lines(report.flash)["1 operator"] == (31_088 - 10_880, EXACT)
    assert report.flash.doubt_bytes == 0


def test_several_models_share_what_they_can() -> None:
    both = [KWS, TINY_CONV]
    shared, separate = tl.fit(both, "sparkfun_edge"), tl.fit(both, "sparkfun_edge", arena="separate")
    target = "cortex-m4/cmsis-nn"
    assert lines(shared.ram)["2 interpreters"] == (416, EXACT)
    assert lines(shared.ram)["op resolver for 6"] == (12 + 6 * 36, EXACT)
    assert shared.arena_bytes == tl.compare_tenancy(both, target).form("shared").arena_bytes
    assert separate.arena_bytes == sum(tl.arena_needs(model, target).smallest_arena_bytes for model in both)
    assert shared.arena_bytes < separate.arena_bytes
    union = tl.estimate_flash({**KWS.operator_counts(), **TINY_CONV.operator_counts()}, target)
    assert shared.tflm_flash_bytes == separate.tflm_flash_bytes == union.total_bytes
    assert shared.flash.group_bytes("model") == KWS.bytes + TINY_CONV.bytes
    two = tl.fit(both, "sparkfun_edge", arena="two arenas")
    assert two.arena_bytes == tl.compare_tenancy(both, target).form("two arenas").arena_bytes


def test_the_arena_of_the_budget_works_and_16_fewer_bytes_do_not() -> None:
    both = [KWS, TINY_CONV]
    size = tl.fit(both, "sparkfun_edge").arena_bytes
    for arena_bytes, works in ((size, True), (size - 16, False)):
        allocator = tl.MicroAllocator.create(arena_bytes, "cortex-m4/cmsis-nn")
        try:
            for model in both:
                tl.MicroInterpreter(model, tl.resolver_for(model), allocator).allocate_tensors()
        except tl.TinylabError:
            assert not works
        else:
            assert works


def test_reserves_and_kernels_are_yours() -> None:
    report = tl.fit(
        KWS, board(), kernels="reference", application_flash_bytes=1, application_ram_bytes=2, stack_bytes=3
    )
    assert lines(report.flash)["application"] == (1, CHOSEN)
    assert lines(report.ram)["application"] == (2, CHOSEN)
    assert lines(report.ram)["stack"] == (3, CHOSEN)
    assert report.tflm_flash_bytes == tl.estimate_flash(KWS, "cortex-m4/reference").total_bytes
    assert report.arena_bytes == 20_416
    all_operators = tl.fit(KWS, board(), resolver="all")
    assert lines(all_operators.ram)["op resolver for 118"] == (12 + 118 * 36, EXACT)


def test_what_is_not_run_from_flash_counts_twice() -> None:
    himax = tl.fit(KWS, "himax_we_i_plus")
    assert lines(himax.ram)["models, copied to RAM"] == (KWS.bytes, EXACT)
    assert lines(himax.flash)["model kws_yes_no"] == (KWS.bytes, EXACT)
    report = tl.fit(KWS, board(ram=250_000, more=COPIED.format('["code"]')))
    assert lines(report.ram)["code, copied to RAM"] == (report.tflm_flash_bytes + 32_768, ESTIMATE)
    assert report.ram.doubt_bytes == report.flash.doubt_bytes > 0


def test_a_budget_is_close_within_its_doubt() -> None:
    line = BudgetLine("all", 95, "TFLM", ESTIMATE, "the tests")
    assert Budget("flash", 100, "the tests", (line,), 6).is_close
    assert not Budget("flash", 100, "the tests", (line,), 5).is_close
    short = Budget("flash", 90, "the tests", (line,), 6)
    assert (short.is_close, short.fits, short.margin_bytes) == (True, False, -5)


@needs_shared
def test_objects_outside_the_arena_are_as_measured() -> None:
    sizes = json.loads((SHARED / "measurements" / "struct_sizes.json").read_text())
    for build in ("ilp32_cortex-m4_reference", "ilp32_cortex-m4_cmsis-nn"):
        assert sizes["runtime"]["MicroInterpreter"][build] == MICRO_INTERPRETER_BYTES
    formula = sizes["micro_mutable_op_resolver_formula"]["ilp32_cortex-m4_reference"]
    assert formula.startswith(f"{OP_RESOLVER_BYTES} + {OP_RESOLVER_BYTES_PER_OPERATOR}*N")


def test_an_operator_that_nobody_measured_is_named() -> None:
    from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model

    tensors = [TensorSpec((4,), "INT8", 0.5)] * 2
    odd = tl.load_model(build_model([SubgraphSpec(tensors, [OperatorSpec("MY_OWN", [0], [1])])]), name="odd")
    with pytest.raises((FootprintError, tl.TinylabError), match="MY_OWN"):
        tl.fit(odd, board())
