"""Whether two models say the same: everything that load_model reads, but where in the file it lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from tinylab.model import Model

NOT_COMPARED = {"Model.data"}  # the file itself


def differences(one: Model, other: Model) -> list[str]:
    """A line for each value that differs, with its place; [] where all is equal."""
    return list(_differences(one, other, "model"))


def _differences(one: Any, other: Any, place: str) -> Iterator[str]:
    if type(one) is not type(other) and not (isinstance(one, memoryview) and isinstance(other, memoryview)):
        yield f"{place}: {type(one).__name__} and {type(other).__name__}"
    elif is_dataclass(one):
        for field in fields(one):
            if f"{type(one).__name__}.{field.name}" not in NOT_COMPARED:
                yield from _differences(getattr(one, field.name), getattr(other, field.name), f"{place}.{field.name}")
    elif isinstance(one, np.ndarray):
        if one.dtype != other.dtype or not np.array_equal(one, other):
            yield f"{place}: {one} and {other}"
    elif isinstance(one, tuple) and not hasattr(one, "_fields"):
        if len(one) != len(other):
            yield f"{place}: {len(one)} and {len(other)} entries"
        for index, (a, b) in enumerate(zip(one, other, strict=False)):
            yield from _differences(a, b, f"{place}[{index}]")
    elif hasattr(one, "keys"):
        yield from _differences(tuple(one), tuple(other), f"{place}.keys")
        for key in one.keys() & other.keys():
            yield from _differences(one[key], other[key], f"{place}[{key!r}]")
    elif one != other:
        yield f"{place}: {str(one)[:60]} and {str(other)[:60]}"
