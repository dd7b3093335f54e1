"""Numbers in FlexBuffer maps, and bytes that are none."""

from __future__ import annotations

import pytest
from flatbuffers import flexbuffers

from tinylab.errors import ModelError
from tinylab.model.flexbuffer import flexbuffer_integers, flexbuffer_numbers, flexbuffer_vector


def test_integers_and_bools_of_any_width() -> None:
    values = {"a": 1, "b": -1, "c": 300, "d": 2**40, "e": True, "f": False, "g": -(2**62)}
    assert flexbuffer_integers(bytes(flexbuffers.Dumps(values))) == values


def test_other_values_are_left_out() -> None:
    assert flexbuffer_integers(bytes(flexbuffers.Dumps({"a": 1.5, "b": "x", "c": [1], "d": 7}))) == {"d": 7}


@pytest.mark.parametrize("value", [1, "x", [1, 2], None, 2.5])
def test_what_is_not_a_map(value: object) -> None:
    with pytest.raises(ModelError, match="not a map"):
        flexbuffer_integers(bytes(flexbuffers.Dumps(value)))


def test_damaged_bytes_end_in_a_model_error_or_in_other_numbers() -> None:
    good = bytes(flexbuffers.Dumps({"num_channels": 40, "shift": 300}))
    failed = 0
    for damaged in (
        *(good[:end] for end in range(len(good))),
        *(good[:at] + bytes([value]) + good[at + 1 :] for at in range(len(good)) for value in range(256)),
    ):
        try:
            flexbuffer_integers(damaged)
        except ModelError:
            failed += 1
    assert failed > 1000


def test_numbers_with_floats_among_them() -> None:
    assert flexbuffer_numbers(bytes(flexbuffers.Dumps({"a": 1.5, "b": "x", "d": 7}))) == {"a": 1.5, "d": 7}


@pytest.mark.parametrize("values", [[2, 3.5, "x"], {"a": 2, "b": 3.5, "c": "x"}])
def test_the_values_of_a_vector_or_a_map(values: object) -> None:
    assert flexbuffer_vector(bytes(flexbuffers.Dumps(values))) == [2, 3.5, None]


@pytest.mark.parametrize("value", [1, "x", None])
def test_what_is_neither_vector_nor_map(value: object) -> None:
    with pytest.raises(ModelError, match="neither vector nor map"):
        flexbuffer_vector(bytes(flexbuffers.Dumps(value)))
