"""Every real model: equal to the real TFLM, tensor by tensor, or refused like it.

`python -m tests.real_models` prints the same as a table.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests import real_models
from tests.shared import needs_shared
from tinylab.peers.tflm import TflmSession

RUN = [entry["file"] for entry in real_models.entries(invokes=True)]
REFUSED = [entry["file"] for entry in real_models.entries(invokes=False)]


@needs_shared
def test_as_many_models_as_there_are() -> None:
    assert (len(RUN), len(REFUSED)) == (234, 9)


@needs_shared
@pytest.mark.parametrize("file", RUN)
def test_every_tensor_is_equal(tflm: TflmSession, file: str) -> None:
    done = real_models.compare(file, tflm)
    print(real_models.line(done))
    assert done.samples >= 16
    assert done.tensors > 0
    assert not done.differences


@needs_shared
@pytest.mark.parametrize("file", REFUSED)
def test_refused_at_the_same_node_and_moment(tflm: TflmSession, file: str) -> None:
    ours, theirs = real_models.refused(file, tflm)
    assert theirs is not None
    assert ours == theirs


@needs_shared
def test_keyword_spotting_over_kws01() -> None:
    assert real_models.on_data("mlperf_tiny/kws_ref_model.tflite", None).right == 901


@needs_shared
@pytest.mark.parametrize("file", real_models.DATA_SETS)
def test_every_output_vector_over_a_data_set_is_equal(tflm: TflmSession, file: str) -> None:
    done = real_models.on_data(file, tflm)
    assert done.equal == done.samples


@pytest.mark.parametrize(
    ("ours", "theirs", "are_different"),
    [
        (np.int8([[1, 2]]), np.int8([[1, 2]]), False),
        (np.int8([[1, 2]]), np.int8([[1, 3]]), True),
        (np.int8([[1, 2]]), np.int16([[1, 2]]), True),
        (np.float32([[0, 100]]), np.float32([[0.0009, 100]]), False),
        (np.float32([[0, 100]]), np.float32([[0.0011, 100]]), True),
        (np.float32([[0, 100], [0, 1]]), np.float32([[0, 100], [0.0009, 1]]), True),  # each sample by its own largest
        (np.float32([[np.nan, 1]]), np.float32([[1, 1]]), True),
        (np.float32([[0, 0]]), np.float32([[0, 0]]), False),
    ],
)
def test_what_counts_as_different(ours: np.ndarray, theirs: np.ndarray, are_different: bool) -> None:
    assert (real_models.error_of(ours, theirs) > real_models.tolerance(theirs)) == are_different
