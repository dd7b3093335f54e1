"""Solutions of notebook 06, the tensor arena."""

import tinylab as tl

# Operator n runs at moment n + 1, and operator 2 still reads the input.
lifetimes = [(0, 3), (1, 2), (2, 3), (3, 3)]


def place(buffers):
    """Largest first (of one size, the last one added first), each into the first gap that is free while it lives."""
    order = sorted(range(len(buffers)), key=lambda i: (-buffers[i][0], -i))
    offsets = {}
    for i in order:
        size, first, last = buffers[i]
        offset = 0
        for j in sorted(offsets, key=offsets.get):
            other_size, other_first, other_last = buffers[j]
            if other_last < first or last < other_first:
                continue  # never alive together: they may share bytes
            if offsets[j] - offset >= size:
                break  # the gap before this one is large enough
            offset = max(offset, offsets[j] + other_size)
        offsets[i] = offset
    return [offsets[i] for i in range(len(buffers))]


arena_bytes = tl.arena_needs(tl.zoo.load("hello_world"), "cortex-m55/cmsis-nn").smallest_arena_bytes

better = [48, 0, 64, 0]

SOLUTIONS = {"06-1": lifetimes, "06-2": place, "06-3": arena_bytes, "06-4": better}
