"""Where synthesised data sets are kept between runs: one .npz file each, in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

# The modules whose code decides the samples: a change in any of them makes other keys.
_MAKERS = ("augmentation.py", "cache.py", "dataset.py", "espeak.py", "noise.py", "synthesis.py", "words.py")


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


def path_of(parameters: Mapping[str, Any]) -> Path:
    """The file of a data set made with these parameters by this very code."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    for name in _MAKERS:
        digest.update(Path(__file__).with_name(name).read_bytes())
    for package in ("numpy", "espeakng-loader"):
        try:
            digest.update(version(package).encode())
        except PackageNotFoundError:
            digest.update(b"absent")
    return folder() / "speech" / f"{digest.hexdigest()[:24]}.npz"


def load(parameters: Mapping[str, Any]) -> dict[str, np.ndarray] | None:
    """The arrays that were saved for these parameters, or None. A file that can not be read counts as absent."""
    try:
        # Opened here: np.load leaves a damaged file open that it opened itself.
        with path_of(parameters).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None


def save(parameters: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write the arrays; whole or not at all, also when the process is killed. A disk that is full or read-only is no
    error."""
    path = path_of(parameters)
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
