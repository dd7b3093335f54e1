"""Arena figures that others published, carried over with their source, beside what tinylab computes.

The models are TFLM's own and not in the zoo, so a notebook shows figures; tests compute tinylab's from the models.
"""

from __future__ import annotations

from typing import NamedTuple


class PublishedArena(NamedTuple):
    """model, what: whose arena, and how it came about; source: where it stands. Sizes as printed there.

    persistent: the tail, non_persistent: the head.
    """

    model: str
    what: str
    persistent: str
    non_persistent: str
    source: str


_PAPER = "arXiv:2010.08678v3, table 3: SparkFun Edge (Cortex-M4), reference kernels; 1 kB is 1,000 bytes"
_README = "TFLM's tools/benchmarking/README.md: cortex-m4 on Corstone-300, CMSIS-NN, RecordingMicroAllocator"
_TINYLAB = "tinylab, cortex-m4, computed with the sizes of TFLM 90b983c"
_PERSON_DETECT = "person_detect"

# The TFLM paper's memory table.
PAPER: tuple[PublishedArena, ...] = (
    PublishedArena("test_conv_model", "paper", "1.29 kB", "7.75 kB", _PAPER),
    PublishedArena("test_conv_model", "tinylab", "1,440", "7,744", _TINYLAB),
    PublishedArena("keyword_scrambled", "paper", "12.12 kB", "680", _PAPER),
    PublishedArena("keyword_scrambled", "tinylab", "12,500", "672", _TINYLAB),
    PublishedArena(_PERSON_DETECT, "paper", "26.50 kB", "55.30 kB", _PAPER),
    PublishedArena(_PERSON_DETECT, "tinylab", "26,996", "55,296", _TINYLAB),
)

# One model on one core: TFLM's README to the byte, part by part.
PERSON_DETECT: tuple[PublishedArena, ...] = (
    PublishedArena(_PERSON_DETECT, "TFLM's README", "29,140", "55,296", _README),
    PublishedArena(_PERSON_DETECT, "tinylab: plain, reference", "26,996", "55,296", _TINYLAB),
    PublishedArena(_PERSON_DETECT, "tinylab: plain, CMSIS-NN", "27,012", "55,296", _TINYLAB),
    PublishedArena(_PERSON_DETECT, "... with the recording allocator", "27,124", "55,296", _TINYLAB),
    PublishedArena(_PERSON_DETECT, "... and a table for 100 resource variables", "29,140", "55,296", _TINYLAB),
)
