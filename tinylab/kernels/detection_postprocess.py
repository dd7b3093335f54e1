"""boxes, classes, scores = the best detections that do not overlap another by more than a threshold.

Each box is decoded about its anchor; then non-maximum suppression takes the best score, drops what overlaps it, and
goes on. Regular: for each class by itself. Fast: once, each box with its best class.
Retells tensorflow/lite/micro/kernels/detection_postprocess.cc.

NB: outputs that TFLM leaves as they were are 0 here; where it would write behind its outputs, Invoke fails.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import InvokeError
from tinylab.kernels.box_suppression import Options, best_first, decoded, read_options, suppressed
from tinylab.kernels.kernel_util import (
    InvokeContext,
    PrepareContext,
    Registration,
    describe,
    refuse,
    require_counts,
    require_type_at_invoke,
)
from tinylab.model import Operator, TensorType

BOX_ENCODINGS, CLASS_PREDICTIONS, ANCHORS = 0, 1, 2
BOXES, CLASSES, SCORES, COUNT = 0, 1, 2, 3

Detections = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]  # where it goes, its box, its class


def prepare(context: PrepareContext, node: Operator) -> Options:
    """Check the numbers of axes; sizes and types are looked at in Invoke."""
    require_counts(node, 3, 4)
    for place, rank in ((BOX_ENCODINGS, 3), (CLASS_PREDICTIONS, 3), (ANCHORS, 2)):
        tensor = context.input_tensor(node, place)
        if len(tensor.shape) != rank:
            refuse(describe(tensor), f"{rank} axes")
    return read_options(node)


def invoke(context: InvokeContext, node: Operator, options: Options) -> None:
    """One sample."""
    _require_sizes(context, node, options)
    encodings, predictions = (context.input_data(node, place)[0] for place in (BOX_ENCODINGS, CLASS_PREDICTIONS))
    boxes = decoded(encodings, context.input_data(node, ANCHORS), options)
    if np.any((boxes[:, 0] >= boxes[:, 2]) | (boxes[:, 1] >= boxes[:, 3])):
        raise InvokeError("a box of no height or width, but anchors and scales that make boxes are needed")
    scores = predictions[:, predictions.shape[1] - options.num_classes :]  # without the background
    find = _regular if options.use_regular_nms else _fast
    places, found, classes = find(boxes, scores, options)
    values = boxes[found], classes, scores[found, classes]
    for output, value, size in zip((BOXES, CLASSES, SCORES), values, (4, 1, 1), strict=True):
        data = context.output_data(node, output)
        data[...] = 0
        if places.size and (places.max() + 1) * size > data.size:
            raise InvokeError(f"detection {places.max()}, but room in output {output} is needed")
        data.reshape(-1, size)[places] = value.reshape(-1, size)
    context.output_data(node, COUNT)[...] = len(places)


def _require_sizes(context: InvokeContext, node: Operator, options: Options) -> None:
    boxes, classes = context.input_tensor(node, BOX_ENCODINGS), context.input_tensor(node, CLASS_PREDICTIONS)
    anchors, background = context.input_tensor(node, ANCHORS), classes.shape[2] - options.num_classes
    require_type_at_invoke(boxes, TensorType.FLOAT32)
    require_type_at_invoke(classes, TensorType.FLOAT32)
    require_type_at_invoke(anchors, TensorType.FLOAT32)  # NB: TFLM reads them as such
    if boxes.shape[0] != 1 or boxes.shape[2] < 4 or classes.shape[:2] != boxes.shape[:2] or background not in (0, 1):
        found = f"{describe(boxes)} and {describe(classes)} for {options.num_classes} classes"
        raise InvokeError(f"{found}, but one batch, and scores for each class, are needed")
    if anchors.element_count < 4 * boxes.shape[1]:
        raise InvokeError(f"{describe(anchors)}, but one anchor for each box is needed")
    most = options.detections_per_class if options.use_regular_nms else options.max_classes_per_detection
    if most <= 0 or options.max_detections < 0 or not 0 < options.nms_iou_threshold <= 1:
        raise InvokeError(f"{options}, but positive numbers and a threshold up to 1 are needed")


def _regular(boxes: NDArray[np.float32], scores: NDArray[np.float32], options: Options) -> Detections:
    """The best of all classes, kept class after class."""
    found = classes = np.zeros(0, np.int64)
    for number in range(options.num_classes):
        more = suppressed(boxes, scores[:, number], options, options.detections_per_class)
        found, classes = np.append(found, more), np.append(classes, np.full(len(more), number))
        best = best_first(scores[found, classes])[: options.max_detections]
        found, classes = found[best], classes[best]
    return np.arange(len(found)), found, classes


def _fast(boxes: NDArray[np.float32], scores: NDArray[np.float32], options: Options) -> Detections:
    """Each box with its best classes. As in TFLM, several classes a box leave gaps between the detections."""
    count = min(options.max_classes_per_detection, options.num_classes)
    found = suppressed(boxes, scores.max(axis=1), options, options.max_detections)
    classes = np.array([best_first(scores[box])[:count] for box in found], np.int64).reshape(-1)
    written = np.arange(len(classes))
    return count * written + written % count, found.repeat(count), classes


REGISTRATION = Registration("TFLite_Detection_PostProcess", prepare, invoke, per_sample=True)
