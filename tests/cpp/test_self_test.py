"""The test vector: its bytes, their order, and who cannot have one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arena.models import custom_chain, hello_world
from tests.builder.models import TensorSpec, single_operator
from tests.cpp.models import sum_of, with_variables
from tinylab import zoo
from tinylab.cpp.self_test import SelfTest, self_test
from tinylab.errors import InvokeError, PrepareError
from tinylab.model import load_model
from tinylab.peers.tflm import TflmSession
from tinylab.runtime import MicroInterpreter, resolver_for


def samples_of(model: object, **options: object) -> SelfTest:
    samples = self_test(model, **options)  # type: ignore[arg-type]
    assert isinstance(samples, SelfTest)
    return samples


def test_ones_own_samples() -> None:
    left, right = np.array([[1, 2, 3, 127]], np.int8), np.array([[1, -2, 0, 127]], np.int8)
    model = sum_of("INT8")
    samples = samples_of(model, inputs=[np.stack([left, right]), np.stack([right, right])])
    assert samples.sample_count == 2
    assert samples.inputs == (left.tobytes() + right.tobytes(), right.tobytes() * 2)
    assert samples.outputs == (np.array([[2, 0, 3, 127], [2, -4, 0, 127]], np.int8).tobytes(),)


def test_made_up_samples_are_always_the_same_and_differ_between_inputs_and_models() -> None:
    samples = samples_of(sum_of("INT16"))
    assert samples == samples_of(sum_of("INT16"))
    assert samples.inputs[0] != samples.inputs[1]
    assert samples.inputs != samples_of(sum_of("INT16", count=5)).inputs
    assert samples.sample_count == 8  # small inputs: many
    assert samples_of(sum_of("INT16", count=3000)).sample_count == 1
    # The very bytes: a change here changes everybody's exports.
    assert samples.inputs[0][:8].hex() == "955e07da44cf6c35"


def test_made_up_floats_lie_between_minus_1_and_1() -> None:
    values = np.frombuffer(samples_of(sum_of("FLOAT32", count=100)).inputs[0], np.float32)
    assert -1 <= values.min() < -0.9
    assert 0.9 < values.max() < 1


def test_a_model_with_state_takes_them_in_order_from_its_first_state() -> None:
    model = zoo.load("kws_yes_no")
    interpreter = MicroInterpreter(model, resolver_for(model), 100_000)
    interpreter.allocate_tensors()
    samples = samples_of(model)
    interpreter.input(0).data[...] = np.frombuffer(samples.inputs[0], np.int8).reshape(interpreter.input(0).shape)
    interpreter.invoke()
    assert interpreter.output(0).data.tobytes() == samples.outputs[0]


@pytest.mark.parametrize("name", ["kws_yes_no", "kws_tiny_conv", "hello_world"])
def test_the_real_tflm_gives_these_bytes(tflm: TflmSession, name: str) -> None:
    model = hello_world() if name == "hello_world" else zoo.load(name)
    samples = samples_of(model)
    graph = model.subgraphs[0]
    tensor = graph.tensors[graph.inputs[0]]
    inputs = np.frombuffer(samples.inputs[0], tensor.dtype).reshape(samples.sample_count, *tensor.shape)
    assert tflm.run(bytes(model.data), [inputs]).require().outputs[0].tobytes() == samples.outputs[0]


def test_without_a_kernel_there_is_a_reason() -> None:
    assert self_test(custom_chain([16, 16])) == "tinylab has no kernel for Copy"
    assert isinstance(self_test(with_variables()), SelfTest)


def test_wrong_samples_and_refused_models_are_errors() -> None:
    with pytest.raises(InvokeError):
        self_test(hello_world(), np.zeros((1, 3), np.int8))
    floats = [TensorSpec((1, 2), "FLOAT32"), TensorSpec((1, 2), "INT8", 0.5)]
    with pytest.raises(PrepareError):
        self_test(load_model(single_operator("ADD", [floats[0], floats[1]], [floats[0]])))
