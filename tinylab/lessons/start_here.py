"""Notebook 00: the sine that hello_world has learnt, as a picture, and the exercises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab import zoo
from tinylab.lessons.verdict import Verdict
from tinylab.runtime import MicroInterpreter, arena_needs, resolver_for
from tinylab.views.picture import COLOURS, Picture, new_figure

MODEL, REAL = "hello_world", 3.0
TARGET, OTHER_TARGET = "cortex-m4/cmsis-nn", "cortex-m4/reference"


def wave_picture(x: NDArray[np.float32], network: NDArray[np.float32]) -> Picture:
    """What the network says for each x, beside the sine. x, network: float32 of one shape."""
    places, said = x.ravel(), network.ravel()
    worst = int(np.argmax(np.abs(said - np.sin(places))))
    figure = new_figure(7, 3)
    axes = figure.add_subplot()
    axes.plot(places, np.sin(places), color=COLOURS[7], label="sin(x)")
    axes.plot(places, said, ".", markersize=3, color=COLOURS[0], label="network")
    axes.set(xlabel="x", ylabel="output")
    figure.legend(loc="outside right upper")
    text = (
        f"{len(places)} inputs from {places.min():.2f} to {places.max():.2f}: the network is within "
        f"{abs(said[worst] - np.sin(places[worst])):.3f} of the sine, furthest away at x = {places[worst]:.2f}"
    )
    return Picture(figure, text)


def output_of_a_number(answer: Any) -> Verdict:
    """00-1: the int8 output of hello_world for REAL."""
    interpreter = MicroInterpreter(zoo.load(MODEL), resolver_for(zoo.load(MODEL)), 10_000)
    interpreter.allocate_tensors()
    interpreter.input(0).data[...] = interpreter.input(0).quantize(REAL)
    interpreter.invoke()
    output = interpreter.output(0)
    wanted = output.data.item()
    if answer == wanted and not isinstance(answer, bool):
        return Verdict(
            True, f"{wanted}, which is {output.dequantize().item():.3f}; sin({REAL:g}) is {np.sin(REAL):.3f}"
        )
    if isinstance(answer, (float, np.floating)) and abs(answer - np.sin(REAL)) < 0.1:
        return Verdict(False, f"{answer:g} is the real number: what stands in the output is an integer")
    if answer == interpreter.input(0).quantize(REAL).item():
        return Verdict(False, f"{answer} is {REAL:g} as the input has it: invoke, then read the output")
    return Verdict(False, f"{answer!r} is not what invoke leaves in the output for {REAL:g}")


def arena_of_another_target(answer: Any) -> Verdict:
    """00-2: the smallest arena, in bytes, of hello_world on a Cortex-M4 with CMSIS-NN."""
    needs = arena_needs(zoo.load(MODEL), TARGET)
    if answer == needs.smallest_arena_bytes:
        return Verdict(True, f"{answer:,} bytes: the same core and other kernels")
    why = {
        needs.used_bytes: "is arena_used_bytes, and planning needs more than that",
        arena_needs(zoo.load(MODEL), OTHER_TARGET).smallest_arena_bytes: f"is the one of {OTHER_TARGET}",
    }
    return Verdict(False, f"{answer!r} {why.get(answer, 'is not smallest_arena_bytes there')}")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {"00-1": output_of_a_number, "00-2": arena_of_another_target}

HINTS: dict[str, tuple[str, ...]] = {
    "00-1": (
        "x.data[...] = x.quantize(3.0), then invoke",
        "interpreter.output(0).data.item() after the invoke",
    ),
    "00-2": (
        "tl.arena_needs(model, target) takes any target: only the text changes",
        'tl.arena_needs(model, "cortex-m4/cmsis-nn").smallest_arena_bytes',
    ),
}
