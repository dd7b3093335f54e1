"""What TFLM's signal operators ask of the arena; all of it in Init, but for the scratch buffer of SignalRfft.

What SignalDelay, SignalFramer and SignalOverlapAdd ask for in Prepare is in signal_frames.py.

Figures: the structs of signal/micro/kernels/*.cc and kissfft's, which give the measured arenas.
"""

from __future__ import annotations

from tinylab.kernels.kernel_util import PrepareContext
from tinylab.kernels.memory.requests import Init, InitRequests, LooksAt, Prepare, PrepareRequests
from tinylab.kernels.memory.sizes import POINTER_BYTES, circular_buffer_bytes
from tinylab.kernels.signal_options import channels_of, fft_length_of, fft_type_of, signal_option
from tinylab.model import Operator, TensorType
from tinylab.model.model import dtype_of

MOST_FACTORS = 32  # of an FFT's length
MOST_FRAMES = 2**15 - 1  # put to one: more would not fit into any arena

# (ILP32, LP64) bytes of the parameter structs. SignalFftAutoScale and SignalFilterBankSquareRoot have none.
PARAMETER_BYTES = {
    "SignalDelay": (20, 32),
    "SignalEnergy": (8, 8),
    "SignalFilterBank": (36, 64),
    "SignalFilterBankLog": (8, 8),
    "SignalFilterBankSpectralSubtraction": (44, 56),
    "SignalFramer": (28, 40),
    "SignalIrfft": (24, 32),
    "SignalOverlapAdd": (24, 32),
    "SignalPCAN": (4, 4),
    "SignalRfft": (32, 48),
    "SignalStacker": (36, 56),
    "SignalWindow": (8, 8),
}

# Which tensors Prepare looks at: inputs 0, 1, ..., the outputs -1, -2.
LOOKS_AT: dict[str, LooksAt] = {
    "SignalEnergy": (0, -1),
    "SignalFftAutoScale": (0, -1, -2),
    "SignalFilterBank": (0, 1, 2, 3, 4, 5, -1),
    "SignalFilterBankLog": (0, -1),
    "SignalFilterBankSpectralSubtraction": (0, -1, -2),
    "SignalFilterBankSquareRoot": (0, 1, -1),
    "SignalIrfft": (0, -1),
    "SignalPCAN": (0, 1, 2, -1),
    "SignalRfft": (0, -1),
    "SignalWindow": (0, 1, -1),
}


def _init(node: Operator, abi: str) -> InitRequests:
    """Parameters, and the state of those operators that have one."""
    if node.name not in PARAMETER_BYTES:
        return InitRequests()
    parameters = PARAMETER_BYTES[node.name][abi == "lp64"]
    state: tuple[int, ...] = ()
    if node.name == "SignalFilterBank":
        state = (8 * (channels_of(node) + 1),)
    elif node.name == "SignalFilterBankSpectralSubtraction":
        state = (4 * channels_of(node),)
    elif node.name == "SignalRfft":
        state = (_fft_state_bytes(node, abi),)
    elif node.name == "SignalIrfft":
        # The float inverse divides by the length, which it keeps, and a pointer to the rest.
        length = 2 * POINTER_BYTES[abi] if fft_type_of(node) is TensorType.FLOAT32 else 0
        state = (length + _fft_state_bytes(node, abi),)
    elif node.name == "SignalStacker":
        state = (circular_buffer_bytes(_stacked_samples(node), abi),)
    return InitRequests(op_data=parameters, state=state)


def _prepare(context: PrepareContext, node: Operator) -> PrepareRequests:
    """SignalRfft fills its input up with zeros in scratch."""
    if node.name != "SignalRfft":
        return PrepareRequests()
    return PrepareRequests(scratch=(fft_length_of(node) * dtype_of(fft_type_of(node)).itemsize,))


def _stacked_samples(node: Operator) -> int:
    """The channels of a frame, and of those before and behind it that are put to it."""
    before = signal_option(node, "stacker_left_context", 0, MOST_FRAMES)
    behind = signal_option(node, "stacker_right_context", 0, MOST_FRAMES)
    return channels_of(node) * (before + behind + 1)


def _fft_state_bytes(node: Operator, abi: str) -> int:
    """kiss_fftr_state and behind it: kiss_fft_state with its twiddles, a work buffer, the last step's twiddles.

    A complex number takes two items.
    """
    half, complex_bytes = fft_length_of(node) // 2, 2 * dtype_of(fft_type_of(node)).itemsize
    fft_state = 4 + 4 + 2 * 4 * MOST_FACTORS + half * complex_bytes
    return 3 * POINTER_BYTES[abi] + fft_state + half * 3 // 2 * complex_bytes


INIT: dict[str, Init] = dict.fromkeys(LOOKS_AT.keys() | PARAMETER_BYTES.keys(), _init)
PREPARE: dict[str, Prepare] = dict.fromkeys(LOOKS_AT, _prepare)
