"""The graph as SVG: every operator, every shape, a title and a description; and it is well-formed XML."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.arena.models import hello_world
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tests.shared import model_bytes, model_index, needs_shared
from tinylab import views, zoo
from tinylab.errors import ModelError
from tinylab.model import Model, load_model
from tinylab.views.graph import KINDS, kind_of

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", zoo.names())
def test_every_operator_and_shape_is_there(name: str) -> None:
    model = zoo.load(name)
    svg = views.graph_svg(model)
    drawn = texts(svg)
    main = model.subgraphs[0]
    for operator in main.operators:
        assert f"{operator.index} {operator.name}" in drawn
        for index in operator.outputs:
            shape = "×".join(map(str, main.tensors[index].shape))
            assert f"{shape} {main.tensors[index].type.name.lower()}" in drawn
    assert svg == views.graph_svg(model)  # the same bytes every time


def test_title_and_description_for_those_who_do_not_see_it() -> None:
    root = ElementTree.fromstring(views.graph_svg(hello_world()))
    assert root.attrib["role"] == "img"
    labelled = root.attrib["aria-labelledby"].split()
    named = {element.attrib["id"]: element.text for element in root if "id" in element.attrib}
    assert named[labelled[0]] == "hello_world: 3 operators"
    told = (named[labelled[1]] or "").splitlines()
    assert told == views.graph_text(hello_world()).splitlines()
    assert told[0] == "Input 0: 1×1 int8."
    assert told[1] == "Operator 0, FULLY_CONNECTED: from input 0: 1×16 int8."
    assert told[-1] == "The output is that of operator 2."


def test_names_with_any_letters_stay_xml() -> None:
    tensors = [TensorSpec((1, 4), name='<a & "b">\x07'), TensorSpec((1, 4))]
    svg = views.graph_svg(load_model(build_model([SubgraphSpec(tensors, [OperatorSpec("<Mine>", [0], [1])])])))
    assert "0 <Mine>" in texts(svg)


def test_nothing_is_drawn_outside_the_picture() -> None:
    for name in zoo.names():
        assert_inside(zoo.load(name))


def assert_inside(model: Model) -> None:
    for subgraph in model.subgraphs:
        root = ElementTree.fromstring(views.graph_svg(model, subgraph.index))
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        group = root.find(f"{SVG}g")
        assert group is not None
        found = re.match(r"translate\(([\d.]+) ([\d.]+)\)", group.attrib["transform"])
        assert found is not None
        left, top = float(found[1]), float(found[2])
        for rect in group.iter(f"{SVG}rect"):
            x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
            assert left + x >= 0
            assert left + x + w <= width
            assert top + y + h <= height
        for text in group.findall(f"{SVG}text"):  # the labels of edges
            assert left + float(text.attrib["x"]) >= 0
            assert left + float(text.attrib["x"]) + 6 * len(text.text or "") <= width


def test_every_operator_has_a_kind() -> None:
    assert kind_of("TRANSPOSE_CONV").name == kind_of("DEPTHWISE_CONV_2D").name == "convolution"
    assert kind_of("TRANSPOSE").name == "moves bytes"
    assert kind_of("DEQUANTIZE").name == "changes type"
    assert kind_of("SOFTMAX").name == kind_of("Mine").name == "element by element"


def test_kinds_are_different_in_grey() -> None:
    """By lightness, or by the dashes of the border."""
    greys = {
        kind.name: sum(w * int(kind.fill[i : i + 2], 16) for w, i in ((0.3, 1), (0.59, 3), (0.11, 5))) for kind in KINDS
    }
    for one in KINDS:
        for other in KINDS:
            assert (
                one is other
                or abs(greys[one.name] - greys[other.name]) > 10
                or one.stroke_dashes != other.stroke_dashes
            )
        assert greys[one.name] > 150  # black text stays legible


def test_a_subgraph_that_there_is_not() -> None:
    with pytest.raises(ModelError, match="has 1 subgraphs, and no number 1"):
        views.graph_svg(hello_world(), 1)


@needs_shared
@pytest.mark.parametrize("file", ["esphome/alexa.tflite", "mlperf_tiny/pretrainedResnet_quant.tflite"])
def test_branches_and_states_of_real_models(file: str) -> None:
    assert_inside(load_model(model_bytes(file)))


@needs_shared
def test_every_shared_model_is_well_formed() -> None:
    for entry in model_index()[::5]:
        model = load_model(model_bytes(entry["file"]))
        for subgraph in model.subgraphs:
            ElementTree.fromstring(views.graph_svg(model, subgraph.index))
