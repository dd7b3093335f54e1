"""tinylab run: the outputs of MicroInterpreter, of files, random numbers and zeros."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tests.builder import TensorSpec, single_operator
from tinylab import zoo
from tinylab.cli.app import app
from tinylab.cli.samples import read_inputs
from tinylab.errors import DataError
from tinylab.model import load_model
from tinylab.runtime import MicroInterpreter, arena_needs, resolver_for
from tinylab.runtime.tensor_view import quantize

NAME = "zoo:kws_yes_no"


def run(*arguments: str, width: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(app, ["run", *arguments])


def test_outputs_are_those_of_the_interpreter(tmp_path: Path) -> None:
    model = zoo.load("kws_yes_no")
    interpreter = MicroInterpreter(model, resolver_for(model), 100_000)
    samples = np.random.default_rng(1).integers(-128, 128, (3, 49, 40, 1)).astype(np.int8)
    np.save(tmp_path / "x.npy", samples)
    told = json.loads(run(NAME, str(tmp_path / "x.npy"), "--json").stdout)
    (output,) = told["outputs"]
    assert output["values"] == np.asarray(interpreter.predict(samples)).tolist()
    assert output["real"][0][0] == pytest.approx((np.array(output["values"][0][0]) + 128) / 256)
    assert told["smallest_arena_bytes"] == arena_needs(model, "x86-64/reference").smallest_arena_bytes
    assert set(told["seconds_per_operator"]) == set(model.operator_counts())
    assert told["tensors"] == []


def test_the_text_names_arena_outputs_and_times() -> None:
    result = run(NAME, "random", "--count", "10", "--every-tensor", "--target", "cortex-m4/cmsis-nn")
    assert result.exit_code == 0
    needs = arena_needs(zoo.load("kws_yes_no"), "cortex-m4/cmsis-nn")
    lines = result.stdout.splitlines()
    assert lines[0] == "kws_yes_no on cortex-m4/cmsis-nn"
    assert lines[1].split()[:2] == ["arena", f"{needs.smallest_arena_bytes:,}"]
    assert any("1×4 INT8, 10 samples" in line for line in lines)
    assert "… 2 more; --json has them all" in result.stdout
    assert any(line.startswith("DEPTHWISE_CONV_2D ") and line.split()[1] == "4" for line in lines)
    assert "ends" in result.stdout
    assert max(map(len, lines)) <= 130


def test_random_inputs_are_the_same_every_time() -> None:
    assert run(NAME, "--json").stdout.split('"seconds')[0] == run(NAME, "random", "--json").stdout.split('"seconds')[0]
    assert run(NAME, "zeros", "--json").stdout != run(NAME, "--json").stdout


def test_files_of_any_fitting_shape_and_of_real_numbers(tmp_path: Path) -> None:
    model = zoo.load("kws_yes_no")
    tensor = model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]]
    real = np.linspace(-30, 30, 49 * 40).reshape(49, 40, 1)
    for number, shaped in enumerate((real, real[np.newaxis], np.stack([real, real]))):
        np.save(tmp_path / f"{number}.npy", shaped)
        (array,) = read_inputs(model, [str(tmp_path / f"{number}.npy")], 1)
        assert array.shape == (2 if number == 2 else 1, 1, 49, 40, 1)
        assert (array == quantize(tensor, real)).all()


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((3, 3)), r"samples are \[N, 49, 40, 1\]"),
        (np.zeros((0, 49, 40, 1)), "has shape"),
        (np.zeros((49, 40, 1), np.int16), "holds int16, and the input is INT8"),
    ],
)
def test_files_that_do_not_fit(
    tmp_path: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]], said: str
) -> None:
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(DataError, match=said):
        read_inputs(zoo.load("kws_yes_no"), [str(tmp_path / "x.npy")], 1)


def test_several_inputs(tmp_path: Path) -> None:
    x = TensorSpec((1, 4), "FLOAT32")
    model = load_model(single_operator("ADD", [x, x], [x]))
    one, other = read_inputs(model, None, 5)
    assert one.shape == other.shape == (5, 1, 4)
    assert not np.array_equal(one, other)
    np.save(tmp_path / "one.npy", np.ones((2, 4), np.float32))
    with pytest.raises(DataError, match="has 2 inputs, and 1 were given"):
        read_inputs(model, [str(tmp_path / "one.npy")], 1)
    with pytest.raises(DataError, match="the inputs have 2, 1 samples"):
        read_inputs(model, [str(tmp_path / "one.npy"), "zeros"], 1)


def test_bad_input_is_one_line_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "text.npy").write_text("no numbers")
    np.savez(tmp_path / "two.npz", a=np.zeros(3), b=np.zeros(3))
    for arguments, said in [
        ([NAME, "/no/such.npy"], "No such file"),
        ([NAME, str(tmp_path / "text.npy")], "no .npy file of numbers"),
        ([NAME, str(tmp_path / "two.npz")], "several arrays"),
        ([NAME, "random", "random"], "has 1 inputs, and 2 were given"),
    ]:
        result = run(*arguments)
        assert result.exit_code == 2
        (line,) = result.stderr.splitlines()
        assert said in line


def test_a_model_without_a_kernel_is_bad_input(tmp_path: Path) -> None:
    x = TensorSpec((1, 4), "FLOAT32")
    (tmp_path / "pow.tflite").write_bytes(single_operator("POW", [x, x], [x]))
    result = run(str(tmp_path / "pow.tflite"))
    assert result.exit_code == 2
    assert "POW" in result.stderr
