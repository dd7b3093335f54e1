"""tinylab/model/enums.py, options.py and schema.py against the code that the schema's compiler generated for LiteRT."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tinylab.model import enums, options, schema
from tinylab.model.slots import (
    Array,
    Bytes,
    Enumeration,
    Number,
    Numbers,
    String,
    Table,
    Tables,
    Union,
    Unread,
    slots_of,
)

generated = pytest.importorskip("ai_edge_litert.schema_py_generated", reason='pip install "tinylab[train]"')

TABLES = [
    table
    for module in (options, schema)
    for table in vars(module).values()
    if isinstance(table, type) and issubclass(table, tuple) and table.__module__ == module.__name__
]
ENUMS = [
    enums.TensorType,
    enums.Padding,
    enums.ActivationFunctionType,
    enums.FullyConnectedOptionsWeightsFormat,
    enums.MirrorPadMode,
    enums.BuiltinOperator,
]


class Recorder:
    """Stands for a flatbuffers Builder and keeps what a generated Add function does with it."""

    def __init__(self) -> None:
        self.call: tuple[Any, ...] = ()

    def __getattr__(self, method: str) -> Any:
        def record(*arguments: Any) -> None:
            self.call = (method, *arguments)

        return record


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_table_has_the_schema_s_slots_types_and_defaults(table: type[Any]) -> None:
    recorder = Recorder()
    getattr(generated, f"{table.__name__}Start")(recorder)
    method, slot_count = recorder.call
    assert method == "StartObject"
    assert slot_count >= len(table._fields)  # a newer schema may add slots, at the end only
    for index, slot in enumerate(slots_of(table)):
        camel = "".join(part.capitalize() for part in slot.name.split("_"))
        add = getattr(generated, f"{table.__name__}Add{camel}", None)
        if add is None:
            assert slot.name.startswith("deprecated_"), slot.name
            continue
        add(recorder, 0)
        method, position, _, default = recorder.call
        assert position == index, slot.name
        assert method == _method(slot.kind, method), slot.name
        if isinstance(slot.kind, (Number, Enumeration)):
            assert default == slot.default, slot.name


def _method(kind: Any, method: str) -> str:
    """The Builder's method for a kind of slot; `method` itself for a slot that tinylab does not read."""
    if isinstance(kind, Unread):
        return method
    if isinstance(kind, Enumeration):
        return "PrependInt8Slot"
    if isinstance(kind, Number):
        return f"Prepend{kind.flags.name.capitalize()}Slot"
    assert isinstance(kind, (String, Bytes, Numbers, Array, Table, Tables, Union))
    return "PrependUOffsetTRelativeSlot"


def constants(generated_class: type) -> dict[str, int]:
    """The names and numbers of a generated class (Python 3.13 adds numbers of its own, under dunder names)."""
    return {k: v for k, v in vars(generated_class).items() if isinstance(v, int) and not k.startswith("__")}


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_an_enumeration_has_the_schema_s_names_and_values(enum: Any) -> None:
    theirs = constants(getattr(generated, enum.__name__))
    assert {each.name: each.value for each in enum} == theirs


def test_the_union_of_options_is_numbered_as_in_the_schema() -> None:
    theirs = constants(generated.BuiltinOptions)
    assert theirs.pop("NONE") == 0
    assert {name: number for number, name in enumerate(schema.BUILTIN_OPTIONS, 1)} == theirs


def test_an_operator_has_options_exactly_if_its_table_has_fields_and_tflm_runs_it() -> None:
    """By name: CONV_2D has Conv2DOptions; the exceptions are those whose table has another name."""
    named = {re.sub("Options$", "", name).upper() for name in schema.BUILTIN_OPTIONS}
    for operator, table in schema.OPTIONS_OF.items():
        plain = operator.name.replace("_", "")
        if plain in named:
            assert table.__name__.upper() == f"{plain}OPTIONS"
        else:
            assert table in (options.Pool2DOptions, options.ReducerOptions, options.L2NormOptions), operator
    assert set(schema.OPTIONS_OF.values()) == {table for table in TABLES if table.__module__ == options.__name__}
