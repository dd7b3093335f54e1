"""The shipped models: each loads, has a card, and runs with exactly the arena it is said to need."""

from __future__ import annotations

import pytest

import tinylab as tl
from tinylab.errors import DataError


@pytest.mark.parametrize("name", tl.zoo.names())
def test_a_model_of_the_zoo_runs_and_its_card_is_about_it(name: str) -> None:
    model, card = tl.zoo.load(name), tl.zoo.card(name)
    interpreter = tl.MicroInterpreter(model, tl.resolver_for(model), tl.arena_needs(model).smallest_arena_bytes)
    interpreter.invoke()
    assert interpreter.output(0).shape[-1] == len(card.get("class_names", ["one number"]))
    assert model.bytes == card["bytes"]
    assert model.bytes < 330_000


def test_an_unknown_name_lists_the_names() -> None:
    assert tl.zoo.names()
    with pytest.raises(DataError, match=f"no model 'nothing': it has {tl.zoo.names()[0]}"):
        tl.zoo.load("nothing")
