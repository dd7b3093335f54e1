"""Solutions of notebook 11, will it fit."""

import tinylab as tl

both = [tl.zoo.load("kws_yes_no"), tl.zoo.load("kws_tiny_conv")]

ram_left_bytes = tl.fit(both, "arduino_nano_33_ble_sense").ram.margin_bytes


def verdict(available, lines, doubt):
    """A margin says something only where it is larger than what may be wrong."""
    margin = available - sum(lines)
    if abs(margin) < doubt:
        return "too close to call"
    return "fits" if margin >= 0 else "does not fit"


smallest = tl.fit_table(both).fitting[0].board.name

SOLUTIONS = {"11-1": ram_left_bytes, "11-2": verdict, "11-3": smallest}
