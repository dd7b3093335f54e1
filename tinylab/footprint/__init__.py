"""The op resolver's price: what TFLM with a set of operators takes in flash, from links of the real TFLM.

estimate_flash(model or resolver or names, target) gives a FlashEstimate. Operators share code, so their sizes cannot be
added; the sections that the linker keeps for them can be united (flash_rule.py). MEASURED lists the builds there are.
"""

from __future__ import annotations

from tinylab.footprint.breakdown import OperatorFlash, SharedCode
from tinylab.footprint.build import DEFAULT_TARGET, MEASURED, Build, BuildKey, find_build
from tinylab.footprint.estimate import FlashEstimate, estimate_flash
from tinylab.footprint.origins import ORIGINS
from tinylab.footprint.validation import CheckedLink, EstimateError, checked_links, error_of

__all__ = [
    "DEFAULT_TARGET",
    "MEASURED",
    "ORIGINS",
    "Build",
    "BuildKey",
    "CheckedLink",
    "EstimateError",
    "FlashEstimate",
    "OperatorFlash",
    "SharedCode",
    "checked_links",
    "error_of",
    "estimate_flash",
    "find_build",
]
