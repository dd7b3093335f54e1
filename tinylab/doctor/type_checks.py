"""Tensor types that no kernel takes, and weights that do not go with their activations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tinylab.doctor.accepted_types import ACCEPTED
from tinylab.doctor.case import Case, Node, at
from tinylab.doctor.converter_lines import FULL_INT8, NO_FLOAT16, PER_TENSOR_DENSE
from tinylab.doctor.diagnosis import Found
from tinylab.model import Tensor, TensorType

FLOAT32, FLOAT16, UINT8 = TensorType.FLOAT32, TensorType.FLOAT16, TensorType.UINT8
INT16, INT8, INT4 = TensorType.INT16, TensorType.INT8, TensorType.INT4

# Operators with weights -> (which input is fed, which holds weights).
WEIGHTED = {"CONV_2D": (0, 1), "DEPTHWISE_CONV_2D": (0, 1), "TRANSPOSE_CONV": (2, 1), "FULLY_CONNECTED": (0, 1)}
PAIRS = {(FLOAT32, FLOAT32), (INT8, INT8), (INT8, INT4), (INT16, INT8)}
HYBRID_MESSAGE = "Hybrid models are not supported on TFLite Micro."
CMSIS_NN = "cmsis-nn"


def _weighted(case: Case) -> Iterator[tuple[Node, Tensor, Tensor]]:
    """Every operator with weights, what it is fed, and its weights."""
    for node in case.nodes:
        if node.name in WEIGHTED:
            fed, weights = (node.input(index) for index in WEIGHTED[node.name])
            if fed is not None and weights is not None:
                yield node, fed, weights


def _grouped(found: Iterator[tuple[tuple[object, ...], Node]]) -> Iterator[list[Node]]:
    """Nodes with the same key and in the same subgraph together, in order."""
    groups: dict[tuple[object, ...], list[Node]] = {}
    for key, node in found:
        groups.setdefault((*key, node.subgraph.index), []).append(node)
    yield from groups.values()


def _grouped_by_weights(case: Case, wrong: Callable[[Tensor, Tensor], bool]) -> Iterator[list[Node]]:
    return _grouped(((node.name, x.type, w.type), node) for node, x, w in _weighted(case) if wrong(x, w))


def hybrid(case: Case) -> Iterator[Found]:
    """float32 activations with quantized weights: dynamic-range quantization."""
    for nodes in _grouped_by_weights(case, lambda x, w: x.type is FLOAT32 and w.type is not FLOAT32):
        name, fed, weights = _of(nodes[0])
        says = HYBRID_MESSAGE
        if name == "FULLY_CONNECTED" and not _is_cmsis_nn(case):
            says = f"Input type: {fed.type.name} with filter type: {weights.type.name} not supported."
        yield at(
            nodes,
            f"Dynamic-range quantization: the weights are {weights.type.name}, what they are multiplied with is "
            "float32. The converter does this where optimizations are set and no representative_dataset is.",
            "AllocateTensors fails: TFLM has kernels for all float32 or all integer, and none for both.",
            "Give the converter a representative_dataset, so that activations become int8 too (or leave optimizations "
            "out, and stay float32).",
            FULL_INT8,
            (says, nodes[0].failed("prepare")),
        )


def _of(node: Node) -> tuple[str, Tensor, Tensor]:
    fed, weights = (node.input(index) for index in WEIGHTED[node.name])
    assert fed is not None
    assert weights is not None
    return node.name, fed, weights


def _is_cmsis_nn(case: Case) -> bool:
    return case.target.kernel_library.startswith(CMSIS_NN)


def unknown_weights(case: Case) -> Iterator[Found]:
    """Other pairs of types that no kernel has, uint8 most of all."""
    for nodes in _grouped_by_weights(case, lambda x, w: x.type is not FLOAT32 and (x.type, w.type) not in PAIRS):
        name, fed, weights = _of(nodes[0])
        if UINT8 in (fed.type, weights.type):
            cause = "It is quantized to uint8, the scheme of TensorFlow 1's converter: TFLM has int8 and int16 kernels."
        else:
            cause = f"No kernel multiplies {fed.type.name} with weights of {weights.type.name}."
        says, phase = _words_of_refusal(case, name, fed)
        yield at(
            nodes,
            cause,
            "AllocateTensors fails." if phase == "prepare" else "AllocateTensors succeeds; the first Invoke fails.",
            "Convert again with TensorFlow 2 and full int8 quantization: a uint8 file cannot be mended.",
            FULL_INT8,
            (*says, nodes[0].failed(phase)),
        )


def _words_of_refusal(case: Case, name: str, fed: Tensor) -> tuple[tuple[str, ...], str]:
    """What TFLM prints before its last line, and when."""
    if _is_cmsis_nn(case):
        known = fed.type in (FLOAT32, INT16, INT8)
        return (HYBRID_MESSAGE if known else "Input data type not supported",), "prepare"
    if name == "CONV_2D":  # TFLM calls every pair hybrid that it does not know
        return (HYBRID_MESSAGE,), "prepare"
    if name in ("DEPTHWISE_CONV_2D", "FULLY_CONNECTED") and fed.type is UINT8:
        return (f"Input type {fed.type.name} ({fed.type.value}) not supported.",), "invoke"
    return (), "invoke" if fed.type is UINT8 else "prepare"


def float16_weights(case: Case) -> Iterator[Found]:
    """float16 constants, unpacked by DEQUANTIZE when the model runs."""
    half = (((), node) for node in case.nodes if node.name == "DEQUANTIZE" and _type(node, 0) is FLOAT16)
    for nodes in _grouped(half):
        yield at(
            nodes,
            "The weights are float16, and DEQUANTIZE makes them float32 again: a file for a phone's GPU.",
            "AllocateTensors fails: TFLM's DEQUANTIZE takes INT8, INT16 and UINT8. It would also need all weights as "
            "float32 in RAM.",
            "Quantize to int8 instead.",
            NO_FLOAT16,
            ("input->type == kTfLiteInt8 || input->type == kTfLiteInt16 || input->type == kTfLiteUInt8 was not true.",
             nodes[0].failed("prepare")),
        )  # fmt: skip


def _type(node: Node, index: int) -> TensorType | None:
    tensor = node.input(index)
    return None if tensor is None else tensor.type


def unknown_type(case: Case) -> Iterator[Found]:
    """A type that the operator's kernel has no code for."""
    for nodes in _grouped(((node.name, _deciding(node)), node) for node in case.nodes if _refused(node)):
        row, type_ = ACCEPTED[nodes[0].name], _deciding(nodes[0])
        assert type_ is not None
        remedy, code = "Convert the model so that this layer has one of these types, or do without the layer.", ""
        if type_ is UINT8:
            remedy, code = "Convert with TensorFlow 2 and full int8 quantization.", FULL_INT8
        elif type_ is FLOAT16:
            remedy, code = "Quantize to int8 instead of float16.", NO_FLOAT16
        elif type_ is INT16:
            remedy, code = "Convert to int8 activations instead of int16.", FULL_INT8
        yield at(
            nodes,
            f"{nodes[0].name} of {type_.name} tensors: TFLM's kernel takes {', '.join(t.name for t in row.types)}.",
            "AllocateTensors fails." if row.phase == "prepare" else "AllocateTensors succeeds; the first Invoke fails.",
            remedy,
            code,
            (nodes[0].failed(row.phase),),
        )


def _deciding(node: Node) -> TensorType | None:
    return _type(node, ACCEPTED[node.name].input)


def _refused(node: Node) -> bool:
    row = ACCEPTED.get(node.name)
    if row is None or (node.name == "DEQUANTIZE" and _type(node, 0) is FLOAT16):
        return False
    type_ = _deciding(node)
    return type_ is not None and type_ not in row.types


def per_channel_int16(case: Case) -> Iterator[Found]:
    """FULLY_CONNECTED of int16 activations, or int4 weights, with a scale a unit: CMSIS-NN refuses it."""
    if not _is_cmsis_nn(case):
        return
    per_channel = (
        ((x.type, w.type), node)
        for node, x, w in _weighted(case)
        if node.name == "FULLY_CONNECTED" and w.quantization is not None and w.quantization.per_channel
        and (x.type is INT16 or w.type is INT4)
    )  # fmt: skip
    for nodes in _grouped(per_channel):
        yield at(
            nodes,
            "Its weights have a scale for each unit. CMSIS-NN's FULLY_CONNECTED takes that for int8 activations with "
            "int8 weights alone; the reference kernel takes it for int16 too.",
            "AllocateTensors fails on this target, though it works on a laptop.",
            "Have the converter give dense layers one scale, or build TFLM without CMSIS-NN's fully_connected.cc.",
            PER_TENSOR_DENSE,
            ("!data->reference_op_data.is_per_channel || (…) was not true.", nodes[0].failed("prepare")),
        )


def no_fixed_size(case: Case) -> Iterator[Found]:
    """Tensors of strings or variants: TFLM has no size for them."""
    for subgraph, tensor in case.tensors():
        if tensor.type in (TensorType.STRING, TensorType.VARIANT):
            yield Found(
                f'tensor {tensor.index} "{tensor.name}"' + (f" of subgraph {subgraph.index}" if subgraph.index else ""),
                f"It is a {tensor.type.name}, whose elements have no fixed size.",
                "AllocateTensors fails: nothing in an arena can grow.",
                "Take the step with text out of the model (a table look-up on the board), and feed numbers.",
                tflm_says=("from flatbuffer data!",),
            )


def missing_bias(case: Case) -> Iterator[Found]:
    """DEPTHWISE_CONV_2D and TRANSPOSE_CONV with a bias that is written down as missing: -1."""
    written = (((), n) for n in case.nodes if n.name == "DEPTHWISE_CONV_2D" and n.operator.inputs[2:] == (-1,))
    for nodes in _grouped(written):
        yield at(
            nodes,
            "Its list of inputs has a third one, the bias, and that is -1 (left out). CONV_2D reads this right.",
            "TFLM's DEPTHWISE_CONV_2D takes three inputs to mean that there is a bias, and follows a null pointer: "
            "the program crashes in AllocateTensors.",
            "Keep the layer's bias (use_bias=True), or write two inputs into the file.",
            "import pathlib\n"
            "from dataclasses import replace\n"
            "model = tl.load_model(path)\n"
            "main = model.subgraphs[0]\n"
            "operators = [replace(o, inputs=o.inputs[:2]) if o.inputs[2:] == (-1,) else o for o in main.operators]\n"
            "model = replace(model, subgraphs=(replace(main, operators=tuple(operators)), *model.subgraphs[1:]))\n"
            "pathlib.Path(path).write_bytes(tl.write_model(model))",
        )
