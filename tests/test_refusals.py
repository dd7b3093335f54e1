"""What TFLM refuses tinylab refuses: the same operator, in the same phase, for the same cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import refusals
from tests.doctor.typed_models import TYPES
from tests.refusals import (
    CAUSES,
    RUN_BY_TFLM_ALONE,
    TYPE,
    TYPES_OF_WEIGHTS,
    cause_of,
    models_of_types,
    ones_for,
    ours,
    theirs,
)
from tests.shared import model_bytes, model_index, needs_shared
from tinylab.peers.tflm import TflmSession

REFUSED = [entry for entry in model_index() if not entry["tflm"]["invokes"]]


@needs_shared
def test_as_many_models_as_there_are() -> None:
    assert len(REFUSED) == 9


@needs_shared
@pytest.mark.parametrize("entry", REFUSED, ids=lambda entry: entry["file"])
def test_a_model_is_refused_as_by_the_real_one(entry: dict[str, Any]) -> None:
    """By the words that the real TFLM printed when the models were collected."""
    refusal = ours(model_bytes(entry["file"]))
    print(f"{entry['file']}: {refusal}")
    assert refusal == theirs(entry["tflm"]["error"])


def of_first_type(first: str) -> Iterator[tuple[str, str, bytes]]:
    return (one for one in models_of_types() if one[1].split()[0] == first.lower())


@pytest.mark.parametrize("first", TYPES)
def test_every_operator_of_every_type(tflm: TflmSession, first: str) -> None:
    """Run by both, or refused by both; but for what TFLM alone runs."""
    different = []
    for operator, types, model in of_first_type(first):
        result = tflm.run(model, ones_for(model))
        assert result.ran or result.reason == "refused", result.message
        found, expected = ours(model), None if result.ran else theirs(result.text)
        if found != expected and not (result.ran and (operator, types) in RUN_BY_TFLM_ALONE):
            different.append(f"{operator} of {types}: {found}, the real TFLM {expected}")
    assert not different, "\n".join(different)


def test_what_tflm_alone_runs_is_refused() -> None:
    named = [model for operator, types, model in models_of_types() if (operator, types) in RUN_BY_TFLM_ALONE]
    assert len(named) == len(RUN_BY_TFLM_ALONE)
    assert all(ours(model) for model in named)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("tflm", "Node ADD (number 0) failed to invoke with status 1 "),
        ("tflm", "Something new\n Node ADD (number 3) failed to prepare with status 1 "),
        ("tinylab", "operator 0 (ADD): it is broken"),
    ],
)
def test_words_without_a_cause_are_no_refusal_of_any(by: str, said: str) -> None:
    with pytest.raises(ValueError, match="has no cause"):
        cause_of(said, by)


def test_another_cause_node_or_phase_is_another_refusal() -> None:
    text = "Type INT8 (9) not supported.\nNode NEG (number 2) failed to invoke with status 1\n"
    refusal = theirs(text)
    assert refusal == ("NEG", 2, "invoke", TYPE)
    assert theirs(f"RuntimeError: TFLM failed to allocate tensors\n{text}") == refusal
    assert theirs(text.replace("invoke", "prepare")) != refusal
    assert theirs(text.replace("2", "3")) != refusal
    assert theirs(text.replace("NEG", "CONV_2D")).cause == TYPES_OF_WEIGHTS
    assert refusals.theirs("Failed to get registration from op code POW").cause == CAUSES[0].name
