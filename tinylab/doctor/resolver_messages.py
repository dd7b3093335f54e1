"""What TFLM says about op resolvers: an operator without a kernel, one too many, one added twice."""

from __future__ import annotations

import re

from tinylab.doctor.message import Message, Numbers, Words, says
from tinylab.model import BuiltinOperator, Model
from tinylab.runtime.op_resolver_cpp import cpp_add_call, cpp_resolver_lines

BEFORE, PARSE = "before", "parse"


def _operator_missing(numbers: Numbers, model: Model | None) -> Words:
    name = numbers["name"]
    call = cpp_add_call(name)
    if name == "CUSTOM":
        remedy = "Register each custom operator: resolver.AddCustom(name, registration), with the name in the model."
    elif call is None:
        remedy = "TFLM has no kernel for it: convert the model without it."
    else:
        remedy = f"Add {call} before the interpreter is made, and raise the resolver's capacity if it is full."
    meaning = f"The model has the operator {name}, and the op resolver has no kernel for it."
    if model is not None:
        count = model.operator_counts().get(name, 0)
        meaning += f" {model.name} has {count or 'none'} of them."
        if name != "CUSTOM" and not count:
            remedy = "This is not the model that ran there. " + remedy
        else:
            remedy += f" All that {model.name} needs: {' '.join(cpp_resolver_lines(model))}"
    return Words(meaning, remedy)


def _builtin_name(numbers: Numbers) -> str:
    code = int(numbers["code"])
    return BuiltinOperator(code).name if code in BuiltinOperator._value2member_map_ else f"number {code}"


def _resolver_full(numbers: Numbers, model: Model | None) -> Words:
    needs = "" if model is None else f" {model.name} needs {len(model.operator_counts())}."
    return Words(
        f"The resolver is full, and {_builtin_name(numbers)} was not added.{needs}",
        "Raise N of MicroMutableOpResolver<N>: one for each kind of operator. Look at what Add…() returns.",
    )


def _added_twice(numbers: Numbers, model: Model | None) -> Words:
    name = _builtin_name(numbers)
    call = cpp_add_call(name) or f"the call that adds {name}"
    return Words(f"{name} was added to the resolver twice; the first one stays.", f"Write {call} once.")


RESOLVER_MESSAGES = (
    Message(
        re.compile(r"Didn't find op for builtin opcode '(?P<name>\w+)'"),
        "GetRegistrationFromOpCode",
        (PARSE,),
        _operator_missing,
    ),
    Message(
        re.compile(r"Failed to get registration from op code (?P<name>\w+)"),
        "MicroInterpreter::PrepareNodeAndRegistrationDataFromFlatbuffer",
        (PARSE,),
        _operator_missing,
    ),
    Message(
        re.compile(r"Couldn't register builtin op #(?P<code>\d+), resolver size"),
        "MicroMutableOpResolver::AddBuiltin",
        (BEFORE,),
        _resolver_full,
    ),
    Message(
        re.compile(r"Couldn't register custom op '(?P<name>[^']*)', resolver size is too\s*small \((?P<most>\d+)\)"),
        "MicroMutableOpResolver::AddCustom",
        (BEFORE,),
        says(
            "The resolver is full with {most} operators, and the custom operator {name} was not added.",
            "Raise N of MicroMutableOpResolver<N>: one for each kind of operator.",
        ),
    ),
    Message(
        re.compile(r"once is not supported \(Op: #(?P<code>\d+)\)"),
        "MicroMutableOpResolver::AddBuiltin",
        (BEFORE,),
        _added_twice,
        known_as="Calling AddBuiltin with the same op more than once is not supported (Op: #…)",
    ),
    Message(
        re.compile(r"is not supported \(Op: (?P<name>[^#)][^)]*)\)"),
        "MicroMutableOpResolver::AddCustom",
        (BEFORE,),
        says("The custom operator {name} was added to the resolver twice; the first one stays.", "Add it once."),
        known_as="Calling AddCustom for the same op more than once is not supported (Op: …)",
    ),
    Message(
        re.compile(r"Missing registration for opcode_index (?P<index>\d+)"),
        "MicroInterpreter::PrepareNodeAndRegistrationDataFromFlatbuffer",
        (PARSE,),
        says(
            "An operator names entry {index} of the model's operator codes, and there is none.",
            "The file is damaged: convert it again, and compare its size with that of the array in the program.",
        ),
    ),
    Message(
        re.compile(r"Op builtin_code out of range: (?P<code>-?\d+)"),
        "GetRegistrationFromOpCode",
        (PARSE,),
        says(
            "The model has operator code {code}, newer than this TFLM or not one at all.",
            "Update TFLM, or check that the model's bytes arrived whole.",
        ),
    ),
    Message(
        re.compile(r"Operator with CUSTOM builtin_code has no custom_code"),
        "GetRegistrationFromOpCode",
        (PARSE,),
        says("The model has a custom operator without a name.", "Convert the model again, and name the operator."),
    ),
    Message(
        re.compile(r"Did not find a parser for (?P<name>\w+)"),
        "MicroInterpreter::PrepareNodeAndRegistrationDataFromFlatbuffer",
        (PARSE,),
        says(
            "{name} was added to the resolver without the function that reads its options.",
            "Use the resolver's own Add…() method rather than AddBuiltin.",
        ),
    ),
    Message(
        re.compile(r"found builtin operator (?P<name>\w+) with custom\s+options"),
        "MicroInterpreter::PrepareNodeAndRegistrationDataFromFlatbuffer",
        (PARSE,),
        says("{name} is built in, and carries a custom operator's options.", "Convert the model again."),
    ),
)
