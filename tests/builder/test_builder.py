"""The builder's files, read by code that is not ours: LiteRT's generated reader, LiteRT, and the real TFLM."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from tests.builder import TensorSpec, constant, single_operator
from tinylab.model import Padding
from tinylab.model.options import Conv2DOptions

WEIGHTS = np.arange(-9, 9, dtype=np.int8).reshape(2, 3, 3, 1)
IMAGE = np.arange(-32, 32, dtype=np.int8).reshape(1, 8, 8, 1)


def conv() -> bytes:
    return single_operator(
        "CONV_2D",
        [
            TensorSpec((1, 8, 8, 1), "INT8", 0.5, -3, name="image"),
            constant(WEIGHTS, scale=[0.1, 0.2], name="kernel"),
            constant(np.array([5, -9], np.int32), scale=[0.05, 0.1]),
        ],
        [TensorSpec((1, 4, 4, 2), "INT8", 10.0, 7)],
        Conv2DOptions(Padding.SAME, stride_w=2, stride_h=2),
        version=3,
    )


def test_generated_code_reads_what_was_written() -> None:
    generated = pytest.importorskip("ai_edge_litert.schema_py_generated", reason='pip install "tinylab[train]"')
    model = generated.Model.GetRootAs(conv(), 0)
    assert model.Version() == 3
    graph = model.Subgraphs(0)
    assert graph.InputsAsNumpy().tolist() == [0]
    assert graph.OutputsAsNumpy().tolist() == [3]
    kernel = graph.Tensors(1)
    assert kernel.Name() == b"kernel"
    assert kernel.ShapeAsNumpy().tolist() == [2, 3, 3, 1]
    assert kernel.Type() == generated.TensorType.INT8
    assert kernel.Quantization().ScaleAsNumpy().tolist() == [np.float32(0.1), np.float32(0.2)]
    assert kernel.Quantization().ZeroPointAsNumpy().tolist() == [0, 0]
    assert model.Buffers(kernel.Buffer()).DataAsNumpy().tobytes() == WEIGHTS.tobytes()
    operator = graph.Operators(0)
    assert operator.InputsAsNumpy().tolist() == [0, 1, 2]
    assert operator.BuiltinOptionsType() == generated.BuiltinOptions.Conv2DOptions
    options = generated.Conv2DOptions()
    options.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
    assert (options.Padding(), options.StrideW(), options.StrideH(), options.DilationWFactor()) == (0, 2, 2, 1)
    code = model.OperatorCodes(operator.OpcodeIndex())
    assert (code.BuiltinCode(), code.DeprecatedBuiltinCode(), code.Version()) == (3, 3, 3)


def test_buffers_lie_at_multiples_of_16() -> None:
    assert conv().index(WEIGHTS.tobytes()) % 16 == 0


def expected_output() -> list[int]:
    """CONV_2D by hand, in real numbers: every value here is far from a tie of the rounding."""
    padded = np.zeros((9, 9))  # SAME: one row and one column, below and to the right
    padded[:8, :8] = (IMAGE[0, :, :, 0] + 3.0) * 0.5
    rows = [[padded[2 * y : 2 * y + 3, 2 * x : 2 * x + 3] for x in range(4)] for y in range(4)]
    kernels = WEIGHTS[..., 0] * np.array([0.1, 0.2])[:, None, None]
    real = np.einsum("yxij,cij->yxc", np.array(rows), kernels) + np.array([5, -9]) * [0.05, 0.1]
    return np.clip(np.round(real / 10.0) + 7, -128, 127).astype(int).ravel().tolist()  # type: ignore[no-any-return]


def run(program: str) -> list[int]:
    """The output that another runtime gives, in a child process, which may crash."""
    command = [sys.executable, "-c", "import sys, numpy; data = sys.stdin.buffer.read()\n" + program]
    done = subprocess.run(command, input=conv() + IMAGE.tobytes(), capture_output=True, check=True, timeout=120)
    return [int(number) for number in done.stdout.split()]


SPLIT = "model, x = data[:-64], numpy.frombuffer(data[-64:], numpy.int8).reshape(1, 8, 8, 1)\n"


@pytest.mark.skipif(importlib.util.find_spec("tflite_micro") is None, reason='pip install "tinylab[peers]"')
def test_the_real_tflm_runs_it() -> None:
    program = """
from tflite_micro import runtime
interpreter = runtime.Interpreter.from_bytes(model)
interpreter.set_input(x, 0)
interpreter.invoke()
print(*interpreter.get_output(0).ravel())
"""
    assert run(SPLIT + program) == expected_output()


@pytest.mark.skipif(importlib.util.find_spec("ai_edge_litert") is None, reason='pip install "tinylab[train]"')
def test_litert_runs_it() -> None:
    program = """
from ai_edge_litert.interpreter import Interpreter
interpreter = Interpreter(model_content=model)
interpreter.allocate_tensors()
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
interpreter.invoke()
print(*interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).ravel())
"""
    assert run(SPLIT + program) == expected_output()
