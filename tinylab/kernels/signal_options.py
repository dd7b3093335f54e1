"""The options of the signal operators, checked: numbers in a FlexBuffer map.

NB: TFLM checks nothing and finds a number by its place among the sorted names; here it is found by its name, and what
is missing or out of range is refused in prepare.
"""

from __future__ import annotations

from tinylab.errors import ModelError
from tinylab.kernels.kernel_util import describe, refuse
from tinylab.model import Operator, Tensor, TensorType
from tinylab.model.flexbuffer import flexbuffer_integers

MOST_CHANNELS = 2**15 - 1  # channels are found by int16 tables
LONGEST_FFT = 2**16
UINT32_MAX = 2**32 - 1
FFT_TYPES = (TensorType.INT16, TensorType.INT32, TensorType.FLOAT32)


def signal_option(node: Operator, name: str, low: int, high: int) -> int:
    """Option `name` of the node, refused where it is not there or not from `low` to `high`."""
    try:
        options = flexbuffer_integers(node.custom_options)
    except ModelError as error:
        refuse(f"custom options of {len(node.custom_options)} bytes, {error}", f"a FlexBuffer map with {name}")
    if name not in options:
        refuse(f"custom options without an integer {name}", f"{name} from {low} to {high}")
    if not low <= options[name] <= high:
        refuse(f"{name} = {options[name]}", f"{low} to {high}")
    return options[name]


def unsigned_option(node: Operator, name: str) -> int:
    """A uint32 option. TFLM reads it as int32, and so do the files: -1 is 2**32 - 1."""
    return signal_option(node, name, -(2**31), UINT32_MAX) & UINT32_MAX


def channels_of(node: Operator) -> int:
    """num_channels, of which a filter bank and its noise estimate make their state."""
    return signal_option(node, "num_channels", 1, MOST_CHANNELS)


def fft_length_of(node: Operator) -> int:
    """fft_length: even, at least 4, and half of it a product of 2, 3 and 5.

    NB: TFLM writes to address 0 for any other, where kissfft finds no memory.
    """
    length = rest = signal_option(node, "fft_length", 4, LONGEST_FFT)
    for factor in (2, 3, 5):
        while rest % factor == 0:
            rest //= factor
    if rest != 1 or length % 2:
        refuse(f"fft_length = {length}", "an even product of 2, 3 and 5")
    return length


def type_option(node: Operator, *types: TensorType) -> TensorType:
    """Option T, which is one of `types`: that of the operator's tensors."""
    number = signal_option(node, "T", -(2**31), 2**31 - 1)
    if number not in list(types):
        refuse(f"T = {number}", " or ".join(f"{type_} ({type_.name})" for type_ in types))
    return TensorType(number)


def fft_type_of(node: Operator) -> TensorType:
    """Option T of an FFT."""
    return type_option(node, *FFT_TYPES)


def require_rank(tensor: Tensor, rank: int) -> None:
    """Refuse a tensor of another number of axes."""
    if len(tensor.shape) != rank:
        refuse(describe(tensor), f"{rank} axes")
