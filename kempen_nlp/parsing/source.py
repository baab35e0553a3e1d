"""Read a handbook's bytes into numbered lines, or say why that cannot be done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kempen_nlp.errors import ParseError

READABLE_SUFFIXES = (".txt", ".md")
MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class SourceText:
    """The lines of one handbook and the fingerprint of the bytes that they came from."""

    path: Path
    sha256: str
    lines: tuple[str, ...]
    """Line ``i`` of the file, counted from 1, is ``lines[i - 1]``."""

    def where(self, line: int) -> str:
        """Return ``file:line``, as error messages begin."""
        return f"{self.path}:{line}"


def read_source(path: str | Path) -> SourceText:
    """
    Read a text or Markdown handbook in UTF-8.

    Raises
    ------
    ParseError
        If the file is missing, empty, larger than 20 MB, not text, or not UTF-8.
    """
    path = Path(path)
    if path.is_dir():
        msg = f"{path} is a folder. Name the handbook file itself."
        raise ParseError(msg)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}. Check the name and the folder."
        raise ParseError(msg) from error
    if size > MAX_BYTES:
        msg = f"{path} has {size:,} bytes; a handbook has at most {MAX_BYTES:,}. Split it into parts."
        raise ParseError(msg)
    return SourceText(path, hashlib.sha256(content).hexdigest(), _decode(content, path))


def _decode(content: bytes, path: Path) -> tuple[str, ...]:
    if not content.strip():
        msg = f"{path} is empty. Expected a handbook with competencies and levels."
        raise ParseError(msg)
    if b"\x00" in content:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        msg = (
            f"{path}:{line}: a NUL byte, so this is not a text file. Expected a handbook saved as "
            f"{' or '.join(READABLE_SUFFIXES)}; export it as plain text in UTF-8 first."
        )
        raise ParseError(msg)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msg = (
            f"{path}:{line}: byte 0x{content[error.start]:02x} is not UTF-8. Save the handbook again as "
            "UTF-8 (in Word: Save as, Plain text, Unicode (UTF-8))."
        )
        raise ParseError(msg) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(text.removesuffix("\n").split("\n"))
