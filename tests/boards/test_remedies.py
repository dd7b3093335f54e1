"""Remedies are computed: each gives what a report with that choice gives, and those listed first are enough."""

from __future__ import annotations

import pytest

import tinylab as tl
from tests.boards.made import board
from tests.shared import model_bytes, needs_shared
from tinylab.boards import Board, FitReport, Remedy, Reserves
from tinylab.boards.fitting import report_of
from tinylab.boards.workload import Workload
from tinylab.model import Model

KWS, TINY_CONV, HELLO = (tl.zoo.load(name) for name in ("kws_yes_no", "kws_tiny_conv", "hello_world"))
BIG = 4 << 20


def ram_of(models: Model | list[Model], **choices: str) -> int:
    return tl.fit(models, board(ram=BIG, flash=BIG), **choices).ram.used_bytes  # type: ignore[arg-type]


def flash_of(models: Model | list[Model], **choices: str) -> int:
    return tl.fit(models, board(ram=BIG, flash=BIG), **choices).flash.used_bytes  # type: ignore[arg-type]


def remedy(report: FitReport, words: str) -> Remedy:
    (found,) = [each for each in report.remedies if words in each.what]
    return found


def check_all(report: FitReport, models: Model | list[Model], on: Board) -> None:
    """Each remedy on this board gives the margins of a report with its choice, and each listed one is enough."""
    workload = Workload.of(models)
    assert not report.fits
    for each in (*report.remedies, *report.not_enough):
        if each.is_hint:
            continue
        there = on if each.board == on.name else tl.boards.load(each.board)
        made = report_of(workload, there, each.choice, Reserves())
        assert (made.flash.margin_bytes, made.ram_margin_bytes) == (each.flash_margin_bytes, each.ram_margin_bytes)
        assert made.fits == each.fits
    assert all(each.fits for each in report.remedies)
    assert not any(each.fits for each in report.not_enough)


def test_a_report_that_fits_has_none() -> None:
    report = tl.fit(KWS, "sparkfun_edge")
    assert (report.remedies, report.not_enough) == ((), ())


def test_a_shared_arena_instead_of_separate_ones() -> None:
    both = [KWS, TINY_CONV]
    small = board(ram=ram_of(both), flash=BIG)
    report = tl.fit(both, small, arena="separate")
    check_all(report, both, small)
    assert remedy(report, "one arena that all models share").ram_margin_bytes == 0
    assert report.remedies[0].choice.arena == "shared"


def test_only_the_needed_operators() -> None:
    small = board(ram=BIG, flash=flash_of(KWS))
    report = tl.fit(KWS, small, resolver="all")
    check_all(report, KWS, small)
    assert report.remedies[0].what == "name only the needed operators in the resolver"
    assert report.remedies[0].flash_margin_bytes == 0


def test_reference_kernels_and_smaller_code() -> None:
    small = board(ram=BIG, flash=flash_of(KWS, kernels="reference"))
    report = tl.fit(KWS, small)
    check_all(report, KWS, small)
    assert remedy(report, "reference kernels (slower)").flash_margin_bytes == 0
    smaller = tl.fit(KWS, small, kernels="reference", optimize="Os").flash.margin_bytes
    assert remedy(report, "reference kernels built with -Os").flash_margin_bytes == smaller > 0
    assert not [each for each in report.remedies if "cmsis-nn kernels built with -Os" in each.what]  # not measured


def test_cmsis_nn_is_no_remedy_where_it_takes_more() -> None:
    report = tl.fit(KWS, board(ram=BIG, flash=flash_of(KWS, kernels="reference") - 1000), kernels="reference")
    assert not [each for each in (*report.remedies, *report.not_enough) if each.what == "CMSIS-NN kernels"]


def test_registrations_for_int8_and_no_softmax() -> None:
    full = flash_of(KWS)
    int8 = tl.estimate_flash(KWS, "cortex-m4/cmsis-nn", registrations="int8").total_bytes
    generic = tl.estimate_flash(KWS, "cortex-m4/cmsis-nn")
    small = board(ram=BIG, flash=full - generic.total_bytes + int8)
    report = tl.fit(KWS, small)
    check_all(report, KWS, small)
    assert remedy(report, "registrations for int8 only").flash_margin_bytes == 0
    saved = generic.total_bytes - generic.without("SOFTMAX").total_bytes
    small = board(ram=BIG, flash=full - saved)
    assert remedy(tl.fit(KWS, small), "without their last SOFTMAX").flash_margin_bytes == 0


def test_two_arenas_where_no_region_holds_both() -> None:
    needs = tl.fit(KWS, board(ram=BIG, flash=BIG), arena="two arenas")
    tail = next(line.bytes for line in needs.ram.lines if "tail" in line.label)
    small = board(ram=ram_of(KWS, arena="two arenas") - tail, flash=BIG, second=tail)
    report = tl.fit(KWS, small)
    check_all(report, KWS, small)
    found = remedy(report, "two arenas: the head in MAIN, the tail in SECOND")
    assert found.ram_margin_bytes == 0
    assert not [each for each in report.remedies if "the tail in MAIN" in each.what]
    smaller = board(ram=ram_of(KWS, arena="two arenas") - tail, flash=BIG, second=tail - 1)
    assert not [each for each in tl.fit(KWS, smaller).remedies if "two arenas" in each.what]


def test_the_arena_outside_the_chip() -> None:
    arena = tl.fit(KWS, board(ram=BIG, flash=BIG)).arena_bytes
    small = board(ram=ram_of(KWS) - arena, flash=BIG, second=BIG, external=True)
    report = tl.fit(KWS, small)
    check_all(report, KWS, small)
    found = remedy(report, "the arena in SECOND (outside the chip: slow)")
    assert (found.choice.head_region, found.choice.tail_region, found.ram_margin_bytes) == (1, 1, 0)


def test_another_board_is_the_smallest_that_fits() -> None:
    tiny = board(ram=10_000)
    report = tl.fit(KWS, tiny)
    check_all(report, KWS, tiny)
    boards = [each for each in report.remedies if each.board != tiny.name]
    sizes = [tl.boards.load(each.board).ram_app_bytes for each in boards]
    assert sizes == sorted(sizes)
    fitting = [each.board.ram_app_bytes for each in tl.fit_table(KWS).fitting]
    assert (len(boards), sizes) == (3, fitting[:3])


def test_two_changes_together_where_none_is_enough() -> None:
    both = [KWS, TINY_CONV]
    small = board(ram=ram_of(both), flash=flash_of(both, kernels="reference"))
    report = tl.fit(both, small, arena="separate")
    check_all(report, both, small)
    first = report.remedies[0]
    assert ", and " in first.what
    assert first.choice.arena == "shared"
    assert first.choice.kernels == "reference"
    assert {"one arena that all models share", "reference kernels (slower)"} <= {
        each.what for each in report.not_enough
    }


def test_a_smaller_input_is_a_hint_by_proportion() -> None:
    missing = 4_000  # of a head of 16,000: sides of sqrt(3/4)
    report = tl.fit(KWS, board(ram=ram_of(KWS) - missing))
    (hint,) = [each for each in report.remedies if each.is_hint]
    assert hint.what == "an input of about 42×34 instead of 49×40, trained anew"
    assert not [each for each in tl.fit(HELLO, board(ram=10_000)).remedies if each.is_hint]
    assert not [each for each in tl.fit([KWS, TINY_CONV], board(ram=20_000)).remedies if each.is_hint]


@needs_shared
@pytest.mark.parametrize("kernels", ["cmsis-nn", "reference"])
def test_an_offline_plan_makes_the_visual_wake_words_fit(kernels: str) -> None:
    model = tl.load_model(model_bytes("mlperf_tiny/vww_96_int8.tflite"), name="vww")
    on = tl.boards.load("b_l475e_iot01a")
    report = tl.fit(model, on, kernels=kernels)
    check_all(report, model, on)
    found = remedy(report, "a memory plan searched for on a computer")
    target = on.targets[kernels].arena
    (planned,) = Workload.of(model).models_as(found.choice, target)
    size = tl.arena_needs(planned, target).smallest_arena_bytes
    assert found.ram_margin_bytes - report.ram_margin_bytes == report.arena_bytes - size > 18_000
    tl.MicroInterpreter(planned, tl.resolver_for(planned), size, target=target).allocate_tensors()
