"""What TFLM says about a model that it cannot run, and about calls that it cannot serve."""

from __future__ import annotations

import re

from tinylab.arena import ArenaEvent
from tinylab.doctor.message import Message, Numbers, Words, says
from tinylab.model import Model
from tinylab.runtime import ArenaPlan

BEFORE, PARSE, PREPARE, INVOKE = "before", "parse", "Prepare", "Invoke"
_CHECK = r"(?P<file>[\w./\\-]+\.(?:cc|h|cpp)):(?P<line>\d+) "


def _node_failed(numbers: Numbers, model: Model | None) -> Words:
    name, number, when = numbers["name"], int(numbers["number"]), numbers["when"].capitalize()
    which = f"Operator {number}, {name}"
    if model is not None:
        operators = model.subgraphs[0].operators
        if number >= len(operators) or operators[number].name != name:
            which += f" (not in the main subgraph of {model.name}: another model, or another subgraph)"
    return Words(
        f"{which}: its {when} returned an error (status {numbers['status']}), and everything stops there.",
        "The reason is in the lines before: a type or shape that the kernel refuses, or an arena that is full.",
    )


def _of_the_node(numbers: Numbers, event: ArenaEvent, plan: ArenaPlan) -> bool:
    if numbers["when"] != "prepare":
        return False
    return event.phase == PREPARE and event.owner == f"operator {int(numbers['number'])} {numbers['name']}"


def _index_out_of_range(numbers: Numbers, model: Model | None) -> Words:
    which = numbers["which"].lower()
    return Words(
        f"interpreter.{which}({numbers['index']}) was called, and the model has {numbers['length']} of them (from 0). "
        "The call gives a null pointer.",
        f"Ask for a smaller index, or look at interpreter.{which}s_size(). A length of 0 means no model was loaded.",
    )


def _check_failed(numbers: Numbers, model: Model | None) -> Words:
    file = re.split(r"[/\\]", numbers["file"])[-1]
    what = f"The check `{numbers['check']}` in {file}, line {numbers['line']}, does not hold"
    values = f": {numbers['values']}" if numbers.get("values") else ""
    if "nullptr" in numbers["check"]:
        remedy = "A null pointer there mostly is memory that the arena could not give: see the lines before."
    else:
        remedy = "The kernel refuses the model: compare the operator's types and shapes with what that line asks for."
    return Words(f"{what}{values}.", remedy)


def _null_check(numbers: Numbers, event: ArenaEvent, plan: ArenaPlan) -> bool:
    return event.phase in (PARSE, "Init", PREPARE)


MODEL_MESSAGES = (
    Message(
        re.compile(r"Model provided is schema version (?P<found>\d+) not equal to supported version (?P<needed>\d+)"),
        "the application (TFLM's examples print it)",
        (BEFORE,),
        says(
            "The bytes given to GetModel say version {found}; TFLM reads version {needed}.",
            "An odd number means that these are not a model's bytes: a wrong array, one cut short, or not aligned "
            "(alignas(16) const unsigned char g_model[]).",
        ),
    ),
    Message(
        re.compile(r"Hybrid models are not supported"),
        "Prepare of CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV",
        (PREPARE,),
        says(
            "The operator's input is float32 and its weights are int8 (dynamic-range quantization).",
            "Convert with a representative_dataset and int8 inputs and outputs, or without quantization at all.",
        ),
    ),
    Message(
        re.compile(
            r"Node (?P<name>\S+) \(number (?P<number>\d+)\) failed to (?P<when>prepare|invoke)"
            r" with status (?P<status>\d+)"
        ),
        "MicroInterpreterGraph::PrepareSubgraphs, InvokeSubgraph",
        (PREPARE, INVOKE),
        _node_failed,
        _of_the_node,
    ),
    Message(
        re.compile(
            r"Op#(?P<number>\d+) \((?P<name>\S+)\) of subgraph (?P<subgraph>\d+) has dynamic tensor #(?P<tensor>-?\d+)"
        ),
        "MicroInterpreterGraph::PrepareSubgraphs",
        (PREPARE,),
        says(
            "An output of operator {number} ({name}) has a size that is known only when it runs. TFLM never resizes.",
            "Convert from a signature whose sizes are all fixed, batch 1 included.",
        ),
    ),
    Message(
        re.compile(r"Does not support intermediate tensor with non-zero size: (?P<bytes>\d+)"),
        "AllocationInfoBuilder::ValidateSubgraph",
        (PREPARE,),
        says("An operator has an intermediate tensor of {bytes} bytes; TFLM allows none.", "Convert the model again."),
    ),
    Message(
        re.compile(
            r"Nbr of offline buffer offsets \((?P<found>\d+)\) in metadata\s+not equal nbr tensors \((?P<needed>\d+)\)"
        ),
        "AllocationInfoBuilder::GetOfflinePlannedOffsets",
        ("plan",),
        says(
            "The model brings a memory plan of its own for {found} tensors, and it has {needed}.",
            "Plan it again with the tool that made the plan, or remove the OfflineMemoryAllocation metadata.",
        ),
    ),
    Message(
        re.compile(r"Invoke\(\) called after initialization failed"),
        "MicroInterpreter::Invoke",
        (INVOKE,),
        says(
            "AllocateTensors failed before, or the interpreter could not be made, and the application went on.",
            "Look at the status that AllocateTensors returns, and at its first message.",
        ),
    ),
    Message(
        re.compile(r"(?P<which>Input|Output) index (?P<index>-?\d+) out of range \(length is (?P<length>\d+)\)"),
        "MicroInterpreter::input, MicroInterpreter::output",
        (INVOKE,),
        _index_out_of_range,
    ),
    Message(
        re.compile(r"GetTensor requires all tensors to be preserved"),
        "MicroInterpreter::GetTensor",
        (INVOKE,),
        says(
            "Tensors between operators overwrite one another, so none can be read afterwards.",
            "Make the interpreter with preserve_all_tensors = true (and a far larger arena).",
        ),
    ),
    Message(
        re.compile(r"(?P<name>VAR_HANDLE|READ_VARIABLE|ASSIGN_VARIABLE) requires resource variables"),
        "Prepare or Invoke of the variable operators",
        (PREPARE, INVOKE),
        says(
            "{name} needs a MicroResourceVariables object, and the interpreter was given none.",
            "MicroResourceVariables::Create(allocator, count), and give it to MicroInterpreter with the allocator.",
        ),
    ),
    Message(
        re.compile(r"Failed to allocate resource variable\. Maximum resource variable count\s+\((?P<most>\d+)\)"),
        "MicroResourceVariables::CreateIdIfNoneFound",
        (PREPARE,),
        says(
            "The model has more than {most} resource variables.",
            "Raise the count given to MicroResourceVariables::Create.",
        ),
    ),
    Message(
        re.compile(r"total number of events exceeded the\s+maximum of (?P<most>\d+)"),
        "MicroProfiler::BeginEvent",
        (PREPARE, INVOKE),
        says("The profiler has room for {most} events, one an operator.", "Call ClearEvents() between invokes."),
    ),
    Message(
        re.compile(_CHECK + r"(?P<check>.+?) was not true"),
        "TF_LITE_ENSURE",
        (PARSE, PREPARE, INVOKE),
        _check_failed,
        _null_check,
        known_as="kernels/….cc:… … was not true.",
    ),
    Message(
        re.compile(_CHECK + r"(?P<check>.+? (?:!=|not near) .+?) \((?P<values>[^()]* (?:!=) [^()]*)\)"),
        "TF_LITE_ENSURE_EQ, TF_LITE_ENSURE_TYPES_EQ",
        (PARSE, PREPARE, INVOKE),
        _check_failed,
        known_as="kernels/….cc:… … != … (… != …)",
    ),
    Message(
        re.compile(
            r"Type '?(?P<type>[A-Z]\w+)'?(?: \(\d+\))? (?:is )?(?:are )?(?:currently )?not (?:currently )?supported"
        ),
        "an operator's Prepare or Invoke",
        (PREPARE, INVOKE),
        says(
            "A kernel has no code for tensors of type {type}.",
            "Quantize the whole model to int8, or convert without quantization; the line `Node …` names the operator.",
        ),
        known_as="Type … (…) not supported.",
    ),
)
