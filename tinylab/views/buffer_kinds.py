"""What the boxes of the arena's pictures are, and how each kind looks.

Colours are Okabe and Ito's. Printed in grey, a graph input is dark, an intermediate tensor middling and an output
light; what is no tensor is hatched.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from matplotlib.patches import Patch

from tinylab.arena import MemoryPlan, PlannedBuffer
from tinylab.runtime import ArenaPlan


class Look(NamedTuple):
    """How one kind is drawn. text_colour: of a label inside; hatch: matplotlib's, "" for none."""

    name: str
    colour: str
    text_colour: str = "black"
    hatch: str = ""


LOOKS = {
    look.name: look
    for look in (
        Look("graph input", "#0072B2", "white"),
        Look("intermediate", "#56B4E9"),
        Look("graph output", "#F0E442"),
        Look("scratch", "#E69F00", hatch="////"),
        Look("variable", "#009E73", "white", hatch="...."),
        Look("head", "#56B4E9"),
        Look("scratch requests", "#E69F00", hatch="////"),
        Look("temp", "#CC79A7", hatch="xxxx"),
        Look("planner", "#D55E00", hatch="\\\\\\\\"),
        Look("tail", "#BBBBBB"),
        Look("free", "#FFFFFF"),
    )
}


def memory_plan_of(plan: MemoryPlan | ArenaPlan) -> MemoryPlan:
    """The head's plan, which an ArenaPlan holds."""
    return plan.memory_plan if isinstance(plan, ArenaPlan) else plan


def buffer_kind(plan: MemoryPlan | ArenaPlan, buffer: PlannedBuffer) -> str:
    """ "graph input", "graph output", "intermediate" or "scratch"; without the model, every tensor is the third."""
    if buffer.tensor_index is None:
        return "scratch"
    if isinstance(plan, ArenaPlan) and buffer.subgraph_index == 0:
        main = plan.model.subgraphs[0]
        if buffer.tensor_index in main.inputs:
            return "graph input"
        if buffer.tensor_index in main.outputs:
            return "graph output"
    return "intermediate"


def short_name(buffer: PlannedBuffer) -> str:
    """A tensor by its index ("t12", in a called subgraph "s1 t12"), a scratch buffer by its operator ("op 4")."""
    where = f"s{buffer.subgraph_index} " if buffer.subgraph_index else ""
    if buffer.tensor_index is None:
        return f"{where}op {buffer.node_index}"
    return f"{where}t{buffer.tensor_index}"


def moment_name(plan: MemoryPlan, moment: int) -> str:
    """ "inputs", "0 CONV_2D", …: what happens at a moment."""
    names = plan.moment_names
    if moment >= len(names):
        return "inputs" if moment == 0 else f"operator {moment - 1}"
    entered = any(name.startswith("subgraph ") for name in names)  # then moments and operators do not run in step
    return names[moment] if moment == 0 or entered else f"{moment - 1} {names[moment]}"


def peak_moment(plan: MemoryPlan) -> int:
    """The first moment at which most bytes are alive."""
    return max(range(max(plan.moment_count, 1)), key=plan.bytes_alive_at)


def legend_patches(kinds: Iterable[str]) -> list[Patch]:
    """One box a kind, as it looks in the picture."""
    return [
        Patch(facecolor=LOOKS[kind].colour, edgecolor="black", linewidth=0.6, hatch=LOOKS[kind].hatch, label=kind)
        for kind in LOOKS
        if kind in set(kinds)
    ]
