"""The dispatch loop as a picture: its bars are the steps' bytes, no label hides another, the text says the same."""

from __future__ import annotations

import numpy as np
import pytest

import tinylab as tl
from tests.arena.models import hello_world
from tests.views.drawn import collisions, texts
from tests.views.plans import M4
from tinylab.runtime import ArenaTrace, trace_arena
from tinylab.views import dispatch_picture, dispatch_step, dispatch_step_text, dispatch_text


def of(name: str) -> ArenaTrace:
    if name == "hello_world":
        return trace_arena(hello_world(), np.array([[40]], np.int8), M4)
    model = tl.zoo.load(name)
    shape = model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]].shape
    return trace_arena(model, np.zeros((1, *shape), np.int8), M4)


@pytest.mark.parametrize("name", ["hello_world", "kws_tiny_conv", "kws_yes_no"])
def test_no_label_hides_another(name: str) -> None:
    assert collisions(dispatch_picture(of(name))) == []


def test_bars_are_the_bytes() -> None:
    trace = of("kws_tiny_conv")
    shown = {text.get_text().strip() for text in texts(dispatch_picture(trace))}
    assert {"1,960", "672", "16,016", "0 DEPTHWISE_CONV_2D", "3 SOFTMAX"} <= shown


def test_the_text_is_of_all_or_of_the_one_that_is_selected() -> None:
    trace = of("kws_tiny_conv")
    assert dispatch_picture(trace).text == dispatch_text(trace)
    pointed = dispatch_picture(trace, 2)
    assert pointed.text == dispatch_step_text(dispatch_step(trace, 2))
    assert "> 2 FULLY_CONNECTED" in {text.get_text() for text in texts(pointed)}
    assert "Node 2 FULLY_CONNECTED is pointed at" in pointed.alt
