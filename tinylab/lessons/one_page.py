"""Notebook 12, an interpreter on one page: how long the page is, and exercises about what it does and leaves out."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tinylab import zoo
from tinylab.arena import MemoryPlan
from tinylab.lessons.verdict import Verdict, no_function
from tinylab.model import BuiltinOperator, Model, load_model, write_model
from tinylab.model.options import Pool2DOptions
from tinylab.runtime import MicroInterpreter, arena_needs, plan_arena, resolver_for
from tinylab.views.picture import COLOURS, Picture, new_figure

MODEL, TARGET = "kws_yes_no", "cortex-m4/reference"
SAMPLES = 8


def cell_lines(functions: Sequence[Callable[..., Any]]) -> list[str]:
    """The lines, blank ones left out, of the notebook cells that define `functions`, each cell once."""
    cells = dict.fromkeys(function.__code__.co_filename for function in functions)
    return [line.rstrip() for cell in cells for line in linecache.getlines(cell) if line.strip()]


def page_picture(parts: Mapping[str, int]) -> Picture:
    """A bar a part of the page: how many of its lines it has."""
    total = sum(parts.values())
    figure = new_figure(7, 0.5 + 0.35 * len(parts))
    axes = figure.add_subplot()
    bars = axes.barh(list(parts), list(parts.values()), color=COLOURS[0], edgecolor="black", linewidth=0.6)
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlabel=f"lines of code, {total} in all", xlim=(0, max(parts.values()) * 1.1))
    words = "\n".join(f"{name:24} {count:4} lines" for name, count in parts.items())
    return Picture(figure, f"{words}\n{'all':24} {total:4} lines")


def _plan() -> MemoryPlan:
    return plan_arena(zoo.load(MODEL), TARGET).memory_plan


def without_reuse(answer: Any) -> Verdict:
    """12-1: the bytes of MODEL's arena, head only, if no two tensors shared a byte."""
    plan = _plan()
    needed = sum(buffer.size_bytes for buffer in plan.buffers)
    if answer == needed:
        return Verdict(True, f"{needed:,} bytes in place of {plan.head_bytes:,}: that is what planning is worth")
    why = {
        sum(buffer.requested_bytes for buffer in plan.buffers): "each buffer is rounded up to a multiple of 16 first",
        plan.lower_bound_bytes: "that is the busiest moment alone",
        plan.head_bytes: "that is the head with reuse, as it is planned",
    }
    return Verdict(False, f"{answer!r}: {why.get(answer, 'add up the sizes of all tensors that are fed or computed')}")


def pooling_model() -> Model:
    """MODEL's pooling alone, made MAX_POOL_2D, with windows of 5 by 5, which no zoo model has."""
    model = zoo.load(MODEL)
    graph = model.subgraphs[0]
    pool = next(operator for operator in graph.operators if operator.name == "AVERAGE_POOL_2D")
    assert isinstance(pool.options, Pool2DOptions)
    options = pool.options._replace(filter_width=5, filter_height=5, stride_w=5, stride_h=5)
    largest = replace(
        pool, index=0, code=BuiltinOperator.MAX_POOL_2D, name="MAX_POOL_2D", inputs=(0,), outputs=(1,), options=options
    )
    image, pooled = graph.tensors[pool.inputs[0]], graph.tensors[pool.outputs[0]]
    tensors = (
        replace(image, index=0, buffer_index=0, shape_signature=()),
        replace(pooled, index=1, buffer_index=0, shape=(1, 5, 2, 32), shape_signature=()),
    )
    graph = replace(graph, tensors=tensors, inputs=(0,), outputs=(1,), operators=(largest,))
    made = replace(model, name="max_pool", subgraphs=(graph,), buffers=model.buffers[:1], metadata={}, signatures=())
    return load_model(write_model(made), name="max_pool")


def one_more_operator(answer: Any) -> Verdict:
    """12-2: a function (file's bytes, input) -> output, that runs a model with MAX_POOL_2D."""
    if not callable(answer):
        return no_function(answer)
    model = pooling_model()
    interpreter = MicroInterpreter(model, resolver_for(model), arena_needs(model).smallest_arena_bytes)
    shape = (SAMPLES, *model.subgraphs[0].tensors[0].shape)
    samples = np.random.default_rng(12).integers(-128, 128, shape).astype(np.int8)
    samples[0] = -100  # a maximum below zero
    for number, (sample, wanted) in enumerate(zip(samples, interpreter.predict(samples), strict=True)):
        try:
            given = np.asarray(answer(bytes(model.data), sample))
        except KeyError as error:
            return Verdict(False, f"KeyError {error}: operator code 17 is MAX_POOL_2D, and KERNELS has to know it")
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"it raises {error!r}")
        if given.size != wanted.size:
            return Verdict(False, f"{wanted.size} numbers are needed, and it gives {given.size}")
        if not np.array_equal(given.ravel(), wanted.ravel()):
            first = int(np.argmax(given.ravel() != wanted.ravel()))
            return Verdict(
                False,
                f"sample {number}, number {first}: expected {wanted.ravel()[first]}, got {given.ravel()[first]}",
            )
    return Verdict(True, f"TFLM's bytes for {SAMPLES} samples of {SAMPLES}, and the dispatch loop was not touched")


def what_the_page_forgets(answer: Any) -> Verdict:
    """12-3: the bytes of MODEL's arena on TARGET that the page has no counterpart for: the tail."""
    needs = arena_needs(zoo.load(MODEL), TARGET)
    if answer == needs.tail_bytes:
        return Verdict(True, f"{needs.tail_bytes:,} bytes of structs and kernel data; Python keeps ours elsewhere")
    why = {
        needs.head_bytes: "that is the head, which the page has too",
        needs.used_bytes: "that is head and tail; the page has the head",
        needs.smallest_arena_bytes: "that is the smallest arena that works, head included",
        arena_needs(zoo.load(MODEL)).tail_bytes: "that is the tail on x86-64, where pointers are twice as long",
    }
    return Verdict(False, f"{answer!r}: {why.get(answer, 'what does TFLM keep at the other end of the arena?')}")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "12-1": without_reuse,
    "12-2": one_more_operator,
    "12-3": what_the_page_forgets,
}

HINTS: dict[str, tuple[str, ...]] = {
    "12-1": (
        "every tensor that is fed or computed gets bytes of its own, a multiple of 16",
        "in the page, lifetimes names those tensors; add up what Interpreter puts into `sizes`",
    ),
    "12-2": (
        "average_pool_2d is the model: take the largest of what the taps see in place of the sum",
        "np.max over [seen for _, _, seen in windows(...)], axis 0; its windows stay inside the image, so no padding",
        "KERNELS[17] = your function; the answer makes Interpreter(data), fills input, invokes and returns output",
    ),
    "12-3": (
        "the page's arena is TFLM's head; AllocateTensors fills the other end too",
        "tl.arena_needs(model, target) has head_bytes and tail_bytes",
    ),
}
