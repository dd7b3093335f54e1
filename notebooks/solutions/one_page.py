"""Solutions of notebook 12, an interpreter on one page.

In the notebook 12-2 is five lines: the kernel, KERNELS[17], and an Interpreter that is run. This module cannot see the
reader's page, so tinylab's own interpreter stands in for it.
"""

import tinylab as tl

model = tl.zoo.load("kws_yes_no")
plan = tl.plan_arena(model, "cortex-m4/reference")

# Every buffer of the plan for itself, rounded up to 16 as it is.
no_reuse_bytes = sum(buffer.size_bytes for buffer in plan.memory_plan.buffers)


# In the notebook:
#
#     def max_pool_2d(options, output, x):
#         width, height = number(options, 3, "<i"), number(options, 4, "<i")
#         output.array[...] = np.max([seen for _, _, seen in windows(options, output, x.array, height, width)], axis=0)
#
#     KERNELS[17] = max_pool_2d
#
#     def run(data, x):
#         page = Interpreter(data)
#         page.input[...] = x
#         page.invoke()
#         return page.output
def run(data, x):
    pooling = tl.load_model(data)
    interpreter = tl.MicroInterpreter(pooling, tl.resolver_for(pooling), 100_000)
    return interpreter.predict(x[None])[0]


SOLUTIONS = {"12-1": no_reuse_bytes, "12-2": run, "12-3": plan.needs.tail_bytes}
