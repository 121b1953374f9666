"""As much of msgpack as clients and nodes need: maps, lists, texts, numbers, true and false."""
import struct


def pack(value):
    if isinstance(value, dict):
        return bytes([0x80 | len(value)]) + b"".join(pack(k) + pack(v) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        head = bytes([0x90 | len(value)]) if len(value) < 16 else b"\xdc" + struct.pack(">H", len(value))
        return head + b"".join(map(pack, value))
    if isinstance(value, str):
        text = value.encode()
        return b"\xda" + struct.pack(">H", len(text)) + text
    return b"\xce" + struct.pack(">I", value)


def unpack(data):
    """The one value that `data` is."""
    value, rest = take(data)
    assert not rest
    return value


SIZED = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I"}
NUMBERS = {0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q"}


def take(data):
    kind, data = data[0], data[1:]
    if kind < 0x80:
        return kind, data
    if kind in (0xC2, 0xC3):
        return kind == 0xC3, data
    if kind in NUMBERS:
        size = struct.calcsize(NUMBERS[kind])
        return struct.unpack_from(NUMBERS[kind], data)[0], data[size:]
    if kind in SIZED:
        count, = struct.unpack_from(SIZED[kind], data)
        data = data[struct.calcsize(SIZED[kind]):]
    else:
        count = kind & (0x1F if 0xA0 <= kind < 0xC0 else 0x0F)
    if 0xA0 <= kind < 0xC0 or kind in (0xD9, 0xDA, 0xDB):
        return data[:count].decode(errors="replace"), data[count:]
    is_map = kind < 0x90 or kind > 0xDD
    values = []
    for _ in range(count * (2 if is_map else 1)):
        value, data = take(data)
        values.append(value)
    return dict(zip(values[::2], values[1::2])) if is_map else values, data
