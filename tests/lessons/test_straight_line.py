"""A model written out as a program: the interpreter's bytes, and nothing of the interpreter in it."""

from __future__ import annotations

import time

import numpy as np
import pytest

import tinylab as tl
from tests.builder import OperatorSpec, TensorSpec, build_model, single_operator
from tests.kernels.calling import adding
from tests.kernels.signal_models import row, signal_model
from tinylab.errors import DataError
from tinylab.lessons.straight_line import ratio_of_times, straight_line, straight_line_cpp
from tinylab.model import Model, load_model
from tinylab.model.options import AddOptions, MulOptions


@pytest.mark.parametrize("name", ["hello_world", "kws_tiny_conv", "kws_yes_no"])
def test_it_gives_the_interpreters_bytes(name: str) -> None:
    model = tl.zoo.load(name)
    interpreter = tl.MicroInterpreter(model, tl.resolver_for(model), 100_000)
    interpreter.allocate_tensors()
    program = straight_line(model)
    rng = np.random.default_rng(1)
    for _ in range(3):
        x = rng.integers(-128, 128, interpreter.input(0).shape).astype(np.int8)
        interpreter.input(0).data[...] = x
        program.inputs[0][...] = x
        interpreter.invoke()
        program.invoke()
        np.testing.assert_array_equal(program.outputs[0], interpreter.output(0).data)


def test_floats_overflow_in_silence_as_in_the_interpreter() -> None:
    shape = TensorSpec((2,), "FLOAT32")
    model = load_model(single_operator("MUL", [shape, shape], [shape], MulOptions()))
    program = straight_line(model)
    for input in program.inputs:
        input[...] = 3e38
    program.invoke()
    assert program.outputs[0].tolist() == [np.finfo(np.float32).max] * 2  # where the kernel clamps
    assert "float* const t0" in straight_line_cpp(model)


def test_the_program_of_a_small_model() -> None:
    model = tl.zoo.load("kws_tiny_conv")
    lines = straight_line(model).source.splitlines()
    assert lines[1] == "arena = np.zeros(8000, np.uint8)"
    assert "    6: view(arena, 4000, 'int8', [1, 25, 20, 8])," in lines
    calls = lines[lines.index("def invoke():") + 1 :]
    assert [line.split("(")[0].strip() for line in calls] == [
        "depthwise_conv_2d",
        "reshape",
        "fully_connected",
        "softmax",
    ]
    assert calls[0].endswith("# t0 t5 t4 -> t6")


def test_the_same_in_cpp() -> None:
    text = straight_line_cpp(tl.zoo.load("kws_tiny_conv"))
    assert "alignas(16) static uint8_t arena[8000];" in text
    assert "extern const int8_t t5[640];  // in flash" in text
    assert "  FullyConnected(op_data_2, t7, t3, t2, t8);" in text
    assert text.endswith("}")


def custom() -> Model:
    shape = TensorSpec((2,), "INT8", 1.0)
    return load_model(single_operator("mine", [shape], [shape]))


def with_a_variable() -> Model:
    plain, kept = TensorSpec((2,), "INT8", 1.0), TensorSpec((2,), "INT8", 1.0, is_variable=True)
    operator = OperatorSpec("ADD", [0, 1], [2], AddOptions())
    return load_model(single_operator("ADD", [plain, kept], [plain], operator.options))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (custom(), "tinylab has no kernel to call"),
        (with_a_variable(), "is a variable"),
        (load_model(build_model([adding(), adding()])), "has 2 subgraphs"),
        (load_model(signal_model("SignalDelay", [row(4, "INT16")], [row(4, "INT16")], {"delay_length": 1})), "keeps"),
    ],
)
def test_what_more_than_calls_would_need_is_refused(model: Model, words: str) -> None:
    for write in (straight_line, straight_line_cpp):
        with pytest.raises(DataError, match=words):
            write(model)


def test_a_ratio_of_times() -> None:
    assert ratio_of_times(lambda: time.sleep(0.004), lambda: time.sleep(0.001), rounds=5) > 1.5
