"""export_cpp: which files, what is in them, the same every time, and syntax that a compiler accepts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinylab as tl
from tests.arena.models import custom_chain, hello_world
from tests.cpp.compiling import check_syntax, needs_compiler, write_stubs
from tests.cpp.models import sum_of, with_custom_operators, with_power, with_variables
from tests.shared import model_bytes, needs_shared
from tinylab.cpp import Smoothing, export_cpp
from tinylab.cpp.rendering import _environment
from tinylab.errors import ArenaError, DataError, ExtraMissingError, ModelError, PrepareError, ResolverError
from tinylab.model import Model, c_array, load_model

M4 = "cortex-m4/reference"
LABELS = ["silence", "unknown", "yes", "no"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def export(folder: Path, *models: Model, **options: Any) -> Path:
    """Exports, and gives the folder."""
    export_cpp(models, folder, **{"target": M4, **options})
    return folder


def constants(text: str) -> dict[str, str]:
    return dict(re.findall(r"constexpr \w+ (k\w+) = ([^;]+);", text))


COMMON = {
    *("README.md", "application.h", "input_provider.h", "models.h", "op_resolver.h", "quantization.h", "responder.h"),
    *("self_test.h", "tensor_arena.h", "hello_world_model_data.h", "hello_world_model_settings.h"),
    "hello_world_test_data.h",
}
SOURCES = {
    "application",
    "hello_world_model_data",
    "hello_world_test_data",
    "input_provider",
    "models",
    "responder",
    "self_test",
}


def test_files_for_tflm(tmp_path: Path) -> None:
    files = export_cpp(hello_world(), tmp_path / "hello", target=M4)
    names = COMMON | {f"{source}.cc" for source in SOURCES} | {"Makefile.inc", "main.cc", "self_test_main.cc"}
    assert [path.name for path in files] == sorted(names)
    assert set(files) == set((tmp_path / "hello").iterdir())


def test_files_for_arduino(tmp_path: Path) -> None:
    """The sketch is called as its folder, and the others end in .cpp."""
    files = export_cpp(hello_world(), tmp_path / "hello", target=M4, flavour="arduino")
    assert {path.name for path in files} == COMMON | {f"{source}.cpp" for source in SOURCES} | {"hello.ino"}


@pytest.mark.parametrize("flavour", ["tflm", "arduino"])
def test_the_same_bytes_every_time(tmp_path: Path, flavour: str) -> None:
    """Also in another process, with other hashes, and in another place; no place and no time is in them."""
    options = {"labels": LABELS, "smoothing": Smoothing(), "flavour": flavour}
    first = contents(export(tmp_path / "a" / "kws", tl.zoo.load("kws_yes_no"), **options))
    program = (
        "import tinylab as tl; from tinylab.cpp import Smoothing; "
        f"tl.export_cpp(tl.zoo.load('kws_yes_no'), 'kws', target={M4!r}, labels={LABELS!r}, smoothing=Smoothing(), "
        f"flavour={flavour!r})"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    paths = os.pathsep.join([str(Path(tl.__file__).parents[1]), environment.get("PYTHONPATH", "")])
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment | {"PYTHONPATH": paths}, check=True, timeout=120
    )
    assert contents(tmp_path / "kws") == first
    assert not any(str(tmp_path).encode() in data or b"\r" in data for data in first.values())


def test_the_array_is_the_model(tmp_path: Path) -> None:
    model = tl.zoo.load("kws_yes_no")
    folder = export(tmp_path / "kws", model)
    text = (folder / "kws_yes_no_model_data.cc").read_text()
    assert "alignas(16) const unsigned char g_kws_yes_no_model_data[] = {\n" in text
    again = load_model(folder / "kws_yes_no_model_data.cc")
    assert (bytes(again.data), again.name) == (bytes(model.data), "kws_yes_no")
    header = (folder / "kws_yes_no_model_data.h").read_text()
    assert f"constexpr unsigned int g_kws_yes_no_model_data_size = {model.bytes};" in header
    assert "extern const unsigned char g_kws_yes_no_model_data[];" in header
    with pytest.raises(ModelError, match="declares g_kws_yes_no_model_data and does not hold its bytes"):
        load_model(folder / "kws_yes_no_model_data.h")


def test_the_test_vector_is_what_the_runtime_gives(tmp_path: Path) -> None:
    model = tl.zoo.load("kws_yes_no")
    clips = np.random.default_rng(2).integers(-128, 128, (3, 1, 49, 40, 1), np.int8, endpoint=False)
    folder = export(tmp_path / "kws", model, test_inputs=clips)
    arrays = {array.name: array.data for array in c_array.arrays((folder / "kws_yes_no_test_data.cc").read_text())}
    interpreter = tl.MicroInterpreter(model, tl.resolver_for(model), 100_000)
    assert arrays == {
        "g_kws_yes_no_test_input0": clips.tobytes(),
        "g_kws_yes_no_test_output0": np.asarray(interpreter.predict(clips)).tobytes(),
    }
    assert "g_kws_yes_no_test_sample_count = 3;" in (folder / "kws_yes_no_test_data.h").read_text()


def test_the_arena_and_where_it_comes_from(tmp_path: Path) -> None:
    models = [tl.zoo.load("kws_yes_no"), tl.zoo.load("kws_tiny_conv")]
    needs = tl.compare_tenancy(models, M4).form("shared")
    host = tl.compare_tenancy(models).form("shared")
    text = (export(tmp_path / "pair", *models, margin_bytes=100) / "tensor_arena.h").read_text()
    size, host_size = (-(-(form.arena_bytes + 100) // 16) * 16 for form in (needs, host))
    assert constants(text) == {"kTensorArenaSize": f"sizeof(void*) == 8 ? {host_size} : {size}"}
    for figure in (needs.head_bytes, needs.tail_bytes, needs.arena_bytes, 100, size):
        assert f"//   {figure:11,}  " in text
    assert (
        "for cortex-m4/reference, as TFLM 90b983c lays out\n//   kws_yes_no,\n//   kws_tiny_conv, in this order" in text
    )
    assert "measured: 154 models on the real TFLM 90b983c2" in text


def test_quantization_constants(tmp_path: Path) -> None:
    model = tl.zoo.load("kws_yes_no")
    settings = constants((export(tmp_path / "kws", model) / "kws_yes_no_model_settings.h").read_text())
    graph = model.subgraphs[0]
    for which, index in (("Input0", graph.inputs[0]), ("Output0", graph.outputs[0])):
        tensor = graph.tensors[index]
        assert tensor.quantization is not None
        assert np.float32(settings[f"k{which}Scale"].removesuffix("f")) == np.float32(tensor.quantization.scale)
        assert int(settings[f"k{which}ZeroPoint"]) == tensor.quantization.zero_point
        assert int(settings[f"k{which}Count"]) == tensor.element_count
        assert int(settings[f"k{which}Bytes"]) == tensor.bytes
    plain = (export(tmp_path / "floats", sum_of("FLOAT32")) / "sum_model_settings.h").read_text()
    assert "Scale" not in plain


def test_one_model_has_an_arena_and_several_share_an_allocator(tmp_path: Path) -> None:
    one = (export(tmp_path / "one", hello_world()) / "models.cc").read_text()
    assert "interpreter(model, resolver, tensor_arena, kTensorArenaSize);" in one
    assert "MicroAllocator" not in one
    two = (export(tmp_path / "two", hello_world(), sum_of("INT8"), hello_world()) / "models.cc").read_text()
    assert two.count("MicroAllocator::Create(tensor_arena, kTensorArenaSize)") == 1
    assert two.count("interpreter(model, resolver, allocator);") == 3
    found = re.findall(r"CheckedModel\((g_\w+),", two)
    assert found == ["g_hello_world_model_data", "g_sum_model_data", "g_hello_world_2_model_data"]


def test_resource_variables(tmp_path: Path) -> None:
    """As many as the model has, made before its interpreter allocates."""
    text = (export(tmp_path / "v", hello_world(), with_variables()) / "models.cc").read_text()
    assert text.count("MicroResourceVariables::Create(allocator, 2);") == 1
    assert text.index("MicroResourceVariables::Create") > text.index("g_hello_world_model_data, kName")
    assert text.index("MicroResourceVariables::Create") < text.index(
        "interpreter(model, resolver, allocator, variables)"
    )
    assert "none: tinylab has no kernel" not in (tmp_path / "v" / "README.md").read_text()


def test_a_model_that_tinylab_cannot_run_has_no_test_vector(tmp_path: Path) -> None:
    export(tmp_path / "c", custom_chain([16, 16]))
    assert "no test vector" in (tmp_path / "c" / "self_test.cc").read_text()
    assert "none: tinylab has no kernel for Copy" in (tmp_path / "c" / "README.md").read_text()


def test_a_kernel_of_ones_own_gives_the_outputs_and_counts_in_the_arena(tmp_path: Path) -> None:
    model = custom_chain([16, 16])
    copies = tl.Registration(
        "Copy",
        lambda context, node: None,
        lambda context, node, data: context.output_data(node, 0).__setitem__(..., context.input_data(node, 0)),
        arena_requests=tl.ArenaRequests(op_data=500, scratch=(3_000,)),
    )
    resolver = tl.MicroMutableOpResolver(1).add_custom("Copy", copies)
    folder = export(tmp_path / "own", model, op_resolver=resolver, margin_bytes=0)
    assert "none: tinylab has no kernel" not in (folder / "README.md").read_text()
    smallest = tl.arena_needs(model, M4, op_resolver=resolver).smallest_arena_bytes
    host = tl.arena_needs(model, op_resolver=resolver).smallest_arena_bytes
    assert smallest > 3_500 > tl.arena_needs(model, M4).smallest_arena_bytes
    assert {str(smallest), str(host)} <= set(re.findall(r"\d+", (folder / "tensor_arena.h").read_text()))
    with pytest.raises(ResolverError, match="operator 0 is Copy and this resolver has no Copy"):
        export(tmp_path / "other", model, op_resolver=tl.MicroMutableOpResolver(1).add_relu())


def test_smoothing_and_labels_by_model(tmp_path: Path) -> None:
    models = [tl.zoo.load("kws_yes_no"), tl.zoo.load("kws_tiny_conv")]
    smoothing = Smoothing(average_ms=700, threshold=0.5, background=("silence", "no"))
    folder = export(tmp_path / "kws", *models, labels={"kws_yes_no": LABELS}, smoothing={"kws_yes_no": smoothing})
    settings = (folder / "kws_yes_no_model_settings.h").read_text()
    assert constants(settings).items() >= {"kAverageMs": "700", "kThreshold": "5.0e-01f", "kCapacity": "8"}.items()
    assert "kIsReported[] = {false, true, true, false};" in settings
    assert '    "unknown",\n    "yes",\n' in settings
    other = (folder / "kws_tiny_conv_model_settings.h").read_text()
    assert "kLabels" not in other
    assert "kAverageMs" not in other


def exports(folder: Path) -> list[Path]:
    """Folders that between them take every branch of the templates."""
    kws, tiny = tl.zoo.load("kws_yes_no"), tl.zoo.load("kws_tiny_conv")
    return [
        export(folder / "smooth", kws, labels=LABELS, smoothing=Smoothing()),
        export(folder / "pair", kws, tiny, labels=LABELS, smoothing={"kws_tiny_conv": Smoothing()}),
        export(
            folder / "sums", sum_of("INT8"), sum_of("FLOAT32"), sum_of("INT16"), sum_of("INT32"), smoothing=Smoothing()
        ),
        export(folder / "floats", sum_of("FLOAT32"), target="x86-64/reference", labels=["a", "b", "c", "%d\n"]),
        export(folder / "variables", with_variables(), hello_world()),
        export(folder / "customs", with_custom_operators()),
        export(folder / "sketch", kws, labels=LABELS, smoothing=Smoothing(), flavour="arduino"),
        export(folder / "customs_sketch", with_custom_operators(), with_variables(), flavour="arduino"),
    ]


@needs_compiler
def test_a_compiler_accepts_every_source(tmp_path: Path) -> None:
    stubs = write_stubs(tmp_path / "stubs")
    for folder in exports(tmp_path / "out"):
        sources = [path for path in folder.iterdir() if path.suffix in (".cc", ".cpp", ".ino")]
        assert check_syntax(sources, stubs) == "", folder.name


@needs_compiler
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("op_resolver.h", "AddFullyConnected", "AddFullyConected"), ("models.cc", "kInput0Bytes", "kInput1Bytes")],
)
def test_and_would_see_a_fault(tmp_path: Path, file: str, old: str, new: str) -> None:
    folder = export(tmp_path / "hello", hello_world())
    (folder / file).write_text((folder / file).read_text().replace(old, new))
    assert new in check_syntax([folder / "models.cc"], write_stubs(tmp_path / "stubs"))


@needs_shared
@needs_compiler
@pytest.mark.parametrize("file", ["tflm/audio_preprocessor_int8.tflite", "esphome/v2_okay_nabu.tflite"])
def test_real_models(tmp_path: Path, file: str) -> None:
    model = load_model(model_bytes(file), name=Path(file).stem)
    folder = export(tmp_path / "real", model)
    assert bytes(load_model(folder / f"{model.name}_model_data.cc").data) == bytes(model.data)
    sources = [path for path in folder.glob("*.cc") if "_data" not in path.name]
    assert check_syntax(sources, write_stubs(tmp_path / "stubs")) == ""


def test_overwrite_keeps_what_is_yours(tmp_path: Path) -> None:
    folder = export(tmp_path / "hello", hello_world())
    for name in ("input_provider.cc", "responder.cc", "mine.cc", "models.cc"):
        (folder / name).write_text("// mine\n")
    before = contents(folder)
    with pytest.raises(DataError, match="not empty"):
        export(folder, hello_world())
    assert contents(folder) == before
    export(folder, hello_world(), overwrite=True)
    mine = {name for name, data in contents(folder).items() if data == b"// mine\n"}
    assert mine == {"input_provider.cc", "responder.cc", "mine.cc"}


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"models": []}, ModelError, "there are no models to export"),
        ({"models": [with_power()]}, ResolverError, "POW, which TFLM has no kernel for"),
        ({"flavour": "zephyr"}, DataError, "no flavour 'zephyr': choose one of tflm, arduino"),
        ({"target": "z80"}, ArenaError, "no target 'z80'"),
        ({"margin": 0.1, "margin_bytes": 3}, ArenaError, "not both"),
        ({"labels": ["a", "b"]}, ModelError, "2 labels for hello_world, whose first output has 1 elements"),
        ({"labels": "a"}, ModelError, "labels are a list of names"),
        ({"flavour": "arduino", "folder": "my sketch"}, DataError, "'my sketch' is no name for one"),
        ({"test_inputs": np.zeros((1, 5), np.int8)}, tl.TinylabError, "input 0"),
    ],
)
def test_refused_and_nothing_written(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    models = options.pop("models", [hello_world()])
    folder = tmp_path / options.pop("folder", "hello")
    with pytest.raises(error, match=said):
        export(folder, *models, **options)
    assert list(tmp_path.iterdir()) == []


@needs_shared
def test_a_model_that_tflm_refuses_is_refused(tmp_path: Path) -> None:
    model = load_model(model_bytes("mlperf_tiny/kws_ref_model_float32.tflite"))  # hybrid: float inputs, int8 weights
    with pytest.raises(PrepareError):
        export(tmp_path / "kws", model)
    assert list(tmp_path.iterdir()) == []


def test_a_template_that_misspells_is_an_error() -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        _environment().from_string("{{ program.nmae }}").render(program=object())


def test_without_jinja2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ExtraMissingError, match=re.escape("tinylab[export]")):
        export(tmp_path / "hello", hello_world())
    assert list(tmp_path.iterdir()) == []
