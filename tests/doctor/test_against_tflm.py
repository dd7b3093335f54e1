"""What the doctor says TFLM prints, on models with one fault each: the real TFLM is asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.doctor.made import dense, depthwise, diagnose, elementwise
from tinylab.doctor import FAILS
from tinylab.model import load_model
from tinylab.peers import tflm
from tinylab.peers.tflm import TflmSession

pytestmark = pytest.mark.skipif(not tflm.PEER.status().is_available, reason='pip install "tinylab[peers]"')

REFUSED = {
    "no kernel": elementwise("POW", input_count=2),
    "another without": elementwise("TOPK_V2"),
    "TensorFlow's": elementwise("FlexErf"),
    "somebody's own": elementwise("Mine"),
    "hybrid": dense(fed="FLOAT32"),
    "uint8": dense(fed="UINT8", weights="UINT8"),
    "int16 to NEG": elementwise("NEG", "INT16"),
    "int32 to LOGISTIC": elementwise("LOGISTIC", "INT32"),
    "int32 to RELU": elementwise("RELU", "INT32"),
    "float to LOGICAL_NOT": elementwise("LOGICAL_NOT"),
    "int8 to FLOOR": elementwise("FLOOR", "INT8"),
    "int8 to EXP": elementwise("EXP", "INT8"),
    "float16": single_operator("DEQUANTIZE", [TensorSpec((1, 4), "FLOAT16")], [TensorSpec((1, 4), "FLOAT32")]),
    "int64 to QUANTIZE": single_operator("QUANTIZE", [TensorSpec((1, 4), "INT64")], [TensorSpec((1, 4), "INT8", 0.5)]),
    "strings": single_operator("RESHAPE", [TensorSpec((1, 4), "STRING")], [TensorSpec((4, 1), "STRING")]),
    "two types": single_operator("RELU", [TensorSpec((1, 4), "UINT8", 0.5)], [TensorSpec((1, 4), "UINT8", 0.5)]),
}
RUN = {
    "dense": dense(),
    "float dense": dense(fed="FLOAT32", weights="FLOAT32"),
    "int16 dense": dense(fed="INT16"),
    "depthwise": depthwise(missing_bias=False),
    "relu": elementwise("RELU"),
    "int16 abs": elementwise("ABS", "INT16"),
}


@pytest.fixture(scope="module")
def session() -> Iterator[TflmSession]:
    with tflm.session() as one:
        yield one


def zeros(model: bytes) -> list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    main = load_model(model).subgraphs[0]
    tensors = [main.tensors[index] for index in main.inputs]
    return [np.zeros((1, *t.shape), np.int8 if t.type.name == "STRING" else t.dtype) for t in tensors]


@pytest.mark.parametrize("name", REFUSED)
def test_tflm_refuses_it_in_these_words(session: TflmSession, name: str) -> None:
    model = REFUSED[name]
    result = session.run(model, zeros(model))
    assert not result.ran
    assert result.reason == "refused"
    findings = diagnose(model).of(FAILS)
    assert findings
    said = result.text.replace("\r", "")
    for line in findings[0].tflm_says:
        assert line in said


@pytest.mark.parametrize("name", RUN)
def test_what_tflm_runs_is_not_said_to_fail(session: TflmSession, name: str) -> None:
    assert session.run(RUN[name], zeros(RUN[name])).ran
    assert not diagnose(RUN[name]).of(FAILS)


def test_a_bias_of_minus_one_ends_the_process(session: TflmSession) -> None:
    model = depthwise(missing_bias=True)
    result = session.run(model, zeros(model))
    assert not result.ran
    assert result.reason == "died"
    assert [finding.check for finding in diagnose(model).of(FAILS)] == ["bias written as missing"]
