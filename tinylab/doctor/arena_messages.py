"""What TFLM says when the arena is full: the allocator itself first, then everybody up the stack of callers."""

from __future__ import annotations

import re

from tinylab.arena import ArenaEvent
from tinylab.doctor.message import Fits, Message, Numbers, says
from tinylab.runtime import ArenaPlan

START, PREPARE, PLAN, IO = "start", "Prepare", "plan", "graph tensors"
ALL = ("create", START, "parse", "Init", PREPARE, PLAN, IO)
_BYTES = r"Requested: (?P<requested>\d+), available (?P<available>-?\d+), missing: (?P<missing>\d+)"

ENLARGE = "Make kTensorArenaSize larger: `missing` is what this one request lacked, not what the model lacks."
SAME_REASON = "The arena is full; the allocator's line before it says by how much."


def _section(section: str) -> Fits:
    """A request of so many bytes in that section of the arena."""

    def fits(numbers: Numbers, event: ArenaEvent, plan: ArenaPlan) -> bool:
        return event.section == section and event.requested_bytes == int(numbers["requested"])

    return fits


def _step(*categories: str, phase: str | None = None, size: str | None = None) -> Fits:
    """A step of one of these categories, of that phase, of as many bytes as the message's number `size`."""

    def fits(numbers: Numbers, event: ArenaEvent, plan: ArenaPlan) -> bool:
        return (
            (not categories or event.category in categories)
            and phase in (None, event.phase)
            and (size is None or event.requested_bytes == int(numbers[size]))
        )

    return fits


def _planning(numbers: Numbers, event: ArenaEvent, plan: ArenaPlan) -> bool:
    """The planner's own notes, AllocationInfo or the subgraphs' offsets, of so many bytes."""
    return event.phase == PLAN and event.section == "temp" and event.requested_bytes == int(numbers["bytes"])


def _graph_tensor(numbers: Numbers, event: ArenaEvent, plan: ArenaPlan) -> bool:
    """A struct of graph input or output number `index`."""
    main = plan.model.subgraphs[0]
    indices = main.inputs if numbers["which"] == "input" else main.outputs
    index = int(numbers["index"])
    return event.phase == IO and 0 <= index < len(indices) and event.owner.startswith(f"tensor {indices[index]} ")


def _pointers(numbers: Numbers, event: ArenaEvent, plan: ArenaPlan) -> bool:
    return event.category == "TfLiteTensor*[]" and event.owner == f"{numbers['which']}s"


def _temp_tensor(numbers: Numbers, event: ArenaEvent, plan: ArenaPlan) -> bool:
    """A TfLiteTensor for a kernel that has this tensor among its operands."""
    if (event.phase, event.section, event.category) != (PREPARE, "temp", "TfLiteTensor"):
        return False
    subgraph, tensor = int(numbers["subgraph"]), int(numbers["tensor"])
    if subgraph >= len(plan.model.subgraphs):
        return False
    operators = plan.model.subgraphs[subgraph].operators
    return any(
        tensor in (*node.inputs, *node.outputs, *node.intermediates)
        for node in operators
        if event.owner == f"operator {node.index} {node.name}"
    )


ARENA_MESSAGES = (
    Message(
        re.compile(rf"Failed to resize buffer\. {_BYTES}"),
        "SingleArenaBufferAllocator::ResizeBuffer",
        (START, PREPARE, PLAN),
        says(
            "The head cannot be made {requested} bytes: {available} lie between the arena's start and the tail. "
            "It holds notes about scratch buffers until memory is planned, and the planned tensors from then on.",
            ENLARGE,
        ),
        _section("head"),
        opens=True,
        allocator=True,
    ),
    Message(
        re.compile(rf"Failed to allocate tail memory\. {_BYTES}"),
        "SingleArenaBufferAllocator::AllocatePersistentBuffer",
        ALL,
        says(
            "The tail cannot take {requested} bytes more: with their alignment they would reach {missing} bytes into "
            "the head. The tail holds what stays: structs, OpData, variables.",
            ENLARGE + " `available` is the request minus `missing`, no count of free bytes.",
        ),
        _section("tail"),
        opens=True,
        allocator=True,
    ),
    Message(
        re.compile(rf"Failed to allocate temp memory\. {_BYTES}"),
        "SingleArenaBufferAllocator::AllocateTemp",
        (PREPARE, PLAN),
        says(
            "There is no room between head and tail for {requested} bytes that are needed for a moment only: a "
            "tensor's description for a kernel's Prepare, or the planner's notes. arena_used_bytes() never shows them.",
            ENLARGE,
        ),
        _section("temp"),
        opens=True,
        allocator=True,
    ),
    Message(
        re.compile(r"Too many buffers \(max is (?P<most>\d+)\)"),
        "GreedyMemoryPlanner::AddBuffer (or the linear planner's)",
        (PLAN,),
        says(
            "What is left of the arena while memory is planned has room for {most} of the planner's entries, and the "
            "model has more buffers. It is no limit of the model: the arena is too small, and nothing says how much.",
            "Make kTensorArenaSize larger. arena_used_bytes() is no guide: it leaves this work area out.",
        ),
        lambda numbers, event, plan: event.section == "planner",
        opens=True,
        allocator=True,
    ),
    Message(
        re.compile(r"Failed to allocate memory for context->eval_tensors,\s+(?P<bytes>\d+) bytes required"),
        "MicroAllocator::AllocateTfLiteEvalTensors",
        (START,),
        says(
            "A TfLiteEvalTensor for every tensor of a subgraph, constants too, takes {bytes} bytes: no room.", ENLARGE
        ),
        _step("TfLiteEvalTensor[]", size="bytes"),
        opens=True,
    ),
    Message(
        re.compile(r"Failed to allocate memory for node_and_registrations"),
        "MicroAllocator::AllocateNodeAndRegistrations",
        (START,),
        says("No room for the array with one entry an operator.", ENLARGE),
        _step("NodeAndRegistration[]"),
        opens=True,
    ),
    Message(
        re.compile(r"Failed to allocate memory for model metadata"),
        "MicroAllocator::StartModelAllocation",
        (START,),
        says("No room for the few bytes that each subgraph starts with.", ENLARGE),
        _step("SubgraphAllocations"),
        opens=True,
    ),
    Message(
        re.compile(r"Failed starting model allocation"),
        "MicroInterpreter::AllocateTensors",
        (START,),
        says(
            "AllocateTensors ends before any operator was looked at: not even the model's own structs fit, or a model "
            "was begun on this allocator before the one before it was finished.",
            "Make kTensorArenaSize larger; every model needs its AllocateTensors to succeed before the next one's.",
        ),
        _step(phase=START),
    ),
    Message(
        re.compile(r"Unable to allocate TfLiteAffineQuantization"),
        "InitializeTfLiteTensorFromFlatbuffer",
        (PREPARE, IO),
        says(
            f"A tensor's description has a part about its quantization, and that does not fit. {SAME_REASON}", ENLARGE
        ),
        _step("TfLiteAffineQuantization"),
        opens=True,
    ),
    Message(
        re.compile(r"Unable to allocate quantization->zero_point"),
        "InitializeTfLiteTensorFromFlatbuffer",
        (PREPARE, IO),
        says(
            f"A tensor's zero points (4 + 4 bytes a channel) are copied into the arena: no room. {SAME_REASON}", ENLARGE
        ),
        _step("zero points"),
        opens=True,
    ),
    Message(
        re.compile(r"Failed to populate a (?P<kind>persistent|temp) TfLiteTensor struct\s+from flatbuffer data"),
        "MicroAllocator::Allocate…TfLiteTensor",
        (PREPARE, IO),
        says(f"A tensor's {{kind}} description could not be filled in. {SAME_REASON}", ENLARGE),
        lambda numbers, event, plan: event.phase == (IO if numbers["kind"] == "persistent" else PREPARE),
        opens=True,
    ),
    Message(
        re.compile(r"Failed to allocate memory for persistent TfLiteTensor"),
        "MicroAllocator::AllocatePersistentTfLiteTensor",
        (IO,),
        says("A graph input or output gets a TfLiteTensor of its own at the tail: no room.", ENLARGE),
        _step("TfLiteTensor", phase=IO),
        opens=True,
    ),
    Message(
        re.compile(r"Failed to allocate temp\. memory for tensor (?P<tensor>\d+), subgraph (?P<subgraph>\d+)"),
        "MicroAllocator::AllocateTempTfLiteTensor",
        (PREPARE,),
        says("A kernel looks at tensor {tensor} of subgraph {subgraph}, and its description does not fit.", ENLARGE),
        _temp_tensor,
        opens=True,
    ),
    Message(
        re.compile(r"Failed to allocate memory for memory planning, (?P<bytes>\d+) bytes required"),
        "AllocationInfoBuilder::CreateAllocationInfo",
        (PLAN,),
        says(
            "The planner notes the lifetime of each tensor and scratch buffer, {bytes} bytes for a moment: no room.",
            "Make kTensorArenaSize larger. These bytes do not show in arena_used_bytes() later.",
        ),
        _planning,
        opens=True,
    ),
    Message(
        re.compile(r"Failed to allocate variable tensor of size (?P<bytes>\d+)"),
        "MicroAllocator::AllocateVariables",
        (PLAN,),
        says("A variable tensor (an LSTM's or SVDF's state) of {bytes} bytes stays in the tail: no room.", ENLARGE),
        _step("variable", size="bytes"),
        opens=True,
    ),
    Message(
        re.compile(r"Failed to allocate memory for context->(?P<which>input|output)_tensors_,\s+(?P<bytes>\d+) bytes"),
        "MicroInterpreter::AllocateTensors",
        (IO,),
        says("No room for the pointers to the graph's {which}s, {bytes} bytes.", ENLARGE),
        _pointers,
        opens=True,
    ),
    Message(
        re.compile(r"Failed to initialize (?P<which>input|output) tensor (?P<index>\d+)"),
        "MicroInterpreter::AllocateTensors",
        (IO,),
        says(
            "AllocateTensors got as far as the struct of graph {which} {index}: all memory was planned, and the arena "
            "lacks little.",
            ENLARGE,
        ),
        _graph_tensor,
        opens=True,
    ),
    Message(
        re.compile(r"Scratch buffer request exceeds limit per operator \((?P<most>\d+)\)"),
        "MicroAllocator::RequestScratchBufferInArena",
        (PREPARE,),
        says(
            "One kernel asked for more than {most} scratch buffers in its Prepare.",
            "It is a bug of that kernel, not of the arena's size: ask for fewer, larger ones.",
        ),
    ),
    Message(
        re.compile(r"Failed to allocate resource buffer"),
        "MicroResourceVariables::Allocate",
        (PREPARE,),
        says("A resource variable (VAR_HANDLE, ASSIGN_VARIABLE) gets its buffer at the tail: no room.", ENLARGE),
        opens=True,
    ),
    Message(
        re.compile(r"(?P<bytes>\d+) bytes lost due to alignment"),
        "MicroAllocator::Create (TFLM before 2022)",
        ("create",),
        says(
            "The arena does not start at a multiple of 16, and its first {bytes} bytes are left unused.",
            "Write alignas(16) before `uint8_t tensor_arena[kTensorArenaSize]`; until then the arena is smaller.",
        ),
    ),
    Message(
        re.compile(r"Arena size is too small for all buffers\. Needed (?P<needed>\d+) but only (?P<available>\d+) was"),
        "MicroAllocator::CommitStaticMemoryPlan (TFLM before 2022)",
        (PLAN,),
        says(
            "The planned head takes {needed} bytes and {available} are left beside the tail.",
            "Make kTensorArenaSize larger by more than the difference: structs of inputs and outputs come after it.",
        ),
    ),
    Message(
        re.compile(r"MicroAllocator: Model allocation (?P<what>started|finished) before"),
        "MicroAllocator::StartModelAllocation, FinishModelAllocation",
        (START, PLAN),
        says(
            "Two models were allocated on one MicroAllocator at once, or AllocateTensors again after it failed.",
            "Let one AllocateTensors succeed before the next; after a failure, make the allocator anew.",
        ),
    ),
    Message(
        re.compile(r"AllocateTensors\(\) failed"),
        "the application (TFLM's examples print it)",
        ALL,
        says(
            "AllocateTensors returned kTfLiteError, and the application says so.",
            "The reason is in the lines before it. If there are none, error strings were stripped (a release build).",
        ),
    ),
)
