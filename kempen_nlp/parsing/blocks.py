"""Numbered lines to blocks: headings, bold lines, paragraphs, list items, table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["heading", "bold", "paragraph", "item", "row"]

GLYPHS = "○●•◦▪■□✔✓▼►▶‣⁃*+-"
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_HEADING = re.compile(r"^(#{1,6})\s*(.+?)\s*#*$")
_ITEM = re.compile(rf"^([{re.escape(GLYPHS)}])\s+(.+)$")
_GLYPH = re.compile(rf"^[{re.escape(GLYPHS)}]\s*(?=\S)")
_BOLD = re.compile(r"^\*\*(.+?)\*\*$")
_INLINE_BULLET = re.compile(r"[○●•◦▪■□✔✓▼►▶‣⁃]\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of a handbook that belongs together, with the lines that it came from."""

    kind: Kind
    text: str
    """Without marks such as ``##`` or a bullet; for a row, the cells joined by tabs."""
    lines: tuple[int, int]
    """First and last line, counted from 1."""
    depth: int = 0
    """Depth of a heading, counted from 1; 0 for every other kind."""
    cells: tuple[str, ...] = ()
    """Cells of a row, empty ones included, so that positions are columns."""


def to_blocks(lines: Sequence[str]) -> list[Block]:
    """
    Turn numbered lines into blocks; blank lines separate and are not blocks.

    Examples
    --------
    >>> [(b.kind, b.text) for b in to_blocks(["## Samenwerken", "", "- ✔ Deelt kennis."])]
    [('heading', 'Samenwerken'), ('item', 'Deelt kennis.')]
    """
    return [block for number, line in enumerate(lines, start=1) for block in _block(line, number)]


def split_bullets(cell: str) -> list[str]:
    """
    Split a flattened list on its bullets; left-over tags are taken out.

    Examples
    --------
    >>> split_bullets('<ul style="list-style-type: none">○ Deelt kennis.○ Helpt mee.')
    ['Deelt kennis.', 'Helpt mee.']
    """
    parts = _INLINE_BULLET.split(_TAG.sub(" ", cell))
    return [" ".join(part.split()) for part in parts if part.strip()]


def _block(line: str, number: int) -> Iterator[Block]:
    if not line.strip():
        return
    where = (number, number)
    if "\t" in line.strip("\n") and line.count("\t") >= 1 and line.strip():
        cells = tuple(cell.strip() for cell in line.split("\t"))
        yield Block("row", "\t".join(cells), where, cells=cells)
        return
    text = " ".join(line.split())
    if match := _HEADING.match(text):
        yield Block("heading", _unbold(match[2]), where, depth=len(match[1]))
    elif match := _BOLD.match(text):
        yield Block("bold", match[1].strip(), where)
    elif match := _ITEM.match(text):
        inner = match[2]
        while further := _GLYPH.match(inner):
            inner = inner[further.end() :]
        yield Block("item", inner, where)
    else:
        yield Block("paragraph", text, where)


def _unbold(text: str) -> str:
    return text.replace("**", "").strip()
