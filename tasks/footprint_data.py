"""Write the tables of tinylab/footprint/data from the measured builds: `python -m tasks.footprint_data [FOLDER]`.

FOLDER holds codesize_*.json (default: measurements/ in TINYLAB_SHARED, else in ../shared). Nothing is computed here:
the same figures, without what repeats. Section names and objects of all builds lie once in names.json and a build
holds columns of indices, so that seven builds take 360 kB instead of 2 MB and stay text. Of string literals the
content's hash is left out, and of sections whose size differed between links the sizes that were not used.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tinylab.footprint.build import KINDS, MEASURED, numbers

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tinylab" / "footprint" / "data"
SHARED = Path(os.environ.get("TINYLAB_SHARED") or ROOT.parent / "shared")
REGISTRATION = ("helper", "per_op", "single")


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else SHARED / "measurements"
    for name, text in files(folder).items():
        (DATA / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.encode()):,} bytes")
    return 0


def files(folder: Path) -> dict[str, str]:
    """The text of every file of data/, by name, from the measured files in `folder`."""
    measured = {key.file: read(folder / f"codesize_{key.file}.json") for key in MEASURED}
    sections = [section for one in measured.values() for section in one["sections"].values()]
    names = sorted({section_name(section) for section in sections})
    objects = sorted({(section["object"], section["origin"]) for section in sections})
    texts = {"names.json": lines({"names": names, "objects": objects})}
    for file, one in measured.items():
        texts[f"{file}.json"] = build_text(one, names, objects)
    texts["links.json"] = links_text(folder)
    specialised = read(folder / "codesize_specialised_registrations.json")
    texts["registrations.json"] = registrations_text(specialised, json.loads(texts["links.json"])["operator_sets"])
    return texts


def build_text(measured: dict[str, Any], names: list[str], objects: list[tuple[str, str]]) -> str:
    """One build: where it comes from, the core, the sections as columns, the operators' sections as ranges."""
    name_index = {name: index for index, name in enumerate(names)}
    object_index = {item: index for index, item in enumerate(objects)}
    sections = [measured["sections"][str(index)] for index in range(len(measured["sections"]))]
    app = measured["app_model"]
    registration = {
        kind: {
            "helper_bytes": app[f"{prefix}_helper_bytes"],
            "per_operator_bytes": app[f"per_{kind}_op_bytes"],
            "single_operator_bytes": app[f"single_{kind}_op_total"],
        }
        for kind, prefix in (("builtin", "builtin"), ("custom", "custom"))
    }
    source = {key: measured[key] for key in ("tflm_commit", "compiler", "target_flags", "kernels", "build_type")}
    source["c_library"] = measured["c_library"].partition(" (")[0]
    source["flags"] = measured["flags"]
    source["third_party"] = {name: version for name, version in measured["third_party"].items() if version}
    return lines(
        {
            "source": source,
            "core_flash_bytes": measured["core_flash_total"],
            "core_alignment_bytes": measured["alignment_fill"],
            "alignment_per_section": measured["fill_per_section"],
            "registration": registration,
            "supersedes": measured["supersedes"],
            "core_sections": ranges(measured["core_sections"]),
            "section_names": [name_index[section_name(section)] for section in sections],
            "section_objects": [object_index[section["object"], section["origin"]] for section in sections],
            "section_kinds": "".join(letter(section["kind"]) for section in sections),
            "section_bytes": [section["bytes"] for section in sections],
            "operators": {
                name: [row["type"], row["add_method"], row["bytes_alone"], ranges(row["sections"])]
                for name, row in measured["ops"].items()
            },
        }
    )


def links_text(folder: Path) -> str:
    """The operator sets that were linked for real, and the flash and bss that each build's link had."""
    validation = {key.file: read(folder / f"codesize_validation_{key.file}.json")["sets"] for key in MEASURED}
    sets = {row["set"]: row["ops"] for rows in validation.values() for row in rows}
    linked = {
        file: {row["set"]: [row["linked_flash"], row["linked_bss_excl_arena"]] for row in rows}
        for file, rows in validation.items()
    }
    return lines({"operator_sets": sets, "linked_flash_and_bss": linked})


# The measured file names two of its sets only by their flash; these are the operators of the two models.
OTHER_SETS = {
    "person_detect": ["AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "RESHAPE", "SOFTMAX"],
    "mlperf_ic_resnet8": ["CONV_2D", "ADD", "AVERAGE_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"],
}
OTHER_NAMES = {"micro_speech": "micro_speech_tiny_conv", "ad_autoencoder": "mlperf_ad_autoencoder"}


def registrations_text(measured: dict[str, Any], sets: dict[str, list[str]]) -> str:
    """Registrations for one type: what each costs alone, and the sets that were linked with the int8 ones."""
    variants: dict[str, dict[str, dict[str, int]]] = {}
    for build, found in measured["builds"].items():
        of_build = variants.setdefault(build, {})
        for variant, row in found["variants"].items():
            suffix = variant.removeprefix(f"{row['op']}_").lower()
            of_build.setdefault(suffix, {})[row["op"]] = row["bytes_alone"]
    used = {name for found in measured["builds"].values() for name in found["op_sets"]}
    named = {name: OTHER_SETS[name] if name in OTHER_SETS else sets[OTHER_NAMES.get(name, name)] for name in used}
    linked = {
        build: {name: [row["generic_flash"], row["int8_only_flash"]] for name, row in found["op_sets"].items()}
        for build, found in measured["builds"].items()
    }
    return lines(
        {
            "bytes_alone": variants,
            "operator_sets": dict(sorted(named.items())),
            "linked_flash_generic_and_int8": linked,
        }
    )


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def section_name(section: dict[str, Any]) -> str:
    name: str = section["name"]
    return name.partition(" #")[0] if name.startswith("string literal #") else name


def letter(kind: str) -> str:
    return next(letter for letter, name in KINDS.items() if name == kind)


def ranges(values: Iterable[int]) -> str:
    """[0, 1, 2, 7] as "0-2 7", in increasing order; `numbers` of tinylab.footprint.build reads it back."""
    runs: list[list[int]] = []
    for value in sorted(values):
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    text = " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
    assert numbers(text) == frozenset(values)
    return text


def lines(value: dict[str, Any]) -> str:
    """JSON with a line an entry of the two upper levels, where these are objects or lists of strings."""
    entries = [f"{json.dumps(key)}: {entry(item)}" for key, item in value.items()]
    return "{\n" + ",\n".join(entries) + "\n}\n"


def entry(value: Any) -> str:
    compact = (",", ":")
    if isinstance(value, dict) and value:
        items = [
            f"  {json.dumps(key)}: {json.dumps(item, ensure_ascii=False, separators=compact)}"
            for key, item in value.items()
        ]
        return "{\n" + ",\n".join(items) + "\n }"
    if isinstance(value, list) and value and not isinstance(value[0], int):
        items = [f"  {json.dumps(item, ensure_ascii=False, separators=compact)}" for item in value]
        return "[\n" + ",\n".join(items) + "\n ]"
    return json.dumps(value, ensure_ascii=False, separators=compact)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
