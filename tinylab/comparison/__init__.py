"""Side by side.

The same samples through TensorFlow, LiteRT, the real TFLM and tinylab; accuracy, agreement, memory, time.
"""

from __future__ import annotations

from tinylab.comparison.layers import LayerRow, compare_layers
from tinylab.comparison.models import Comparison, ComparisonRow, compare

__all__ = ["Comparison", "ComparisonRow", "LayerRow", "compare", "compare_layers"]
