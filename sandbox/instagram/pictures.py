"""Pictures of the posts: two colours that run into each other, drawn as PNG without any library."""

from __future__ import annotations

import struct
import zlib
from functools import cache

WIDTH, HEIGHT = 320, 400
PLAIN = ("d8d2e4", "a99cc4")  # of objects that have no colours of their own


@cache
def gradient(upper: str, lower: str) -> bytes:
    """A PNG from one colour at the top to another at the bottom; colours are six hexadecimal digits."""
    first, last = bytes.fromhex(upper), bytes.fromhex(lower)
    rows = bytearray()
    for row in range(HEIGHT):
        mixed = bytes(
            (a * (HEIGHT - 1 - row) + b * row) // (HEIGHT - 1) for a, b in zip(first, last, strict=True)
        )
        rows += b"\0" + mixed * WIDTH
    # 8 bits a channel, colour type 2 (RGB), no interlacing.
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
