"""TFLite_Detection_PostProcess: boxes that do not overlap, regular and fast, against the real TFLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers

from tests.builder import TensorSpec, constant, single_operator
from tests.kernels.cases import assert_refused_in, coin
from tests.kernels.cells import Case, Cell, Rng, assert_cell_as_tflm, every
from tests.kernels.running import Array, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

OPTIONS = {
    "max_detections": 3, "max_classes_per_detection": 1, "detections_per_class": 1, "use_regular_nms": False,
    "nms_score_threshold": 0.0, "nms_iou_threshold": 0.5, "num_classes": 2,
    "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0,
}  # fmt: skip
ENCODINGS = np.float32([[0, 0, 0, 0], [0, 1, 0, 0], [0, -1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
ANCHORS = np.float32([[0.5, 0.5, 1, 1]] * 3 + [[0.5, 10.5, 1, 1]] * 2 + [[0.5, 100.5, 1, 1]])
SCORES = np.float32([[0, 0.9, 0.8], [0, 0.75, 0.72], [0, 0.6, 0.5], [0, 0.93, 0.95], [0, 0.5, 0.4], [0, 0.3, 0.2]])


def detections(
    boxes: int = 6,
    classes: int = 3,
    room: int = 3,
    anchors: Array | TensorSpec = ANCHORS,
    columns: int = 4,
    dtype: str = "FLOAT32",
    **options: Any,
) -> bytes:
    """classes: the background among them."""
    outputs = [TensorSpec(shape, "FLOAT32") for shape in ((1, room, 4), (1, room), (1, room), (1,))]
    inputs = [TensorSpec((1, boxes, columns), dtype), TensorSpec((1, boxes, classes), "FLOAT32")]
    inputs.append(anchors if isinstance(anchors, TensorSpec) else constant(anchors))
    custom = bytes(flexbuffers.Dumps(OPTIONS | options))
    return single_operator("TFLite_Detection_PostProcess", inputs, outputs, custom_options=custom)


@pytest.mark.parametrize(
    ("options", "classes", "scores"),
    [
        ({}, [1, 0, 0], [0.95, 0.9, 0.3]),
        ({"use_regular_nms": True}, [1, 0, 0], [0.95, 0.93, 0]),
        ({"use_regular_nms": True, "detections_per_class": 3}, [1, 0, 0], [0.95, 0.93, 0.9]),
        ({"nms_score_threshold": 0.4}, [1, 0, 0], [0.95, 0.9, 0]),
        ({"nms_score_threshold": 0.9}, [1, 0, 0], [0.95, 0.9, 0]),
    ],
)
def test_by_hand(options: dict[str, Any], classes: list[int], scores: list[float]) -> None:
    """Six boxes in three places: (0, 0), (0, 10) and (0, 100); a regular run takes one detection a class."""
    found = outputs_of(detections(**options), ENCODINGS[np.newaxis, np.newaxis], SCORES[np.newaxis, np.newaxis])
    assert found[1].ravel().tolist() == classes
    np.testing.assert_array_equal(found[2].ravel(), np.float32(scores))
    assert found[3].ravel().tolist() == [np.count_nonzero(scores)]
    np.testing.assert_allclose(found[0][0, 0, 0], [0, 10, 1, 11], atol=1e-6)


def random_case(rng: Rng) -> Case:
    """Equal scores and boxes among them, and now and then a fifth column; regular or fast."""
    boxes, classes, room = int(rng.integers(1, 40)), int(rng.integers(1, 5)), int(rng.integers(1, 12))
    anchors = np.concatenate([rng.uniform(0, 3, (boxes, 2)), rng.uniform(0.2, 2, (boxes, 2))], axis=1)
    columns, background, regular = 4 + coin(rng, 0.2), coin(rng), coin(rng)
    model = detections(
        boxes, classes + background, room, anchors.astype(np.float32), columns,
        use_regular_nms=regular, num_classes=classes, max_detections=room,
        detections_per_class=int(rng.integers(1, 6)), nms_score_threshold=float(rng.uniform(-0.1, 0.6)),
        nms_iou_threshold=float(rng.uniform(0.05, 1)), max_classes_per_detection=1,
    )  # fmt: skip
    encodings = rng.normal(size=(4, 1, boxes, columns)).astype(np.float32)
    scores = (rng.integers(0, 20, (4, 1, boxes, classes + background)) / 20).astype(np.float32)
    return model, [encodings, scores], room if regular else None


def found(outputs: list[Array], case: Case) -> list[Array]:
    """boxes, classes, scores, counts; a fast run leaves the places behind the count as they were."""
    counts = outputs[3].reshape(-1)
    shown = [case[2] or int(count) for count in counts]
    boxes, *others = (array.reshape(len(counts), -1) for array in outputs[:3])
    shaped = [boxes.reshape(len(counts), -1, 4), *others]
    return [np.concatenate([one[:n] for one, n in zip(array, shown, strict=True)]) for array in shaped] + [counts]


CELLS = {("TFLite_Detection_PostProcess", "float32"): Cell(random_case, shown=found)}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_several_classes_a_detection_leave_gaps(tflm: TflmSession) -> None:
    """Two classes for each of two boxes: places 0, 3, 4 and 7."""
    model = detections(room=8, max_classes_per_detection=2, max_detections=2)
    feeds = [ENCODINGS[np.newaxis, np.newaxis], SCORES[np.newaxis, np.newaxis]]
    ours, theirs = outputs_of(model, *feeds), tflm.run(model, feeds).require().outputs
    assert ours[2].ravel().tolist() == np.float32([0.95, 0, 0, 0.93, 0.9, 0, 0, 0.8]).tolist()
    assert theirs[3].item() == ours[3].item() == 4
    np.testing.assert_array_equal(ours[2].ravel()[[0, 3, 4, 7]], theirs[2].ravel()[[0, 3, 4, 7]])
    np.testing.assert_array_equal(ours[1].ravel()[[0, 3, 4, 7]], theirs[1].ravel()[[0, 3, 4, 7]])


FLAT = constant(np.zeros((6, 4), np.float32))  # anchors of no size make boxes of no size
REFUSED = {
    "anchors of three axes": ("allocate", detections(anchors=constant(ANCHORS[np.newaxis]))),
    "more classes than scores": ("invoke", detections(classes=1)),
    "more scores than classes": ("invoke", detections(classes=4)),
    "three columns": ("invoke", detections(columns=3)),
    "int8 boxes": ("invoke", detections(dtype="INT8")),
    "no overlap": ("invoke", detections(nms_iou_threshold=0.0)),
    "too much overlap": ("invoke", detections(nms_iou_threshold=1.5)),
    "no class": ("invoke", detections(max_classes_per_detection=0)),
    "no detection a class": ("invoke", detections(detections_per_class=0, use_regular_nms=True)),
    "flat boxes": ("invoke", detections(anchors=FLAT)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(tflm: TflmSession, name: str) -> None:
    assert_refused_in(tflm, *REFUSED[name])


def test_what_tflm_does_not_look_at() -> None:
    assert refusal_of(detections(anchors=ANCHORS[:5]))[0] == "invoke"
    room_for_one = refusal_of_detections(detections(room=1))
    assert "room in output 0" in room_for_one


def refusal_of_detections(model: bytes) -> str:
    with pytest.raises(Exception, match="needed") as caught:
        outputs_of(model, ENCODINGS[np.newaxis, np.newaxis], SCORES[np.newaxis, np.newaxis])
    return str(caught.value)
