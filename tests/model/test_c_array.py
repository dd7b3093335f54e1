"""Models in C arrays: what xxd, TFLM's generate_cc_arrays.py and people write, and what is refused with its reason."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.arena.models import hello_world
from tinylab.errors import ModelError
from tinylab.model import c_array, load_model

DATA = bytes(hello_world().data)


def xxd(data: bytes, name: str = "model_tflite", start: str = "unsigned char") -> str:
    """What `xxd -i` prints."""
    numbers = [f"0x{value:02x}" for value in data]
    rows = [", ".join(numbers[start : start + 12]) for start in range(0, len(numbers), 12)]
    body = ",\n".join(f"  {row}" for row in rows)
    return f"{start} {name}[] = {{\n{body}\n}};\nunsigned int {name}_len = {len(data)};\n"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", sorted(c_array.SUFFIXES))
def test_xxd(tmp_path: Path, suffix: str) -> None:
    model = load_model(written(tmp_path / f"hello{suffix}", xxd(DATA)))
    assert (bytes(model.data), model.name) == (DATA, "hello")


@pytest.mark.skipif(shutil.which("xxd") is None, reason="xxd is not installed")
def test_xxd_itself(tmp_path: Path) -> None:
    (tmp_path / "hello.tflite").write_bytes(DATA)
    said = subprocess.run(["xxd", "-i", "hello.tflite"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert bytes(load_model(written(tmp_path / "hello.cc", said.stdout)).data) == DATA


def test_as_tflm_generates_them(tmp_path: Path) -> None:
    """tools/generate_cc_arrays.py: one line, no padding of numbers, an include before."""
    body = ",".join(hex(value) for value in DATA)
    includes = '#include <cstdint>\n\n#include "hello_model_data.h"\n\n'
    text = f"{includes}alignas(16) const unsigned char g_hello[] = {{{body}}};\n"
    model = load_model(written(tmp_path / "hello_model_data.cc", text))
    assert (bytes(model.data), model.name) == (DATA, "hello")


def test_as_people_write_them(tmp_path: Path) -> None:
    """Attributes, a size, an ending comma, decimals, octals, signs, comments with braces, another array beside it."""
    spellings = (str, lambda v: f"0X{v:X}u", lambda v: f"0{v:o}", lambda v: str(v - 256 if v > 127 else v))
    body = " ,\n".join(spellings[place % 4](value) for place, value in enumerate(DATA))
    text = f"""
        // was: const unsigned char old[] = {{ 0x00 }};
        #define TEXT "/* not a comment"
        const int8_t other[2] = {{1, 2}};  /* }} */
        const float scales[] = {{0.5f, 1.0f}};
        const unsigned char g_model[{len(DATA)}] DATA_ALIGN_ATTRIBUTE = {{ /* {{ */ {body}, }};
        const int g_model_len = {len(DATA)};
    """
    assert bytes(load_model(written(tmp_path / "m.h", text)).data) == DATA


def test_arrays_say_their_names() -> None:
    found = c_array.arrays("char a[] = {1, -1}; int b[3] = {1, 2, 300}; uint8_t c[] = {};")
    assert found == [("a", b"\x01\xff"), ("c", b"")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("int main() { return 0; }", "there is no array of bytes in m.cc"),
        ("extern const unsigned char g_model[];", "m.cc declares g_model and does not hold its bytes"),
        ("const unsigned char a[] = {1, 2, 3};", "no array in m.cc is a TensorFlow Lite model: there is a of 3 bytes"),
        (xxd(DATA, "a") + xxd(DATA, "b"), r"there are 2 models in m.cc \(a, b\)"),
        (xxd(DATA).replace(f"_len = {len(DATA)}", "_len = 7"), f"holds {len(DATA)} bytes, and the file says 7"),
        (xxd(DATA).replace("[]", "[5]"), f"model_tflite holds {len(DATA)} bytes, and the file says 5"),
        (xxd(DATA)[:2000], "there is no array of bytes"),  # cut off: the brace never closes
        (xxd(DATA[:400]), "subgraph|model|file|bytes"),  # a model, and damaged: load_model's own words
    ],
)
def test_refused_with_the_reason(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        load_model(written(tmp_path / "m.cc", text))


def test_a_tflite_file_is_never_taken_for_c(tmp_path: Path) -> None:
    path = tmp_path / "x_model_data.tflite"
    path.write_bytes(DATA)
    assert load_model(path).name == "x_model_data"
