"""A pasted log, explained: recognised in any dress, and traced back to the step and to the size of the arena."""

from __future__ import annotations

import pytest

from tests.arena.models import RandomGraph, custom_chain, dense_chain, hello_world
from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model
from tinylab.arena import find_target
from tinylab.doctor import MESSAGES, ArenaSteps, Explanation, explain
from tinylab.errors import ArenaError
from tinylab.model import Model, load_model
from tinylab.runtime import AllOpsResolver, MicroInterpreter, arena_needs, plan_arena

M4, X86 = "cortex-m4/reference", "x86-64/reference"
TARGETS = pytest.mark.parametrize("target", [M4, X86])
RESIZE = "Failed to resize buffer. Requested: 144, available 4, missing: 140"
TAIL = "Failed to allocate tail memory. Requested: 32, available 16, missing: 16"


def only(explanation: Explanation) -> tuple[str, str]:
    """Meaning and remedy of a log with one line of TFLM's."""
    (line,) = explanation.lines
    return line.meaning, line.remedy


# -- recognising -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        RESIZE,
        f"12:34:56.789 -> {RESIZE}",
        f"\x1b[0;31mE (1234) tflite: {RESIZE}\x1b[0m",
        f"[00:00:01.250,000] <err> tflm: {RESIZE}   ",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\n\r\n", ""])
def test_a_line_is_recognised_in_any_dress(line: str, end: str) -> None:
    explanation = explain(f"boot ok{end or ' '}{end}{line}{end}heap: 12345")
    assert [found.text for found in explanation.lines] == [RESIZE]
    assert explanation.lines[0].numbers == {"requested": "144", "available": "4", "missing": "140"}
    assert explanation.lines[0].phases == ("start", "Prepare", "plan")


def test_lines_are_numbered_and_repeated_ones_counted() -> None:
    explanation = explain(f"hello\n{TAIL}\nsomething else\n{TAIL}\n{RESIZE}\n")
    assert [(line.line_number, line.count) for line in explanation.lines] == [(2, 2), (5, 1)]
    assert explanation.line_count == 5


def test_nothing_recognised_lists_what_is_known() -> None:
    explanation = explain("Guru Meditation Error: Core 0 panic'ed\n")
    assert explanation.lines == ()
    text = explanation.text()
    assert text.startswith("No message of TFLM is in this log (1 line read). Known are:")
    assert all(message.wording in text for message in MESSAGES)
    assert not [message.wording for message in MESSAGES if set("\\?[]*") & set(message.wording)]


# TFLM's words (its own format strings, filled in), and a word that the explanation must hold.
SAID = [
    ("Too many buffers (max is 29)", "29"),
    ("Failed to allocate memory for context->eval_tensors, 1068 bytes required", "1068"),
    ("Failed to allocate memory for node_and_registrations.", "operator"),
    ("Failed to allocate memory for model metadata.", "subgraph"),
    ("Failed starting model allocation.", "before any operator"),
    ("Unable to allocate TfLiteAffineQuantization.", "quantization"),
    ("Unable to allocate quantization->zero_point.", "zero points"),
    ("Failed to populate a persistent TfLiteTensor struct from flatbuffer data!", "persistent"),
    ("Failed to populate a temp TfLiteTensor struct from flatbuffer data!", "temp"),
    ("Failed to allocate memory for persistent TfLiteTensor", "input or output"),
    ("Failed to allocate temp. memory for tensor 7, subgraph 0", "tensor 7"),
    ("Failed to allocate memory for memory planning, 320 bytes required", "320"),
    ("Failed to allocate variable tensor of size 768", "768"),
    ("Failed to allocate memory for context->input_tensors_, 4 bytes required", "inputs"),
    ("Failed to initialize output tensor 0", "output 0"),
    ("Scratch buffer request exceeds limit per operator (12)", "12"),
    ("Failed to allocate resource buffer.", "resource variable"),
    ("8 bytes lost due to alignment. To avoid this loss, please make sure the tensor_arena is 16 bytes aligned.", "8"),
    ("Arena size is too small for all buffers. Needed 55296 but only 43136 was available.", "55296"),
    ("MicroAllocator: Model allocation started before finishing previously allocated model", "Two models"),
    ("AllocateTensors() failed", "kTfLiteError"),
    ("Model provided is schema version 0 not equal to supported version 3.", "version 0"),
    ("Didn't find op for builtin opcode 'CONV_2D'", "resolver.AddConv2D()"),
    ("Didn't find op for builtin opcode 'CONV_2D' version '1'. An older version of this builtin", "AddConv2D()"),
    ("Failed to get registration from op code UNIDIRECTIONAL_SEQUENCE_LSTM", "AddUnidirectionalSequenceLSTM()"),
    ("Failed to get registration from op code CUSTOM", "AddCustom"),
    ("Didn't find op for builtin opcode 'STABLEHLO_ADD'", "no kernel"),
    ("Couldn't register builtin op #3, resolver size ", "CONV_2D"),
    ("Couldn't register custom op 'mine', resolver size is too small (2)", "mine"),
    ("once is not supported (Op: #9).", "AddFullyConnected()"),
    ("is not supported (Op: mine).", "mine"),
    ("Missing registration for opcode_index 4", "4"),
    ("Op builtin_code out of range: 300.", "300"),
    ("Operator with CUSTOM builtin_code has no custom_code.", "custom"),
    ("Did not find a parser for ADD", "ADD"),
    ("Unsupported behavior: found builtin operator ADD with custom options.", "ADD"),
    ("tensorflow/lite/micro/kernels/conv_common.cc:164 Hybrid models are not supported on TFLite Micro.", "float32"),
    ("Node CONV_2D (number 4) failed to prepare with status 1", "Operator 4, CONV_2D"),
    ("Node SOFTMAX (number 30) failed to invoke with status 1", "its Invoke"),
    ("Op#3 (RESHAPE) of subgraph 0 has dynamic tensor #0", "operator 3"),
    ("Does not support intermediate tensor with non-zero size: 12", "12"),
    ("Nbr of offline buffer offsets (3) in metadata not equal nbr tensors (4)", "memory plan of its own"),
    ("Invoke() called after initialization failed", "AllocateTensors failed"),
    ("Input index 1 out of range (length is 1)", "interpreter.input(1)"),
    ("Output index 2 out of range (length is 1)", "outputs_size()"),
    ("GetTensor requires all tensors to be preserved", "preserve_all_tensors"),
    ("VAR_HANDLE requires resource variables. Please create ResourceVariables and pass it", "MicroResourceVariables"),
    ("Failed to allocate resource variable. Maximum resource variable count (2) reached.", "more than 2"),
    ("MicroProfiler errored out because total number of events exceeded the maximum of 4096.", "4096"),
    ("micro/kernels/fully_connected.cc:56 output != nullptr was not true.", "fully_connected.cc, line 56"),
    ("kernels/add.cc:80 input1->type != output->type (9 != 1)", "`input1->type != output->type`"),
    ("kernels/add.cc:80 input1->type != output->type (INT8 != FLOAT32)", "INT8 != FLOAT32"),
    ("Type INT16 (7) not supported.", "INT16"),
    ("Type FLOAT32 currently not supported.", "FLOAT32"),
    ("Type 'UINT8' is not supported by gather.", "UINT8"),
]


@pytest.mark.parametrize(("said", "word"), SAID, ids=[said[:40] for said, _ in SAID])
def test_every_message_is_explained(said: str, word: str) -> None:
    assert word in " ".join(only(explain(f"-> {said}\n")))


def test_every_row_of_the_table_is_tested() -> None:
    logs = "\n".join([RESIZE, TAIL, TAIL.replace("tail", "temp"), *(said for said, _ in SAID)])
    said = {line.message.pattern.pattern for line in explain(logs).lines}
    assert [message.wording for message in MESSAGES if message.pattern.pattern not in said] == []


def test_a_missing_operator_with_the_model_names_all_that_it_needs() -> None:
    meaning, remedy = only(explain("Didn't find op for builtin opcode 'FULLY_CONNECTED'", hello_world()))
    assert "hello_world has 3 of them" in meaning
    assert "MicroMutableOpResolver<1> resolver; resolver.AddFullyConnected();" in remedy
    meaning, remedy = only(explain("Didn't find op for builtin opcode 'CONV_2D'", hello_world()))
    assert "hello_world has none of them" in meaning
    assert remedy.startswith("This is not the model that ran there.")


# -- tracing back ------------------------------------------------------------------------------------------------------


@TARGETS
@pytest.mark.parametrize(
    "model",
    [hello_world(), load_model(dense_chain([12, 30, 7])), load_model(RandomGraph(3).model(5), name="random")],
    ids=lambda model: model.name,
)
def test_tinylabs_own_errors_are_explained_back_to_the_size(model: Model, target: str) -> None:
    """For every size below the smallest that works: what is raised there is traced to that size and step again."""
    smallest = arena_needs(model, target).smallest_arena_bytes
    steps = ArenaSteps(plan_arena(model, target))
    sizes = range(find_target(target).abi.pointer_bytes * 16 + 256, smallest, 16)
    for size in sizes:
        with pytest.raises(ArenaError) as caught:
            MicroInterpreter(model, AllOpsResolver(), size, target=target).allocate_tensors()
        (shortage,) = explain(str(caught.value), model, target).shortages
        found = [step for step in shortage.steps if size in step.arena_sizes]
        assert [step.event for step in found] == [steps.first_failure(size)], size
    assert len(sizes) > 30


def test_the_lines_behind_the_allocators_narrow_it_down() -> None:
    """Input and output have the same structs: only the last line says which it was."""
    model, target = custom_chain([4096, 4096]), M4
    steps, size = ArenaSteps(plan_arena(model, target)), arena_needs(model, target).smallest_arena_bytes - 16
    event = steps.first_failure(size)
    assert event is not None
    lines = [
        steps.message(event, size),
        "Failed to allocate memory for persistent TfLiteTensor",
        "Failed to initialize output tensor 0",
    ]
    found = [explain("\n".join(lines[:count]), model, target).shortages[0].steps for count in (1, 2, 3)]
    owners = [[(step.event.category, step.event.owner) for step in steps] for steps in found]
    assert owners[1] == [("TfLiteTensor", 'tensor 0 "t0"'), ("TfLiteTensor", 'tensor 1 "t1"')]
    assert set(owners[0]) >= set(owners[1])
    assert owners[2] == [("TfLiteTensor", 'tensor 1 "t1"')]
    (shortage,) = explain("\n".join(lines), model, target).shortages
    assert shortage.event == event
    assert shortage.arena_bytes == size


def test_two_attempts_in_one_log_are_two_failures() -> None:
    model = hello_world()
    log = "\n".join(ArenaSteps(plan_arena(model, M4)).growth(448)[k].message for k in (0, -1))
    first, second = explain(log, model, M4).shortages
    assert first.steps[0].event.phase != second.steps[0].event.phase == "plan"


def test_init_does_not_look_and_prints_on() -> None:
    """Three OpData, all refused: one failure of three lines, and it can only have begun with the first of them."""
    model = hello_world()
    said = "Failed to allocate tail memory. Requested: 48, available 16, missing: 32"
    once, thrice = (explain("\n".join([said] * count), model, M4).shortages for count in (1, 3))
    assert [len(shortages[0].steps) for shortages in (once, thrice)] == [3, 1]
    assert thrice[0].event is not None
    assert thrice[0].event.owner == "operator 0 FULLY_CONNECTED"


def test_a_later_request_of_another_size_belongs_to_it_too() -> None:
    said = "Failed to allocate tail memory. Requested: 48, available 16, missing: 32"
    later = "Failed to allocate tail memory. Requested: 47, available 0, missing: 47"
    (shortage,) = explain(f"{said}\n{later}\n", hello_world(), M4).shortages
    assert [line.text for line in shortage.lines] == [said, later]
    assert shortage.steps


def test_the_section_decides_with_the_bytes() -> None:
    """144 bytes are asked of the head (room for scratch requests), never of temp memory."""
    resize, temp = (
        explain(line, hello_world(), M4).shortages
        for line in (RESIZE, RESIZE.replace("resize buffer", "allocate temp memory"))
    )
    assert {step.event.section for step in resize[0].steps} == {"head"}
    assert temp[0].steps == ()


@pytest.mark.parametrize(("kind", "phase"), [("temp", "Prepare"), ("persistent", "graph tensors")])
def test_a_line_without_figures_narrows_the_phase(kind: str, phase: str) -> None:
    log = f"Failed to populate a {kind} TfLiteTensor struct from flatbuffer data!"
    (shortage,) = explain(log, load_model(dense_chain([4000, 3000])), M4).shortages
    assert {step.event.phase for step in shortage.steps} == {phase}


def test_another_board_is_named() -> None:
    log = "Failed to allocate memory for context->eval_tensors, 240 bytes required"  # ten tensors of 24 bytes: LP64
    explanation = explain(log, hello_world(), M4)
    (shortage,) = explanation.shortages
    assert shortage.steps == shortage.growth == ()
    assert X86 in shortage.other_targets
    assert M4 not in shortage.other_targets
    assert f"One would on {X86}" in explanation.text()


def test_without_a_model_there_are_no_steps() -> None:
    explanation = explain(RESIZE)
    assert explanation.plan is None
    assert [shortage.steps for shortage in explanation.shortages] == [()]
    assert "tell the model and the target" in explanation.text()


def test_a_model_that_cannot_be_laid_out_says_why() -> None:
    tensors = [TensorSpec((16,)), TensorSpec((16,))]
    model = load_model(build_model([SubgraphSpec(tensors, [OperatorSpec("IF", [0], [1])], inputs=[0], outputs=[1])]))
    explanation = explain(RESIZE, model)
    assert explanation.plan is None
    assert explanation.plan_error
    assert explanation.plan_error in " ".join(explanation.text(10_000).split())


def test_unknown_targets_and_planners_are_errors() -> None:
    with pytest.raises(ArenaError, match="there is no target 'm4'"):
        explain(RESIZE, hello_world(), "m4")
    with pytest.raises(ArenaError, match="there is no memory planner 'best'"):
        explain(RESIZE, memory_planner="best")
