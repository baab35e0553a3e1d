"""Read a handbook of any kind into numbered lines and blocks, or say why that cannot be done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.pages import PageLog
from kempen_nlp.parsing.readers.text import read_text

READABLE_SUFFIXES = (".txt", ".md", ".html", ".docx", ".pdf", ".xlsx", ".csv", ".json")
_READERS = {
    **dict.fromkeys((".docx", ".docm", ".dotx"), ("word", "read_word")),
    ".pdf": ("pdf", "read_pdf"),
    **dict.fromkeys((".xlsx", ".xlsm"), ("sheets", "read_excel")),
    **dict.fromkeys((".html", ".htm", ".xhtml"), ("web", "read_html")),
    **dict.fromkeys((".csv", ".tsv"), ("sheets", "read_csv")),
    ".json": ("export", "read_json"),
}
MAX_BYTES = 20_000_000
MAX_LINES = 100_000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class SourceText:
    """The lines and blocks of one handbook, and the fingerprint of the bytes that they came from."""

    path: Path
    sha256: str
    lines: tuple[str, ...]
    """Line ``i``, counted from 1, is ``lines[i - 1]``; for a spreadsheet a row, for Word a paragraph."""
    blocks: tuple[Block, ...] = ()
    places: Mapping[int, str] = field(default_factory=dict)
    """Line number to page, sheet or paragraph; empty for text files, where the line says it all."""
    is_wrapped: bool = False
    """True when a line may end in the middle of a sentence, as in text files and PDF."""
    left_out: Mapping[int, str] = field(default_factory=dict)
    """Lines that are no part of the text, such as running heads, with the reason."""
    notes: tuple[str, ...] = ()
    """What was assumed while reading, as doubts say it."""

    def where(self, line: int) -> str:
        """Return ``file:line``, with page or sheet when there is one, as error messages begin."""
        place = self.places.get(line)
        return f"{self.path}:{line} ({place})" if place else f"{self.path}:{line}"


def read_source(path: str | Path) -> SourceText:
    """
    Read a handbook: text, Markdown, HTML, Word (.docx), PDF with text, Excel (.xlsx), CSV or JSON.

    Parameters
    ----------
    path : path
        The ending decides how it is read; an unknown ending is read as text.

    Raises
    ------
    ParseError
        If the file is missing, empty, larger than 20 MB, protected, damaged, without text,
        or unpacks to more than a handbook can be.
    """
    path = Path(path)
    content = _read_bytes(path)
    sha256 = hashlib.sha256(content).hexdigest()
    reader = _reader_of(path, content)
    if reader is None:
        lines = decode(content, path)
        _check_lines(lines, path)
        blocks, no_text = read_text(lines)
        return SourceText(path, sha256, lines, tuple(blocks), is_wrapped=True, left_out=no_text)
    log = reader(content, path)
    if not log.blocks:
        msg = f"{path} holds no text. Expected a handbook with competencies and levels."
        raise ParseError(msg)
    lines = tuple(log.lines)
    _check_lines(lines, path)
    places, left_out = MappingProxyType(log.places), MappingProxyType(log.left_out)
    return SourceText(path, sha256, lines, tuple(log.blocks), places, log.is_wrapped, left_out, tuple(log.notes))


def _check_lines(lines: tuple[str, ...], path: Path) -> None:
    if len(lines) > MAX_LINES:
        msg = f"{path} has {len(lines):,} lines; a handbook has at most {MAX_LINES:,}. Split it into parts."
        raise ParseError(msg)


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        msg = f"{path} is a folder. Name the handbook file itself."
        raise ParseError(msg)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        msg = f"{path} cannot be read: {reason}. Check the name and the folder."
        raise ParseError(msg) from error
    if size > MAX_BYTES:
        msg = f"{path} has {size:,} bytes; a handbook has at most {MAX_BYTES:,}. Split it into parts."
        raise ParseError(msg)
    if not content.strip():
        msg = f"{path} is empty. Expected a handbook with competencies and levels."
        raise ParseError(msg)
    return content


def _reader_of(path: Path, content: bytes) -> Callable[[bytes, Path], PageLog] | None:
    """Return what reads this kind of file; None for plain text. Heavy libraries load only then."""
    suffix = path.suffix.lower()
    if content.startswith(_OLD_OFFICE):
        msg = (
            f"{path} is protected with a password, or of the kind that Office wrote before 2007. Take the password "
            "off, or save it again as .docx or .xlsx."
        )
        raise ParseError(msg)
    if suffix not in _READERS:
        return None
    module, name = _READERS[suffix]
    reader: Callable[[bytes, Path], PageLog] = getattr(import_module(f"kempen_nlp.parsing.readers.{module}"), name)
    return reader


def decode(content: bytes, path: Path) -> tuple[str, ...]:
    """
    Decode text into lines: UTF-8, UTF-16 with its mark, or what Windows writes in Dutch.

    Raises
    ------
    ParseError
        If it is none of these; the message names the line.
    """
    if b"\x00" in content and content[:2] not in _UTF16:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        msg = (
            f"{path}:{line}: a NUL byte, so this is not a text file. Expected a handbook saved as "
            f"{' or '.join(READABLE_SUFFIXES)}, with the ending that belongs to it; "
            "or export it as plain text in UTF-8 first."
        )
        raise ParseError(msg)
    try:
        text = content.decode("utf-16" if content[:2] in _UTF16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            msg = (
                f"{path}:{line}: byte 0x{content[error.start]:02x} is not UTF-8. Save the handbook again as "
                "UTF-8 (in Word: Save as, Plain text, Unicode (UTF-8))."
            )
            raise ParseError(msg) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(text.removesuffix("\n").split("\n"))
