"""What operators cost in flash: as text, as stacked bars, and as a widget with a box to tick for each operator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets

from tinylab.footprint import FlashEstimate, OperatorFlash
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.spoken import spoken
from tinylab.views.text import count, percent, table

_LARGEST_OPERATORS = 7  # shown by name in a bar; the others are one part (the last colour is grey, as parts are)
_REST = "shared and alignment"
_PARTS = {
    "core": "#555555",
    _REST: "#AAAAAA",
    "operators": "#BBD4E6",
    "other operators": "#DDDDDD",
    "model": "#FFFFFF",
    "application": "#F3F3F3",
}


def flash_text(estimate: FlashEstimate, *, most_operators: int = 20) -> str:
    """The total and its error, what each operator costs, and where the bytes come from, as tables.

    most_operators: rows of the operator table, those that add most; the total is of all.
    """
    rows = sorted(estimate.operators, key=lambda row: (-row.added_bytes, row.name))
    cells = [
        (row.name, count(row.alone_bytes), count(row.added_bytes), *_sharing(estimate, row))
        for row in rows[:most_operators]
    ]
    lines = [f"flash of TFLM on {estimate.build}{_registrations(estimate)}: {_total(estimate)}"]
    if cells:
        lines.append(table(("operator", "alone", "adds here", "shared", "most with"), cells))
    if len(rows) > most_operators:
        lines.append(f"and {len(rows) - most_operators} more")
    parts = [(label, count(size), percent(size / estimate.total_bytes)) for label, size in _lines(estimate)]
    lines += ["", table(("part", "bytes", "of total"), parts)]
    if len(rows) > 1:
        over = estimate.naive_bytes / estimate.total_bytes - 1
        lines.append(f"adding up the operators alone would say {estimate.naive_bytes:,}: {over:.0%} too much")
    return "\n".join([*lines, *_outside(estimate)])


def flash_comparison_text(estimates: Mapping[str, FlashEstimate]) -> str:
    """Several estimates as one table: label, number of operators, core, own code, shared code, total, plain adding."""
    rows = []
    for label, estimate in estimates.items():
        own, shared = sum(row.own_bytes for row in estimate.operators), estimate.shared_bytes
        code = (None, None) if estimate.saved_bytes else (own, shared)
        sizes = (estimate.core_bytes, *code, estimate.total_bytes, estimate.naive_bytes)
        rows.append((label, len(estimate.operators), *map(count, sizes)))
    return table(("", "operators", "core", "own code", "shared", "total", "added up"), rows)


def flash_picture(
    estimates: FlashEstimate | Mapping[str, FlashEstimate], title: str = "flash: what is linked"
) -> Picture:
    """A stacked bar for each estimate: core, code that operators share, each operator's own code, the rest; then, where
    they were given, model and application. The text says the same: flash_text of one, flash_comparison_text of several.
    """
    several = {str(estimates.build): estimates} if isinstance(estimates, FlashEstimate) else dict(estimates)
    figure = new_figure(9.0, 1.9 + 0.75 * len(several))
    axes = figure.add_subplot()
    colours = _colours(several.values())
    labelled: set[str] = set()
    for place, estimate in enumerate(several.values()):
        left = 0
        for label, size in _bar(estimate, colours):
            colour = colours[label]
            name = None if label in labelled else label
            labelled.add(label)
            axes.barh(place, size, left=left, color=colour, edgecolor="black", linewidth=0.4, label=name)
            left += size
        axes.annotate(f" {estimate.total_bytes:,}", (left, place), va="center", fontsize=8)
    axes.set_yticks(range(len(several)), list(several))
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("bytes of flash (the number: TFLM alone)")
    axes.set_title(title)
    figure.legend(loc="outside lower center", ncols=4, fontsize=8, frameon=False)
    text = flash_text(estimates) if isinstance(estimates, FlashEstimate) else flash_comparison_text(several)
    return Picture(figure, text)


class _ResolverCost(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    def __repr__(self) -> str:
        return "(the resolver's cost: a box for each operator, a picture and text; it needs a running kernel)"


def resolver_cost(
    estimate: Callable[[Sequence[str]], FlashEstimate], operators: Sequence[str], ticked: Sequence[str] = ()
) -> Any:
    """A box to tick for each of `operators`; below, what `estimate` makes of the ticked ones: a picture and text.

    It works by keyboard: Tab goes from box to box, the space bar ticks. Returns an ipywidgets.VBox of a Box of
    Checkbox, an Image and an HTML.
    """
    boxes = [
        ipywidgets.Checkbox(
            value=name in ticked, description=name, indent=False, layout=ipywidgets.Layout(width="17rem")
        )
        for name in operators
    ]
    picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
    text = ipywidgets.HTML()

    def show(_: object = None) -> None:
        found = estimate([box.description for box in boxes if box.value])
        drawn = flash_picture(found)
        picture.value = drawn.png()
        text.value = spoken(drawn.text)

    for box in boxes:
        box.observe(show, names="value")
    show()
    grid = ipywidgets.Box(boxes, layout=ipywidgets.Layout(flex_flow="row wrap"))
    return _ResolverCost([grid, picture, text])


def _lines(estimate: FlashEstimate) -> list[tuple[str, int]]:
    core, total = ("core: the framework", estimate.core_bytes), ("total", estimate.total_bytes)
    if saved := estimate.saved_bytes:
        generic = estimate.total_bytes + saved - estimate.core_bytes
        return [core, ("operators, were they generic", generic), ("saved by the registrations", -saved), total]
    return [
        core,
        ("code of one operator", sum(row.own_bytes for row in estimate.operators)),
        ("code that operators share", estimate.shared_bytes),
        ("alignment and registration", estimate.alignment_bytes),
        total,
        *((f"  {origin}", size) for origin, size in estimate.by_origin.items()),
    ]


def _outside(estimate: FlashEstimate) -> list[str]:
    sizes = (("model", estimate.model_bytes), ("application", estimate.application_bytes))
    given = [f"{label} {size:,}" for label, size in sizes if size]
    return [f"beside it: {', '.join(given)}; together {estimate.firmware_bytes:,}"] if given else []


def _total(estimate: FlashEstimate) -> str:
    if estimate.is_measured:
        return f"{estimate.total_bytes:,} bytes (a real link)"
    known = f"error: {estimate.error}" if estimate.error else "nobody linked such sets: its error is unknown"
    return f"{estimate.total_bytes:,} bytes ({known})"


def _registrations(estimate: FlashEstimate) -> str:
    return "" if estimate.registrations == "generic" else f", {estimate.registrations} registrations"


def _sharing(estimate: FlashEstimate, row: OperatorFlash) -> tuple[str, str]:
    if estimate.saved_bytes or not row.shared_with:  # what is shared was measured with generic registrations only
        return count(None if estimate.saved_bytes else 0), "–"
    name, size = row.shared_with[0]
    return count(row.shared_bytes), f"{name} {size:,}"


def _colours(estimates: Iterable[FlashEstimate]) -> dict[str, str]:
    """A colour for each part, the same in all bars; the operators that are largest in any of them have a name."""
    own: dict[str, int] = {}
    for estimate in estimates:
        for row in estimate.operators:
            own[row.name] = max(own.get(row.name, 0), row.own_bytes)
    largest = sorted(own, key=lambda name: (-own[name], name))[:_LARGEST_OPERATORS]
    operators = dict(zip(largest, COLOURS, strict=False))
    return {**_PARTS, **operators}


def _bar(estimate: FlashEstimate, colours: Mapping[str, str]) -> list[tuple[str, int]]:
    """The parts of one bar, which add up to total_bytes, model and application.

    Nobody measured where registrations for one type save their bytes: then all operators are one part.
    """
    outside = [("model", estimate.model_bytes), ("application", estimate.application_bytes)]
    if estimate.saved_bytes:
        inside = [("core", estimate.core_bytes), ("operators", estimate.total_bytes - estimate.core_bytes)]
    else:
        own = {row.name: row.own_bytes for row in estimate.operators}
        if len(own) == 1:  # the one-operator case can be negative
            own = dict.fromkeys(own, estimate.total_bytes - estimate.core_bytes)
        named = {name: size for name, size in own.items() if name in colours}
        others = sum(own.values()) - sum(named.values())
        rest = estimate.total_bytes - estimate.core_bytes - sum(own.values())
        inside = [("core", estimate.core_bytes), (_REST, rest), *named.items(), ("other operators", others)]
    return [(label, size) for label, size in (*inside, *outside) if size > 0]
