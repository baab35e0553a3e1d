"""Collect what a reader finds in a document as numbered lines and blocks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing.blocks import Block, text_block
from kempen_nlp.parsing.scales import split_at_levels

MAX_UNPACKED = 200_000_000
MAX_PART = 60_000_000
MAX_PARTS = 5_000
MAX_TEXT = 10_000_000


@dataclass(slots=True)
class PageLog:
    """Numbered lines and the blocks on them, in reading order."""

    path: Path
    is_wrapped: bool = False
    lines: list[str] = field(default_factory=list)
    places: dict[int, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)
    """Lines that are no part of the text, with the reason."""
    notes: list[str] = field(default_factory=list)
    """What was assumed or not used, as doubts say it."""
    _n_characters: int = 0
    _n_tables: int = 0

    def add(self, text: str, place: str, *, depth: int = 0, style: str = "", glyph: str = "", indent: int = 0) -> None:
        """
        Add one line of text; nothing when it is blank.

        Parameters
        ----------
        text : str
            The text as it stands in the document.
        place : str
            Page, sheet or paragraph, for messages.
        depth : int
            Depth of a heading; 0 for other text.
        style : {"", "bold", "italic"}
            How all of the text is printed.
        glyph : str
            The bullet or number, when the document itself says that this is a list item.
        indent : int
            Depth of the list, or distance from the margin.
        """
        if not text.strip():
            return
        number = self._line(text, place)
        for piece in split_at_levels(text.strip()):
            self.blocks.append(_styled(piece, number, depth=depth, style=style, glyph=glyph, indent=indent))

    def leave_out(self, text: str, place: str, reason: str) -> None:
        """Number a line that is no part of the text, such as a page number."""
        if text.strip():
            self.left_out[self._line(text, place)] = reason

    def gap(self) -> None:
        """Add a blank line, so that what follows is not taken for the rest of a sentence."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def new_table(self) -> int:
        """Start a table and return its number."""
        self._n_tables += 1
        return self._n_tables

    def add_row(self, cells: Sequence[str], place: str, table: int) -> None:
        """Add one row of a table; nothing when all cells are blank."""
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            return
        number = self._line("\t".join(" ".join(cell.split()) for cell in cells), place)
        joined = "\t".join(cells)
        self.blocks.append(Block("row", joined, (number, number), cells=tuple(cells), table=table))

    def add_to_row(self, cells: Sequence[str]) -> None:
        """Add the rest of the last row, which a page cut in two."""
        row = self.blocks[-1]
        joined = tuple("\n".join(filter(None, pair)) for pair in zip_longest(row.cells, cells, fillvalue=""))
        number = self._line("\t".join(" ".join(cell.split()) for cell in cells), self.places[row.lines[1]])
        self.blocks[-1] = replace(row, text="\t".join(joined), cells=joined, lines=(row.lines[0], number))

    def _line(self, text: str, place: str) -> int:
        self._n_characters += len(text)
        if self._n_characters > MAX_TEXT:
            msg = f"{self.path} holds more than {MAX_TEXT:,} characters of text; no handbook does. Split it into parts."
            raise ParseError(msg)
        self.lines.append(text.replace("\n", " "))
        self.places[len(self.lines)] = place
        return len(self.lines)


def _styled(text: str, number: int, *, depth: int, style: str, glyph: str, indent: int) -> Block:
    clean = " ".join(text.split())
    where = (number, number)
    if depth:
        return Block("heading", clean, where, depth=depth)
    if glyph:
        return Block("item", clean, where, glyph=glyph, indent=indent)
    block = text_block(clean, number)
    if block.kind == "paragraph" and style == "bold":
        return replace(block, kind="bold")
    if block.kind == "paragraph" and style == "italic":
        return replace(block, italic=True)
    return replace(block, indent=indent)


def open_package(content: bytes, path: Path, part: str) -> zipfile.ZipFile:
    """
    Open an Office file, which is a zip archive, after looking at what it would unpack to.

    Raises
    ------
    ParseError
        If it is damaged, protected, holds no ``part``, unpacks to more than a handbook can be, or
        declares entities, which Office never does.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        msg = f"{path} is damaged: not a whole {path.suffix} file ({error}). Open and save it again in Office."
        raise ParseError(msg) from error
    if any(entry.flag_bits & 1 for entry in entries):
        msg = f"{path} is protected with a password. Save it without one."
        raise ParseError(msg)
    total, largest = sum(e.file_size for e in entries), max((e.file_size for e in entries), default=0)
    if len(entries) > MAX_PARTS or total > MAX_UNPACKED or largest > MAX_PART:
        msg = (
            f"{path} would unpack to {total:,} bytes in {len(entries):,} parts; a handbook takes at most "
            f"{MAX_UNPACKED:,}. Take out pictures, or copy the text to a new document."
        )
        raise ParseError(msg)
    if part not in package.namelist():
        msg = f"{path} has no part {part!r}, so it is not a {path.suffix} file. Open and save it again in Office."
        raise ParseError(msg)
    _refuse_entities(package, entries, path)
    return package


def _refuse_entities(package: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], path: Path) -> None:
    for entry in entries:
        if not entry.filename.endswith((".xml", ".rels")):
            continue
        try:
            with package.open(entry) as stream:
                head = stream.read(65_536)
        except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, ValueError, NotImplementedError) as error:
            msg = f"{path} is damaged: its part {entry.filename!r} cannot be read. Open and save it again in Office."
            raise ParseError(msg) from error
        except Exception as error:  # zlib.error has no common ancestor with the others
            msg = (
                f"{path} is damaged: its part {entry.filename!r} cannot be unpacked ({error}). Save it again in Office."
            )
            raise ParseError(msg) from error
        if b"<!" in head.replace(b"\x00", b"").replace(b"<!--", b""):
            msg = f"{path}: part {entry.filename!r} declares a document type, which Office never writes. Save it again."
            raise ParseError(msg)
