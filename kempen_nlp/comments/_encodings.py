"""Find out how a text file was encoded without holding it, and decode it as Dutch office software wrote it."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from pathlib import Path

from kempen_nlp.errors import CommentsError

UNDECODABLE = "\ufffd"
MAX_LINE = 16 * 2**20
"""Bytes of one line of a file; no table of comments has longer ones, and a longer one would have to be held whole."""
_READ = 2**20
_LINE_ENDS = (b"\n", b"\r")


def decode(content: bytes) -> str:
    """
    Decode bytes as Dutch office software writes them; what nothing explains becomes U+FFFD.

    A byte order mark decides. Otherwise the text is UTF-8 if most lines with letters outside
    ASCII are valid UTF-8, else cp1252. Detectors that guess from letter counts read Dutch
    cp1252 as a Central European code page, so none is used.

    Examples
    --------
    >>> decode("één".encode("cp1252")), decode("één".encode())
    ('één', 'één')
    """
    return content.decode(encoding_of([content]), errors="replace")


def encoding_of(pieces: Iterable[bytes]) -> str:
    """Name the encoding of a text that comes in pieces of whole lines; see ``decode``."""
    n_lines = n_utf8 = 0
    for position, piece in enumerate(pieces):
        if position == 0 and piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if piece.isascii():
            continue
        lines = [line for line in piece.splitlines() if not line.isascii()]
        n_lines += len(lines)
        n_utf8 += len(lines) if _is_utf8(piece) else sum(map(_is_utf8, lines))
    return "utf-8-sig" if n_utf8 == n_lines or n_utf8 * 2 > n_lines else "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def file_encoding(path: Path) -> str:
    """
    Name the encoding of a file; reads all of it, a piece at a time.

    Raises
    ------
    CommentsError
        If a line is longer than ``MAX_LINE``.
    """
    with path.open("rb") as stream:
        return encoding_of(_pieces(iter(lambda: stream.read(_READ), b""), path))


def _pieces(blocks: Iterable[bytes], path: Path) -> Iterator[bytes]:
    """Cut blocks anew, so that each piece ends where a line ends."""
    carried = b""
    for block in blocks:
        cut = max(block.rfind(end) for end in _LINE_ENDS) + 1
        if cut:
            yield carried + block[:cut]
            carried = block[cut:]
        else:
            carried += block
        if len(carried) > MAX_LINE:
            msg = (
                f"{path} has a line of more than {MAX_LINE:,} bytes. "
                "Expected a table with one comment a row; export it again as .csv or .xlsx."
            )
            raise CommentsError(msg)
    if carried:
        yield carried
