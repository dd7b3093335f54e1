"""The exercises of notebook 07: the solution is done, the stub and named wrong answers are not yet, nothing raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import tinylab as tl
from tinylab.lessons import check

TINY_CONV, DS_CNN = (tl.estimate_flash(tl.zoo.load(name)) for name in ("kws_tiny_conv", "kws_yes_no"))


def test_what_an_operator_adds() -> None:
    row = TINY_CONV.operator("SOFTMAX")
    assert check("07-1", TINY_CONV.total_bytes - TINY_CONV.without("SOFTMAX").total_bytes).done
    assert repr(check("07-1", None)) == "not yet: the answer is still None"
    assert "what it costs alone" in repr(check("07-1", row.alone_bytes))
    assert not check("07-1", row.own_bytes).done
    assert not check("07-1", "many").done


def right(operators: Sequence[str], sections: Mapping[str, Set[str]], sizes: Mapping[str, int], core: int) -> int:
    union: set[str] = set().union(*(sections[name] for name in operators))
    return core + sum(sizes[section] for section in union)


def adding(operators: Sequence[str], sections: Mapping[str, Set[str]], sizes: Mapping[str, int], core: int) -> int:
    return core + sum(sizes[section] for name in operators for section in sections[name])


def test_flash_by_hand() -> None:
    assert check("07-2", right).done
    assert "for ['A', 'B'] it gives 1368, expected 1,338" in repr(check("07-2", adding))
    assert "for [] it gives 0, expected 1,000" in repr(check("07-2", lambda *given: right(*given) - 1000))
    assert "ZeroDivisionError" in repr(check("07-2", lambda *given: 1 / 0))
    assert "a function is needed" in repr(check("07-2", 3))


def test_one_resolver_for_two_models() -> None:
    both = tl.estimate_flash([*TINY_CONV.operator_names, *DS_CNN.operator_names])
    assert check("07-3", both.total_bytes).done
    assert "two programs" in repr(check("07-3", TINY_CONV.total_bytes + DS_CNN.total_bytes))
    assert not check("07-3", DS_CNN.total_bytes).done
