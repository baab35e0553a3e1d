"""Numbered lines to blocks: headings, bold lines, paragraphs, list items, table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from kempen_nlp.parsing.scales import split_at_levels

Kind = Literal["heading", "bold", "paragraph", "item", "row"]

GLYPHS = "☐❑❏⬜○●•◦▪■□▫◆◇✔✓✗☑▼►▶▸‣⁃∙·➢➤→»–—*+-\uf0b7\uf0a7\uf0d8\uf0fc\uf076"
_SAFE_GLYPHS = "☐❑❏⬜○●•◦▪■□▫◆◇✔✓✗☑▼►▶▸‣⁃∙➢➤\uf0b7\uf0a7\uf0d8\uf0fc\uf076"
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HEADING = re.compile(r"^(#{1,6})\s*([^#\s].*?)\s*#*$")
_DECORATED = re.compile(r"^(={1,6}|-{1,3}|~{1,3}|\+{1,3})\s+(\w.*?\w)\s+\1$")
_ITEM = re.compile(rf"^([{re.escape(GLYPHS)}]|o)\s+(\S.*)$")
_TIGHT_ITEM = re.compile(rf"^([{re.escape(_SAFE_GLYPHS)}])(\S.*)$")
_NUMBERED = re.compile(r"^(\(?(?:\d{1,2}|[a-z])[.)])\s+(\S.*)$")
_GLYPH = re.compile(rf"^[{re.escape(GLYPHS)}](?:\s+(?=\S)|(?<=[{re.escape(_SAFE_GLYPHS)}])(?=\S))")
_BOLD = re.compile(r"^(\*\*|__)(?=\S)(.+?)(?<=\S)\1\s*$")
_ITALIC = re.compile(r"^([*_])(?=[^\s*_])([^*_]+?)\1[.]?\s*$")
_INLINE_BULLET = re.compile(rf"[{re.escape(_SAFE_GLYPHS)}]\s*")
_CELL_BULLET = re.compile(r"^\s*(?:[–—*+-]|\d{1,2}[.)]|[a-z]\))\s+")
_RULE_CELL = re.compile(r"^:?-{2,}:?$")
_RULE_LINE = re.compile(r"^[\s|+:=*_~^-]*$")
_HYPHEN_PREFIX = re.compile(r"\b(?:bijna|oud|ex|niet|non|semi|vice|pro|anti|quasi|e)-$", re.IGNORECASE)
_VOWEL_CLASHES = {"aa", "ae", "ai", "au", "ee", "ei", "eu", "ie", "ii", "ij", "oe", "oi", "oo", "ou", "ui", "uu"}
_UNDERLINE = re.compile(r"^(={3,}|-{3,}|~{3,}|\^{3,})\s*$")
_UNDERLINE_DEPTHS = {"=": 1, "-": 2, "~": 3, "^": 4}
_QUOTED = re.compile(r"^(?:>\s*)+(?=\S)")


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
    glyph: str = ""
    """The bullet or number of a list item, as printed."""
    indent: int = 0
    """How far a list item or line stands from the margin, in characters or list depth."""
    italic: bool = False
    """True when all of the text is in italics."""
    table: int = 0
    """Number of the table that a row belongs to, counted from 1; 0 for every other kind."""


def to_blocks(lines: Sequence[str]) -> list[Block]:
    """
    Turn numbered lines into blocks; blank lines separate and are not blocks.

    Examples
    --------
    >>> [(b.kind, b.text) for b in to_blocks(["## Samenwerken", "", "- ✔ Deelt kennis."])]
    [('heading', 'Samenwerken'), ('item', 'Deelt kennis.')]
    >>> [b.text for b in to_blocks(["* Deelt kennis.   Niveau 2:"])]
    ['Deelt kennis.', 'Niveau 2:']
    """
    blocks: list[Block] = []
    table, previous_row = 0, -1
    for number, line in enumerate(lines, start=1):
        if line.strip().startswith("|") and previous_row == number - 1 and _RULE_LINE.match(line.strip()):
            previous_row = number
        if blocks and _is_underline(line, number, blocks[-1]):
            depth = _UNDERLINE_DEPTHS[line[0]]
            blocks[-1] = replace(blocks[-1], kind="heading", depth=depth, lines=(number - 1, number))
            continue
        for block in _block(line, number):
            if block.kind == "row":
                # A blank line inside a table of tabs does not end it while the columns stay; anything else does.
                same_columns = blocks and len(blocks[-1].cells) == len(block.cells) and "|" not in line
                reach = 2 if same_columns else 1
                if not (blocks and blocks[-1].kind == "row" and number - previous_row <= reach):
                    table += 1
                previous_row = number
                block = replace(block, table=table)  # noqa: PLW2901 - the same row, with its table
            blocks.append(block)
    return blocks


def split_cell(cell: str) -> list[str]:
    """
    Split a cell on what separates its sentences: bullets, line breaks, or double spaces.

    Examples
    --------
    >>> split_cell('<ul style="list-style-type: none">○ Deelt kennis.○ Helpt mee.')
    ['Deelt kennis.', 'Helpt mee.']
    >>> split_cell("Deelt kennis.  Helpt mee.")
    ['Deelt kennis.', 'Helpt mee.']
    """
    text = _TAG.sub(" ", _BREAK.sub("\n", cell)).replace("\r\n", "\n").replace("\r", "\n")
    if _INLINE_BULLET.search(text):
        parts = _bulleted_parts(text)
    elif "\n" in text.strip():
        parts = _line_parts(text.strip().split("\n"))
    else:
        parts = re.split(r"(?<=[.!?;])[ \xa0]{2,}|[ \xa0]{2,}(?=\+(?:\s|$))|(?<=\+)[ \xa0]{2,}", text.strip())
    return [clean for part in parts if (clean := " ".join(strip_glyph(part.strip()).split()))]


def has_bullets(cell: str) -> bool:
    """Return whether a cell sets its sentences apart with bullets or numbers."""
    text = _TAG.sub(" ", _BREAK.sub("\n", cell))
    return bool(_INLINE_BULLET.search(text)) or any(map(_CELL_BULLET.match, text.split("\n")))


def text_above_bullets(cell: str) -> str:
    """Return the one text that stands over the bullets of a cell; empty when there is none, or more than one."""
    text = _TAG.sub(" ", _BREAK.sub("\n", cell)).strip()
    if not _INLINE_BULLET.search(text):
        return ""
    above = _line_parts(_INLINE_BULLET.split(text)[0].strip().split("\n"))
    return " ".join(above[0].split()) if len(above) == 1 else ""


def _bulleted_parts(text: str) -> list[str]:
    first, *rest = _INLINE_BULLET.split(text)
    return [*_line_parts(first.strip().split("\n")), *(reduce(glued, part.strip().split("\n")) for part in rest)]


def _line_parts(lines: Sequence[str]) -> list[str]:
    """Join lines of a cell that go on in the next one."""
    parts: list[str] = []
    for line in filter(None, (line.strip() for line in lines)):
        goes_on = parts and line[:1].islower() and not parts[-1].endswith((".", "!", "?", ";"))
        if goes_on and not _CELL_BULLET.match(line):
            parts[-1] = glued(parts[-1], line)
        else:
            parts.append(line)
    return parts


def strip_glyph(text: str) -> str:
    """Take every bullet or list number off the front of a text."""
    while match := _GLYPH.match(text) or _CELL_BULLET.match(text):
        text = text[match.end() :]
    return text.strip()


def glued(first: str, second: str) -> str:
    """
    Join two halves of a sentence; a hyphen at the end of the line goes, unless a word part is left out.

    Examples
    --------
    >>> glued("treedt in contact met an-", "dere organisaties")
    'treedt in contact met andere organisaties'
    >>> glued("kent klant-", "en leveranciersvragen")
    'kent klant- en leveranciersvragen'
    >>> glued("bespreekt een bijna-", "ongeval")
    'bespreekt een bijna-ongeval'
    """
    if first.endswith("\xad"):
        return first[:-1] + second
    suspended = re.match(r"(?:en|of|en/of|als|noch)\b", second)
    if not first.endswith("-") or first.endswith(" -") or not second[:1].islower() or suspended:
        return f"{first} {second}"
    # Dutch keeps the hyphen after these prefixes, and between vowels that would else be read as one sound.
    keeps = _HYPHEN_PREFIX.search(first) or (first[-2:-1] + second[:1]).lower() in _VOWEL_CLASHES
    return first + second if keeps else first[:-1] + second


def _is_underline(line: str, number: int, previous: Block) -> bool:
    return bool(
        _UNDERLINE.match(line)
        and previous.kind in ("paragraph", "bold")
        and previous.lines == (number - 1, number - 1)
        and len(previous.text) <= 80
        and not previous.text.endswith(".")
    )


def _block(line: str, number: int) -> Iterator[Block]:
    if not line.strip():
        return
    where = (number, number)
    stripped = line.strip()
    if stripped.startswith("|") and stripped.count("|") >= 2:
        yield from _pipe_row(stripped, where)
    elif "\t" in line.strip("\n").strip(" ") and stripped:
        yield from _tab_row(line, where)
    elif not _RULE_LINE.match(stripped) or stripped in ("+", "++", "-", "--"):
        indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        for piece in split_at_levels(stripped):
            yield replace(text_block(piece, number), indent=indent)


def _tab_row(line: str, where: tuple[int, int]) -> Iterator[Block]:
    cells = tuple(cell.strip() for cell in line.split("\t"))
    filled = [cell for cell in cells if cell]
    # A bullet or number followed by a tab is a list item, as word processors write it.
    is_indented = len(filled) == 1 and len(cells) - cells.index(filled[0]) == 1 and len(cells) <= 3
    if is_indented or (len(filled) == 2 and _is_lone_glyph(filled[0])):
        text = " ".join(filled)
        for piece in split_at_levels(text):
            yield replace(text_block(piece, where[0]), indent=len(line) - len(line.lstrip()))
        return
    yield Block("row", "\t".join(cells), where, cells=cells)


def _is_lone_glyph(text: str) -> bool:
    return text in (*GLYPHS, "o") or bool(re.fullmatch(r"\(?(?:\d{1,2}|[a-z])[.)]", text))


def _pipe_row(text: str, where: tuple[int, int]) -> Iterator[Block]:
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", text.strip().strip("|"))]
    cells = ["" if _RULE_CELL.match(cell) else _unmarked(cell.replace("\\|", "|")) for cell in cells]
    if any(cells):
        yield Block("row", "\t".join(cells), where, cells=tuple(cells))


def text_block(text: str, number: int) -> Block:
    """Recognise one line of text: heading, bold, item or paragraph."""
    where = (number, number)
    text = _QUOTED.sub("", " ".join(text.split()))
    if match := _DECORATED.match(text):
        return Block("heading", _unmarked(match[2]), where, depth=2 if match[1][0] == "=" else 3)
    if match := _HEADING.match(text):
        return Block("heading", _unmarked(match[2]), where, depth=len(match[1]))
    if (match := _BOLD.match(text)) and "**" not in match[2]:
        return Block("bold", match[2].strip(), where)
    if match := _ITALIC.match(text):
        return Block("paragraph", match[2].strip(), where, italic=True)
    if match := _ITEM.match(text) or _TIGHT_ITEM.match(text) or _NUMBERED.match(text):
        return Block("item", strip_glyph(match[2]) or match[2], where, glyph=match[1])
    return Block("paragraph", text, where)


def _unmarked(text: str) -> str:
    if set(text) == {"*"}:
        return text
    text = text.replace("**", "").strip()
    match = _ITALIC.match(text)
    return match[2].strip() if match else text
