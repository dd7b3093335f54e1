"""fuse and chain: two models made into one subgraph, so that one interpreter and one memory plan serve both.

fuse lays them side by side: the inputs and outputs of both, the operators of the first, then those of the second.
chain feeds an output of the first into an input of the second: what was copied between two interpreters is one tensor.

NB: fused is not always smaller. All inputs are filled before the first operator runs, so the second model's stay alive
while the first model runs, and the first's outputs while the second runs. Two models that share one arena keep neither.

NB: metadata is not kept, as it describes one of the two; metadata that changes how memory or constants are read is
refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from tinylab.errors import ModelError
from tinylab.model.enums import BuiltinOperator, TensorType
from tinylab.model.model import Model, Operator, Quantization, Signature, Subgraph, Tensor
from tinylab.model.reader import COMPRESSED, OFFLINE_MEMORY_ALLOCATION, load_model
from tinylab.model.writer import write_model

_REFUSED_METADATA = {
    OFFLINE_MEMORY_ALLOCATION: "the plan is of that model alone: take it out by with_offline_plan(model, None)",
    COMPRESSED: "it tells tensors and buffers by their numbers, which change: merge the models before compressing them",
}
_REQUANTIZED = (TensorType.INT8, TensorType.INT16)


class _Joint(NamedTuple):
    """Where a chain is joined: `output`, a number of the first model's, is its tensor `source`; `target` is the tensor
    of the second that it feeds. quantize: by way of a QUANTIZE operator.
    """

    output: int
    source: int
    target: int
    quantize: bool


def fuse(first: Model, second: Model) -> Model:
    """Both models side by side: the inputs, outputs and operators of `first`, then those of `second`.

    Constants that are equal, byte for byte, are kept once. Tensors whose name occurs in both get their model's name
    before it ("kws/input"); a signature that each has becomes one. The result has a file of its own (`data`).

    Raises ModelError, which says why, where they cannot be merged: several subgraphs, a memory plan or compression of
    their own, several signatures, a resource variable that both have.
    """
    _check_mergeable(first, second)
    return _Fusion(first, second, None).model()


def chain(first: Model, second: Model, *, output: int = 0, input: int = 0, requantize: bool = False) -> Model:
    """Output number `output` of `first` feeds input number `input` of `second`; otherwise as `fuse`.

    The two must have the same shape, type and quantization: they become one tensor, which is no output and no input any
    more. requantize: where they are int8 or int16 with another quantization (or one of each), put a QUANTIZE operator
    between them; its rounding is in the result.

    Raises ModelError, which says what differs and what to do, and what `fuse` raises.
    """
    _check_mergeable(first, second)
    source = _port(first, "output", first.subgraphs[0].outputs, output)
    target = _port(second, "input", second.subgraphs[0].inputs, input)
    equal = _same(source, target)
    if not equal and not (requantize and _can_requantize(source, target)):
        place = f"output {output} of {first.name} and input {input} of {second.name}"
        raise ModelError(
            f"{_describe(source)} is found, {_describe(target)} is needed: {_remedy(source, target)}",
            place=place,
            found=_describe(source),
            needed=_describe(target),
        )
    return _Fusion(first, second, _Joint(output, source.index, target.index, not equal)).model()


def _check_mergeable(first: Model, second: Model) -> None:
    for model in (first, second):
        if len(model.subgraphs) != 1:
            raise ModelError(
                f"it has {len(model.subgraphs)} subgraphs, and models of one can be merged: run each in an interpreter "
                "of its own, on one MicroAllocator",
                place=model.name,
                found=len(model.subgraphs),
                needed=1,
            )
        for name, reason in _REFUSED_METADATA.items():
            if name in model.metadata:
                raise ModelError(f"it has {name} metadata: {reason}", place=model.name, found=name)
        if len(model.signatures) > 1:
            names = ", ".join(signature.name for signature in model.signatures)
            raise ModelError(
                f"it has {len(model.signatures)} signatures ({names}), and the merged model gets one: convert it again "
                "with one of them",
                place=model.name,
                found=len(model.signatures),
                needed=1,
            )
    if shared := sorted(_resource_variables(first) & _resource_variables(second)):
        raise ModelError(
            f"both have a resource variable {shared[0][1]!r}, and merged they would share it: give it another "
            "shared_name in one of them",
            place=f"{first.name} and {second.name}",
            found=shared[0],
        )


def _resource_variables(model: Model) -> set[tuple[str, str]]:
    """(container, shared_name) of each: TFLM knows a variable by these."""
    handles = (each for each in model.subgraphs[0].operators if each.code is BuiltinOperator.VAR_HANDLE)
    return {(handle.options.container, handle.options.shared_name) for handle in handles}


def _port(model: Model, kind: str, indices: tuple[int, ...], number: int) -> Tensor:
    if not 0 <= number < len(indices):
        raise ModelError(
            f"it has no {kind} {number}: there are {len(indices)}, numbered from 0",
            place=model.name,
            found=number,
            needed=len(indices),
        )
    return model.subgraphs[0].tensors[indices[number]]


def _same(a: Tensor, b: Tensor) -> bool:
    return a.type == b.type and a.shape == b.shape and _same_quantization(a.quantization, b.quantization)


def _same_quantization(a: Quantization | None, b: Quantization | None) -> bool:
    if a is None or b is None:
        return a is b
    return (
        np.array_equal(a.scales, b.scales)
        and np.array_equal(a.zero_points, b.zero_points)
        and (not a.per_channel or a.quantized_dimension == b.quantized_dimension)
    )


def _can_requantize(a: Tensor, b: Tensor) -> bool:
    """Whether TFLM's QUANTIZE makes one of the other."""
    quantized = (each.quantization is not None and not each.quantization.per_channel for each in (a, b))
    return a.shape == b.shape and a.type in _REQUANTIZED and b.type in _REQUANTIZED and all(quantized)


def _describe(tensor: Tensor) -> str:
    return f"{tensor.type.name} {list(tensor.shape)} {tensor.quantization or 'without quantization'}"


def _remedy(source: Tensor, target: Tensor) -> str:
    if source.shape != target.shape:
        return "end the first model, or begin the second, with a layer that gives the shape"
    if _can_requantize(source, target):
        return "pass requantize=True, which puts a QUANTIZE operator between them"
    return "convert one of them with the other's type and quantization"


class _Fusion:
    """Two models on their way into one subgraph."""

    def __init__(self, first: Model, second: Model, joint: _Joint | None) -> None:
        self.first, self.second, self.joint = first, second, joint
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []
        self.buffers: dict[bytes, int] = {b"": 0}
        names, others = ({tensor.name for tensor in model.subgraphs[0].tensors} for model in (first, second))
        self.clashing = names & others - {""}
        self.prefixes = ("first", "second") if first.name == second.name else (first.name, second.name)

    def model(self) -> Model:
        first, second = self.first.subgraphs[0], self.second.subgraphs[0]
        joint = self.joint
        ones = self._add_tensors(first, self.prefixes[0], {})
        joined = {joint.target: ones[joint.source]} if joint and not joint.quantize else {}
        twos = self._add_tensors(second, self.prefixes[1], joined)
        self._add_operators(first, ones)
        if joint and joint.quantize:
            self._add_quantize(ones[joint.source], twos[joint.target])
        self._add_operators(second, twos)
        inputs = [ones[index] for index in first.inputs]
        inputs += [twos[index] for index in second.inputs if joint is None or index != joint.target]
        outputs = [ones[index] for number, index in enumerate(first.outputs) if joint is None or number != joint.output]
        outputs += [twos[index] for index in second.outputs]
        graph = Subgraph(0, first.name, tuple(self.tensors), tuple(inputs), tuple(outputs), tuple(self.operators))
        merged = Model(
            name=f"{self.first.name}+{self.second.name}",
            data=memoryview(b""),
            version=self.first.version,
            description=" + ".join(filter(None, dict.fromkeys((self.first.description, self.second.description)))),
            subgraphs=(graph,),
            buffers=tuple(memoryview(data) for data in self.buffers),
            metadata=MappingProxyType({}),
            signatures=self._signatures(ones, twos, graph),
        )
        return load_model(write_model(merged), name=merged.name)

    def _add_tensors(self, graph: Subgraph, prefix: str, joined: Mapping[int, int]) -> dict[int, int]:
        """Take over a model's tensors, but for those that are joined to one that is there: old index -> new index."""
        places = {-1: -1, **joined}
        for tensor in graph.tensors:
            if tensor.index in joined:
                continue
            places[tensor.index] = len(self.tensors)
            data = b"" if tensor.data is None else bytes(tensor.data)
            buffer = self.buffers.setdefault(data, len(self.buffers))
            name = f"{prefix}/{tensor.name}" if tensor.name in self.clashing else tensor.name
            self.tensors.append(
                replace(
                    tensor,
                    index=len(self.tensors),
                    name=name,
                    buffer_index=buffer,
                    data=memoryview(data) if data else None,
                )
            )
        return places

    def _add_operators(self, graph: Subgraph, places: Mapping[int, int]) -> None:
        for operator in graph.operators:
            inputs, outputs, intermediates = (
                tuple(places[index] for index in indices)
                for indices in (operator.inputs, operator.outputs, operator.intermediates)
            )
            index = len(self.operators)
            self.operators.append(
                replace(operator, index=index, inputs=inputs, outputs=outputs, intermediates=intermediates)
            )

    def _add_quantize(self, source: int, target: int) -> None:
        code = BuiltinOperator.QUANTIZE
        version = 2 if TensorType.INT16 in (self.tensors[source].type, self.tensors[target].type) else 1
        index = len(self.operators)
        self.operators.append(
            Operator(index, code, code.name, version, (source,), (target,), (), None, memoryview(b""))
        )

    def _signatures(self, ones: Mapping[int, int], twos: Mapping[int, int], graph: Subgraph) -> tuple[Signature, ...]:
        """One signature with the names of both, where each has one; else none, as it would name half of the model."""
        if not (self.first.signatures and self.second.signatures):
            return ()
        a, b = self.first.signatures[0], self.second.signatures[0]
        name = a.name if a.name == b.name else f"{a.name}+{b.name}"
        inputs = self._joined_names((a.inputs, ones), (b.inputs, twos), graph.inputs)
        outputs = self._joined_names((a.outputs, ones), (b.outputs, twos), graph.outputs)
        return (Signature(name, 0, inputs, outputs),)

    def _joined_names(
        self,
        one: tuple[Mapping[str, int], Mapping[int, int]],
        other: tuple[Mapping[str, int], Mapping[int, int]],
        kept: tuple[int, ...],
    ) -> Mapping[str, int]:
        """The names that each signature gives to tensors that are `kept`; one that both give is prefixed in both."""
        one_names, other_names = (
            {name: places[index] for name, index in names.items() if places[index] in kept}
            for names, places in (one, other)
        )
        joined: dict[str, int] = {}
        for prefix, names in zip(self.prefixes, (one_names, other_names), strict=True):
            clashing = one_names.keys() & other_names.keys()
            joined |= {f"{prefix}/{name}" if name in clashing else name: index for name, index in names.items()}
        return MappingProxyType(joined)
