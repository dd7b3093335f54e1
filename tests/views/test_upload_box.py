"""The upload box without a browser: its value set as a browser sets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.datasets.server import wav
from tinylab.views import UploadBox, upload_box


def uploaded(name: str, content: bytes) -> dict[str, Any]:
    return {
        "name": name,
        "type": "audio/wav",
        "size": len(content),
        "content": memoryview(content),
        "last_modified": 0,
    }


def upload(box: UploadBox, *files: dict[str, Any]) -> None:
    """What a browser sends."""
    box.files.set_state({"value": list(files)})


def loud(level: int) -> bytes:
    return wav(np.full(16_000, level, np.int16))


def words(box: UploadBox) -> str:
    return str(box.children[-1].value)


def test_files_are_kept_or_refused_and_the_box_says_so(tmp_path: Path) -> None:
    box = upload_box(tmp_path, ["yes", "no"])
    first, last = box.text.split("\n")
    assert first.startswith("Files go to the class yes. Choose 10 MB at a time at most:")
    assert last == f"{tmp_path}: no class yet"
    upload(box, uploaded("a.wav", loud(1)), uploaded("<i>.wav", b""))
    assert [file.kept for file in box.added] == ["yes/a.wav", ""]
    assert (tmp_path / "yes" / "a.wav").read_bytes() == loud(1)
    last = "refused: <i>.wav: the file is empty: record or save it again"
    assert box.text.splitlines()[-3:] == [last, f"{tmp_path}: yes 1", "class yes needs 2 more"]
    assert "&lt;i&gt;.wav" in words(box)
    assert "<i>" not in words(box)
    assert 'role="status"' in words(box)
    assert box.files.value == ()  # the same file can be chosen again


def test_a_class_can_be_typed_and_must_be_a_name(tmp_path: Path) -> None:
    box = upload_box(tmp_path)
    assert box.files.disabled
    assert box.text.startswith("Choose or type a class first.")
    box.class_name.value = "../up"
    assert box.files.disabled
    assert '"../up" can not be the name of a class' in box.text
    upload(box, uploaded("a.wav", loud(1)))  # a browser that does not care
    assert not box.added
    assert not list(tmp_path.iterdir())
    box.class_name.value = "perhaps"
    assert not box.files.disabled
    for level in (1, 2, 3):
        upload(box, uploaded("a.wav", loud(level)))
    assert box.text.endswith(f"{tmp_path}: perhaps 3")


def test_without_a_kernel_there_is_text(tmp_path: Path) -> None:
    box = upload_box(tmp_path, ["yes"])
    bundle = box._repr_mimebundle_()
    assert bundle["text/plain"].startswith(
        "(the upload box: a class, files and text; it needs a running kernel)\nFiles"
    )
    assert box.files.accept == ".wav,.png,.jpg,.jpeg,.bmp"
    assert box.class_name.options == ("yes",)
