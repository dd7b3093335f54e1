"""The C++ lines that register operators in a MicroMutableOpResolver, by TFLM's own method names."""

from __future__ import annotations

from tinylab.model import Model
from tinylab.runtime.micro_op_resolver import add_method_name

_SPELT = {"2d": "2D", "pcan": "PCAN", "lstm": "LSTM"}  # parts that TFLM does not spell in CamelCase


def cpp_add_call(operator_name: str, resolver: str = "resolver") -> str | None:
    """'resolver.AddConv2D()' for "CONV_2D"; None for what TFLM has no method for: a custom operator, or none of its."""
    method = add_method_name(operator_name)
    if method is None:
        return None
    return f"{resolver}.{''.join(_SPELT.get(part, part.capitalize()) for part in method.split('_'))}()"


def cpp_resolver_lines(model: Model, resolver: str = "resolver") -> tuple[str, ...]:
    """The declaration and one line an operator of `model`, without those it does not use."""
    names = model.operator_counts()
    calls = [cpp_add_call(name, resolver) or f'{resolver}.AddCustom("{name}", registration)' for name in names]
    declared = f"static tflite::MicroMutableOpResolver<{max(len(names), 1)}> {resolver};"
    return (declared, *(f"{call};" for call in calls))
