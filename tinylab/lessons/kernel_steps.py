"""One output element of FULLY_CONNECTED, step by step: each product, the accumulator, the multiplier, the byte.

Values first (`kernel_run`), then text and a figure of them: the kernel stepper of notebook 04 shows these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import rounding_divide_by_pot, saturating_rounding_doubling_high_mul
from tinylab.errors import DataError
from tinylab.kernels import fully_connected
from tinylab.model import Model
from tinylab.runtime.micro_context import MicroContext
from tinylab.views.picture import COLOURS, Picture, new_figure

MOST_INPUTS = 16  # more columns cannot be read
_DONE, _NOW, _LATER = "white", COLOURS[6], "#dddddd"


@dataclass(frozen=True)
class KernelStep:
    """One step: what it is called, what it computes, what comes out; input_index: the input that it takes, or None."""

    name: str
    formula: str
    value: int
    input_index: int | None = None


@dataclass(frozen=True)
class KernelRun:
    """Output element `output_index` for one input: all that the kernel reads, and its steps in order.

    inputs, weights: int8 values as they lie, one a depth; the weights are the row of this output.
    """

    output_index: int
    inputs: tuple[int, ...]
    input_zero_point: int
    weights: tuple[int, ...]
    multiplier: int
    shift: int
    steps: tuple[KernelStep, ...]

    @property
    def result(self) -> int:
        """The byte that is written."""
        return self.steps[-1].value


def kernel_run(model: Model, inputs: NDArray[np.int8], output_index: int) -> KernelRun:
    """The steps of one output of a model of one int8 FULLY_CONNECTED with constant weights, one scale and a bias.

    inputs: int8, as many as the layer is deep. DataError for another model, input or output.
    """
    graph = model.subgraphs[0]
    node = graph.operators[0]
    weights, bias = (graph.tensors[index].constant() for index in node.inputs[1:3])
    if node.name != "FULLY_CONNECTED" or weights is None or bias is None or weights.shape[1] > MOST_INPUTS:
        raise DataError(f"{model!r}: one FULLY_CONNECTED of at most {MOST_INPUTS} inputs is needed, with weights, bias")
    if np.size(inputs) != weights.shape[1] or not 0 <= output_index < len(weights):
        found = f"{np.size(inputs)} inputs and output {output_index}"
        raise DataError(f"{found}: the layer takes {weights.shape[1]} and gives {len(weights)}")
    data = fully_connected.prepare(MicroContext(graph), node)
    if data.stage.multiplier is None or np.size(data.stage.multiplier) > 1:
        raise DataError(f"{model!r}: int8 weights with one scale are needed, not floats and not a scale an output")
    multiplier, shift = int(data.stage.multiplier), int(data.stage.shift)
    row = tuple(weights[output_index].tolist())
    values = tuple(np.ravel(inputs).tolist())
    steps = _sums(values, data.input_zero_point, row, int(bias[output_index]))
    limits = int(data.stage.activation_min), int(data.stage.activation_max)
    steps += _byte(steps[-1].value, multiplier, shift, data.stage.zero_point, limits)
    return KernelRun(output_index, values, data.input_zero_point, row, multiplier, shift, tuple(steps))


def _sums(inputs: tuple[int, ...], zero_point: int, weights: tuple[int, ...], bias: int) -> list[KernelStep]:
    total, steps = bias, [KernelStep("bias", f"the sum begins with the bias: {bias}", bias)]
    for index, (value, weight) in enumerate(zip(inputs, weights, strict=True)):
        before, total = total, total + (value - zero_point) * weight
        formula = f"{before} + ({value} - {_signed(zero_point)}) * {_signed(weight)} = {total}"
        steps.append(KernelStep(f"product {index}", formula, total, index))
    return steps


def _byte(total: int, multiplier: int, shift: int, zero_point: int, limits: tuple[int, int]) -> list[KernelStep]:
    left, right = max(shift, 0), max(-shift, 0)
    shifted = total << left
    high = int(saturating_rounding_doubling_high_mul(np.array(shifted), multiplier))
    scaled = int(rounding_divide_by_pot(np.array(high), right))
    moved = scaled + zero_point
    result = min(max(moved, limits[0]), limits[1])
    return [
        KernelStep("multiply", f"{shifted} * {multiplier} / 2**31, rounded: {high}", high),
        KernelStep("shift", f"{high} / 2**{right}, rounded: {scaled}", scaled),
        KernelStep("zero point", f"{scaled} + {_signed(zero_point)} = {moved}", moved),
        KernelStep("clamp", f"{moved} held between {limits[0]} and {limits[1]}: {result}", result),
    ]


def _signed(number: int) -> str:
    return f"({number})" if number < 0 else str(number)


def kernel_step_text(run: KernelRun, step: int) -> str:
    """The steps up to `step`, a line each; the last is the one that is shown."""
    lines = [f"output {run.output_index}, step {step} of {len(run.steps) - 1}"]
    for number, done in enumerate(run.steps[: step + 1]):
        lines.append(f"{'>' if number == step else ' '} {done.name:10}  {done.formula}")
    return "\n".join(lines)


def kernel_step_picture(run: KernelRun, step: int) -> Picture:
    """The inputs and weights as columns, the products so far, and under them the way from the sum to the byte."""
    depth, now = len(run.inputs), run.steps[step]
    figure = new_figure(max(7.0, 1.8 + 0.75 * depth), 3.3)
    axes = figure.add_subplot()
    axes.set(xlim=(-2.2, max(depth, 7)), ylim=(-0.2, 7))
    axes.axis("off")
    rows = ("input", "less zero point", "weight", "product")
    for place, name in enumerate(rows):
        axes.text(-0.1, 6.5 - place, name, ha="right", va="center")
    for index, (value, weight) in enumerate(zip(run.inputs, run.weights, strict=True)):
        less = value - run.input_zero_point
        colour = _colour(index + 1, step)
        for place, shown in enumerate((value, less, weight, less * weight)):
            hidden = place in (1, 3) and index + 1 > step
            _box(axes, index, 6 - place, 0.92, "" if hidden else str(shown), colour)
    chain = [("sum, int32", min(step, depth)), *((done.name, number) for number, done in enumerate(run.steps))]
    for place, (name, number) in enumerate([chain[0], *chain[depth + 2 :]]):
        left = place * 1.4
        text = str(run.steps[number].value) if number <= step else ""
        is_now = number == step if place else step <= depth
        _box(axes, left, 1, 1.25, text, _NOW if is_now else _DONE if number <= step else _LATER)
        axes.text(left + 0.6, 0.5, name, ha="center", va="center", size=9)
    axes.text(-0.1, 1.5, f"output {run.output_index}", ha="right", va="center")
    axes.set_title(f"step {step} of {len(run.steps) - 1}, {now.name}: {now.formula}", loc="left", size=10)
    return Picture(figure, kernel_step_text(run, step))


def _colour(number: int, step: int) -> str:
    return _NOW if number == step else _DONE if number < step else _LATER


def _box(axes: Axes, left: float, bottom: float, width: float, text: str, colour: str) -> None:
    axes.add_patch(
        Rectangle(
            (left, bottom), width, 0.92, facecolor=colour, edgecolor="black", linewidth=2 if colour == _NOW else 0.8
        )
    )
    axes.text(left + width / 2, bottom + 0.46, text, ha="center", va="center", size=9)
