"""The house stands as CONTRIBUTING.md draws it: floors, names, lengths, and an import that stays light."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests import house

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ["tensorflow", "keras", "matplotlib", "ipywidgets", "IPython", "ipykernel", "jupyterlab", "jupyter_client"]
HEAVY += ["ai_edge_litert", "tflite_micro", "espeakng_loader", "pooch", "typer", "rich", "scipy", "pandas"]

KERNEL = 'REGISTRATION = Registration("PAD", prepare, invoke)\n'

IMPORT_IN_A_CHILD = """
import json, sys, time
started = time.perf_counter()
import tinylab
seconds = time.perf_counter() - started
print(json.dumps([seconds, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def public_face() -> ModuleType:
    import tinylab

    if not hasattr(tinylab, "__all__"):
        pytest.skip("tinylab/__init__.py is not written yet: there are no public names to look at")
    return tinylab


def test_every_room_keeps_the_rules() -> None:
    found = list(house.faults(ROOT))
    assert not found, "\n".join(found)


def test_exceptions_to_lengths_name_files_that_exist() -> None:
    named = {name.split(":")[0] for name in (*house.LONG_FILES, *house.LONG_FUNCTIONS)}
    assert not [name for name in named if not (ROOT / name).is_file()]


def test_public_names_are_sorted_and_exist() -> None:
    face = public_face()
    assert list(face.__all__) == sorted(set(face.__all__))
    assert not [name for name in face.__all__ if not hasattr(face, name)]


def test_no_room_has_the_name_of_a_public_function() -> None:
    """Importing tinylab.compare, the module, would rebind tinylab.compare, the function."""
    face = public_face()
    names = {name for name in face.__all__ if not isinstance(getattr(face, name), ModuleType)}
    assert not names & house.rooms(ROOT)


def test_import_is_light() -> None:
    child = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_IN_A_CHILD], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert child.returncode == 0, child.stderr
    seconds, modules = json.loads(child.stdout)
    print(
        f"import tinylab took {seconds:.3f} s"
    )  # shown by pytest -s; python -m bench import_time measures it properly
    assert not [name for name in HEAVY if name in modules]


# The rules themselves, each on a tree that breaks it.


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[dict[str, str]], list[str]]:
    """Writes the files of a made-up package and says what the rules find in it."""

    def faults_of(files: dict[str, str]) -> list[str]:
        for name, source in files.items():
            path = tmp_path / "tinylab" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return list(house.faults(tmp_path))

    return faults_of


Tree = Callable[[dict[str, str]], list[str]]


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("arena/plan.py", "from tinylab.kernels import conv\n", "arena (floor 2) imports kernels (floor 2)"),
        ("arena/plan.py", "import tinylab.kernels.conv\n", "arena (floor 2) imports kernels (floor 2)"),
        ("kernels/conv.py", "from tinylab.runtime.micro import X\n", "kernels (floor 2) imports runtime (floor 3)"),
        ("kernels/conv.py", "from ..runtime import X\n", "kernels (floor 2) imports runtime (floor 3)"),
        ("kernels/conv.py", "def f():\n    from tinylab.arena import X\n", "kernels (floor 2) imports arena (floor 2)"),
        ("model/reader.py", "if TYPE_CHECKING:\n    import tinylab.zoo\n", "model (floor 1) imports zoo (floor 4)"),
        ("arithmetic/fixed.py", "from tinylab.quiet import X\n", "arithmetic (floor 0) imports quiet (floor 0)"),
        ("comparison.py", "from tinylab.views import X\n", "comparison (floor 5) imports views (floor 6)"),
        ("kernels/conv.py", "from tinylab.kernels.pad import X\n", "imports tinylab.kernels.pad: no kernel"),
        ("kernels/conv.py", "from tinylab.kernels import pad\n", "imports tinylab.kernels.pad: no kernel"),
        ("kernels/conv.py", "from . import pad\n", "imports tinylab.kernels.pad: no kernel"),
        ("kernels/conv.py", "from tinylab.kernels import REGISTRATIONS\n", "imports tinylab.kernels: no kernel"),
        ("runtime/micro.py", "import tinylab as tl\n", "imports tinylab itself"),
        ("runtime/micro.py", "from tinylab import load_model\n", "imports tinylab itself"),
        ("runtime/micro.py", "import tinylab.attic\n", "imports attic, a room with no floor"),
        ("attic/x.py", "import os\n", "the room attic has no floor"),
        ("speech/train.py", "import tensorflow as tf\n", "imports tensorflow at the top of the module"),
        ("speech/train.py", "try:\n    import tensorflow\nexcept ImportError:\n    pass\n", "tensorflow at the top"),
        ("runtime/micro.py", "def f():\n    import tensorflow\n", "imports tensorflow, which runtime may not"),
        ("comparison.py", "import matplotlib.pyplot as plt\n", "imports matplotlib, which comparison may not"),
        ("speech/show.py", "def f():\n    import ipywidgets\n", "imports ipywidgets, which speech may not"),
        ("runtime/micro.py", "import flatbuffers\n", "imports flatbuffers, which runtime may not"),
        ("views/text.py", "import pandas\n", "imports pandas, which has no rule"),
        ("runtime/long.py", "x = 1\n" * 301, "301 lines, at most 300"),
        ("kernels/conv.py", KERNEL + "x = 1\n" * 120, "121 lines, at most 120"),
        ("kernels/kernel_util.py", "from tinylab.kernels.pad import X\n", "imports tinylab.kernels.pad: no kernel"),
        ("runtime/long.py", "def f():\n" + "    x = 1\n" * 40, "long.py:f: 41 lines, at most 40"),
    ],
)
def test_each_broken_rule_is_found(tree: Tree, name: str, source: str, fault: str) -> None:
    found = tree({"kernels/__init__.py": "", "kernels/pad.py": KERNEL, name: source})
    assert len(found) == 1, found
    assert fault in found[0]
    assert found[0].startswith(f"tinylab/{name}:")


def test_nothing_is_found_in_a_right_tree(tree: Tree) -> None:
    docstring = '    """' + "says much\n" * 40 + '    """\n'
    found = tree(
        {
            "__init__.py": "from tinylab.errors import TinylabError\n",
            "errors.py": "",
            "arithmetic/fixed.py": "import numpy as np\nfrom tinylab.errors import X\nfrom . import other\n",
            "kernels/__init__.py": "from tinylab.kernels.registrations import R\n",
            "kernels/registrations.py": "from tinylab.kernels import conv\n",
            "kernels/conv.py": "from tinylab.kernels.kernel_util import R\nfrom tinylab.kernels import padding\n"
            + KERNEL,
            "kernels/padding.py": "from tinylab.kernels.kernel_util import R\n" + "x = 1\n" * 200,
            "kernels/kernel_util.py": "from tinylab.model import Tensor\n" + "x = 1\n" * 200,
            "kernels/memory/reference.py": "from tinylab.kernels import conv\n",
            "speech/train.py": "def f():\n    import tensorflow as tf\n",
            "views/figure.py": "import matplotlib\nfrom tinylab.comparison import X\n",
            "lessons/check.py": "import tinylab as tl\n",
            "runtime/micro.py": "def f():\n" + docstring + "    x = 1\n" * 39,
        }
    )
    assert found == []


def test_an_exception_that_is_not_needed_is_found(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.LONG_FILES, "tinylab/errors.py", "no reason")
    assert "still named as an exception" in tree({"errors.py": "x = 1\n"})[0]


def test_rooms_are_modules_and_packages(tmp_path: Path) -> None:
    for name in ("compare.py", "zoo/__init__.py", "data/notes.txt"):
        path = tmp_path / "tinylab" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert house.rooms(tmp_path) == {"compare", "zoo"}
