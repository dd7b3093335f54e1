"""Operators that nobody will run: unknown to TFLM, or to the op resolver of the program."""

from __future__ import annotations

from collections.abc import Iterator

from tinylab.doctor.case import Case, Node, at
from tinylab.doctor.converter_lines import BUILTINS_ONLY
from tinylab.doctor.diagnosis import Found
from tinylab.errors import FootprintError
from tinylab.footprint import estimate_flash
from tinylab.kernels.memory.requests import TFLM_CUSTOM_OPERATORS
from tinylab.model import BuiltinOperator
from tinylab.runtime.micro_op_resolver import add_method_name
from tinylab.runtime.op_resolver_cpp import cpp_add_call, cpp_resolver_lines

FLEX = "Flex"  # how the converter names TensorFlow's own operators
ETHOS_U = "ethos-u"
INSTEAD = {
    "POW": "x * x, tf.sqrt or tf.math.rsqrt for the exponents 2, 1/2 and -1/2",
    "GELU": "ReLU or hard swish",
    "SELECT": "tf.where, which converts to SELECT_V2",
    "LSTM": "keras.layers.LSTM, which converts to UNIDIRECTIONAL_SEQUENCE_LSTM",
    "TILE": "tf.broadcast_to, or tf.concat of copies",
    "WHERE": "a mask that is multiplied",
    "TOPK_V2": "tf.argmax, or sort on the board after the model",
    "ONE_HOT": "one-hot vectors that are fed",
    "RANGE": "a constant",
}

EVERY_OPERATOR = {name for name in BuiltinOperator.__members__ if add_method_name(name)} | TFLM_CUSTOM_OPERATORS


def _missing(name: str, code: str) -> tuple[str, ...]:
    first = () if code == "CUSTOM" else (f"Didn't find op for builtin opcode '{code}'",)
    return (*first, f"Failed to get registration from op code {code}")


def _kinds(case: Case) -> Iterator[tuple[str, list[Node]]]:
    """Each kind of operator with all of its nodes."""
    kinds: dict[tuple[str, bool], list[Node]] = {}
    for node in case.nodes:
        kinds.setdefault((node.name, _is_custom(node)), []).append(node)
    yield from ((name, nodes) for (name, _), nodes in kinds.items())


def _is_custom(node: Node) -> bool:
    return node.operator.code is BuiltinOperator.CUSTOM


def no_kernel(case: Case) -> Iterator[Found]:
    """Built-in operators that TFLM has no kernel for."""
    for name, nodes in _kinds(case):
        if not _is_custom(nodes[0]) and add_method_name(name) is None:
            instead = f" In its place: {INSTEAD[name]}." if name in INSTEAD else ""
            yield at(
                nodes,
                f"TensorFlow Lite has {name} and TFLM has not: none of its 118 operators is this one.",
                "AllocateTensors fails on every board, with every resolver.",
                f"Change the layer that makes it, and convert again.{instead}",
                tflm_says=_missing(name, name),
            )


def select_operators(case: Case) -> Iterator[Found]:
    """TensorFlow's own operators, which only a phone's interpreter can run."""
    for name, nodes in _kinds(case):
        if _is_custom(nodes[0]) and name.startswith(FLEX):
            yield at(
                nodes,
                f"{name} is TensorFlow's {name.removeprefix(FLEX)}, let in by SELECT_TF_OPS: it needs TensorFlow.",
                "AllocateTensors fails: no resolver has it.",
                "Convert without SELECT_TF_OPS, and write the layer in operators that remain.",
                BUILTINS_ONLY,
                _missing(name, "CUSTOM"),
            )


def custom_operators(case: Case) -> Iterator[Found]:
    """Custom operators that are not TFLM's own."""
    for name, nodes in _kinds(case):
        known = name in TFLM_CUSTOM_OPERATORS or name.startswith(FLEX)
        if _is_custom(nodes[0]) and not known and not _resolver_has(case, name):
            yield at(
                nodes,
                f"{name} is a custom operator: somebody's own, and no part of TFLM.",
                "AllocateTensors fails unless your program registers a kernel under exactly this name.",
                "Write its kernel and register it; or convert without it.",
                f'resolver.AddCustom("{name}", Register_{"".join(c for c in name if c.isalnum())}());',
                _missing(name, "CUSTOM"),
            )


def npu_operators(case: Case) -> Iterator[Found]:
    """A model compiled for an accelerator."""
    for name, nodes in _kinds(case):
        if _is_custom(nodes[0]) and name == ETHOS_U:
            yield at(
                nodes,
                "The model was compiled by Vela for one Arm Ethos-U accelerator: its layers are that chip's commands.",
                "It runs on a chip with that accelerator alone; everywhere else AllocateTensors fails.",
                "Elsewhere, use the .tflite file from before Vela. On such a chip, build TFLM with "
                "CO_PROCESSOR=ethos_u and register the operator.",
                "resolver.AddEthosU();",
                _missing(name, "CUSTOM"),
            )


def _resolver_has(case: Case, name: str) -> bool:
    return case.op_resolver is not None and name in case.op_resolver.operator_names


def resolver_lacks(case: Case) -> Iterator[Found]:
    """Operators of the model that the program does not register, though it could."""
    if case.op_resolver is None or case.op_resolver.links_every_operator:
        return
    for name, nodes in _kinds(case):
        call = cpp_add_call(name)
        if call is not None and not _resolver_has(case, name):
            code = "CUSTOM" if _is_custom(nodes[0]) else name
            yield at(
                nodes,
                f"The op resolver has no {name}.",
                "AllocateTensors fails.",
                "Add it before the interpreter is made.",
                f"{call};",
                _missing(name, code),
            )


def resolver_too_small(case: Case) -> Iterator[Found]:
    """A resolver with less room than the model has kinds of operators."""
    capacity = getattr(case.op_resolver, "capacity", None)
    names = tuple(case.model.operator_counts())
    if capacity is None or capacity >= len(names):
        return
    refused = BuiltinOperator.__members__.get(names[capacity])
    says = (
        ()
        if refused is None
        else (f"Couldn't register builtin op #{refused.value}, resolver size ", f"is too small ({capacity}).")
    )
    yield Found(
        "the op resolver",
        f"It has room for {capacity} operators, and {case.model.name} has {len(names)} kinds.",
        "The Add…() calls past the last place return an error, at which few programs look; AllocateTensors fails.",
        f"Make it a MicroMutableOpResolver<{len(names)}>.",
        "\n".join(cpp_resolver_lines(case.model)),
        says,
    )


def resolver_has_too_many(case: Case) -> Iterator[Found]:
    """Operators that the program links and the model does not have."""
    resolver = case.op_resolver
    if resolver is None or not case.flash_target:
        return
    needed = [name for name in case.model.operator_counts() if add_method_name(name)]
    spare = [name for name in resolver.operator_names if name not in needed]
    if not spare:
        return
    try:
        linked = sorted(EVERY_OPERATOR) if resolver.links_every_operator else resolver.operator_names
        saved = estimate_flash(linked, case.flash_target).total_bytes
        saved -= estimate_flash([name for name in linked if name in needed], case.flash_target).total_bytes
    except FootprintError:
        return
    named = "all operators" if resolver.links_every_operator else ", ".join(spare[:6])
    yield Found(
        "the op resolver",
        f"It registers {named}; {case.model.name} uses {len(needed)} operators.",
        f"{saved:,} bytes of flash hold code that never runs ({case.flash_target}).",
        "Register only what the model has.",
        "\n".join(cpp_resolver_lines(case.model)),
    )
