"""tinylab/errors.py: the tree is as drawn, messages carry places, and errors survive the way out of a child process."""

from __future__ import annotations

import pickle
import re

import pytest

from tinylab import errors
from tinylab.errors import ArenaError, ExtraMissingError, ModelError, PrepareError, ResolverError, TinylabError


def test_the_tree_is_as_its_docstring_draws_it() -> None:
    assert errors.__doc__ is not None
    drawn: dict[str, str] = {}
    parents = ["TinylabError"]
    for indent, name in re.findall(r"^    ([ │├└─]+)(\w+Error)", errors.__doc__, re.MULTILINE):
        depth = len(indent) // 4
        parents[depth:] = [name]
        drawn[name] = parents[depth - 1]
    found = {
        value.__name__: value.__mro__[1].__name__
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, TinylabError) and value is not TinylabError
    }
    assert drawn == found


@pytest.mark.parametrize(
    "error",
    [
        ModelError("is damaged", place="subgraph 0, tensor 3", found=1, needed=2),
        ResolverError("no CONV_2D", operator_name="CONV_2D", operator_index=7),
        ArenaError("too small", arena_bytes=672, needed_bytes=1072),
        PrepareError("no such stride").at(7, "CONV_2D"),
        ExtraMissingError("train", "training"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_survives_pickling(error: TinylabError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_an_operator_error_is_told_once_where_it_is() -> None:
    error = PrepareError("stride 0").at(7, "CONV_2D")
    assert str(error) == "operator 7 (CONV_2D): stride 0"
    assert error.at(3, "ADD") is error


def test_a_missing_extra_is_an_import_error_that_says_what_to_install() -> None:
    with pytest.raises(
        ImportError, match=re.escape('training needs packages that are not installed: pip install "tin')
    ):
        raise ExtraMissingError("train", "training")
