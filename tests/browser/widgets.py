"""Every widget of the course: a cell that shows it cheaply, and how it is used by keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nbformat import v4, write

IMPORTS = """
import numpy as np

import tinylab as tl
from tinylab import speech, views
from tinylab.lessons import heap
from tinylab.lessons.a_kernel import dense_model
from tinylab.lessons.file_explorer import file_explorer
from tinylab.lessons.heap_player import heap_player
from tinylab.lessons.kernel_stepper import kernel_stepper
from tinylab.lessons.quantization_explorer import quantization_explorer
from tinylab.lessons.tenant_mixer import tenant_mixer

hello, tiny = tl.zoo.load("hello_world"), tl.zoo.load("kws_tiny_conv")
features = (np.arange(49 * 40) % 100).astype(np.int8).reshape(1, 1, 49, 40, 1)
"""


class Step(NamedTuple):
    """What is done to one control, and what the widget then says."""

    control: str  # its label, or the button's: Tab finds it
    keys: tuple[str, ...]  # Playwright's names of keys; what is no such name is typed
    says: str = ""  # a part of the widget's text afterwards, and not before; none where another control opens only
    redraws: bool = True  # False: words change, the picture (if there is one) does not


class Use(NamedTuple):
    """One widget: where a reader meets it, a cell that shows it without the notebook's work, and its use."""

    name: str
    notebook: str
    source: str
    steps: tuple[Step, ...]
    needs_training: bool = False  # its notebook trains a net first: pictures are taken of the cell in `source`


USES = (
    Use(
        "heap player",
        "01_why_micro",
        """
story = heap.Heap(200)
for size in (32, 64, 32, 8, 8, 8):
    story.malloc(size, "tensor")
heap_player(story.states)
""",
        (Step("call", ("ArrowLeft",), "call 5 of 6"),),
    ),
    Use(
        "file explorer",
        "02_the_model_file",
        "file_explorer(hello)",
        (
            Step("weights and biases", ("Space",), "of weights and biases"),
            Step("next of this kind", ("Space",), "byte 508 is"),
            Step("byte", ("ArrowRight",), "byte 509 is"),
        ),
    ),
    Use(
        "quantization explorer",
        "03_quantization",
        "quantization_explorer(-10.0, 40.0)",
        (
            Step("largest", ("ArrowRight",), "scale 0.198039"),
            Step("bits", ("ArrowLeft",), "integers -64 to 63"),
            Step("symmetric", ("Space",), "zero point 0,"),
            Step("scale and zero point", ("Space",)),
            Step("scale", ("Control+a", "0.5", "Enter"), "scale 0.5,"),
        ),
    ),
    Use(
        "kernel stepper",
        "04_a_kernel",
        """
weights = [[37, -12, 90, 5], [-64, 101, -8, 23], [15, 44, -127, 70]]
layer = dense_model(weights, [250, -1200, 75], input=(0.05, -4), weight_scale=0.02, output=(0.1137, 7))
kernel_stepper(layer, [21, -80, 5, 112])
""",
        (
            Step("output", ("ArrowRight",), "output 1, step 0"),
            Step("step", ("ArrowRight",), "step 1 of 8"),
            Step("next", ("Space",), "step 2 of 8"),
            Step("input 0", ("Control+a", "127", "Enter"), "(127 - (-4))"),
        ),
    ),
    Use(
        "dispatch stepper",
        "05_the_interpreter",
        'views.dispatch_stepper(tiny, features, "cortex-m4/reference")',
        (Step("node", ("ArrowRight",), "RESHAPE"), Step("next", ("Space",), "FULLY_CONNECTED")),
    ),
    Use(
        "arena player",
        "06_tensor_arena",
        'views.arena_player(tiny, features, "cortex-m4/reference")',
        (
            Step("after moment", ("ArrowRight",), "moment 1 of 4"),
            Step("next", ("Space",), "moment 2 of 4"),
            Step("t0", ("Space",), "t0 serving"),
            Step("linear", ("Space",), "linear planner"),
            Step("x86-64/reference", ("Space",), "on x86-64"),
            Step("bytes from", ("Control+a", "64", "Enter"), "64 before", redraws=False),
            Step("arena, bytes", ("ArrowLeft",), "too small"),
        ),
    ),
    Use(
        "resolver's cost",
        "07_op_resolver",
        """
choices = ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "SOFTMAX", "RESHAPE", "ADD", "MUL", "LOGISTIC"]
views.resolver_cost(tl.estimate_flash, choices, ["FULLY_CONNECTED"])
""",
        (Step("ADD", ("Space",), "\nADD"), Step("MUL", ("Space",), "\nMUL")),
    ),
    Use(
        "clip explorer",
        "08_keyword_spotting",
        """
data = speech.synthesize(["yes", "no"], clips_per_class=12, seed=1)
inspector = speech.ClipInspector(tl.zoo.load("kws_yes_no"), data.test, data.class_names, speech.FeatureSpec())
views.clip_explorer(inspector, len(inspector))
""",
        (Step("test clip", ("ArrowRight",), "clip 1:"),),
        needs_training=True,
    ),
    Use(
        "threshold slider",
        "09_visual_wake_words",
        """
labels = np.arange(200) % 2
scores = np.clip(0.5 + (labels - 0.5) * 0.3 + 0.3 * np.sin(np.arange(200)), 0, 1)
views.threshold_slider(scores, labels)
""",
        (Step("threshold", ("ArrowRight",), "at least 0.504"),),
        needs_training=True,
    ),
    Use(
        "tenant mixer",
        "10_several_models",
        'tenant_mixer([hello, tiny, tl.zoo.load("kws_yes_no")], "cortex-m4/reference")',
        (
            Step("x86-64/reference", ("Space",), "on x86-64/reference"),
            Step("hello_world", ("Space",), "not chained: kws_tiny_conv"),
        ),
    ),
    Use(
        "board chooser",
        "11_will_it_fit",
        'views.board_chooser([tl.zoo.load("kws_yes_no"), tiny])',
        (
            Step("board", ("Control+a", "pico 2", "Enter"), "on Raspberry Pi Pico 2:"),
            Step("previous", ("Space",), "on Raspberry Pi Pico:"),
            Step("separate", ("Space",), "separate arena"),
            Step("your code, bytes", ("Control+a", "3000000", "Enter"), "does not fit"),
        ),
    ),
)


def write_notebook(path: Path, sources: Sequence[str]) -> None:
    """A notebook of the imports and of one cell for each source."""
    cells = [v4.new_code_cell(source.strip()) for source in (IMPORTS, *sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    write(v4.new_notebook(cells=cells, metadata=kernel), path)
