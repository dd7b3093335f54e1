"""An operator's arguments in words: what its options say, under the schema's names."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from tinylab.model.enums import ActivationFunctionType, Padding
from tinylab.model.model import Operator


def arguments_of(operator: Operator) -> dict[str, str]:
    """name -> value of every option, as the schema calls them; {} where the operator has none.

    A custom operator has a run of bytes instead, of which the length is told.
    """
    if operator.options is None:
        size = len(operator.custom_options)
        return {"custom_options": f"{size} bytes"} if size else {}
    return {name: _word(value) for name, value in operator.options._asdict().items()}


def short_arguments(operator: Operator) -> str:
    """The arguments that a person looks for first: "stride 2×2, SAME, RELU"; "" where there are none."""
    options = operator.options
    words = []
    for name, (height, width) in _PAIRS.items():
        if hasattr(options, height):
            pair = getattr(options, height), getattr(options, width)
            if pair != _USUAL.get(name):
                words.append(f"{name} {pair[0]}×{pair[1]}")
    padding = getattr(options, "padding", None)
    words += [padding.name] if isinstance(padding, Padding) else []
    words += [f"{name} {getattr(options, name)}" for name in ("axis", "num_splits", "alpha") if hasattr(options, name)]
    activation = getattr(options, "fused_activation_function", ActivationFunctionType.NONE)
    words += [activation.name] if activation is not ActivationFunctionType.NONE else []
    return ", ".join(words)


_PAIRS = {
    "window": ("filter_height", "filter_width"),
    "stride": ("stride_h", "stride_w"),
    "dilation": ("dilation_h_factor", "dilation_w_factor"),
}
_USUAL = {"stride": (1, 1), "dilation": (1, 1)}


def _word(value: Any) -> str:
    if isinstance(value, IntEnum):
        return value.name
    if isinstance(value, memoryview):
        return f"{len(value)} bytes"
    return str(value)
