"""Notebook 04, a kernel: a layer to compute by hand, and exercises about multipliers, rounding and the arena."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinylab import zoo
from tinylab.arithmetic.fixed_point import multiply_by_quantized_multiplier, quantize_multiplier
from tinylab.errors import TinylabError
from tinylab.kernels.kernel_util import Registration
from tinylab.kernels.registrations import REGISTRATIONS
from tinylab.lessons.verdict import Verdict, no_function
from tinylab.model import (
    ActivationFunctionType,
    BuiltinOperator,
    Model,
    Operator,
    Quantization,
    Subgraph,
    Tensor,
    TensorType,
    load_model,
    write_model,
)
from tinylab.model.options import FullyConnectedOptions
from tinylab.runtime import MicroMutableOpResolver, plan_arena
from tinylab.views.picture import COLOURS, Picture, new_figure

TARGET = "cortex-m4/reference"
OP_DATA_BYTES = 20  # five int32


def dense_model(
    weights: ArrayLike,
    bias: ArrayLike,
    *,
    input: tuple[float, int],
    weight_scale: float,
    output: tuple[float, int],
    activation: ActivationFunctionType = ActivationFunctionType.NONE,
) -> Model:
    """A model of one int8 FULLY_CONNECTED, written as a .tflite file and read again.

    weights: int8 [outputs, depth]; bias: int32 [outputs]; input, output: (scale, zero point).
    """
    matrix, row = np.asarray(weights, np.int8), np.asarray(bias, np.int32)
    outputs, depth = matrix.shape
    constants = [memoryview(array.tobytes()) for array in (matrix, row)]
    tensors = (
        _tensor(0, "input", TensorType.INT8, (1, depth), *input),
        _tensor(1, "weights", TensorType.INT8, (outputs, depth), weight_scale, 0, constants[0]),
        _tensor(2, "bias", TensorType.INT32, (outputs,), input[0] * weight_scale, 0, constants[1]),
        _tensor(3, "output", TensorType.INT8, (1, outputs), *output),
    )
    options = FullyConnectedOptions(fused_activation_function=activation)
    node = Operator(
        0, BuiltinOperator.FULLY_CONNECTED, "FULLY_CONNECTED", 4, (0, 1, 2), (3,), (), options, memoryview(b"")
    )
    graph = Subgraph(0, "main", tensors, (0,), (3,), (node,))
    buffers = (memoryview(b""), *constants)
    return load_model(write_model(Model("dense", memoryview(b""), 3, "", (graph,), buffers, {}, ())), name="dense")


def _tensor(
    index: int,
    name: str,
    type: TensorType,
    shape: tuple[int, ...],
    scale: float,
    zero_point: int,
    data: memoryview | None = None,
) -> Tensor:
    quantization = Quantization(np.array([scale], np.float32), np.array([zero_point]), 0)
    return Tensor(index, name, type, shape, (), quantization, 0 if data is None else index, data, False)


def rounding_picture(sums: Sequence[int], real: float, naive: NDArray[Any], tflm: NDArray[Any]) -> Picture:
    """Both results for neighbouring sums, and the product that they round; a mark where they differ."""
    figure = new_figure(7, 3.2)
    axes = figure.add_subplot()
    axes.plot(sums, np.multiply(sums, real), color="black", linewidth=1, label="sum × multiplier, exact")
    axes.plot(sums, naive, "o", color=COLOURS[0], markerfacecolor="none", markersize=10, label="rounded once")
    axes.plot(sums, tflm, "x", color=COLOURS[5], label="TFLM: rounded twice")
    for total in np.asarray(sums)[naive != tflm]:
        axes.axvspan(total - 0.5, total + 0.5, color=COLOURS[6], alpha=0.5)
    axes.set(xlabel="sum", xticks=list(sums), yticks=sorted({*naive.tolist(), *tflm.tolist()}), ylabel="result")
    axes.legend(loc="upper left", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    lines = [
        f"{total:6}  {total * real:9.4f}  {once:4}  {twice:4}{'  differs' if once != twice else ''}"
        for total, once, twice in zip(sums, naive.tolist(), tflm.tolist(), strict=True)
    ]
    return Picture(figure, "\n".join(["   sum      exact  once  TFLM", *lines]))


# -- exercises ---------------------------------------------------------------------------------------------------------

REAL = 0.3


def multiplier_by_hand(answer: Any) -> Verdict:
    """04-1: (multiplier, shift) of REAL."""
    multiplier, shift = quantize_multiplier(REAL)
    try:
        given = tuple(int(part) for part in answer)
    except (TypeError, ValueError):
        given = ()
    if len(given) != 2:
        return Verdict(False, "two whole numbers are needed: (multiplier, shift)")
    if given == (multiplier, shift):
        return Verdict(True, f"{multiplier} * 2**({shift} - 31) is {multiplier * 2.0 ** (shift - 31):.10f}")
    if not 2**30 <= given[0] < 2**31:
        return Verdict(False, f"{given[0]} is not from 2**30 to 2**31 - 1: the fraction must be at least 1/2, below 1")
    if given[1] != shift:
        return Verdict(False, f"with the shift {given[1]} it stands for {given[0] * 2.0 ** (given[1] - 31):.4f}")
    return Verdict(False, f"{given[0]} is {abs(given[0] - multiplier)} off: the nearest, not the one below")


# (sum, multiplier, shift); what goes wrong there
ROUNDINGS = (
    (1_003, 2**30, -3, "a plain case"),
    (-1_003, 2**30, -3, "a negative sum"),
    (5, 2**30, -1, "two roundings: 2.5 to 3, then 1.5 to 2; once would be 1"),
    (12, 2**30, -2, "a tie goes away from zero, 1.5 to 2"),
    (-12, 2**30, -2, "a tie goes away from zero, -1.5 to -2"),
    (-20, 2**30, -2, "a tie goes away from zero, -2.5 to -3"),
    (-3, 2**30, 0, "a shift of 0 divides by nothing"),
    (701, 2**30 + 12_345, 2, "a shift above 0 goes first"),
)


def requantize(answer: Any) -> Verdict:
    """04-2: a function (sum, multiplier, shift) -> int that rounds as TFLM does, on Python's integers."""
    if not callable(answer):
        return no_function(answer)
    rng = np.random.default_rng(4)
    cases = [*ROUNDINGS, *((int(total), 1_288_490_189, -5, "") for total in rng.integers(-(2**20), 2**20, 200))]
    for total, multiplier, shift, why in cases:
        wanted = int(multiply_by_quantized_multiplier(np.array(total), multiplier, shift))
        try:
            given = answer(total, multiplier, shift)
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"for {(total, multiplier, shift)} it raises {error!r}")
        if given != wanted:
            hint = f" ({why})" if why else ""
            return Verdict(False, f"for {(total, multiplier, shift)}: expected {wanted}, got {given!r}{hint}")
    return Verdict(True, f"TFLM's integers for {len(cases)} of {len(cases)} sums, ties and negative ones among them")


def what_it_asks_for(answer: Any) -> Verdict:
    """04-3: arena_requests of a FULLY_CONNECTED with OpData of 20 bytes and a row of int32 sums while it runs."""
    model = zoo.load("hello_world")
    try:
        mine = Registration("mine", REGISTRATIONS["FULLY_CONNECTED"].prepare, _nothing, arena_requests=answer)
        plan = plan_arena(model, TARGET, op_resolver=MicroMutableOpResolver(1).add_fully_connected(mine))
    except TinylabError as error:
        return Verdict(False, str(error))
    except Exception as error:  # whatever a reader's function raises is shown, never thrown
        return Verdict(False, f"it raises {error!r}")
    op_data = {record.requested_bytes for record in plan.allocations if record.category == "OpData"}
    if op_data != {OP_DATA_BYTES}:
        found = ", ".join(map(str, op_data)) or "none"
        return Verdict(False, f"OpData: {OP_DATA_BYTES} bytes are needed, five int32, and it asks for {found}")
    if any(record.category == "persistent buffer" for record in plan.allocations):
        return Verdict(False, "a persistent buffer stays for the model's life; sums are needed while it runs: scratch")
    scratch = [buffer.requested_bytes for buffer in plan.memory_plan.buffers if buffer.tensor_index is None]
    wanted = [4 * model.subgraphs[0].tensors[node.outputs[0]].element_count for node in model.subgraphs[0].operators]
    if scratch != wanted:
        return Verdict(False, f"scratch: expected {wanted}, one int32 for each output of each node, got {scratch}")
    return Verdict(True, f"head {plan.needs.head_bytes}, tail {plan.needs.tail_bytes} bytes on {TARGET}: all counted")


def _nothing(context: Any, node: Operator, data: Any) -> None:
    """The Invoke of a kernel that is planned for and never run."""


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "04-1": multiplier_by_hand,
    "04-2": requantize,
    "04-3": what_it_asks_for,
}

HINTS: dict[str, tuple[str, ...]] = {
    "04-1": (
        "write the number as fraction * 2**shift, with the fraction from 1/2 up and below 1",
        "0.3 is 0.6 * 2**-1; math.frexp does this",
        "the multiplier is the fraction * 2**31, rounded to the nearest whole number",
    ),
    "04-2": (
        "first shift left where the shift is above 0, then multiply, then divide by 2**-shift where it is below",
        "(total * multiplier + 2**30) >> 31 is the first rounding: Python's >> floors, and so does this",
        "ties of the second go away from zero: for a negative number subtract 1 before >>, but not where shift is 0",
    ),
    "04-3": (
        "op_data is a number of bytes; scratch is a tuple of them, one a buffer",
        "the scratch differs from node to node: give a function (context, node, abi) in place of a value",
        "context.output_tensor(node, 0).element_count int32 numbers, 4 bytes each",
    ),
}
