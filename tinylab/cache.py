"""Where synthesised data sets are kept between runs: one .npz file each, in the user's cache folder.

A `Maker` names the code that decides the samples, so that a change in any of it makes other keys."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Maker:
    """folder: of the cache, below tinylab's own; modules: files whose code decides the samples; packages: distributions
    whose version does."""

    folder: str
    modules: tuple[Path, ...]
    packages: tuple[str, ...] = ("numpy",)


def folder() -> Path:
    """TINYLAB_CACHE, else tinylab's folder where the platform keeps caches. It may be deleted at any time."""
    chosen = os.environ.get("TINYLAB_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "tinylab" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tinylab"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tinylab"


def path_of(maker: Maker, parameters: Mapping[str, Any]) -> Path:
    """The file of a data set made with these parameters by this very code."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    for module in (*maker.modules, Path(__file__)):
        digest.update(module.read_bytes())
    for package in maker.packages:
        try:
            digest.update(version(package).encode())
        except PackageNotFoundError:
            digest.update(b"absent")
    return folder() / maker.folder / f"{digest.hexdigest()[:24]}.npz"


def load(maker: Maker, parameters: Mapping[str, Any]) -> dict[str, np.ndarray] | None:
    """The arrays that were saved for these parameters, or None. A file that can not be read counts as absent."""
    try:
        # Opened here: np.load leaves a damaged file open that it opened itself.
        with path_of(maker, parameters).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None


def save(maker: Maker, parameters: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write the arrays; whole or not at all, also when the process is killed. A disk that is full or read-only is no
    error."""
    path = path_of(maker, parameters)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError:
        return
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        part.replace(path)  # atomic: a reader sees the old state or the whole file
    except OSError:
        part.unlink(missing_ok=True)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
