"""The exercises of notebook 05: what the interpreter costs, its loop, the order of the seven steps; and the figures of
the lecture's overhead table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tinylab import zoo
from tinylab.lessons.verdict import Verdict, no_function
from tinylab.timing import BUILDS, DEFAULT_TARGET

COUNTED_MODEL = "vww_96"

# How a program sets TFLM up, in the lecture's words.
STEPS = (
    "load the model",
    "check its schema version",
    "make the op resolver",
    "set the arena aside",
    "make the interpreter",
    "allocate the tensors",
    "get input and output",
)
_ORDER = (  # (first, then, why)
    (0, 1, "the version stands in the model"),
    (1, 4, "the interpreter would read a file of an unknown version"),
    (2, 4, "the interpreter finds its kernels there"),
    (3, 4, "the interpreter is handed the arena"),
    (4, 5, "there is nobody to allocate anything"),
    (5, 6, "input(0) has no memory yet"),
)


class LectureRow(NamedTuple):
    """A row of the lecture's overhead table. kilocycles: total and calculation alone; None where it gives a share only.

    paper_row: (model, target) of the TFLM paper's table 2a with the same figures, as tinylab.timing names them.
    """

    name: str
    kilocycles: tuple[float, float] | None
    share: str
    paper_row: tuple[str, str]


LECTURE = (
    LectureRow("VWW", None, "<0.1%", ("person_detect", "cortex-m4/reference")),
    LectureRow("Hotword (Ref)", (36.4, 34.9), "4.1%", ("keyword_scrambled", "cortex-m4/cmsis-nn")),
)


def own_instructions(answer: Any) -> Verdict:
    """05-1: the instructions that the interpreter itself takes in one invoke of vww_96 on a Cortex-M4."""
    model = zoo.load(COUNTED_MODEL)
    nodes, kinds = len(model.subgraphs[0].operators), len(model.operator_counts())
    law = BUILDS[DEFAULT_TARGET].overhead
    if not isinstance(answer, (int, float, np.number)):
        return Verdict(False, f"a number is needed, and this is {type(answer).__name__}")
    if answer == law.instructions(nodes):
        return Verdict(
            True, f"{law.per_invoke} + {law.per_operator} × {nodes}: a kernel that multiplies once costs more"
        )
    if answer == law.instructions(kinds):
        return Verdict(False, f"that is for {kinds} nodes, one a kind of operator: the loop turns once a node")
    if answer == law.instructions(nodes) - law.per_invoke:
        return Verdict(False, f"the {nodes} turns of the loop, yes; what does every invoke take besides?")
    return Verdict(False, f"{answer:,} is too {'small' if answer < law.instructions(nodes) else 'large'}")


class Program(NamedTuple):
    """A graph to run: operators (name, inputs, outputs); tensors, None until computed; the values at the end."""

    operators: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]
    tensors: tuple[int | None, ...]
    expected: tuple[int, ...]


KERNELS: dict[str, Callable[..., int]] = {
    "ADD": lambda a, b: a + b,
    "MUL": lambda a, b: a * b,
    "FULLY_CONNECTED": lambda x, w, bias: x * w + (0 if bias is None else bias),
    "NEG": lambda a: -a,
}
PROGRAMS = (
    Program((("ADD", (0, 1), (2,)),), (3, 4, None), (3, 4, 7)),
    Program((("ADD", (0, 0), (1,)), ("MUL", (1, 0), (2,))), (3, None, None), (3, 6, 18)),
    Program(
        (("NEG", (0,), (1,)), ("ADD", (1, 2), (3,)), ("NEG", (3,), (4,))), (5, None, 2, None, None), (5, -5, 2, -3, 3)
    ),
    Program((("FULLY_CONNECTED", (0, 1, -1), (2,)), ("NEG", (2,), (3,))), (2, 10, None, None), (2, 10, 20, -20)),
    Program((("FULLY_CONNECTED", (0, 1, -1), (3,)), ("NEG", (3,), (4,))), (2, 10, 0, None, 9), (2, 10, 0, 20, -20)),
)


def dispatch(answer: Any) -> Verdict:
    """05-2: run(operators, kernels, tensors): the tensors after every operator has run, in order."""
    if not callable(answer):
        return no_function(answer)
    for program in PROGRAMS:
        calls = "; ".join(f"{name} {list(inputs)} -> {list(outputs)}" for name, inputs, outputs in program.operators)
        try:
            tensors = answer(list(program.operators), dict(KERNELS), list(program.tensors))
            given = None if tensors is None else list(tensors)
        except Exception as error:  # whatever a reader's function raises is shown, never thrown
            return Verdict(False, f"for {calls} it raises {error!r}{_hint(program)}")
        if given is None:
            return Verdict(False, "it returns None: return the list of tensors")
        if given != list(program.expected):
            return Verdict(False, f"for {calls}: expected {list(program.expected)}, got {given}{_hint(program)}")
    return Verdict(True, f"{len(PROGRAMS)} graphs of {len(PROGRAMS)}: one loop for all of them")


def _hint(program: Program) -> str:
    """What to look at, where the graph has the trap that it is there for."""
    left_out = any(-1 in inputs for _, inputs, _ in program.operators)
    return " (an input of -1 is one that is left out: the kernel gets None)" if left_out else ""


def seven_steps(answer: Any) -> Verdict:
    """05-3: STEPS in an order that works."""
    try:
        given = [str(step) for step in answer]
    except TypeError:
        given = []
    if sorted(given) != sorted(STEPS):
        return Verdict(False, f"the {len(STEPS)} steps are needed, each once, in their own words")
    for first, then, why in _ORDER:
        if given.index(STEPS[first]) > given.index(STEPS[then]):
            return Verdict(False, f"{STEPS[then]!r} comes before {STEPS[first]!r}: {why}")
    return Verdict(True, "this order works on every board")


EXERCISES: dict[str, Callable[[Any], Verdict]] = {
    "05-1": own_instructions,
    "05-2": dispatch,
    "05-3": seven_steps,
}

HINTS: dict[str, tuple[str, ...]] = {
    "05-1": (
        "57 instructions an invoke and 40 a turn of the loop, which turns once a node",
        'len(tl.zoo.load("vww_96").subgraphs[0].operators) is the number of nodes',
    ),
    "05-2": (
        "for each operator, in order: look its kernel up, call it with the values of its inputs, keep the result",
        "an input of -1 stands for None; Python's tensors[-1] would be the last tensor",
        "tensors[outputs[0]] = kernels[name](*[None if i < 0 else tensors[i] for i in inputs]), and return tensors",
    ),
    "05-3": (
        "what is handed to MicroInterpreter must be there before it: the model, the resolver, the arena",
        "the schema version is read from the model, and tensors have memory only after AllocateTensors",
    ),
}
