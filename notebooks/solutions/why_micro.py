"""Solutions of notebook 01, why micro."""


def first_fit(holes, size):
    """The first hole that is large enough."""
    for offset, free in holes:
        if free >= size:
            return offset
    return None


free_blocks = [96, 320, 32, 64, 128]
of_no_use = sum(free_blocks) - max(free_blocks)

joules_a_second = 10_000e-6 * 5
days = 2_430 / joules_a_second / 86_400

SOLUTIONS = {"01-1": first_fit, "01-2": of_no_use, "01-3": days}
