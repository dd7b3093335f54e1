"""Layer by layer: what quantization did to each tensor, float32 model against int8 model, on the same samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinylab.errors import DataError
from tinylab.model import Model, Operator, load_model
from tinylab.runtime import MicroInterpreter, arena_needs, resolver_for
from tinylab.runtime.tensor_view import dequantize, quantize

PARTED_BELOW_DB = 20.0  # noise above a tenth of the signal's amplitude
_CONVERSIONS = ("QUANTIZE", "DEQUANTIZE")


@dataclass(frozen=True)
class LayerRow:
    """One operator's output, in both models.

    sqnr_db: signal-to-quantization-noise ratio, 10 log10(Σ float² / Σ (float - int8)²), in decibels, over all
    samples; infinite where equal.
    largest_error_steps: the largest difference in quantization steps (multiples of the tensor's scale). parted:
    sqnr_db < 20.
    """

    node_index: int
    operator_name: str
    tensor_name: str
    shape: tuple[int, ...]
    sqnr_db: float
    largest_error_steps: float
    parted: bool


def compare_layers(
    float_model: Model | bytes | str | Path, int8_model: Model | bytes | str | Path, samples: ArrayLike
) -> tuple[LayerRow, ...]:
    """Run real `samples` [N, ...] through both on tinylab and compare every operator's output.

    The two must come from one network: the same operators in the same order, QUANTIZE and DEQUANTIZE aside; DataError
    says where they differ.
    """
    pair = [model if isinstance(model, Model) else load_model(model) for model in (float_model, int8_model)]
    float_nodes, int8_nodes = (
        [node for node in model.subgraphs[0].operators if node.name not in _CONVERSIONS] for model in pair
    )
    _require_same_network(float_nodes, int8_nodes)
    real = np.asarray(samples, np.float32)
    float_tensors, int8_tensors = (_every_tensor(model, real) for model in pair)
    return tuple(
        _layer_row(pair[1], int8_node, float_tensors[float_node.outputs[0]], int8_tensors[int8_node.outputs[0]])
        for float_node, int8_node in zip(float_nodes, int8_nodes, strict=True)
    )


def first_parted(layers: tuple[LayerRow, ...]) -> LayerRow | None:
    """The first layer whose noise is above a tenth of its signal, or None."""
    return next((layer for layer in layers if layer.parted), None)


def _require_same_network(float_nodes: list[Operator], int8_nodes: list[Operator]) -> None:
    for place, (a, b) in enumerate(zip(float_nodes, int8_nodes, strict=False)):
        if a.name != b.name:
            raise DataError(
                f"the models are not of one network: operator {place} is {a.name} in one, {b.name} in the other"
            )
    if len(float_nodes) != len(int8_nodes):
        raise DataError(f"the models are not of one network: {len(float_nodes)} operators against {len(int8_nodes)}")


def _every_tensor(model: Model, real: NDArray[np.float32]) -> dict[int, NDArray[Any]]:
    interpreter = MicroInterpreter(model, resolver_for(model), arena_needs(model).smallest_arena_bytes)
    main = model.subgraphs[0]
    return interpreter.predict_every_tensor(quantize(main.tensors[main.inputs[0]], real))


def _layer_row(model: Model, node: Operator, signal: NDArray[Any], raw: NDArray[Any]) -> LayerRow:
    tensor = model.subgraphs[0].tensors[node.outputs[0]]
    wanted = signal.astype(np.float64)
    error = wanted - dequantize(tensor, raw).astype(np.float64)
    signal_power, noise_power = float(np.sum(wanted**2)), float(np.sum(error**2))
    sqnr = math.inf if noise_power == 0 else 10 * math.log10(max(signal_power, 1e-30) / noise_power)
    scale = tensor.quantization.scale if tensor.quantization is not None else 1.0
    return LayerRow(
        node.index,
        node.name,
        tensor.name,
        tensor.shape,
        sqnr,
        float(np.max(np.abs(error))) / scale,
        sqnr < PARTED_BELOW_DB,
    )
