"""The exercises of notebook 07, as readers may get them wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import tinylab as tl

TINY_CONV, DS_CNN = (tl.estimate_flash(tl.zoo.load(name)) for name in ("kws_tiny_conv", "kws_yes_no"))


def adding(operators: Sequence[str], sections: Mapping[str, Set[str]], sizes: Mapping[str, int], core: int) -> int:
    """The mistake of the exercise: a section is added for each operator that needs it."""
    return core + sum(sizes[section] for name in operators for section in sections[name])


WRONG: dict[str, list[tuple[Any, str]]] = {
    "07-1": [
        (TINY_CONV.operator("SOFTMAX").alone_bytes, "what it costs alone"),
        (TINY_CONV.operator("SOFTMAX").own_bytes, "is not what the total falls by"),
        ("many", "is not what the total falls by"),
    ],
    "07-2": [
        (adding, "for ['A', 'B'] it gives 1368, expected 1,338"),
        (lambda *given: adding(*given) - 1000, "for [] it gives 0, expected 1,000"),
        (lambda *given: 1 / 0, "ZeroDivisionError"),
        (3, "a function is needed"),
    ],
    "07-3": [
        (TINY_CONV.total_bytes + DS_CNN.total_bytes, "two programs"),
        (DS_CNN.total_bytes, "is not the flash of the operators of both"),
    ],
}
