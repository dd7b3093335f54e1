"""A model as a C array: what `xxd -i`, TFLM's generate_cc_arrays.py and tl.export_cpp write into a .cc or .h file.

Just enough C is understood for that: comments, and arrays of bytes that are filled with numbers between braces.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tinylab.errors import ModelError
from tinylab.model import schema

SUFFIXES = frozenset({".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".inc", ".ino"})

# What may hide a brace or a name: strings, characters, comments; in one pass, so that none hides in another.
_HIDING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.DOTALL)
# name[], name[12], name[] DATA_ALIGN_ATTRIBUTE = {…}
_ARRAY = re.compile(r"\b([A-Za-z_]\w*)\s*\[\s*(\w*)\s*\][^=;{}\[\]]*=\s*\{([^{}]*)\}")
_EXTERN = re.compile(r"\bextern\b[^;{}]*?\b([A-Za-z_]\w*)\s*\[\s*\w*\s*\]\s*;")
_NUMBER = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)[uUlL]*")


class CArray(NamedTuple):
    """An array of bytes: its name in the file, and what it holds."""

    name: str
    data: bytes


def is_c_source(path: Path) -> bool:
    """Whether a path is that of a C or C++ file, by its suffix."""
    return path.suffix.lower() in SUFFIXES


def read_model_array(path: Path) -> bytes:
    """The bytes of the one array in a C or C++ file that is a .tflite model; ModelError where there is none or several.

    Other arrays may stand beside it. A size that the file states (`[3152]`, `…_len = 3152`, `…_size = 3152`) must be
    right.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    found = arrays(text)
    models = [array for array in found if array.data[4:8] == schema.FILE_IDENTIFIER]
    if len(models) == 1:
        return models[0].data
    if models:
        names = ", ".join(array.name for array in models)
        raise ModelError(f"there are {len(models)} models in {path.name} ({names}): keep one in a file")
    if found:
        names = ", ".join(f"{array.name} of {len(array.data)} bytes" for array in found)
        raise ModelError(f"no array in {path.name} is a TensorFlow Lite model: there is {names}")
    if declared := _EXTERN.search(_HIDING.sub(" ", text)):
        raise ModelError(f"{path.name} declares {declared[1]} and does not hold its bytes: load the file that does")
    raise ModelError(
        f"there is no array of bytes in {path.name}: a model looks like `const unsigned char g_model[] = {{…}};`"
    )


def arrays(text: str) -> list[CArray]:
    """Every array of bytes in C source. Arrays that hold anything but numbers from -128 to 255 are passed over."""
    code = _HIDING.sub(" ", text)
    found = []
    for name, size, body in _ARRAY.findall(code):
        data = _bytes(body)
        if data is None:
            continue
        stated = re.search(rf"\b{name}_(?:len|size)\s*=\s*(\d+)", code)
        for said in (size, stated[1] if stated else ""):
            if said.isdigit() and int(said) != len(data):
                raise ModelError(
                    f"{name} holds {len(data)} bytes, and the file says {said}: it is cut off or was edited",
                    place=name,
                    found=len(data),
                    needed=int(said),
                )
        found.append(CArray(name, data))
    return found


def _bytes(body: str) -> bytes | None:
    """The numbers between two braces; None where they are none, or no bytes."""
    tokens = [token.strip() for token in body.split(",")]
    if not tokens[-1]:  # a comma after the last number is allowed
        tokens.pop()
    try:
        return bytes(_byte(token) for token in tokens)
    except ValueError:
        return None


def _byte(token: str) -> int:
    """One number of C as a byte: hexadecimal, decimal, octal with a leading 0; int8_t arrays have negative ones."""
    if len(token) == 4 and token.startswith("0x"):  # nearly all of them
        return int(token, 16)
    match = _NUMBER.fullmatch(token)
    if match is None:
        raise ValueError(token)
    sign, digits = match.groups()
    octal = len(digits) > 1 and digits.isdigit() and digits[0] == "0"
    value = int(digits, 8) if octal else int(digits, 0)
    value = -value if sign == "-" else value
    if not -128 <= value <= 255:
        raise ValueError(token)
    return value & 0xFF
