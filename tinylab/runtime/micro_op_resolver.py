"""Op resolvers: which operators a program has kernels for.

On a board only the kernels that are named get linked, so naming exactly what the model needs keeps flash small.
Retells tensorflow/lite/micro/micro_mutable_op_resolver.h: the same methods, limits and failures (as errors that say
what to call).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tinylab.errors import ResolverError
from tinylab.kernels import REGISTRATIONS
from tinylab.kernels.kernel_util import Registration
from tinylab.model import BuiltinOperator, Model, Operator

AddMethod = Callable[..., "MicroMutableOpResolver"]

_ADDERS: dict[str, AddMethod] = {}  # by operator name; filled as the class below is defined


class MicroOpResolver:
    """A table from operator names to registrations.

    links_every_operator: whether a board's linker would keep every kernel that TFLM has, tinylab's or not.
    """

    links_every_operator = False

    _call = "call resolver"

    def __init__(self) -> None:
        self._registrations: dict[str, Registration] = {}

    def find_op(self, name: str) -> Registration | None:
        """The registration under TFLM's name ("CONV_2D") or a custom operator's own, or None."""
        return self._registrations.get(name)

    @property
    def operator_names(self) -> tuple[str, ...]:
        """The operators there are, in the order in which they were added."""
        return tuple(self._registrations)

    def registration_for(self, operator: Operator) -> Registration:
        """The registration of a model's operator; ResolverError says what to call where there is none."""
        registration = self.find_op(operator.name)
        if registration is None or _is_custom_with_a_builtin_name(operator):
            raise ResolverError(
                f"operator {operator.index} is {operator.name} and this resolver has no {operator.name}: "
                f"{self._remedy(operator)}",
                operator_name=operator.name,
                operator_index=operator.index,
            )
        return registration

    def _remedy(self, operator: Operator) -> str:
        method = add_method_name(operator.name)
        if _is_custom_with_a_builtin_name(operator):
            return "it is a custom operator with a built-in one's name: convert the model with another name for it"
        if operator.name in REGISTRATIONS:
            return f"{self._call}.{method}()"
        if method is not None:
            return f"tinylab has no kernel for it yet; {self._call}.{method}(registration) with one of your own"
        if operator.code is BuiltinOperator.CUSTOM:
            return f'{self._call}.add_custom("{operator.name}", registration) with a kernel of your own'
        return "TFLM cannot run it either: convert the model without it"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.operator_names)})"


def _is_custom_with_a_builtin_name(operator: Operator) -> bool:
    return operator.code is BuiltinOperator.CUSTOM and operator.name in BuiltinOperator.__members__


def _adder(name: str) -> AddMethod:
    """The method that adds operator `name`, with tinylab's kernel or one of the caller's."""

    def add(self: MicroMutableOpResolver, registration: Registration | None = None) -> MicroMutableOpResolver:
        return self._add_operator(name, registration)

    add.__doc__ = f"Add {name}, with tinylab's kernel or your own registration; returns the resolver."
    _ADDERS[name] = add
    return add


class MicroMutableOpResolver(MicroOpResolver):
    """A resolver with room for `capacity` operators, filled by `add_…` calls (in C++ the capacity is a template
    argument).

    Adding an operator twice, or one more than there is room for, is a ResolverError and leaves the resolver as it was.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__()
        if isinstance(capacity, bool) or not isinstance(capacity, int | np.integer) or capacity < 1:
            raise ResolverError(f"a resolver's capacity is a whole number of operators, 1 or more, not {capacity!r}")
        self.capacity = int(capacity)

    add_abs = _adder("ABS")
    add_add = _adder("ADD")
    add_add_n = _adder("ADD_N")
    add_arg_max = _adder("ARG_MAX")
    add_arg_min = _adder("ARG_MIN")
    add_assign_variable = _adder("ASSIGN_VARIABLE")
    add_average_pool_2d = _adder("AVERAGE_POOL_2D")
    add_batch_mat_mul = _adder("BATCH_MATMUL")
    add_batch_to_space_nd = _adder("BATCH_TO_SPACE_ND")
    add_broadcast_args = _adder("BROADCAST_ARGS")
    add_broadcast_to = _adder("BROADCAST_TO")
    add_call_once = _adder("CALL_ONCE")
    add_cast = _adder("CAST")
    add_ceil = _adder("CEIL")
    add_circular_buffer = _adder("CIRCULAR_BUFFER")
    add_concatenation = _adder("CONCATENATION")
    add_conv_2d = _adder("CONV_2D")
    add_cos = _adder("COS")
    add_cum_sum = _adder("CUMSUM")
    add_decode = _adder("TFLM_DECODE")
    add_delay = _adder("SignalDelay")
    add_depth_to_space = _adder("DEPTH_TO_SPACE")
    add_depthwise_conv_2d = _adder("DEPTHWISE_CONV_2D")
    add_dequantize = _adder("DEQUANTIZE")
    add_detection_postprocess = _adder("TFLite_Detection_PostProcess")
    add_div = _adder("DIV")
    add_dynamic_update_slice = _adder("DYNAMIC_UPDATE_SLICE")
    add_elu = _adder("ELU")
    add_embedding_lookup = _adder("EMBEDDING_LOOKUP")
    add_energy = _adder("SignalEnergy")
    add_equal = _adder("EQUAL")
    add_ethos_u = _adder("ethos-u")
    add_exp = _adder("EXP")
    add_expand_dims = _adder("EXPAND_DIMS")
    add_fft_auto_scale = _adder("SignalFftAutoScale")
    add_fill = _adder("FILL")
    add_filter_bank = _adder("SignalFilterBank")
    add_filter_bank_log = _adder("SignalFilterBankLog")
    add_filter_bank_spectral_subtraction = _adder("SignalFilterBankSpectralSubtraction")
    add_filter_bank_square_root = _adder("SignalFilterBankSquareRoot")
    add_floor = _adder("FLOOR")
    add_floor_div = _adder("FLOOR_DIV")
    add_floor_mod = _adder("FLOOR_MOD")
    add_framer = _adder("SignalFramer")
    add_fully_connected = _adder("FULLY_CONNECTED")
    add_gather = _adder("GATHER")
    add_gather_nd = _adder("GATHER_ND")
    add_greater = _adder("GREATER")
    add_greater_equal = _adder("GREATER_EQUAL")
    add_hard_swish = _adder("HARD_SWISH")
    add_if = _adder("IF")
    add_irfft = _adder("SignalIrfft")
    add_l2_normalization = _adder("L2_NORMALIZATION")
    add_l2_pool_2d = _adder("L2_POOL_2D")
    add_leaky_relu = _adder("LEAKY_RELU")
    add_less = _adder("LESS")
    add_less_equal = _adder("LESS_EQUAL")
    add_log = _adder("LOG")
    add_log_softmax = _adder("LOG_SOFTMAX")
    add_logical_and = _adder("LOGICAL_AND")
    add_logical_not = _adder("LOGICAL_NOT")
    add_logical_or = _adder("LOGICAL_OR")
    add_logistic = _adder("LOGISTIC")
    add_max_pool_2d = _adder("MAX_POOL_2D")
    add_maximum = _adder("MAXIMUM")
    add_mean = _adder("MEAN")
    add_minimum = _adder("MINIMUM")
    add_mirror_pad = _adder("MIRROR_PAD")
    add_mul = _adder("MUL")
    add_neg = _adder("NEG")
    add_not_equal = _adder("NOT_EQUAL")
    add_overlap_add = _adder("SignalOverlapAdd")
    add_pack = _adder("PACK")
    add_pad = _adder("PAD")
    add_pad_v2 = _adder("PADV2")
    add_pcan = _adder("SignalPCAN")
    add_prelu = _adder("PRELU")
    add_quantize = _adder("QUANTIZE")
    add_read_variable = _adder("READ_VARIABLE")
    add_reduce_all = _adder("REDUCE_ALL")
    add_reduce_max = _adder("REDUCE_MAX")
    add_reduce_min = _adder("REDUCE_MIN")
    add_relu = _adder("RELU")
    add_relu6 = _adder("RELU6")
    add_reshape = _adder("RESHAPE")
    add_resize_bilinear = _adder("RESIZE_BILINEAR")
    add_resize_nearest_neighbor = _adder("RESIZE_NEAREST_NEIGHBOR")
    add_reverse_v2 = _adder("REVERSE_V2")
    add_rfft = _adder("SignalRfft")
    add_round = _adder("ROUND")
    add_rsqrt = _adder("RSQRT")
    add_select_v2 = _adder("SELECT_V2")
    add_shape = _adder("SHAPE")
    add_sin = _adder("SIN")
    add_slice = _adder("SLICE")
    add_softmax = _adder("SOFTMAX")
    add_space_to_batch_nd = _adder("SPACE_TO_BATCH_ND")
    add_space_to_depth = _adder("SPACE_TO_DEPTH")
    add_split = _adder("SPLIT")
    add_split_v = _adder("SPLIT_V")
    add_sqrt = _adder("SQRT")
    add_square = _adder("SQUARE")
    add_squared_difference = _adder("SQUARED_DIFFERENCE")
    add_squeeze = _adder("SQUEEZE")
    add_stacker = _adder("SignalStacker")
    add_strided_slice = _adder("STRIDED_SLICE")
    add_sub = _adder("SUB")
    add_sum = _adder("SUM")
    add_svdf = _adder("SVDF")
    add_tanh = _adder("TANH")
    add_transpose = _adder("TRANSPOSE")
    add_transpose_conv = _adder("TRANSPOSE_CONV")
    add_unidirectional_sequence_lstm = _adder("UNIDIRECTIONAL_SEQUENCE_LSTM")
    add_unpack = _adder("UNPACK")
    add_var_handle = _adder("VAR_HANDLE")
    add_while = _adder("WHILE")
    add_window = _adder("SignalWindow")
    add_zeros_like = _adder("ZEROS_LIKE")

    def add_custom(self, name: str, registration: Registration) -> MicroMutableOpResolver:
        """Add a custom operator under the code it has in the model; returns the resolver."""
        if name in BuiltinOperator.__members__:
            method = add_method_name(name)
            remedy = f"call {method}(registration)" if method else "give it another name"
            raise ResolverError(f"{name} is a built-in operator, not a custom one: {remedy}", operator_name=name)
        self._add(name, registration)
        return self

    def _add_operator(self, name: str, registration: Registration | None) -> MicroMutableOpResolver:
        if registration is None and name not in REGISTRATIONS:
            raise ResolverError(
                f"tinylab has no kernel for {name} yet: call {add_method_name(name)}(registration) with your own",
                operator_name=name,
            )
        self._add(name, REGISTRATIONS[name] if registration is None else registration)
        return self

    def _add(self, name: str, registration: Registration) -> None:
        if not isinstance(registration, Registration):
            raise ResolverError(f"{name} needs a Registration, and this is {registration!r}", operator_name=name)
        if name in self._registrations:
            raise ResolverError(
                f"{name} is in this resolver already: add each operator once, however often the model uses it",
                operator_name=name,
            )
        if len(self._registrations) >= self.capacity:
            raise ResolverError(
                f"there is no room for {name}: this resolver was made for {self.capacity} "
                f"({', '.join(self.operator_names)}): make it MicroMutableOpResolver({self.capacity + 1}) or larger",
                operator_name=name,
            )
        self._registrations[name] = replace(registration, name=name)


_METHOD_NAMES = {
    operator_name: method_name
    for method_name, method in vars(MicroMutableOpResolver).items()
    for operator_name, adder in _ADDERS.items()
    if method is adder
}


def add_method_name(operator_name: str) -> str | None:
    """The resolver's method for an operator of TFLM's ("CONV_2D" -> "add_conv_2d"), or None where it has none."""
    return _METHOD_NAMES.get(operator_name)


class AllOpsResolver(MicroOpResolver):
    """Every operator that tinylab has. Handy, and on a board the most expensive choice: it links every kernel."""

    links_every_operator = True

    _call = "an AllOpsResolver takes no kernels of your own, so make a MicroMutableOpResolver and call resolver"

    def __init__(self) -> None:
        super().__init__()
        self._registrations.update(REGISTRATIONS)


def resolver_for(model: Model) -> MicroMutableOpResolver:
    """A resolver with exactly the operators of `model`; ResolverError where tinylab has no kernel for one."""
    operators = {operator.name: operator for subgraph in model.subgraphs for operator in subgraph.operators}
    resolver = MicroMutableOpResolver(max(len(operators), 1))
    for name, operator in operators.items():
        if name not in REGISTRATIONS or _is_custom_with_a_builtin_name(operator):
            resolver.registration_for(operator)  # says what is missing and what to do
        resolver._add(name, REGISTRATIONS[name])
    return resolver
