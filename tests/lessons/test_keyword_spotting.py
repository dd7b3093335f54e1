"""The exercises of notebook 08.

The solution is done, the stub and named wrong answers are not yet, and nothing raises.
"""

from __future__ import annotations

import numpy as np
import pytest

import tinylab as tl
from tinylab.errors import DataError
from tinylab.lessons import check


def test_the_smallest_arena() -> None:
    needed = tl.arena_needs(tl.zoo.load("kws_yes_no"), "cortex-m4/reference").smallest_arena_bytes
    assert check("08-1", needed).done
    assert repr(check("08-1", None)) == "not yet: the answer is still None"
    assert repr(check("08-1", needed - 16)).endswith("too small")
    assert repr(check("08-1", 10**6)).endswith("more than is needed")
    assert not check("08-1", "many").done


def _right(real: float, scale: float, zero_point: int) -> int:
    return int(np.clip(round(real / scale) + zero_point, -128, 127))


def test_quantization_by_hand() -> None:
    assert check("08-2", _right).done
    assert "expected 127" in repr(check("08-2", lambda real, scale, zero_point: round(real / scale) + zero_point))
    assert "expected 6" in repr(check("08-2", lambda real, scale, zero_point: int(real / scale) + zero_point))
    assert "expected 3" in repr(check("08-2", lambda real, scale, zero_point: round(real / scale)))
    assert "ZeroDivisionError" in repr(check("08-2", lambda real, scale, zero_point: 1 / 0))
    assert "a function is needed" in repr(check("08-2", 3))


def test_an_unknown_exercise_lists_those_there_are() -> None:
    with pytest.raises(DataError, match=r"there are 06-1, .*07-1, .*08-1, 08-2, 10-1"):
        check("99-9", 1)
