"""What the parts of a PDF unpack to, found within bounds before a library unpacks them whole."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from collections.abc import Callable, Iterator
from pathlib import Path

from kempen_nlp.errors import ParseError

MAX_STREAM = 50_000_000
MAX_UNPACKED = 400_000_000
MAX_ROUNDS = 4
_STREAM = re.compile(rb"stream\r?\n")
_DICTIONARY_REACH = 4_000
_NAME = re.compile(rb"/([A-Za-z0-9#]+)")
_FILTERS = re.compile(rb"/(?:Filter|F)\s*(\[[^\]]*\]|/[A-Za-z0-9#]+|\d+\s+\d+\s+R)")
_REFERENCE = re.compile(rb"(\d+)\s+(\d+)\s+R")
_PICTURES = {"DCTDecode", "DCT", "JPXDecode", "CCITTFaxDecode", "CCF", "JBIG2Decode", "Crypt"}
_LZW_CLEAR, _LZW_END, _LZW_MOST = 256, 257, 4096


def check_streams(content: bytes, path: Path) -> None:
    """
    Refuse a file whose parts unpack to more than a handbook can be.

    Raises
    ------
    ParseError
        If a part unpacks to more than 50 MB, all parts together to more than 400 MB, or a part is packed
        more often than a page of text ever is.
    """
    total = 0
    for match in _STREAM.finditer(content):
        data = content[match.end() : content.find(b"endstream", match.end())]
        names = _filters(content, match.start())
        if names is None or sum(name not in _PICTURES for name in names) > MAX_ROUNDS:
            raise _too_large(path)
        # A part that looks packed is measured as such, whatever the file says of it.
        names = names or (["FlateDecode"] if data[:1] == b"\x78" else [])
        for name in names:
            if name in _PICTURES:
                break
            data = _unpacked(name, data)
            total += len(data)
            if len(data) > MAX_STREAM or total > MAX_UNPACKED:
                raise _too_large(path)


def _too_large(path: Path) -> ParseError:
    return ParseError(
        f"{path} unpacks to more than {MAX_STREAM:,} bytes in one part, which no page of text does. Take out "
        "pictures, or print it as PDF again."
    )


def _filters(content: bytes, stream: int) -> list[str] | None:
    """Return how the part whose data begins here is packed, outermost first; None when the file does not say where."""
    start = max(content.rfind(b"endobj", 0, stream), content.rfind(b"endstream", 0, stream), 0)
    head = content[max(start, stream - _DICTIONARY_REACH) : stream]
    found = _FILTERS.findall(head)
    if not found:
        return []
    value = found[-1]
    if reference := _REFERENCE.fullmatch(value):
        objects = re.findall(
            rb"(?<!\d)%s\s+%s\s+obj\s*(\[[^\]]*\]|/[A-Za-z0-9#]+)" % (reference[1], reference[2]), content
        )
        if not objects:
            return None
        value = objects[-1]
    return [_plain(name) for name in _NAME.findall(value)]


def _plain(name: bytes) -> str:
    """Return a name with its escaped letters written out."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), name).decode("latin-1")


def _unpacked(name: str, data: bytes) -> bytes:
    """Return what one filter makes of data, cut off just above the limit; the data itself for an unknown filter."""
    unpack = _UNPACK.get(name)
    if unpack is None:
        return data
    try:
        return unpack(data)
    except (ValueError, zlib.error, IndexError):
        return b""


def _flate(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, MAX_STREAM + 1)


def _ascii85(data: bytes) -> bytes:
    whole = data.partition(b"~>")[0]
    return a85decode(whole.removeprefix(b"<~"))


def _hexadecimal(data: bytes) -> bytes:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", data.partition(b">")[0])
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _run_length(data: bytes) -> bytes:
    parts: list[bytes] = []
    size = position = 0
    while position < len(data) and data[position] != 128 and size <= MAX_STREAM:
        length = data[position]
        end = position + 2 + (length if length < 128 else 0)
        part = data[position + 1 : end] * (1 if length < 128 else 257 - length)
        position = end
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _lzw(data: bytes) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in _lzw_parts(data):
        parts.append(part)
        size += len(part)
        if size > MAX_STREAM:
            break
    return b"".join(parts)


def _lzw_parts(data: bytes) -> Iterator[bytes]:
    table = [bytes([n]) for n in range(256)] + [b"", b""]
    width, previous = 9, b""
    bits = n_bits = 0
    for byte in data:
        bits, n_bits = (bits << 8) | byte, n_bits + 8
        if n_bits < width:
            continue
        n_bits -= width
        code = bits >> n_bits
        bits &= (1 << n_bits) - 1
        if code == _LZW_END:
            return
        if code == _LZW_CLEAR:
            del table[258:]
            width, previous = 9, b""
            continue
        if code >= len(table) and not previous:
            return
        part = table[code] if code < len(table) else previous + previous[:1]
        yield part
        if previous and len(table) < _LZW_MOST:
            table.append(previous + part[:1])
        width = 9 + sum(len(table) + 1 >= limit for limit in (512, 1024, 2048))
        previous = part


_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    **dict.fromkeys(("FlateDecode", "Fl"), _flate),
    **dict.fromkeys(("LZWDecode", "LZW"), _lzw),
    **dict.fromkeys(("RunLengthDecode", "RL"), _run_length),
    **dict.fromkeys(("ASCII85Decode", "A85"), _ascii85),
    **dict.fromkeys(("ASCIIHexDecode", "AHx"), _hexadecimal),
}
