"""A model as C++ for a board: a folder ready to build, for plain TFLM or for the Arduino IDE (`tl.export_cpp`)."""

from __future__ import annotations

from tinylab.cpp.exporting import export_cpp
from tinylab.cpp.smoothing import Smoothing

__all__ = ["Smoothing", "export_cpp"]
