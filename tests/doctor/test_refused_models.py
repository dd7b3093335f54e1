"""Every shared model: those that the real TFLM refuses are named with its own words, and no other is said to fail.

    python -m pytest -s tests/doctor/test_refused_models.py

prints the table of them.
"""

from __future__ import annotations

import pytest

from tests.shared import model_bytes, model_index, needs_shared
from tinylab.doctor import FAILS, examine
from tinylab.model import load_model

pytestmark = needs_shared

CAUSES = {
    "tflm/person_detect_vela.tflite": "compiled for an NPU",
    "mlperf_tiny/model_ToyCar_quant.tflite": "hybrid quantization",
    "mlperf_tiny/kws_ref_model_float32.tflite": "hybrid quantization",
    "tflite2onnx/conv-quant-fp16.float32.tflite": "float16 weights",
    "tflite2onnx/conv-relu.uint8.tflite": "weights of a type without kernels",
    "tflite2onnx/conv.uint8.tflite": "weights of a type without kernels",
    "tflite2onnx/depthwise-conv.uint8.tflite": "weights of a type without kernels",
    "tflite2onnx/mirror-pad.int32.tflite": "type without a kernel",
    "tflite2onnx/relu6-power.float32.tflite": "operator unknown to TFLM",
}
REFUSED = [entry for entry in model_index() if not entry["tflm"]["invokes"]]
RUN = [entry["file"] for entry in model_index() if entry["tflm"]["invokes"]]


def test_all_refused_models_are_here() -> None:
    assert {entry["file"] for entry in REFUSED} == set(CAUSES)


@pytest.mark.parametrize("entry", REFUSED, ids=lambda entry: entry["file"])
def test_a_refused_model_is_named_with_its_cause_and_tflms_words(entry: dict[str, dict[str, str]]) -> None:
    file = str(entry["file"])
    diagnosis = examine(load_model(model_bytes(file), name=file))
    (finding,) = diagnosis.of(FAILS)
    assert finding.check == CAUSES[file]
    printed = entry["tflm"]["error"]
    assert finding.tflm_says
    for line in finding.tflm_says:
        assert line in printed
    assert finding.remedy
    phase = "invoke" if "invoke" in printed.split("|")[-2] else "prepare"
    if "failed to" in " ".join(finding.tflm_says):
        assert phase in finding.tflm_says[-1]
    print(f"\n{file}\n  TFLM: {printed.split(' | ')[0]}\n  cause: {finding.check}: {finding.place}: {finding.cause}")


@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("target", ["x86-64/reference", "cortex-m4/cmsis-nn"])
def test_no_model_that_runs_is_said_to_fail(target: str, part: int) -> None:
    files = RUN[part::8]
    assert len(files) > 20
    for file in files:
        diagnosis = examine(load_model(model_bytes(file), name=file), target=target)
        assert not diagnosis.of(FAILS), str(diagnosis)
        assert diagnosis.text()
