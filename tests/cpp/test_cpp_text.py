"""Names, numbers and text in C++."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cpp.compiling import needs_compiler, run
from tinylab.cpp.cpp_text import byte_lines, comment, float_literal, identifier, string_literal, unique_identifiers

TEXTS = ["plain", 'a "b" \\ c', "two\nlines\ttab\r\0end", "é ü 漢字", "??/ ??(", "%d %s", "\\x41\\101", "8\x01" + "1"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("kws_yes_no", "kws_yes_no"),
        ("abs-add.float32", "abs_add_float32"),
        ("8bit", "model_8bit"),
        ("__a__b__", "a_b"),
        ("é", "model"),
        ("", "model"),
    ],
)
def test_identifiers(name: str, plain: str) -> None:
    assert identifier(name) == plain


def test_identifiers_are_told_apart_also_where_case_is_not() -> None:
    assert unique_identifiers(["a", "A", "a-", "a_2", "b"]) == ["a", "A_2", "a_3", "a_2_2", "b"]


def test_comments_stay_one_line() -> None:
    for text in TEXTS:
        said = comment(text)
        assert said.isprintable()
        assert said.isascii()
        assert not set(said) & {"\\", "?"}


def test_byte_lines_are_xxds() -> None:
    lines = byte_lines(bytes(range(250, 256)) + bytes(8)).split(",\n")
    assert lines == ["  " + ", ".join(["0xfa", "0xfb", "0xfc", "0xfd", "0xfe", "0xff"] + ["0x00"] * 6), "  0x00, 0x00"]


@needs_compiler
def test_the_compiler_reads_what_was_meant(tmp_path: Path) -> None:
    """Strings, byte for byte, and float32 numbers, bit for bit."""
    rng = np.random.default_rng(5)
    floats = [0.1, 1 / 3, 1e-38, 3.4028235e38, 0.0, 1.0, *rng.lognormal(sigma=20, size=50).astype(np.float32).tolist()]
    source = "#include <cstdio>\n#include <cstring>\nint main() {\n"
    for text in TEXTS:
        literal = string_literal(text)
        source += f'for (size_t i = 0; i + 1 < sizeof({literal}); ++i) std::printf("%02x", {literal}[i] & 0xff);\n'
        source += 'std::printf("\\n");\n'
    for value in floats:
        source += f"{{ float f = {float_literal(value)}; unsigned bits; std::memcpy(&bits, &f, 4); "
        source += 'std::printf("%08x\\n", bits); }\n'
    lines = run(source + "return 0; }\n", tmp_path)
    assert lines[: len(TEXTS)] == [text.encode().hex() for text in TEXTS]
    assert lines[len(TEXTS) :] == [f"{np.float32(value).view(np.uint32):08x}" for value in floats]
