"""A small model of each operator of kernels/memory/others.py, or several where what it asks for depends on the node.

And of SignalIrfft and SignalRfft, whose state depends on their type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from flatbuffers import flexbuffers

from tests.builder import OperatorSpec, SubgraphSpec, TensorSpec, build_model, constant, single_operator
from tinylab.kernels.memory import along_axes, control_flow, elementwise
from tinylab.model import Padding, TensorType
from tinylab.model.options import (
    AddOptions,
    BatchMatMulOptions,
    CallOnceOptions,
    DepthToSpaceOptions,
    GatherOptions,
    IfOptions,
    MirrorPadOptions,
    PackOptions,
    Pool2DOptions,
    ReducerOptions,
    ShapeOptions,
    SpaceToDepthOptions,
    SplitVOptions,
    SqueezeOptions,
    UnpackOptions,
    VarHandleOptions,
    WhileOptions,
)

Spec = TensorSpec


class Case(NamedTuple):
    """operator: what it is about; detail: which of its cases; model: the file."""

    operator: str
    detail: str
    model: bytes


def tensor(type: str, *shape: int) -> Spec:
    return Spec(shape, type, 0.5 if type in ("INT8", "INT16") else None)


def indices(*values: int) -> Spec:
    return constant(np.array(values, np.int32))


def cases() -> list[Case]:
    found = (_elementwise, _along_axes, _shapes, _gathers, _batch_matmul, _control_flow, _variables, _custom, _signal)
    return [case for family in found for case in family()]


def _elementwise() -> Iterator[Case]:
    float_only = {"COS", "CEIL", "EXP", "FLOOR", "LOG", "ROUND", "RSQRT", "SIN", "SQRT", "SQUARE"}
    float_only |= {"FLOOR_DIV", "FLOOR_MOD", "NEG"}
    for name in sorted(elementwise.LOOKS_AT.keys() - {"ADD_N", "SELECT_V2"} | {"MAXIMUM", "MINIMUM"}):
        is_comparison = elementwise.LOOKS_AT.get(name) == (0, 1)
        count = 2 if is_comparison or name in ("FLOOR_DIV", "FLOOR_MOD", "LOGICAL_AND", "LOGICAL_OR", "MAXIMUM",
                                               "MINIMUM", "PRELU", "SQUARED_DIFFERENCE") else 1  # fmt: skip
        for type in ["BOOL"] if name.startswith("LOGICAL") else ["FLOAT32", "INT8"]:
            if type == "INT8" and name in float_only:
                continue
            row = tensor(type, 1, 20)
            inputs = [row, constant(np.ones((1, 1, 20)), type, scale=row.scale)] if name == "PRELU" else [row] * count
            yield Case(name, type, single_operator(name, inputs, [tensor("BOOL", 1, 20) if is_comparison else row]))
    for type in ("FLOAT32", "INT8"):
        row = tensor(type, 1, 20)
        for count in (2, 5):
            yield Case("ADD_N", f"{count} {type}", single_operator("ADD_N", [row] * count, [row]))
        yield Case("SELECT_V2", type, single_operator("SELECT_V2", [tensor("BOOL", 1, 20), row, row], [row]))


def _along_axes() -> Iterator[Case]:
    for type in ("FLOAT32", "INT8"):
        row = tensor(type, 2, 20)
        for name in ("ARG_MAX", "ARG_MIN"):
            yield Case(name, type, single_operator(name, [row, indices(1)], [tensor("INT32", 2)]))
        yield Case("CUMSUM", type, single_operator("CUMSUM", [row, indices(1)], [row]))
        yield Case("L2_NORMALIZATION", type, single_operator("L2_NORMALIZATION", [row], [row]))
        output = Spec((2, 20), "INT8", 16 / 256, 127) if type == "INT8" else row
        yield Case("LOG_SOFTMAX", type, single_operator("LOG_SOFTMAX", [row], [output]))
    pool = Pool2DOptions(Padding.VALID, 2, 2, 2, 2)
    image = tensor("FLOAT32", 1, 8, 8, 3)
    yield Case("L2_POOL_2D", "", single_operator("L2_POOL_2D", [image], [tensor("FLOAT32", 1, 4, 4, 3)], pool))
    types = {"REDUCE_ALL": ["BOOL"], "REDUCE_MAX": ["FLOAT32", "INT8"], "REDUCE_MIN": ["FLOAT32", "INT8"]}
    types["SUM"] = ["FLOAT32", "INT8", "INT16"]
    for name in sorted(types.keys() & along_axes.LOOKS_AT.keys()):
        for type in types[name]:
            inputs = [tensor(type, 1, 8, 8, 3), indices(1, 2)]
            yield Case(name, type, single_operator(name, inputs, [tensor(type, 1, 3)], ReducerOptions()))


def _shapes() -> Iterator[Case]:
    for type in ("FLOAT32", "INT8"):
        image, row = tensor(type, 1, 8, 8, 4), tensor(type, 1, 20)

        def one(name: str, inputs: list[Spec], outputs: list[Spec], options: Any = None, type: str = type) -> Case:
            return Case(name, type, single_operator(name, inputs, outputs, options))

        pairs = constant(np.zeros((2, 2), np.int32))
        yield one("BATCH_TO_SPACE_ND", [tensor(type, 4, 4, 4, 4), indices(2, 2), pairs], [image])
        yield one("SPACE_TO_BATCH_ND", [image, indices(2, 2), pairs], [tensor(type, 4, 4, 4, 4)])
        yield one("BROADCAST_TO", [row, indices(2, 3, 20)], [tensor(type, 2, 3, 20)])
        yield one("DEPTH_TO_SPACE", [image], [tensor(type, 1, 16, 16, 1)], DepthToSpaceOptions(2))
        yield one("SPACE_TO_DEPTH", [image], [tensor(type, 1, 4, 4, 16)], SpaceToDepthOptions(2))
        yield one("DYNAMIC_UPDATE_SLICE", [image, tensor(type, 1, 2, 2, 4), indices(0, 1, 1, 0)], [image])
        yield one("FILL", [indices(2, 20), tensor(type)], [tensor(type, 2, 20)])
        mirror = constant(np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32))
        yield one("MIRROR_PAD", [image, mirror], [tensor(type, 1, 10, 10, 4)], MirrorPadOptions())
        yield one("PACK", [row, row], [tensor(type, 2, 1, 20)], PackOptions(2, 0))
        yield one("UNPACK", [tensor(type, 2, 20)], [tensor(type, 20)] * 2, UnpackOptions(2, 0))
        for name in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"):
            yield one(name, [image, indices(16, 16)], [tensor(type, 1, 16, 16, 4)])
        yield one("REVERSE_V2", [row, indices(1)], [row])
        yield one("SHAPE", [image], [tensor("INT32", 4)], ShapeOptions(TensorType.INT32))
        yield one("SLICE", [image, indices(0, 1, 1, 0), indices(1, 2, 2, 4)], [tensor(type, 1, 2, 2, 4)])
        split = [row, indices(5, 15), constant(np.array(1, np.int32))]
        yield one("SPLIT_V", split, [tensor(type, 1, 5), tensor(type, 1, 15)], SplitVOptions(2))
        yield one("SQUEEZE", [tensor(type, 1, 20, 1)], [tensor(type, 20)], SqueezeOptions())
    shape = tensor("INT32", 3)
    yield Case("BROADCAST_ARGS", "", single_operator("BROADCAST_ARGS", [shape, shape], [shape]))


def _gathers() -> Iterator[Case]:
    for type in ("FLOAT32", "INT8"):
        table = tensor(type, 6, 20)
        rows, output = tensor("INT32", 3), tensor(type, 3, 20)
        yield Case("GATHER", type, single_operator("GATHER", [table, rows], [output], GatherOptions()))
        yield Case("GATHER_ND", type, single_operator("GATHER_ND", [table, tensor("INT32", 3, 1)], [output]))
        inputs = [rows, constant(np.ones((6, 20)), type, scale=table.scale)]
        yield Case("EMBEDDING_LOOKUP", type, single_operator("EMBEDDING_LOOKUP", inputs, [output]))


def _batch_matmul() -> Iterator[Case]:
    for type in ("FLOAT32", "INT8", "INT16"):
        for adj_x, adj_y in ((False, False), (False, True), (True, False), (True, True)):
            inputs = [tensor(type, *((5, 3) if adj_x else (3, 5))), tensor(type, 2, *((7, 5) if adj_y else (5, 7)))]
            options = BatchMatMulOptions(adj_x, adj_y)
            model = single_operator("BATCH_MATMUL", inputs, [tensor(type, 2, 3, 7)], options)
            yield Case("BATCH_MATMUL", f"{type} {adj_x} {adj_y}", model)


def _control_flow() -> Iterator[Case]:
    assert {"IF", "WHILE", "CALL_ONCE"} <= control_flow.LOOKS_AT.keys()
    row, truth = tensor("FLOAT32", 1, 20), tensor("BOOL", 1)
    add = OperatorSpec("ADD", [0, 0], [1], AddOptions())
    body = SubgraphSpec([row, row], [add], [0], [1])
    main = SubgraphSpec([truth, row, row], [OperatorSpec("IF", [0, 1], [2], IfOptions(1, 2))], [0, 1], [2])
    yield Case("IF", "", build_model([main, body, body]))
    one = tensor("FLOAT32", 1)
    less = SubgraphSpec([one, constant(np.zeros(1, np.float32)), truth], [OperatorSpec("LESS", [0, 1], [2])], [0], [2])
    body = SubgraphSpec([one, one], [add], [0], [1])
    main = SubgraphSpec([one, one], [OperatorSpec("WHILE", [0], [1], WhileOptions(1, 2))], [0], [1])
    yield Case("WHILE", "", build_model([main, less, body]))


def _variables() -> Iterator[Case]:
    """Two variables; the first subgraph reads and assigns them, the second gives them a start."""
    handle, row = tensor("RESOURCE"), tensor("INT8", 1, 20)
    start = constant(np.ones((1, 20), np.int8), scale=0.5)
    handles = [
        OperatorSpec("VAR_HANDLE", [], [index], VarHandleOptions("", name)) for index, name in enumerate(("a", "bcd"))
    ]
    for detail, names in (("one", 1), ("two", 2)):
        main = SubgraphSpec(
            [handle, handle, row, row, row],
            [
                OperatorSpec("CALL_ONCE", [], [], CallOnceOptions(1)),
                *handles[:names],
                OperatorSpec("READ_VARIABLE", [names - 1], [3]),
                OperatorSpec("ADD", [2, 3], [4], AddOptions()),
                OperatorSpec("ASSIGN_VARIABLE", [names - 1, 4], []),
            ],
            [2],
            [4],
        )
        assigns = [OperatorSpec("ASSIGN_VARIABLE", [index, 2], []) for index in range(names)]
        init = SubgraphSpec([handle, handle, start], [*handles[:names], *assigns], [], [])
        yield Case("VAR_HANDLE", detail, build_model([main, init]))


def _custom() -> Iterator[Case]:
    options = {
        "max_detections": 3, "max_classes_per_detection": 1, "detections_per_class": 1, "use_regular_nms": False,
        "nms_score_threshold": 0.0, "nms_iou_threshold": 0.5, "num_classes": 2,
        "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0,
    }  # fmt: skip
    outputs = [tensor("FLOAT32", 1, 3, 4), tensor("FLOAT32", 1, 3), tensor("FLOAT32", 1, 3), tensor("FLOAT32", 1)]
    boxes, anchors = tensor("FLOAT32", 1, 6, 4), constant(np.ones((6, 4), np.float32))
    for classes, detections in ((2, 3), (9, 3), (2, 8)):
        inputs = [boxes, tensor("FLOAT32", 1, 6, classes + 1), anchors]
        changed = options | {"num_classes": classes, "max_detections": detections}
        yield _case("TFLite_Detection_PostProcess", inputs, outputs, changed, f"{classes} {detections}")
    frames = [tensor("INT8", 1, 1, 1, 8)], [tensor("INT8", 1, 3, 1, 8)]
    yield _case("CIRCULAR_BUFFER", *frames, None, "no options")
    raw = bytes(flexbuffers.Dumps([2]))
    yield Case("CIRCULAR_BUFFER", "2", single_operator("CIRCULAR_BUFFER", *frames, custom_options=raw))


def _signal() -> Iterator[Case]:
    valid = tensor("BOOL")
    for shape in ((32,), (3, 32)):
        samples = [Spec(shape, "INT16")]
        detail = "x".join(map(str, shape))
        yield _case("SignalDelay", samples, samples, {"delay_length": 7}, detail)
        for size, step in ((20, 8), (16, 16), (9, 8)):
            frames = Spec((*shape[:-1], 32 // step, size), "INT16")
            framing = {"frame_size": size, "frame_step": step, "prefill": True}
            yield _case("SignalFramer", samples, [frames, valid], framing, f"{detail} {size} {step}")
    for number, type in ((7, "INT16"), (0, "FLOAT32")):
        for outer in ((), (3,)):
            inputs, outputs = [Spec((*outer, 2, 20), type)], [Spec((*outer, 16), type)]
            yield _case("SignalOverlapAdd", inputs, outputs, {"T": number, "frame_step": 8}, f"{type} {len(outer)}")
    for number, type in ((7, "INT16"), (2, "INT32"), (0, "FLOAT32")):
        for length in (16, 96):
            inputs, outputs = [Spec((length + 2,), type)], [Spec((length,), type)]
            transform = {"T": number, "fft_length": length}
            yield _case("SignalIrfft", inputs, outputs, transform, f"{type} {length}")
            yield _case("SignalRfft", outputs, inputs, transform, f"{type} {length}")
    stacking = {"num_channels": 4, "stacker_left_context": 2, "stacker_right_context": 1, "stacker_step": 2}
    yield _case("SignalStacker", [Spec((4,), "INT16")], [Spec((16,), "INT16"), valid], stacking)


def _case(name: str, inputs: Any, outputs: Any, options: dict[str, Any] | None, detail: str = "") -> Case:
    custom = b"" if options is None else bytes(flexbuffers.Dumps(options))
    return Case(name, detail, single_operator(name, inputs, outputs, custom_options=custom))
