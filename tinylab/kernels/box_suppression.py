"""Boxes about anchors, and which of them to keep: what the detections of TFLite_Detection_PostProcess are made of.

A box is (ymin, xmin, ymax, xmax). Retells tensorflow/lite/micro/kernels/detection_postprocess.cc.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import ModelError
from tinylab.kernels.kernel_util import refuse
from tinylab.model import Operator
from tinylab.model.flexbuffer import flexbuffer_numbers

DETECTIONS_PER_CLASS = 100  # where the options do not say

Boxes = NDArray[np.float32]  # float32 [boxes, 4]


class Options(NamedTuple):
    """The custom options, by TFLM's names. What is missing is 0."""

    max_detections: int
    max_classes_per_detection: int
    detections_per_class: int
    use_regular_nms: bool
    nms_score_threshold: np.float32
    nms_iou_threshold: np.float32
    num_classes: int
    scales: NDArray[np.float64]  # of y, x, h, w


def read_options(node: Operator) -> Options:
    """A FlexBuffer map; refused where there is none."""
    try:
        numbers = flexbuffer_numbers(node.custom_options)
    except ModelError as error:
        refuse(f"custom options of {len(node.custom_options)} bytes, {error}", "a FlexBuffer map")
    return Options(
        max_detections=int(numbers.get("max_detections", 0)),
        max_classes_per_detection=int(numbers.get("max_classes_per_detection", 0)),
        detections_per_class=int(numbers.get("detections_per_class", DETECTIONS_PER_CLASS)),
        use_regular_nms=bool(numbers.get("use_regular_nms", False)),
        nms_score_threshold=np.float32(numbers.get("nms_score_threshold", 0)),
        nms_iou_threshold=np.float32(numbers.get("nms_iou_threshold", 0)),
        num_classes=int(numbers.get("num_classes", 0)),
        scales=np.array([np.float32(numbers.get(f"{axis}_scale", 0)) for axis in "yxhw"], np.float64),
    )


def decoded(encodings: NDArray[np.float32], anchors: NDArray[np.float32], options: Options) -> Boxes:
    """encodings: [boxes, 4 or more], (y, x, h, w) about anchors [boxes, 4] of the same kind. In float64, as TFLM."""
    anchor = anchors.reshape(-1)[: 4 * len(encodings)].reshape(-1, 4).astype(np.float64)
    scaled = encodings[:, :4].astype(np.float64) / options.scales
    centre = (scaled[:, :2] * anchor[:, 2:] + anchor[:, :2]).astype(np.float32)
    half = (0.5 * np.exp(scaled[:, 2:]) * anchor[:, 2:]).astype(np.float32)
    return np.concatenate([centre - half, centre + half], axis=1)


def best_first(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Where the scores are, the largest first, of equal ones the first."""
    return np.argsort(-scores, kind="stable")


def suppressed(boxes: Boxes, scores: NDArray[np.float32], options: Options, most: int) -> NDArray[np.int64]:
    """The boxes to keep, at most so many, best first: none overlaps a better one (NonMaxSuppressionSingleClassHelper).

    scores: one a box.
    """
    candidates = np.flatnonzero(scores >= options.nms_score_threshold)
    candidates = candidates[best_first(scores[candidates])]
    kept: list[int] = []
    while len(candidates) and len(kept) < most:
        best, candidates = candidates[0], candidates[1:]
        kept.append(int(best))
        candidates = candidates[~(_overlaps(boxes[best], boxes[candidates]) > options.nms_iou_threshold)]
    return np.array(kept, np.int64)


def _overlaps(box: NDArray[np.float32], others: Boxes) -> NDArray[np.float32]:
    """Intersection over union of one box with each other, float32 [others] (ComputeIntersectionOverUnion)."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.maximum(sides[:, 0], np.float32(0)) * np.maximum(sides[:, 1], np.float32(0))
    return np.where((area <= 0) | (areas <= 0), np.float32(0), shared / (area + areas - shared)).astype(np.float32)
