"""What would make models fit where they do not: each remedy is a report of its own, computed with one thing changed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tinylab.boards.board import Board
from tinylab.boards.catalogue import load, names
from tinylab.boards.fitting import FitReport, Remedy, report_of
from tinylab.boards.workload import Choice, Workload
from tinylab.errors import TinylabError
from tinylab.model import Model
from tinylab.model.enums import TensorType

_MOST_OTHER_BOARDS, _MOST_PAIRS = 3, 3
_LEAST_HELP = 0.05  # of what is missing: what gives less is not worth a line


def remedies_for(report: FitReport, workload: Workload) -> FitReport:
    """The report, with what would help: on this board the cheapest change first, then a smaller input, other boards."""
    changes = [remedy for make in _CHANGES for remedy in make(report, workload) if _helps(remedy, report)]
    enough = [remedy for remedy in changes if remedy.fits]
    if not enough:
        enough = list(itertools.islice(_pairs(changes, report, workload), _MOST_PAIRS))
    others = (*_smaller_input(report, workload), *_other_boards(report, workload))
    not_enough = tuple(remedy for remedy in changes if not remedy.fits)
    return replace(report, remedies=(*enough, *others), not_enough=not_enough)


def _helps(remedy: Remedy, report: FitReport) -> bool:
    """Whether it gives a part of what is missing."""
    before = (report.flash.margin_bytes, report.ram_margin_bytes)
    after = (remedy.flash_margin_bytes, remedy.ram_margin_bytes)
    return any(old < 0 and new - old >= -old * _LEAST_HELP for old, new in zip(before, after, strict=True))


def _pairs(changes: Sequence[Remedy], report: FitReport, workload: Workload) -> Iterator[Remedy]:
    """Two changes together, where none is enough alone and no decision is made twice."""
    for one, other in itertools.combinations(changes, 2):
        first, second = _changed(one, report), _changed(other, report)
        if not first.keys() & second.keys():
            both = _with(report, workload, f"{one.what}, and {other.what}", **first, **second)
            yield from (remedy for remedy in both if remedy.fits)


def _changed(remedy: Remedy, report: FitReport) -> dict[str, object]:
    """The decisions that it changes."""
    now = report.choice._asdict()
    return {name: value for name, value in remedy.choice._asdict().items() if value != now[name]}


def _with(report: FitReport, workload: Workload, what: str, **changes: object) -> Iterator[Remedy]:
    """The remedy of other choices; none where nobody measured them, or where those kernels refuse the model."""
    choice = report.choice._replace(**changes)  # type: ignore[arg-type]
    try:
        made = report_of(workload, report.board, choice, report.reserves)
    except TinylabError:
        return
    yield Remedy(what, report.board.name, choice, made.flash.margin_bytes, made.ram_margin_bytes)


def _selective_resolver(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    if report.choice.resolver == "all":
        yield from _with(report, workload, "name only the needed operators in the resolver", resolver="needed")


def _shared_arena(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    if report.choice.arena == "separate" and len(workload.models) > 1:
        yield from _with(report, workload, "one arena that all models share", arena="shared")


def _other_kernels(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    for kernels in report.board.targets:
        if kernels != report.choice.kernels:
            what = f"{'CMSIS-NN' if kernels == 'cmsis-nn' else 'reference'} kernels"
            what += " (slower)" if kernels == "reference" else ""
            yield from _with(report, workload, what, kernels=kernels)


def _smaller_code(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    if report.choice.optimize != "Os":
        for kernels in report.board.targets:
            what = f"{kernels} kernels built with -Os (slower)"
            yield from _with(report, workload, what, kernels=kernels, optimize="Os")


def _offline_plan(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    """For RAM only: what it changes in flash comes of the file being written anew."""
    if report.ram_margin_bytes >= 0:
        return
    what = "a memory plan searched for on a computer and stored in the model (with_offline_plan)"
    yield from _with(report, workload, what, offline_plan=True)


def _other_region(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    """The arena, or a part of it, in another piece of RAM; the chip's own first."""
    main, *others = enumerate(report.board.ram_regions)
    for index, region in sorted(others, key=lambda each: (each[1].is_external, -each[1].bytes.value)):
        there = region.name + (" (outside the chip: slow)" if region.is_external else "")
        what = "the arenas" if report.choice.arena == "separate" and len(workload.models) > 1 else "the arena"
        yield from _with(report, workload, f"{what} in {there}", head_region=index, tail_region=index)
        if report.choice.arena != "two arenas":
            for head, tail in ((0, index), (index, 0)):
                where = (there, main[1].name) if head else (main[1].name, there)
                what = f"two arenas: the head in {where[0]}, the tail in {where[1]}"
                yield from _with(report, workload, what, arena="two arenas", head_region=head, tail_region=tail)


def _int8_registrations(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    """Kernels of one type, where the models compute in that type only. Never worth it for RAM."""
    if report.choice.kernels == "cmsis-nn" and all(_computes_in_int8(model) for model in workload.models):
        what = "registrations for int8 only (Register_CONV_2D_INT8() and the like)"
        yield from _with(report, workload, what, registrations="int8")


def _computes_in_int8(model: Model) -> bool:
    tensors = (tensor for subgraph in model.subgraphs for tensor in subgraph.tensors)
    return all(tensor.type is TensorType.INT8 for tensor in tensors if not tensor.is_constant)


def _no_softmax(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    """A last SOFTMAX keeps the order of the scores: whoever takes the largest does not need it."""
    for model in workload.models:
        kinds = [operator.name for subgraph in model.subgraphs for operator in subgraph.operators]
        if "SOFTMAX" in kinds and (kinds.count("SOFTMAX") > 1 or kinds[-1] != "SOFTMAX"):
            return
    if any("SOFTMAX" in model.operator_counts() for model in workload.models):
        what = "the models without their last SOFTMAX: the largest score stays the largest"
        yield from _with(report, workload, what, left_out=("SOFTMAX",))


_CHANGES: tuple[Callable[[FitReport, Workload], Iterator[Remedy]], ...] = (
    _selective_resolver,
    _shared_arena,
    _offline_plan,
    _other_region,
    _int8_registrations,
    _no_softmax,
    _other_kernels,
    _smaller_code,
)


def _smaller_input(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    """By how much the sides of an image must shrink, were the head to shrink with its area: a proportion, no layout.

    Only where RAM alone is missing, one model is there, its input is an image, and everything but the head fits.
    """
    missing = -report.ram.margin_bytes
    if missing <= 0 or not report.flash.fits or len(workload.models) != 1:
        return
    (model,), (needs,) = (
        workload.models,
        workload.arenas(report.choice, report.board.targets[report.choice.kernels].arena),
    )
    main = model.subgraphs[0]
    shape = main.tensors[main.inputs[0]].shape if main.inputs else ()
    if len(shape) != 4 or min(shape[1:3]) < 8 or needs.head_bytes <= missing:
        return
    part = math.sqrt((needs.head_bytes - missing) / needs.head_bytes)
    height, width = (math.floor(side * part) for side in shape[1:3])
    what = f"an input of about {height}×{width} instead of {shape[1]}×{shape[2]}, trained anew"
    yield Remedy(what, report.board.name, report.choice, report.flash.margin_bytes, 0, is_hint=True)


def _other_boards(report: FitReport, workload: Workload) -> Iterator[Remedy]:
    """The shipped boards with the least RAM, then flash, that everything fits as it is."""
    others = sorted((load(name) for name in names() if name != report.board.name), key=_size)
    found = 0
    for board in others:
        choice = Choice(board.kernels, report.choice.arena, report.choice.resolver)
        try:
            made = report_of(workload, board, choice, report.reserves)
        except TinylabError:  # its kernels refuse the model, or an operator's flash was not measured there
            continue
        if made.verdict == "fits":
            what = f"another board: {board.title}"
            yield Remedy(what, board.name, choice, made.flash.margin_bytes, made.ram_margin_bytes)
            found += 1
        if found == _MOST_OTHER_BOARDS:
            return


def _size(board: Board) -> tuple[int, int, str]:
    return board.ram_app_bytes, board.flash_app_bytes.value, board.name
