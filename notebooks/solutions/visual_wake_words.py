"""Solutions of notebook 09, visual wake words."""

import math

import numpy as np


def macs_of_both(height, width, kernel, channels_in, channels_out):
    """A full convolution looks at all channels for each output; a separable one looks, then mixes."""
    places = height * width
    full = places * kernel**2 * channels_in * channels_out
    return full, places * kernel**2 * channels_in + places * channels_in * channels_out


def errors(scores, labels, threshold):
    """A score that equals the threshold is a person."""
    said, is_person = scores >= threshold, labels == 1
    return np.sum(is_person & ~said), np.sum(~is_person & said)


def in_int8(probability):
    """What is just below the probability must not pass: round up."""
    return math.ceil(256 * probability) - 128


SOLUTIONS = {"09-1": macs_of_both, "09-2": errors, "09-3": in_int8}
