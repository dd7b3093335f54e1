"""What tinylab's own kernels and layouts refuse, as TFLM's do: for all that has no check of its own."""

from __future__ import annotations

from collections.abc import Iterator

from tinylab.doctor.case import Case, at
from tinylab.doctor.diagnosis import Found
from tinylab.errors import TinylabError


def refused(case: Case) -> Iterator[Found]:
    """What tinylab's own kernels refuse, as TFLM's do: shapes, options, quantization."""
    for node, error in case.refusals:
        yield at(
            [node],
            _after_place(error),
            "AllocateTensors fails.",
            "Change the layer, or the way in which it is converted, so that this holds.",
            tflm_says=(node.failed("prepare"),),
        )


def _after_place(error: TinylabError) -> str:
    words = str(error).partition("): ")[2] if str(error).startswith("operator ") else str(error)
    return words[:1].upper() + words[1:]


def not_laid_out(case: Case) -> Iterator[Found]:
    """A target's own reasons to refuse: tensors without a size, operators whose kernel library refuses them."""
    if case.plan_error is not None and not case.refusals:
        named = tuple(getattr(case.plan_error, field, None) for field in ("operator_name", "operator_index"))
        nodes = [node for node in case.nodes if (node.name, node.operator.index) == named]
        words = _after_place(case.plan_error)
        consequence = "AllocateTensors fails on this target."
        remedy = "Change the layer, or the way in which it is converted, so that this holds."
        if nodes:
            yield at(nodes[:1], words, consequence, remedy, tflm_says=(nodes[0].failed("prepare"),))
        else:
            yield Found("the model", words, consequence, remedy)
