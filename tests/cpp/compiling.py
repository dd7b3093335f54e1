"""The host's C++ compiler, and stand-ins for TFLM's headers that declare just what an export uses."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.runtime.test_op_resolver_cpp import METHODS

COMPILER = shutil.which("g++") or shutil.which("clang++")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler (g++ or clang++) on this machine")
# What TFLM itself is compiled with is newer; boards' own compilers are sometimes not.
FLAGS = ["-std=c++14", "-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Werror"]

COMMON = """
#include <cstddef>
#include <cstdint>
enum TfLiteStatus { kTfLiteOk, kTfLiteError };
enum TfLiteType { kTfLiteFloat32, kTfLiteInt32, kTfLiteUInt8, kTfLiteInt64, kTfLiteBool, kTfLiteInt16, kTfLiteInt8 };
union TfLitePtrUnion { void* data; };
struct TfLiteTensor { TfLiteType type; TfLitePtrUnion data; size_t bytes; };
struct TfLiteRegistration {};
#define TF_LITE_ENSURE_STATUS(a) do { const TfLiteStatus s = (a); if (s != kTfLiteOk) return s; } while (0)
"""
RESOLVER = """
#include "tensorflow/lite/micro/micro_common.h"
namespace tflite {{
class MicroOpResolver {{}};
template <unsigned int tOpCount>
class MicroMutableOpResolver : public MicroOpResolver {{
 public:
  TfLiteStatus AddCustom(const char*, const TFLMRegistration*) {{ return kTfLiteOk; }}
  TfLiteStatus AddCustom(const char*, TfLiteRegistration*) {{ return kTfLiteOk; }}
  {methods}
}};
}}
"""
INTERPRETER = """
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#define TFLITE_SCHEMA_VERSION (3)
namespace tflite {
struct Model { uint32_t version() const { return 3; } };
class MicroAllocator;
class MicroResourceVariables;
class MicroInterpreter {
 public:
  MicroInterpreter(const Model*, const MicroOpResolver&, uint8_t*, size_t, MicroResourceVariables* = nullptr);
  MicroInterpreter(const Model*, const MicroOpResolver&, MicroAllocator*, MicroResourceVariables* = nullptr);
  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();
  TfLiteStatus Reset();
  TfLiteTensor* input(size_t);
  TfLiteTensor* output(size_t);
  size_t arena_used_bytes() const;
};
}
"""
HEADERS = {
    "TensorFlowLite.h": "",
    "tensorflow/lite/c/common.h": COMMON,
    "tensorflow/lite/micro/micro_common.h": '#include "tensorflow/lite/c/common.h"\nstruct TFLMRegistration {};\n',
    "tensorflow/lite/micro/micro_mutable_op_resolver.h": RESOLVER.format(
        methods="\n  ".join(f"TfLiteStatus {method}() {{ return kTfLiteOk; }}" for method in METHODS)
    ),
    "tensorflow/lite/micro/micro_interpreter.h": INTERPRETER,
    "tensorflow/lite/micro/micro_allocator.h": """
#include "tensorflow/lite/micro/micro_interpreter.h"
namespace tflite { class MicroAllocator { public: static MicroAllocator* Create(uint8_t*, size_t); }; }
""",
    "tensorflow/lite/micro/micro_resource_variable.h": """
#include "tensorflow/lite/micro/micro_allocator.h"
namespace tflite {
class MicroResourceVariables { public: static MicroResourceVariables* Create(MicroAllocator*, int); };
}
""",
    "tensorflow/lite/micro/micro_log.h": "__attribute__((format(printf, 1, 2))) void MicroPrintf(const char*, ...);\n",
    "tensorflow/lite/micro/system_setup.h": "namespace tflite { void InitializeTarget(); }\n",
    "tensorflow/lite/schema/schema_generated.h": """
#include "tensorflow/lite/micro/micro_interpreter.h"
namespace tflite { const Model* GetModel(const void*); }
""",
}


def write_stubs(folder: Path) -> Path:
    """The stand-ins, below `folder`."""
    for name, text in HEADERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("#pragma once\n" + text)
    return folder


def check_syntax(sources: Iterable[Path], stubs: Path) -> str:
    """What the compiler says about these files: "" where all is well."""
    files = [str(source) for source in sources]
    assert files
    assert COMPILER
    command = [COMPILER, *FLAGS, "-fsyntax-only", f"-I{stubs}", "-x", "c++", *files]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False).stderr


def run(source: str, folder: Path) -> list[str]:
    """Compiles a program that includes an export's headers, runs it, and gives its lines."""
    assert COMPILER
    (folder / "program.cc").write_text(source)
    program = folder / "program"
    command = [COMPILER, *FLAGS, "-O1", "-o", str(program), str(folder / "program.cc")]
    built = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert built.returncode == 0, built.stderr
    return subprocess.run([str(program)], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
