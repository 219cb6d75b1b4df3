"""Smaller PNG files: what a browser paints, in the 256 colours that it uses most.

A page has a few colours, and many shades of them along the edges of letters. The
shades go to the nearest colour that stays, which nobody sees, and the file shrinks to
a third. Only what browsers write is read: 8 bits per channel, RGB or RGBA.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
RGB, RGBA = 2, 6


def smaller(png: bytes) -> bytes:
    """Return the picture with a palette, or as it is where that is no gain."""
    width, height, rows = _read(png)
    counts: Counter[bytes] = Counter()
    pixels = [
        [row[at : at + 3] for at in range(0, len(row), 3)] for row in rows
    ]  # each pixel is the three bytes of its colour
    for row in pixels:
        counts.update(row)
    palette = [colour for colour, _count in counts.most_common(COLOURS)]
    number_of = {colour: number for number, colour in enumerate(palette)}
    for colour in counts:
        if colour not in number_of:
            number_of[colour] = _nearest(colour, palette)
    lines = b"".join(b"\0" + bytes(number_of[pixel] for pixel in row) for row in pixels)
    written = SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(palette)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )
    return min(png, written, key=len)


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    red, green, blue = colour

    def distance(number: int) -> int:
        other = palette[number]
        return (
            3 * (red - other[0]) ** 2
            + 6 * (green - other[1]) ** 2
            + (blue - other[2]) ** 2
        )

    return min(range(len(palette)), key=distance)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _read(png: bytes) -> tuple[int, int, list[bytes]]:
    """Return width, height and the rows as RGB."""
    content = b""
    for kind, part in _chunks(png):
        if kind == b"IHDR":
            width, height, depth, kind_of_colour, *_rest = struct.unpack(
                ">IIBBBBB", part
            )
        elif kind == b"IDAT":
            content += part
    if depth != 8 or kind_of_colour not in (RGB, RGBA):
        raise ValueError("This is not the kind of PNG that browsers write.")
    size = 3 if kind_of_colour == RGB else 4
    lines = zlib.decompress(content)
    length = width * size
    rows, above = [], bytes(length)
    for start in range(0, len(lines), length + 1):
        line = bytearray(lines[start + 1 : start + 1 + length])
        _undo_filter(lines[start], line, above, size)
        above = bytes(line)
        rows.append(above if size == 3 else _without_alpha(above))
    return width, height, rows


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _undo_filter(kind: int, line: bytearray, above: bytes, size: int) -> None:
    """Turn differences back into values, in place (PNG specification, chapter 9)."""
    if kind == 0:
        return
    for i in range(len(line)):
        left = line[i - size] if i >= size else 0
        if kind == 1:
            predicted = left
        elif kind == 2:
            predicted = above[i]
        elif kind == 3:
            predicted = (left + above[i]) // 2
        else:
            corner = above[i - size] if i >= size else 0
            predicted = _paeth(left, above[i], corner)
        line[i] = (line[i] + predicted) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    to_left, to_above = abs(estimate - left), abs(estimate - above)
    to_corner = abs(estimate - corner)
    if to_left <= to_above and to_left <= to_corner:
        return left
    return above if to_above <= to_corner else corner


def _without_alpha(row: bytes) -> bytes:
    rgb = bytearray(len(row) // 4 * 3)
    rgb[0::3], rgb[1::3], rgb[2::3] = row[0::4], row[1::4], row[2::4]
    return bytes(rgb)
