"""score_smoother.h against tl.speech's detections, quantization.h against the interpreter: with a host compiler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.builder.models import TensorSpec, single_operator
from tests.cpp.compiling import needs_compiler, run
from tinylab.cpp import Smoothing
from tinylab.cpp.cpp_text import float_literal
from tinylab.cpp.rendering import _environment
from tinylab.errors import ModelError
from tinylab.model import load_model
from tinylab.runtime.tensor_view import dequantize, quantize
from tinylab.speech import stream

NAMES = ("silence", "unknown", "yes", "no")


def write_header(name: str, folder: Path) -> None:
    (folder / name).write_text(_environment().get_template(f"{name}.j2").render())


def words(windows: int, seed: int) -> np.ndarray:
    """float32 [window, class]: words and silence in turns, with noise."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(rng.integers(0, 4, windows // 5), 5)
    scores = rng.random((windows, 4)) + 8 * np.eye(4)[truth] * rng.random((windows, 1))
    return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


@needs_compiler
@pytest.mark.parametrize(
    "smoothing",
    [
        Smoothing(suppression_ms=1450),
        Smoothing(average_ms=1000, threshold=0.4, suppression_ms=350),
        Smoothing(average_ms=300, threshold=0.5, minimum_count=1, suppression_ms=0),
    ],
)
def test_detections_are_those_of_a_stream(tmp_path: Path, smoothing: Smoothing) -> None:
    scores = words(1000, seed=3)
    times_s = 0.1 * np.arange(len(scores))
    theirs = stream.Smoothing(
        smoothing.average_ms, smoothing.threshold, smoothing.minimum_count, smoothing.suppression_ms
    )
    expected = stream.detect(scores, times_s, NAMES, theirs)
    write_header("score_smoother.h", tmp_path)
    rows = ",\n".join("{" + ", ".join(map(float_literal, row)) + "}" for row in scores)
    source = f"""
        #include <cstdio>
        #include "score_smoother.h"
        const float scores[{len(scores)}][4] = {{{rows}}};
        int main() {{
          ScoreSmoother<4, {smoothing.capacity}> smoother({smoothing.average_ms}, {float_literal(smoothing.threshold)},
                                      {smoothing.minimum_count}, {smoothing.suppression_ms});
          const uint32_t start = 0xffffff00u;  // the clock wraps around in the first second
          for (uint32_t n = 0; n < {len(scores)}; ++n) {{
            float average = 0;
            const int detected = smoother.Add(start + 100 * n, scores[n], &average);
            if (detected >= 0) std::printf("%d %u %.4f\\n", detected, 100 * n, static_cast<double>(average));
          }}
          return 0;
        }}
    """
    found = [(NAMES[int(label)], int(ms), float(score)) for label, ms, score in map(str.split, run(source, tmp_path))]
    found = [detection for detection in found if detection[0] not in smoothing.background]
    assert [(word, ms) for word, ms, _ in found] == [(d.word, round(1000 * d.time_s)) for d in expected]
    assert len(found) > 20
    assert [score for *_, score in found] == pytest.approx([d.score for d in expected], abs=1e-4)


@needs_compiler
@pytest.mark.parametrize(("type_name", "c_type"), [("INT8", "int8_t"), ("UINT8", "uint8_t"), ("INT16", "int16_t")])
def test_quantization_is_the_interpreters(tmp_path: Path, type_name: str, c_type: str) -> None:
    """Ties, limits, infinities and random numbers; and back again."""
    rng = np.random.default_rng(1)
    scale, zero_point = 0.3, 0 if type_name == "INT16" else 7
    tensor = (
        load_model(
            single_operator("RELU", [TensorSpec((1, 2), type_name, scale, zero_point)], [TensorSpec((1, 2), type_name)])
        )
        .subgraphs[0]
        .tensors[0]
    )
    exact = np.float32(scale) * np.arange(-10, 10, 0.5, dtype=np.float32)
    reals = np.concatenate([exact, rng.normal(0, 60, 200), [1e30, -1e30, 0.0]]).astype(np.float32)
    integers = quantize(tensor, reals)
    write_header("quantization.h", tmp_path)
    source = f"""
        #include <cstdint>
        #include <cstdio>
        #include "quantization.h"
        const float reals[] = {{{", ".join(map(float_literal, reals))}}};
        int main() {{
          for (float real : reals) {{
            const {c_type} integer = Quantize<{c_type}>(real, {float_literal(scale)}, {zero_point});
            const double back = Dequantize(integer, {float_literal(scale)}, {zero_point});
            std::printf("%d %a\\n", integer, back);
          }}
          return 0;
        }}
    """
    found = [line.split() for line in run(source, tmp_path)]
    assert [int(integer) for integer, _ in found] == integers.tolist()
    assert [float.fromhex(real) for _, real in found] == dequantize(tensor, integers).tolist()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"average_ms": 0}, "average_ms of a Smoothing is a whole number, 1 or more, and this is 0"),
        ({"step_ms": 0}, "step_ms"),
        ({"suppression_ms": -1}, "0 or more"),
        ({"threshold": float("nan")}, "threshold"),
        ({"step_ms": 400}, r"never holds 3 scores \(minimum_count\), only 2"),
    ],
)
def test_settings_that_cannot_be(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        Smoothing(**fields)
