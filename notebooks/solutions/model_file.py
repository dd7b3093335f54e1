"""Solutions of notebook 02, the model file."""

import struct

import tinylab as tl

# The table is at 20 and its vtable at 10. Its slots: 0 (left out: the default), 8 (byte 28) and 4 (byte 24).
reading = (7, -40, "oslo")


def slot_position(data, table, slot):
    """Where the value of a slot lies; None where it is left out, in either of two ways."""
    vtable = table - struct.unpack_from("<i", data, table)[0]
    vtable_bytes = struct.unpack_from("<H", data, vtable)[0]
    if 4 + 2 * slot >= vtable_bytes:
        return None  # the vtable ends before the slot
    offset = struct.unpack_from("<H", data, vtable + 4 + 2 * slot)[0]
    return table + offset if offset else None


def buffer_view(data, buffer):
    """The bytes of one of the model's buffers, a view of `data`."""

    def follow(position):
        return position + struct.unpack_from("<I", data, position)[0]

    buffers = follow(slot_position(data, follow(0), 4))
    entry = follow(buffers + 4 + 4 * buffer)
    vector = follow(slot_position(data, entry, 0))
    count = struct.unpack_from("<I", data, vector)[0]
    return data[vector + 4 : vector + 4 + count]


# The version is slot 0 of the root table; its lowest byte comes first.
hello = tl.zoo.load("hello_world").data
damage = (slot_position(hello, struct.unpack_from("<I", hello, 0)[0], 0), 4)

SOLUTIONS = {"02-1": reading, "02-2": slot_position, "02-3": buffer_view, "02-4": damage}
