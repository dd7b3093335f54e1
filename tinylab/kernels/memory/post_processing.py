"""What two custom operators ask of the arena: TFLite_Detection_PostProcess and CIRCULAR_BUFFER.

Retells detection_postprocess.cc and circular_buffer_common.cc of tensorflow/lite/micro/kernels/.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import PrepareContext, describe, refuse
from tinylab.kernels.memory.requests import OUTPUT, LooksAt, Prepare, PrepareOnAbi, PrepareRequests
from tinylab.kernels.signal_options import signal_option
from tinylab.model import Operator

FLOAT_BYTES = INT_BYTES = 4
COORDINATES = 4  # of a box
MOST = 2**24  # detections or classes: more would not fit into any arena


def _detection_postprocess(context: PrepareContext, node: Operator) -> PrepareRequests:
    """Eleven scratch buffers: boxes, scores, and the lists that non-maximum suppression sorts."""
    boxes, classes = context.input_tensor(node, 0), context.input_tensor(node, 1)
    if len(boxes.shape) != 3 or len(classes.shape) != 3:
        refuse(f"{describe(boxes)} and {describe(classes)}", "3 axes for both")
    box_count = boxes.shape[1]
    detections = signal_option(node, "max_detections", 0, MOST)
    class_count = signal_option(node, "num_classes", 0, MOST)
    return PrepareRequests(
        scratch=(
            box_count,  # which boxes are candidates still
            box_count * COORDINATES * FLOAT_BYTES,  # the boxes, decoded
            classes.shape[1] * classes.shape[2] * FLOAT_BYTES,  # scores
            box_count * FLOAT_BYTES,  # the scores of one class
            box_count * FLOAT_BYTES,  # those that are kept
            detections * box_count * FLOAT_BYTES,  # scores after the regular suppression
            detections * box_count * FLOAT_BYTES,  # the same, sorted
            box_count * INT_BYTES,  # boxes that are kept
            detections * box_count * INT_BYTES,  # the same, sorted
            max(class_count, detections) * box_count * INT_BYTES,  # what is sorted
            min(box_count, detections) * box_count * INT_BYTES,  # boxes that are selected
        )
    )


PREPARE: dict[str, Prepare] = {
    "TFLite_Detection_PostProcess": _detection_postprocess,
}
PREPARE_BY_ABI: dict[str, PrepareOnAbi] = {}

LOOKS_AT: dict[str, LooksAt] = {
    "CIRCULAR_BUFFER": (0, OUTPUT),
    "TFLite_Detection_PostProcess": (0, 1, 2),
}
