"""MicroResourceVariables: values that outlive an invoke, and that several subgraphs reach by name.

The bytes lie in the tail of the arena; AllocateTensors has placed them. Retells
tensorflow/lite/micro/micro_resource_variable.cc.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.errors import InvokeError
from tinylab.kernels.memory.resource_variables import Variable, find_or_enter
from tinylab.model import Tensor


class _Value(NamedTuple):
    data: NDArray[np.uint8]  # a view into the arena
    default: int  # what each byte is after a reset


class MicroResourceVariables:
    """The table of one model's variables. A variable's id is its place in it."""

    def __init__(self) -> None:
        self._variables: list[Variable] = []
        self._values: dict[int, _Value] = {}

    def create_id_if_none_found(self, container: str, shared_name: str) -> int:
        """The variable's id. A variable of no container is found in any."""
        return find_or_enter(self._variables, container, shared_name)

    def allocate(self, variable: int, data: NDArray[np.uint8], first_value: Tensor) -> None:
        """Say which bytes of the arena are the variable's. first_value: what is assigned first.

        Its zero point is cut to a byte, and a reset sets every byte to that, whatever the type, as in TFLM.
        """
        zero_point = first_value.quantization.zero_point if first_value.quantization is not None else 0
        self._values[variable] = _Value(data, zero_point & 0xFF)

    def read(self, variable: int, value: NDArray[Any]) -> None:
        """Copy the variable into `value`. InvokeError where nothing was ever assigned, or of another size."""
        _bytes_of(value)[...] = self._data(variable, value)

    def assign(self, variable: int, value: NDArray[Any]) -> None:
        """Copy `value` into the variable, whose size is that of the value assigned first. InvokeError as in `read`."""
        self._data(variable, value)[...] = _bytes_of(value)

    def reset_all(self) -> None:
        """Every variable back to zero, int8 to its zero point; what CALL_ONCE assigned is gone."""
        for value in self._values.values():
            value.data[...] = value.default

    def _data(self, variable: int, value: NDArray[Any]) -> NDArray[np.uint8]:
        if variable not in self._values:
            raise InvokeError(
                f"resource variable {variable} has no memory, but an ASSIGN_VARIABLE behind its VAR_HANDLE in one "
                "subgraph is needed: only there is it known while the arena is laid out"
            )
        data = self._values[variable].data
        if data.size != value.nbytes:  # NB: a release build of TFLM does not look, and copies data.size bytes
            raise InvokeError(f"resource variable {variable} has {data.size} bytes, but {value.nbytes} are needed")
        return data


def _bytes_of(array: NDArray[Any]) -> NDArray[np.uint8]:
    """A contiguous array's bytes, a view."""
    return array.view(np.uint8).reshape(-1)
