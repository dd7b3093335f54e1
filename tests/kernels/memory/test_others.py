"""What the operators of others.py ask for: by hand, and as measured on TFLM 90b983c.

measured_others.json was measured by a tracing allocator under TFLM 90b983c's reference kernels, natively on x86-64
(lp64) and on an emulated Cortex-M4 (ilp32), on the models of other_models.py: every builtin parameter block (bytes,
alignment), every Init and Prepare block and scratch buffer in order, the end of temp memory in each Prepare that takes
any, head, tail, and the smallest arena in multiples of 16 in which the model works.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.builder import single_operator
from tests.kernels.memory.other_models import Case, cases, indices, tensor
from tests.shared import SHARED, needs_shared
from tinylab.arena.abi import ILP32, LP64, Abi
from tinylab.errors import PrepareError
from tinylab.kernels.memory import others, reference, resource_variables, signal
from tinylab.kernels.memory.reference import REFERENCE
from tinylab.kernels.memory.requests import PrepareRequests
from tinylab.model import Tensor, load_model
from tinylab.runtime import arena_needs
from tinylab.runtime.micro_context import MicroContext

ABIS = {"ilp32": ILP32, "lp64": LP64}
TARGETS = {"ilp32": "cortex-m4/reference", "lp64": "x86-64/reference"}
MAX_SCRATCH_BUFFERS_PER_OP = 12

# Here Prepare asks for persistent buffers when it has looked at its last tensor, TFLM lets them overwrite temp memory,
# and what 16 bytes less overwrite (the end of that tensor's quantization) nobody reads any more. tinylab asks for an
# arena in which the two do not meet.
OVERLAPPING = {"BATCH_MATMUL", "CUMSUM", "EMBEDDING_LOOKUP", "LOG_SOFTMAX"}


@cache
def measured() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_name("measured_others.json")
    found: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return found


def name_of(case: Case) -> str:
    return f"{case.operator} {case.detail}".strip()


def prepare(case_model: bytes, abi: str = "lp64") -> PrepareRequests:
    graph = load_model(case_model).subgraphs[0]
    return REFERENCE.prepare_requests(MicroContext(graph), graph.operators[0], abi)


def align_up(value: int, alignment: int) -> int:
    return -(-value // alignment) * alignment


def temp_end(abi: Abi, request_count: int, looked_at: tuple[Tensor, ...]) -> int:
    """Where temp memory ends: it starts behind the room for scratch requests."""
    end = abi.scratch_buffer_request * (request_count + MAX_SCRATCH_BUFFERS_PER_OP)
    for described in looked_at:
        end = align_up(end, abi.pointer_bytes) + abi.tensor
        if described.quantization is not None:
            end = align_up(end, abi.pointer_bytes) + abi.affine_quantization
            end += abi.zero_point_array_bytes(len(described.quantization.scales))
    return end


def asked(case: Case, abi: str) -> dict[str, Any]:
    """What ours say of a case, in the form of the measured file."""
    model = load_model(case.model)
    first = {at: one.value.bytes for at, one in resource_variables.first_assignments(model).items()}
    found: dict[str, Any] = {"builtin_data": [], "init": [], "prepare": [], "scratch": [], "temp": []}
    for graph in model.subgraphs:
        for node in graph.operators:
            builtin_data, op_data, state = REFERENCE.init_requests(node, abi)
            found["builtin_data"] += [] if builtin_data is None else [list(builtin_data)]
            found["init"] += [*([] if op_data is None else [op_data]), *state]
            persistent, scratch, *looked = REFERENCE.prepare_requests(MicroContext(graph), node, abi)
            looked_at = looked[0] + looked[1]
            buffer = first.get((graph.index, node.index))
            found["prepare"] += [*persistent, *([] if buffer is None else [buffer])]
            if looked_at:
                found["temp"].append(temp_end(ABIS[abi], len(found["scratch"]), looked_at))
            found["scratch"] += scratch
    return found


@pytest.mark.parametrize("abi", ABIS)
def test_every_request_is_the_measured_one(abi: str) -> None:
    compared = 0
    for case in cases():
        theirs = measured()[name_of(case)][abi]
        ours = asked(case, abi)
        assert ours == {key: theirs[key] for key in ours}, name_of(case)
        compared += sum(len(figures) for figures in ours.values())
    assert compared > 450
    print(f"{abi}: {compared} figures of {len(cases())} models are the measured ones")


@pytest.mark.parametrize("abi", ABIS)
def test_every_arena_is_the_measured_one(abi: str) -> None:
    for case in cases():
        theirs, needs = measured()[name_of(case)][abi], arena_needs(load_model(case.model), TARGETS[abi])
        assert needs.head_bytes == theirs["head"], name_of(case)
        if case.operator == "VAR_HANDLE":
            continue  # test_resource_variables.py
        assert needs.tail_bytes == theirs["tail"], name_of(case)
        above = needs.smallest_arena_bytes - theirs["smallest"]
        assert above == 0 or (above == 16 and case.operator in OVERLAPPING), name_of(case)


def test_every_operator_has_a_case() -> None:
    found = {node.name for case in cases() for graph in load_model(case.model).subgraphs for node in graph.operators}
    assert set(others.LOOKS_AT) <= found
    assert len({name_of(case) for case in cases()}) == len(cases()) == len(measured())


def test_the_tables_are_apart_and_complete() -> None:
    tables = [others.LOOKS_AT, signal.LOOKS_AT, reference.LOOKS_AT]
    assert sum(map(len, tables)) == len(REFERENCE.looks_at) == len(REFERENCE.prepare)
    assert REFERENCE.looks_at.keys() == REFERENCE.prepare.keys()


@needs_shared
def test_two_of_118_operators_are_unknown() -> None:
    path = SHARED / "measurements" / "codesize_cortex-m4_reference.json"
    operators = set(json.loads(path.read_text())["ops"])
    assert operators - REFERENCE.prepare.keys() == {"TFLM_DECODE", "ethos-u"}
    assert REFERENCE.prepare.keys() <= operators


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_add_n_keeps_a_pointer_an_input() -> None:
    row = tensor("INT8", 1, 20)
    model = single_operator("ADD_N", [row, row, row], [row])
    for abi, pointer in (("ilp32", 4), ("lp64", 8)):
        persistent, scratch, looked_at, _, given_back = prepare(model, abi)
        assert (persistent, scratch, given_back) == ((40,), (3 * pointer,), 2)
        assert [described.index for described in looked_at] == [0, 3, 1, 2]


def test_batch_matmul_turns_what_it_cannot_read() -> None:
    """int8 3x5 by 5x7: quantization 28; the right matrix anew: struct, 2 dimensions, 35 bytes; the output's 2."""
    model = single_operator("BATCH_MATMUL", [tensor("INT8", 3, 5), tensor("INT8", 5, 7)], [tensor("INT8", 3, 7)])
    assert prepare(model, "lp64").persistent == (28, 24, 12, 35, 12)
    assert prepare(model, "ilp32").persistent == (28, 12, 12, 35, 12)


@pytest.mark.parametrize(("type", "scratch"), [("INT8", (12, 16, 8)), ("INT16", (12, 16, 8)), ("FLOAT32", (16, 8))])
def test_sum_adds_up_in_scratch_where_it_is_quantized(type: str, scratch: tuple[int, ...]) -> None:
    model = single_operator("SUM", [tensor(type, 1, 8, 8, 3), indices(1, 2)], [tensor(type, 1, 3)])
    requests = prepare(model)
    assert requests.scratch == scratch
    last = [2] if type == "INT8" else []
    assert [described.index for described in requests.looked_at] == [0, 2, 1, 0, 1, *last]


def test_those_that_ask_for_nothing() -> None:
    row = tensor("FLOAT32", 1, 20)
    for name in ("NEG", "FLOOR", "MAXIMUM", "PACK", "UNPACK", "ARG_MAX", "LOGICAL_AND"):
        assert prepare(single_operator(name, [row, row], [row])) == PrepareRequests()


def signal_model_of(name: str) -> bytes:
    return next(case.model for case in cases() if case.operator == name)


@pytest.mark.parametrize("name", ["SignalDelay", "SignalFramer", "SignalOverlapAdd"])
def test_inputs_without_rows_are_refused(name: str) -> None:
    for shape in ((), (0,), (3, 0), (2**17, 2, 2)):
        model = load_model(signal_model_of(name))
        custom = bytes(model.subgraphs[0].operators[0].custom_options)
        row = tensor("INT16", *shape)
        with pytest.raises(PrepareError):
            prepare(single_operator(name, [row], [row, row], custom_options=custom))


@pytest.mark.parametrize("name", ["SignalDelay", "SignalFramer", "TFLite_Detection_PostProcess"])
def test_options_that_are_not_there_are_refused(name: str) -> None:
    image = tensor("INT16", 1, 2, 2)
    with pytest.raises(PrepareError, match="custom options"):
        prepare(single_operator(name, [image, image, image], [image]))


def test_boxes_of_too_few_axes_are_refused() -> None:
    row = tensor("FLOAT32", 1, 4)
    with pytest.raises(PrepareError, match="3 axes for both"):
        prepare(single_operator("TFLite_Detection_PostProcess", [row, row, row], [row]))
