"""Solutions of notebook 00, start here."""

import tinylab as tl

model = tl.zoo.load("hello_world")
interpreter = tl.MicroInterpreter(model, tl.resolver_for(model), 2_000)
interpreter.allocate_tensors()
interpreter.input(0).data[...] = interpreter.input(0).quantize(3.0)
interpreter.invoke()
output_int8 = interpreter.output(0).data.item()

arena_bytes = tl.arena_needs(model, "cortex-m4/cmsis-nn").smallest_arena_bytes

SOLUTIONS = {"00-1": output_int8, "00-2": arena_bytes}
