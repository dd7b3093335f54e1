"""pyproject.toml, requirements.lock, environment.yml, the Makefile and the README say the same."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ["3.11", "3.12", "3.13"]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
LOCK = (ROOT / "requirements.lock").read_text()


def entries() -> list[tuple[Requirement, list[str]]]:
    """The lock's entries: what is required, and its hashes."""
    blocks = re.split(r"\n(?=\S)", LOCK.strip())
    parts = [[part.strip() for part in block.split("\\\n")] for block in blocks]
    return [(Requirement(first), rest) for first, *rest in parts]


def locked(python: str) -> dict[str, str]:
    """Name → version of what the lock gives on Linux x86-64 with that Python."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    chosen = [entry for entry, _ in entries() if entry.marker is None or entry.marker.evaluate(environment)]
    names = [canonicalize_name(entry.name) for entry in chosen]
    assert len(names) == len(set(names)), f"two versions of one package on Python {python}"
    return {name: str(entry.specifier).removeprefix("==") for name, entry in zip(names, chosen, strict=True)}


def direct() -> dict[str, Requirement]:
    """What pyproject.toml asks for by name: the core and every extra."""
    asked = [Requirement(line) for line in chain(PROJECT["dependencies"], *EXTRAS.values())]
    return {canonicalize_name(requirement.name): requirement for requirement in asked}


def conda() -> tuple[list[str], list[str]]:
    """environment.yml's conda packages and its pip lines."""
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(item["pip"] for item in dependencies if isinstance(item, dict))
    return [item for item in dependencies if isinstance(item, str)], pip


def test_every_lock_entry_is_one_version_with_hashes() -> None:
    assert len(entries()) > 100
    for entry, hashes in entries():
        assert re.fullmatch(r"==[^,*]+", str(entry.specifier)), entry
        assert hashes, entry
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), entry


def test_the_lock_names_no_host() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*(--?(i|index-url|extra-index-url|find-links|trusted-host)\b)", LOCK, re.MULTILINE)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_holds_what_pyproject_asks_for(python: str) -> None:
    versions = locked(python)
    for name, requirement in direct().items():
        assert name in versions, f"{name} is in pyproject.toml and not in requirements.lock: make lock"
        assert requirement.specifier.contains(versions[name], prereleases=True), (requirement, versions[name])
    for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]:
        build = Requirement(line)  # make env installs tinylab without build isolation
        assert build.specifier.contains(versions[build.name]), build


def test_environment_yml_names_the_locked_versions() -> None:
    packages, pip = conda()
    python = next(line.removeprefix("python=") for line in packages if line.startswith("python="))
    assert python in PYTHONS
    named = {canonicalize_name(Requirement(line).name): Requirement(line) for line in pip if not line.startswith("-")}
    versions = locked(python)
    assert set(named) == set(direct())
    for name, requirement in named.items():
        assert str(requirement.specifier) == f"=={versions[name]}"
        assert str(requirement.marker) == str(direct()[name].marker)
    assert pip[-1] == "-e ."


def test_conda_is_asked_only_for_what_pip_cannot_give() -> None:
    packages, _ = conda()
    assert packages == [packages[0], "pip"]


def test_python_versions_are_the_same_everywhere() -> None:
    classifiers = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    assert classifiers == PYTHONS
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert all(python in allowed for python in PYTHONS)
    assert "3.10" not in allowed
    script = (ROOT / "tasks" / "env.sh").read_text()
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in script
    assert " ".join(f"python{python}" for python in PYTHONS) in script


def test_the_core_is_light_and_gpl_stays_an_extra() -> None:
    core = {Requirement(line).name for line in PROJECT["dependencies"]}
    assert core == {"numpy", "flatbuffers", "matplotlib", "ipywidgets"}
    assert [extra for extra, lines in EXTRAS.items() if any("espeak" in line for line in lines)] == ["speech"]


def test_the_readme_names_every_extra_and_every_make_target() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = re.findall(r"^([a-z]+):.*  ## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"env", "run", "lab", "test", "check", "bench", "notebooks", "help"} <= set(targets)
    assert not [target for target in targets if f"`make {target}`" not in readme]
    assert not [target for target in re.findall(r"`make ([a-z]+)", readme) if target not in targets]
    assert not [extra for extra in EXTRAS if f"| `{extra}` |" not in readme]
    for name in direct():
        assert name in readme.lower(), f"the README's table of extras does not name {name}"
