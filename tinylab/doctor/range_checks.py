"""Quantization that does not fit what is fed: ranges too narrow, too wide, or impossible; float ends; float weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tinylab.doctor.case import Case, at
from tinylab.doctor.converter_lines import FULL_INT8, INT8_ENDS, REPRESENTATIVE
from tinylab.doctor.diagnosis import Found
from tinylab.errors import FootprintError, TinylabError
from tinylab.footprint import estimate_flash
from tinylab.model import ActivationFunctionType, Tensor, TensorType

FLOAT32 = TensorType.FLOAT32
QUANTIZED = (TensorType.INT8, TensorType.UINT8, TensorType.INT16)
MOST_CLIPPED = 0.01  # of the values
LEAST_USED = 0.25  # of the codes
MANY_BYTES = 4096  # of float32 weights
SHOWN = 3
# Their output ends where the function does, not where the representative data did; Nones in activations likewise.
ENDS_BY_ITSELF = {"SOFTMAX", "LOGISTIC", "TANH", "HARD_SWISH", "RELU6"}


def represented(tensor: Tensor) -> tuple[float, float]:
    """(lowest, highest) real number that the tensor's integers can say."""
    quantization, limits = tensor.quantization, np.iinfo(tensor.dtype)
    assert quantization is not None
    low, high = (quantization.scale * (code - quantization.zero_point) for code in (limits.min, limits.max))
    return float(low), float(high)


def _quantized(tensor: Tensor) -> bool:
    return tensor.type in QUANTIZED and tensor.quantization is not None


def _step(tensor: Tensor) -> str:
    assert tensor.quantization is not None
    return f"scale {tensor.quantization.scale:.6g}, zero point {tensor.quantization.zero_point}"


def impossible_range(case: Case) -> Iterator[Found]:
    """A scale of nothing, or a zero point that the type does not have."""
    for subgraph, tensor in case.tensors():
        if not _quantized(tensor) or tensor.is_constant:
            continue
        quantization, limits = tensor.quantization, np.iinfo(tensor.dtype)
        assert quantization is not None
        if quantization.scale > 1e-30 and limits.min <= quantization.zero_point <= limits.max:
            continue
        yield Found(
            f'tensor {tensor.index} "{tensor.name}"' + (f" of subgraph {subgraph.index}" if subgraph.index else ""),
            f"Its quantization is impossible: {_step(tensor)}, for {tensor.type.name}. The representative data were "
            "perhaps all zero.",
            "Every value becomes one number, or multipliers overflow: the output does not depend on the input.",
            "Convert again with representative data like those on the board.",
            REPRESENTATIVE,
        )


def input_range(case: Case) -> Iterator[Found]:
    """What will be fed against what the input's integers can say."""
    if not case.inputs or not _quantized(case.inputs[0]) or len(case.inputs) > 1:
        return
    tensor = case.inputs[0]
    fed = case.samples
    if fed is not None and fed.size:
        low, high, what = float(fed.min()), float(fed.max()), f"your {len(fed)} samples"
    elif case.input_range is not None:
        (low, high), what = case.input_range, "your inputs"
    else:
        return
    lowest, highest = represented(tensor)
    assert tensor.quantization is not None
    slack = tensor.quantization.scale
    clipped = _clipped(case, lowest - slack, highest + slack)
    place = f'input 0 "{tensor.name}"'
    facts = (
        f"{_step(tensor)} say {lowest:.4g} to {highest:.4g}; {what} go from {low:.4g} to {high:.4g}. "
        "The converter chose them by its representative data."
    )
    remedy = "Give the converter data prepared exactly as on the board: the same scaling, the same units."
    if clipped > MOST_CLIPPED:
        yield Found(
            place, facts,
            f"{100 * clipped:.0f} % of what is fed is clipped to the ends, without a word.", remedy, REPRESENTATIVE,
        )  # fmt: skip
    elif (used := (min(high, highest) - max(low, lowest)) / (highest - lowest)) < LEAST_USED:
        codes = max(round(used * (np.iinfo(tensor.dtype).max - np.iinfo(tensor.dtype).min)), 1)
        yield Found(
            place, facts,
            f"All of it becomes {codes} different integers of {np.iinfo(tensor.dtype).max * 2 + 2}: "
            "accuracy is lost in the first step.", remedy, REPRESENTATIVE,
        )  # fmt: skip


def _clipped(case: Case, lowest: float, highest: float) -> float:
    """The share of what is fed that lies outside: of samples counted, of a range measured."""
    if case.samples is not None:
        return float(np.mean((case.samples < lowest) | (case.samples > highest)))
    assert case.input_range is not None
    low, high = case.input_range
    inside = max(min(high, highest) - max(low, lowest), 0.0)
    return 1 - inside / (high - low) if high > low else float(not lowest <= low <= highest)


def saturation(case: Case) -> Iterator[Found]:
    """Tensors between the layers that the samples drive against their ends."""
    if case.samples is None or case.plan is None:
        return
    try:
        values = case.run
    except TinylabError:
        return
    shares: list[tuple[float, Tensor, int]] = []
    for operator in case.main.operators:
        for index in operator.outputs:
            tensor = case.main.tensors[index]
            if index not in values or not _quantized(tensor) or _ends_by_itself(operator.name, operator.options):
                continue
            limits = np.iinfo(tensor.dtype)
            share = float(np.mean(values[index] == limits.max))  # the low end is where ReLU ends
            if share > MOST_CLIPPED:
                shares.append((share, tensor, operator.index))
    if shares:
        worst = sorted(shares, key=lambda one: -one[0])[:SHOWN]
        listed = "; ".join(f'{100 * s:.0f} % of "{t.name}" (operator {i})' for s, t, i in worst)
        yield Found(
            f"{len(shares)} tensors" if len(shares) > 1 else f"operator {worst[0][2]}",
            f"Your samples drive them to the largest integer: {listed}. The representative data were milder.",
            "What is larger is cut off there, and later layers never see it.",
            "Convert with representative data that hold your loudest, brightest, largest inputs.",
            REPRESENTATIVE,
            operators=tuple((0, index) for _, _, index in shares),
        )


def _ends_by_itself(name: str, options: object) -> bool:
    fused = getattr(options, "fused_activation_function", ActivationFunctionType.NONE)
    return name in ENDS_BY_ITSELF or fused in (ActivationFunctionType.RELU6, ActivationFunctionType.RELU_N1_TO_1)


def float_ends(case: Case) -> Iterator[Found]:
    """float32 inputs or outputs of a model that is int8 inside: QUANTIZE first, DEQUANTIZE last."""
    main = case.main
    ends = [
        node
        for node in case.nodes
        if node.subgraph is main
        and (
            (node.name == "QUANTIZE" and _is(node.input(0), main.inputs))
            or (node.name == "DEQUANTIZE" and _is(node.output(0), main.outputs))
        )
    ]
    if not ends:
        return
    fed = [main.tensors[index] for index in (*main.inputs, *main.outputs) if main.tensors[index].type is FLOAT32]
    more = sum(3 * tensor.element_count for tensor in fed)
    flash = _flash_of(case, {node.name for node in ends})
    yield at(
        ends,
        "Inside it is quantized, and its inputs or outputs are float32: the converter's default for inference types.",
        f"The float32 tensors take {more:,} bytes more than int8 in the head of the arena{flash}, and the program "
        "must have its data as floats.",
        "Have the converter leave both off, and quantize on the board: q = round(x / scale) + zero_point.",
        INT8_ENDS,
    )


def _is(tensor: Tensor | None, indices: tuple[int, ...]) -> bool:
    return tensor is not None and tensor.index in indices and tensor.type is FLOAT32


def _flash_of(case: Case, names: set[str]) -> str:
    """Flash that the operators add to the others of the model, in words; "" where it was not measured."""
    if not case.flash_target:
        return ""
    try:
        estimate = estimate_flash(case.model, case.flash_target)
        saved = estimate.total_bytes - estimate.without(*names).total_bytes
    except FootprintError:
        return ""
    return f", their kernels {saved:,} bytes of flash ({case.flash_target})"


def float_weights(case: Case) -> Iterator[Found]:
    """float32 weights where int8 ones would do: four times the flash."""
    constants = {
        tensor.buffer_index: tensor.bytes
        for _, tensor in case.tensors()
        if tensor.type is FLOAT32 and tensor.is_constant
    }
    size = sum(constants.values())
    if size < MANY_BYTES or any(_quantized(tensor) for _, tensor in case.tensors() if tensor.is_constant):
        return
    yield Found(
        "the weights",
        f"All {size:,} bytes of them are float32.",
        f"As int8 they would take {size // 4:,} bytes of flash, the tensors in the arena a quarter likewise; and "
        "integer kernels are what CMSIS-NN and small cores are fast at.",
        "Quantize, and measure what it costs in accuracy.",
        FULL_INT8,
    )
