"""Arguments of operators in words."""

from __future__ import annotations

from tests.builder import TensorSpec, single_operator
from tinylab.model import ActivationFunctionType, Operator, Padding, load_model
from tinylab.model.arguments import arguments_of, short_arguments
from tinylab.model.options import AddOptions, Conv2DOptions, Pool2DOptions

X = TensorSpec((1, 4, 4, 1), "INT8", 0.5)


def operator(name: str, options: object = None, custom_options: bytes = b"") -> Operator:
    model = single_operator(name, [X], [X], options, custom_options=custom_options)
    return load_model(model).subgraphs[0].operators[0]


def test_every_argument_under_its_schemas_name() -> None:
    conv = operator("CONV_2D", Conv2DOptions(Padding.VALID, 2, 1, ActivationFunctionType.RELU6))
    told = arguments_of(conv)
    assert told["padding"] == "VALID"
    assert told["stride_w"] == "2"
    assert told["fused_activation_function"] == "RELU6"
    assert list(told) == list(Conv2DOptions._fields)


def test_the_short_form_leaves_out_what_is_usual() -> None:
    assert short_arguments(operator("CONV_2D", Conv2DOptions(Padding.VALID, 2, 1, ActivationFunctionType.RELU6))) == (
        "stride 1×2, VALID, RELU6"
    )
    assert short_arguments(operator("CONV_2D", Conv2DOptions(stride_w=1, stride_h=1))) == "SAME"
    pool = Pool2DOptions(stride_w=2, stride_h=2, filter_width=3, filter_height=2)
    assert short_arguments(operator("MAX_POOL_2D", pool)) == "window 2×3, stride 2×2, SAME"
    assert short_arguments(operator("ADD", AddOptions())) == ""


def test_custom_options_are_counted() -> None:
    assert arguments_of(operator("Mine", custom_options=b"abc")) == {"custom_options": "3 bytes"}
    assert arguments_of(operator("LOGISTIC")) == {}
