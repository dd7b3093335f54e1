"""tinylab plan: the figures of plan_arena, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.arena.models import dense_chain
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tinylab import zoo
from tinylab.arena import TARGETS
from tinylab.cli.app import app
from tinylab.runtime import plan_arena

NAME, M4 = "zoo:kws_yes_no", "cortex-m4/reference"


def run(*arguments: str, width: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(app, ["plan", *arguments])


@pytest.fixture
def hello(tmp_path: Path) -> str:
    path = tmp_path / "hello.tflite"
    path.write_bytes(dense_chain([1, 16, 16, 1]))
    return str(path)


def test_one_target() -> None:
    plan = plan_arena(zoo.load("kws_yes_no"), M4)
    result = run(NAME, "--target", M4)
    assert result.exit_code == 0
    head, tail, used, smallest = (line.split() for line in result.stdout.splitlines()[1:5])
    needs = plan.needs
    assert head[:2] == ["head", f"{needs.head_bytes:,}"]
    assert tail[:2] == ["tail", f"{needs.tail_bytes:,}"]
    assert used[:2] == ["used", f"{needs.used_bytes:,}"]
    assert smallest[:3] == ["smallest", "arena", f"{needs.smallest_arena_bytes:,}"]
    assert "Head and tail decide" in result.stdout
    for buffer in plan.memory_plan.buffers:
        assert f"  {buffer.offset:,}  {buffer.end:,}  " in "  ".join(result.stdout.split()) + "  "
    for record in plan.allocations:
        assert record.category in result.stdout


def test_it_says_why_more_is_needed_than_is_used(hello: str) -> None:
    result = run(hello, "-t", M4)
    assert "smallest arena  1,072" in result.stdout
    assert "plan: the planner's work area for 4 buffers, 160 bytes" in " ".join(result.stdout.split())


def test_all_targets_are_one_table() -> None:
    result = run(NAME, "--target", "all")
    for name in TARGETS:
        needs = plan_arena(zoo.load("kws_yes_no"), name).needs
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(name)]
        numbers = [needs.head_bytes, needs.tail_bytes, needs.used_bytes, needs.smallest_arena_bytes]
        assert line.split()[1:5] == [f"{number:,}" for number in numbers]
    assert run(NAME, *(f"--target={name}" for name in sorted(TARGETS))).stdout == result.stdout


def test_with_all_a_target_that_does_not_do_is_a_line(tmp_path: Path) -> None:
    tensors = [TensorSpec((16,)), TensorSpec((16,))]
    data = build_model([SubgraphSpec(tensors, [OperatorSpec("CONV_2D", [0], [1])], inputs=[0], outputs=[1])])
    path = tmp_path / "wrong.tflite"
    path.write_bytes(data)
    result = run(str(path), "-t", "all")
    assert result.exit_code == 0
    assert f"{M4}: operator 0 (CONV_2D)" in result.stdout
    assert run(str(path), "-t", M4).exit_code == 2


def test_json() -> None:
    plan = plan_arena(zoo.load("kws_yes_no"), M4, memory_planner="linear")
    value = json.loads(run(NAME, "-t", M4, "--planner", "linear", "--json").stdout)
    assert (value["model"], value["memory_planner"]) == ("kws_yes_no", "linear")
    (target,) = value["targets"]
    assert target["target"] == M4
    assert target["smallest_arena_bytes"] == plan.needs.smallest_arena_bytes
    assert target["buffers"] == [buffer._asdict() for buffer in plan.memory_plan.buffers]
    assert sum(record["used_bytes"] for record in target["tail"]) == target["tail_bytes"] == plan.needs.tail_bytes
    several = json.loads(run(NAME, "-t", "all", "--json").stdout)["targets"]
    assert [each["target"] for each in several] == sorted(TARGETS)


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for arguments in ([NAME], [NAME, "-t", "all"]):
        assert max(map(len, run(*arguments, width=width).stdout.splitlines())) <= width
