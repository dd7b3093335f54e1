"""Names, numbers and text as C++ writes them. What a model file says is made harmless: others wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

_BYTE = [f"0x{value:02x}" for value in range(256)]
_BYTES_A_LINE = 12  # as xxd -i


def identifier(name: str, fallback: str = "model") -> str:
    """A name that C++ takes as a part of one: letters, digits and single underscores, no digit first."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    return f"{fallback}_{plain}" if plain[:1].isdigit() else plain or fallback


def unique_identifiers(names: Iterable[str]) -> list[str]:
    """An identifier for each name, told apart by numbers, also where a file system takes a and A for the same."""
    taken: set[str] = set()
    found = []
    for name in names:
        plain = identifier(name)
        numbered = (plain, *(f"{plain}_{number}" for number in range(2, len(taken) + 3)))
        found.append(next(each for each in numbered if each.casefold() not in taken))
        taken.add(found[-1].casefold())
    return found


def string_literal(text: str) -> str:
    """Text in double quotes, as UTF-8; what is not printable ASCII in octal, which ends after three digits."""
    plain = {ord(c): c for c in map(chr, range(0x20, 0x7F))} | {ord('"'): r"\"", ord("\\"): r"\\", ord("?"): r"\?"}
    return '"' + "".join(plain.get(byte, f"\\{byte:03o}") for byte in text.encode("utf-8", "replace")) + '"'


def comment(text: str) -> str:
    """Text for a // comment or a line of Markdown: one line, and no backslash, which at its end would join the next."""
    return re.sub(r"[^\x20-\x7e]|\?", "_", text).replace("\\", "/")  # two question marks and a slash are one


def float_literal(value: float) -> str:
    """The shortest float literal that is this float32."""
    text = np.format_float_scientific(np.float32(value), unique=True, trim="0", exp_digits=2)
    return f"{text}f"


def byte_lines(data: bytes | memoryview) -> str:
    """The inside of a byte array, 12 numbers a line, as xxd -i writes it."""
    numbers = [_BYTE[value] for value in bytes(data)]
    rows = (numbers[start : start + _BYTES_A_LINE] for start in range(0, len(numbers), _BYTES_A_LINE))
    return ",\n".join("  " + ", ".join(row) for row in rows)
