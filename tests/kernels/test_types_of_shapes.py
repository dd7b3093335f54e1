"""Every operator that moves elements, by every type: run as the real TFLM runs it, or refused where it refuses.

The cases are those of the operators' own tests; here also of types that their kernels do not take.
"""

from __future__ import annotations

import zlib
from types import ModuleType

import numpy as np
import pytest

from tests.kernels import (
    test_batch_to_space_nd,
    test_broadcast_args,
    test_broadcast_to,
    test_depth_to_space,
    test_dynamic_update_slice,
    test_embedding_lookup,
    test_fill,
    test_gather,
    test_gather_nd,
    test_mirror_pad,
    test_resize_bilinear,
    test_resize_nearest_neighbor,
    test_reverse,
    test_slice,
    test_space_to_batch_nd,
    test_space_to_depth,
    test_split_v,
    test_squeeze,
    test_unpack,
)
from tests.kernels.running import assert_as_tflm, refusal_of
from tinylab.peers.tflm import TflmSession

# Not UINT16, which the wheel cannot be fed.
TYPES = ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "bool"]
OF_PADDING_THAT_TFLM_DOES_NOT_SET = {("test_space_to_batch_nd", "float32"), ("test_space_to_batch_nd", "int8")}
MODULES = [
    test_batch_to_space_nd, test_broadcast_args, test_broadcast_to, test_depth_to_space, test_dynamic_update_slice,
    test_embedding_lookup, test_fill, test_gather, test_gather_nd, test_mirror_pad, test_resize_bilinear,
    test_resize_nearest_neighbor, test_reverse, test_slice, test_space_to_batch_nd, test_space_to_depth, test_split_v,
    test_squeeze, test_unpack,
]  # fmt: skip


def name_of(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


@pytest.mark.filterwarnings("ignore:.*encountered in cast")  # what is expected of a float64 is of no interest here
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_run_or_refused_as_tflm(tflm: TflmSession, module: ModuleType, dtype: str) -> None:
    rng = np.random.default_rng(zlib.crc32(f"{module.__name__} {dtype}".encode()))
    for _ in range(4):
        case = module.case(rng, dtype)
        theirs = tflm.run(case.model, case.inputs)
        if not theirs.ran:
            assert dtype not in module.TYPES
            assert theirs.phase == refusal_of(case.model)[0], theirs.text
        elif (name_of(module), dtype) not in OF_PADDING_THAT_TFLM_DOES_NOT_SET:
            assert dtype in module.TYPES, "a type that TFLM takes too"
            assert_as_tflm(tflm, case.model, *case.inputs)
