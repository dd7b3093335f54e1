"""tinylab inspect: everything that is in the file, and the resolver it needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.arena.models import dense_chain
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tinylab import views, zoo
from tinylab.cli.app import app


def run(model: str, width: int = 120) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(app, ["inspect", model])


def test_operators_tensors_and_resolver(tmp_path: Path) -> None:
    path = tmp_path / "hello.tflite"
    path.write_bytes(dense_chain([1, 16, 1]))
    result = run(str(path))
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0][:3] == ["hello:", f"{path.stat().st_size:,}", "bytes,"]
    assert ["0", "FULLY_CONNECTED", "0", "1", "2", "5", "1×16"] in rows
    assert ["0", "input", "INT8", "1×1", "1", "head,", "input", "0.02,", "-3"] in rows
    assert ["1", "weights", "0", "INT8", "16×1", "16", "flash", "0.01,", "0"] in rows
    assert ["6", "dense", "1", "INT8", "1×1", "1", "head,", "output", "0.05,", "4"] in rows
    assert "  static tflite::MicroMutableOpResolver<1> resolver;\n  resolver.AddFullyConnected();\n" in result.stdout
    assert "tinylab has no kernel" not in result.stdout


def test_what_tinylab_cannot_run_is_said(tmp_path: Path) -> None:
    path = tmp_path / "odd.tflite"
    tensors = [TensorSpec((4,), is_variable=True), TensorSpec(())]
    graphs = [
        SubgraphSpec(tensors, [OperatorSpec("Mine", [0, -1], [1])], inputs=[], outputs=[1]),
        SubgraphSpec(tensors, [], inputs=[0], outputs=[0], name="second"),
    ]
    path.write_bytes(build_model(graphs))
    text = run(str(path)).stdout
    assert "subgraph 1 second: 0 operators, 2 tensors" in text
    assert "tinylab has no kernel for Mine" in text
    assert 'resolver.AddCustom("Mine", registration);' in text
    rows = [line.split() for line in text.splitlines()]
    assert ["0", "Mine", "0", "–", "1", "scalar"] in rows
    assert ["0", "–", "INT8", "4", "4", "tail", "–"] in rows


@pytest.mark.parametrize("name", zoo.names())
@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    lines = run(f"zoo:{name}", width).stdout.splitlines()
    assert max(map(len, lines)) <= width
    model = zoo.load(name)
    output = model.subgraphs[0].tensors[model.subgraphs[0].outputs[0]].quantization
    assert output is not None
    assert any(
        line.endswith(f"{output.scale:.6g}, {output.zero_point}") for line in lines
    )  # names are cut, not figures


def test_weights_arguments_metadata_and_signatures() -> None:
    text = run("zoo:kws_yes_no", 150).stdout
    model = zoo.load("kws_yes_no")
    total = sum(len(model.buffers[index]) for index in {t.buffer_index for t in model.subgraphs[0].tensors})
    assert f"weights: 20 buffers, {total:,} bytes" in text
    assert "stride 2×4, SAME, RELU" in text
    assert "min_runtime_version, 16 bytes: " in text
    assert "signature serving_default, of subgraph 0" in text
    assert "inputs: features (tensor 0)" in text
    assert "description: MLIR Converted." in text


def test_json_tells_everything_but_the_bytes() -> None:
    result = CliRunner().invoke(app, ["inspect", "zoo:kws_yes_no", "--json"])
    told, model = json.loads(result.stdout), zoo.load("kws_yes_no")
    (graph,) = told["subgraphs"]
    assert told["sha256"] == model.sha256
    assert [operator["name"] for operator in graph["operators"]] == [o.name for o in model.subgraphs[0].operators]
    assert graph["operators"][0]["arguments"]["stride_w"] == "4"
    assert graph["tensors"][0]["quantization"]["zero_points"] == [-16]
    assert told["resolver"][0] == "static tflite::MicroMutableOpResolver<5> resolver;"
    assert sum(told["buffers"]) <= told["bytes"]


def test_the_graph_is_drawn_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "kws.svg"
    assert CliRunner().invoke(app, ["inspect", "zoo:kws_yes_no", "--svg", str(file)]).exit_code == 0
    assert file.read_text("utf-8") == views.graph_svg(zoo.load("kws_yes_no"))
    graphs = [SubgraphSpec([TensorSpec((4,)), TensorSpec((4,))], [OperatorSpec("Mine", [0], [1])]) for _ in range(2)]
    (tmp_path / "two.tflite").write_bytes(build_model(graphs))
    CliRunner().invoke(app, ["inspect", str(tmp_path / "two.tflite"), "--svg", str(file)])
    assert (tmp_path / "kws_1.svg").is_file()
