"""estimate_flash: what it accepts, what its lines add up to, what-ifs, and what it refuses."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

import tinylab as tl
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tests.shared import model_bytes, model_index, needs_shared
from tinylab.errors import FootprintError
from tinylab.footprint import MEASURED, FlashEstimate, find_build
from tinylab.model import BuiltinOperator, Model, load_model

KWS = ("CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "FULLY_CONNECTED", "SOFTMAX")


def model_of(*operators: OperatorSpec) -> Model:
    tensors = [TensorSpec((4,), "INT8", 0.5)] * 2
    return load_model(build_model([SubgraphSpec(tensors, operators)]), name="made")


def test_a_model_a_resolver_and_names_agree() -> None:
    model = tl.zoo.load("kws_yes_no")
    of_model = tl.estimate_flash(model)
    of_names = tl.estimate_flash(iter(KWS))
    assert set(of_model.operator_names) == set(KWS)
    assert of_model.total_bytes == of_names.total_bytes == tl.estimate_flash(tl.resolver_for(model)).total_bytes
    assert (of_model.model_bytes, of_names.model_bytes) == (model.bytes, 0)
    assert tl.estimate_flash("SOFTMAX").operator_names == ("SOFTMAX",)


def test_the_total_is_framework_operators_and_registration_only() -> None:
    bare = tl.estimate_flash(KWS)
    full = tl.estimate_flash(KWS, model_bytes=20_000, application_bytes=3_000)
    assert full.total_bytes == bare.total_bytes
    assert full.firmware_bytes == full.total_bytes + 23_000
    assert full.without("SOFTMAX").application_bytes == 3_000


@pytest.mark.parametrize("registrations", ["generic", "int8"])
@pytest.mark.parametrize(
    "names", [(), ("SOFTMAX",), KWS, ("SignalWindow", "ABS"), ("DIV", "TFLite_Detection_PostProcess")], ids=len
)
def test_the_lines_add_up(names: tuple[str, ...], registrations: str) -> None:
    for target in ("cortex-m4/reference", "cortex-m4/cmsis-nn", "cortex-m55/cmsis-nn"):
        estimate = tl.estimate_flash(names, target, registrations=registrations)
        own = sum(row.own_bytes for row in estimate.operators)
        parts = estimate.core_bytes + own + estimate.shared_bytes + estimate.alignment_bytes - estimate.saved_bytes
        assert estimate.total_bytes == parts == sum(estimate.by_origin.values())


def test_each_builds_core_is_its_origins_as_measured() -> None:
    assert tl.estimate_flash(()).by_origin == {
        "tflm": 9430 - 70,
        "flatbuffers": 70,
        "libc": 1028,
        "app": 252,
        "startup": 154,
        "alignment": 16,
    }
    assert tl.estimate_flash((), "riscv32imc/reference").core_bytes == 13_108
    assert tl.estimate_flash(KWS, "cortex-m4/cmsis-nn").by_origin["cmsis-nn"] > 30_000
    assert tl.estimate_flash("SignalRfft").by_origin["kissfft"] > 1_000
    assert tl.estimate_flash(KWS).by_origin["gemmlowp"] > 100


def test_sharing_is_symmetric_and_what_an_operator_adds_is_less_than_what_it_is_alone() -> None:
    estimate = tl.estimate_flash(KWS)
    for row in estimate.operators:
        assert 0 < row.own_bytes <= row.alone_bytes
        assert row.added_bytes < row.alone_bytes
        for other, both in row.shared_with:
            assert dict(estimate.operator(other).shared_with)[row.name] == both
            assert both <= row.shared_bytes
    pairs = sum(code.bytes for code in estimate.shared if {"CONV_2D", "SOFTMAX"} <= set(code.operators))
    assert dict(estimate.operator("CONV_2D").shared_with)["SOFTMAX"] == pairs
    assert [code.bytes for code in estimate.shared] == sorted((code.bytes for code in estimate.shared), reverse=True)


def test_what_an_operator_adds_is_the_difference_of_two_estimates() -> None:
    estimate = tl.estimate_flash(KWS, "cortex-m4/cmsis-nn", registrations="int8")
    for row in estimate.operators:
        rest = estimate.without(row.name)
        assert rest.total_bytes == estimate.total_bytes - row.added_bytes
        assert rest.registrations == "int8"
        assert rest.add(row.name).total_bytes == estimate.total_bytes
    assert estimate.add("SOFTMAX") == estimate
    assert estimate.without(*KWS).total_bytes == estimate.core_bytes
    with pytest.raises(FootprintError, match="RELU is not among CONV_2D, DEPTHWISE_CONV_2D"):
        estimate.without("RELU")


def test_all_operators_against_the_needed_ones() -> None:
    estimate = tl.estimate_flash(KWS)
    every = tl.estimate_flash(tl.AllOpsResolver())
    assert len(every.operators) == 118
    assert estimate.with_every_operator() == every
    assert estimate.saving_against_every_operator == 1 - estimate.total_bytes / every.total_bytes
    assert 0.85 < estimate.saving_against_every_operator < 0.9


@pytest.mark.parametrize("key", MEASURED, ids=str)
def test_every_build_and_the_options_that_name_it(key: tuple[str, str, bool]) -> None:
    target, optimize, log_strings = key
    estimate = tl.estimate_flash(KWS, target, optimize=optimize, log_strings=log_strings)
    assert estimate.build == key
    assert estimate.target == target
    assert estimate.error is not None
    assert estimate.error.worst < 0.006
    assert estimate.without("SOFTMAX").build == key


def test_strings_and_optimization_show() -> None:
    plain = tl.estimate_flash(KWS).total_bytes
    assert tl.estimate_flash(KWS, log_strings=True).total_bytes > plain + 10_000
    assert tl.estimate_flash(KWS, optimize="-Os").total_bytes < plain


def test_static_ram() -> None:
    estimate = tl.estimate_flash(KWS)
    assert (estimate.data_bytes, estimate.bss_bytes) == (101, 9)
    assert tl.estimate_flash("SignalWindow").bss_bytes == 9 + 32


@pytest.mark.parametrize(
    ("operators", "message"),
    [
        (["conv_2d"], "no flash was measured for conv_2d: do you mean CONV_2D?"),
        (["ABS", "BIDIRECTIONAL_SEQUENCE_LSTM"], "no kernel for it: convert the model without it"),
        ("Mine", "no flash was measured for Mine: estimate without it, and count your own kernel in application_bytes"),
        ("kws.tflite", r"kws.tflite is a file: estimate_flash\(load_model\('kws.tflite'\)\)"),
        ([3], "an operator is named by a str such as 'CONV_2D', and this is 3"),
    ],
)
def test_an_unknown_operator_is_named_with_what_to_do(operators: object, message: str) -> None:
    with pytest.raises(FootprintError, match=message):
        tl.estimate_flash(operators)  # type: ignore[arg-type]


def test_custom_operators_go_by_their_code_and_never_by_a_builtin_name() -> None:
    assert tl.estimate_flash(model_of(OperatorSpec("SignalEnergy", [0], [1]))).operator_names == ("SignalEnergy",)
    with pytest.raises(FootprintError, match="operator 0 of made: no flash was measured for Mine") as raised:
        tl.estimate_flash(model_of(OperatorSpec("Mine", [0], [1])))
    assert raised.value.operator_name == "Mine"
    model = model_of(OperatorSpec("RELU", [0], [1]))
    (graph,) = model.subgraphs
    custom = dataclasses.replace(graph.operators[0], code=BuiltinOperator.CUSTOM)
    disguised = dataclasses.replace(model, subgraphs=(dataclasses.replace(graph, operators=(custom,)),))
    assert tl.estimate_flash(model).operator_names == ("RELU",)
    with pytest.raises(FootprintError, match="operator 0 of made: no flash was measured for RELU"):
        tl.estimate_flash(disguised)


def test_importing_tinylab_loads_no_table() -> None:
    said = "import sys, tinylab; print([name for name in sys.modules if 'footprint' in name])"
    child = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"


@needs_shared
def test_every_shared_model_is_estimated_or_its_missing_operator_named() -> None:
    """The names in the models are those of the tables: what is missing, TFLM cannot run either."""
    known = find_build("cortex-m4/reference").operators
    estimates: dict[str, FlashEstimate] = {}
    refused = []
    for entry in model_index():
        try:
            model = load_model(model_bytes(entry["file"]))
        except tl.TinylabError:
            continue
        try:
            estimates[entry["file"]] = tl.estimate_flash(model)
        except FootprintError as error:
            refused.append((error.operator_name, entry["tflm"]["invokes"]))
    assert len(estimates) > 200
    assert {name for name, _ in refused}.isdisjoint(known)
    assert not any(invokes for _, invokes in refused)
    assert all(set(estimate.operator_names) <= known.keys() for estimate in estimates.values())
