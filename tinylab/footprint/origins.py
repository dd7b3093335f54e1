"""Who wrote a section: TFLM, the third-party code in it, the compiler's libraries, the application."""

from __future__ import annotations

import re

from tinylab.footprint.build import Section

# In the order in which views show them.
ORIGINS = (
    "tflm",
    "cmsis-nn",
    "gemmlowp",
    "kissfft",
    "flatbuffers",
    "libm",
    "libc",
    "libgcc",
    "app",
    "startup",
    "alignment",
    "registrations",
)

_OBJECTS = {"cmsisnn__": "cmsis-nn", "signal__src__kiss_fft_wrappers__": "kissfft"}
_NAMESPACES = {"gemmlowp": "gemmlowp", "flatbuffers": "flatbuffers", "flexbuffers": "flatbuffers"}


def origin_of(section: Section) -> str:
    """The measured origin, and within TFLM the third-party library: by object file, and for a template that several
    objects instantiate by the function's own namespace (`gemmlowp::…`)."""
    if section.origin != "tflm":
        return section.origin
    for prefix, library in _OBJECTS.items():
        if section.object.startswith(prefix):
            return library
    return _NAMESPACES.get(_function_name(section.name).partition("::")[0], "tflm")


def _function_name(name: str) -> str:
    """`flexbuffers::Map::operator[]` of `double flexbuffers::Map::operator[]<…>(…)`: no template arguments, no type."""
    depth, kept = 0, []
    for character in re.sub(r"->|operator[<>]+", "", name):
        depth -= character == ">"
        if depth == 0 and character != ">":
            kept.append(" " if character == "<" else character)
        depth += character == "<"
    words = "".join(kept).partition("(")[0].split()
    # What follows the return type: the last word with a namespace.
    return next((word for word in reversed(words) if "::" in word), words[-1] if words else "")
