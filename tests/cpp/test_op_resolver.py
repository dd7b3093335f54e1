"""The resolver's calls and its template number, against every model's operators."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.arena.models import hello_world
from tests.builder.models import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tests.cpp.models import sum_of, with_custom_operators, with_power
from tests.runtime.test_op_resolver_cpp import METHODS
from tests.shared import model_bytes, model_index, needs_shared
from tinylab.cpp.op_resolver import CustomOperator, op_resolver
from tinylab.cpp.rendering import _environment
from tinylab.errors import ResolverError
from tinylab.model import Model, load_model


def header(models: list[Model]) -> tuple[int, list[str]]:
    """The template number and the Add… calls of op_resolver.h."""

    class Program:
        resolver = op_resolver(models)

    Program.models = models  # type: ignore[attr-defined]
    text = _environment().get_template("op_resolver.h.j2").render(program=Program)
    number = re.search(r"MicroMutableOpResolver<(\d+)>", text)
    assert number
    return int(number[1]), re.findall(r"resolver\.(Add\w+)\(", text)


def plain(name: str) -> str:
    """An operator's name without what its method leaves out."""
    return re.sub(r"^(signal|tflite_)|[_-]", "", name.lower().removeprefix("custom:"))


def as_method(operator: str) -> str:
    """TFLM's method for an operator, found by its letters alone."""
    found = [method for method in METHODS if method[3:].lower() == plain(operator)]
    assert len(found) == 1, operator
    return found[0]


@needs_shared
def test_every_models_operators_and_no_others() -> None:
    """The operators as the models' index lists them: not read by tinylab."""
    refused = []
    entries: list[dict[str, Any]] = model_index()
    for entry in entries:
        model = load_model(model_bytes(entry["file"]))
        try:
            number, calls = header([model])
        except ResolverError as error:
            refused.append((entry["file"], error.operator_name))
            continue
        assert sorted(calls) == sorted(as_method(name) for name in entry["operators"]), entry["file"]
        assert number == len(entry["operators"]), entry["file"]
    assert refused == [("tflite2onnx/relu6-power.float32.tflite", "POW")]
    assert len(entries) == 243


def test_one_resolver_for_all_models_in_the_order_of_first_use() -> None:
    resolver = op_resolver([sum_of("INT8"), hello_world(), sum_of("FLOAT32")])
    assert resolver == (2, ("AddAdd()", "AddFullyConnected()"), ())


def test_custom_operators_are_functions_that_are_missed() -> None:
    model = with_custom_operators()
    name = model.subgraphs[0].operators[0].name
    resolver = op_resolver([model])
    assert resolver.operator_count == 2
    assert resolver.customs == (
        CustomOperator(name, "Register_a_include_x"),
        CustomOperator("CONV-2D", "Register_CONV_2D"),
    )
    assert header([model]) == (2, ["AddCustom", "AddCustom"])


def test_a_model_without_operators_still_has_a_resolver() -> None:
    empty = load_model(build_model([SubgraphSpec([TensorSpec((1, 2), "INT8")], [], inputs=[0], outputs=[0])]))
    assert header([empty]) == (1, [])


def test_signal_operators_are_tflms_own_customs() -> None:
    tensors = [TensorSpec((1, 2), "INT16"), TensorSpec((1, 2), "INT16")]
    model = load_model(build_model([SubgraphSpec(tensors, [OperatorSpec("SignalPCAN", [0], [1])])]))
    assert op_resolver([model]) == (1, ("AddPCAN()",), ())


def test_what_tflm_lacks_is_refused() -> None:
    with pytest.raises(ResolverError, match="operator 0 is POW, which TFLM has no kernel for") as raised:
        op_resolver([hello_world(), with_power()])
    assert (raised.value.operator_name, raised.value.operator_index) == ("POW", 0)


def test_a_custom_operator_may_bear_a_built_in_ones_name() -> None:
    tensors = [TensorSpec((1, 2), "INT8"), TensorSpec((1, 2), "INT8")]
    data = build_model([SubgraphSpec(tensors, [OperatorSpec("CONV_2X", [0], [1])])]).replace(b"CONV_2X", b"CONV_2D")
    assert op_resolver([load_model(data)]) == (1, (), (CustomOperator("CONV_2D", "Register_CONV_2D"),))
