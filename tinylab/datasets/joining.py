"""Two data sets made one: labels by name, and what is known of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tinylab.errors import DataError


def labels_among(class_names: Sequence[str], other_names: Sequence[str], labels: np.ndarray) -> np.ndarray:
    """int64 [sample]: labels, indices of other_names, as indices of class_names. DataError for a class that is not
    among them."""
    if absent := [name for name in other_names if name not in class_names]:
        raise DataError(
            f"there is no class {', '.join(absent)} among {', '.join(class_names)}: give its folder one of these names,"
            " or make both data sets with the same classes"
        )
    place = np.array([class_names.index(name) for name in other_names], np.int64)
    return np.take(place, labels)


def joined_metadata(
    one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], times: int
) -> dict[str, np.ndarray]:
    """What is known of both: one's entries, and then other's so many times."""
    return {key: np.concatenate([values, *[other[key]] * times]) for key, values in one.items() if key in other}


def require_times(times: int) -> None:
    """DataError for less than once."""
    if times < 1:
        raise DataError(f"the other data set can be taken once or more often, not {times} times")
