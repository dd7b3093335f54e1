"""The order of set, invoke, read and reset, with an engine that writes down what is asked of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tinylab.peers.samples import Answer, MisuseError, run_for_tensors, run_samples


class Recorder:
    """Its outputs and tensors are the input that was set last."""

    def __init__(self, *shapes: tuple[int, ...]) -> None:
        self.input_shapes = list(shapes)
        self.input_dtypes = [np.dtype(np.int8)] * len(shapes)
        self.output_count = 1
        self.value: NDArray[Any] = np.zeros((1,), np.int8)
        self.calls: list[str] = []

    def set_input(self, index: int, value: NDArray[Any]) -> None:
        assert value.shape == self.input_shapes[index]
        self.calls.append(f"set {index}")
        self.value = value

    def invoke(self) -> None:
        self.calls.append("invoke")

    def output(self, index: int) -> NDArray[Any]:
        self.calls.append(f"output {index}")
        return self.value

    def tensor(self, tensor_index: int) -> NDArray[Any]:
        self.calls.append(f"tensor {tensor_index}")
        return self.value

    def reset(self) -> None:
        self.calls.append("reset")


def _answer() -> tuple[Answer, list[str]]:
    phases: list[str] = []
    return Answer(phases.append), phases


def test_samples_run_in_order_with_resets_between() -> None:
    engine, (answer, _) = Recorder((1, 2)), _answer()
    run_samples(engine, [np.arange(6, dtype=np.int8).reshape(3, 2)], 2, answer)
    one = ["set 0", "invoke", "output 0"]
    assert engine.calls == [*one, *one, "reset", *one]
    assert answer.outputs[0].tolist() == [[[0, 1]], [[2, 3]], [[4, 5]]]
    assert answer.seconds_per_inference > 0


def test_tensors_are_read_after_each_invoke_in_a_phase_of_their_own() -> None:
    engine, (answer, phases) = Recorder((2,)), _answer()
    run_for_tensors(engine, [np.arange(4, dtype=np.int8).reshape(2, 2)], 1, [5, 6], answer)
    one = ["set 0", "invoke", "tensor 5", "tensor 6"]
    assert engine.calls == [*one, "reset", *one]
    assert phases == ["invoke", "read tensors"] * 2
    assert {index: values.tolist() for index, values in answer.tensors.items()} == {
        5: [[0, 1], [2, 3]],
        6: [[0, 1], [2, 3]],
    }


def test_a_model_without_inputs_runs_once() -> None:
    engine, (answer, _) = Recorder(), _answer()
    run_samples(engine, [], 0, answer)
    assert engine.calls == ["invoke", "output 0"]


def test_outputs_are_copied() -> None:
    """An engine may give a view of memory that its next invoke overwrites."""

    class Overwriting(Recorder):
        memory = np.zeros(1, np.int8)

        def set_input(self, index: int, value: NDArray[Any]) -> None:
            self.memory[:] = value

        def output(self, index: int) -> NDArray[Any]:
            return self.memory

    engine, (answer, _) = Overwriting((1,)), _answer()
    run_samples(engine, [np.array([1, 2, 3], np.int8)], 0, answer)
    assert answer.outputs[0].ravel().tolist() == [1, 2, 3]


@pytest.mark.parametrize("inputs", [[], [np.zeros((1, 3), np.int8)], [np.zeros((1, 2), np.int16)]])
def test_inputs_of_another_model_are_misuse(inputs: list[NDArray[Any]]) -> None:
    engine, (answer, _) = Recorder((1, 2)), _answer()
    with pytest.raises(MisuseError):
        run_samples(engine, inputs, 0, answer)
    assert not engine.calls
