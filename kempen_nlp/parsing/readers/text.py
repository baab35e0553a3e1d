"""Plain text and Markdown: lines to blocks, tables whose columns are made of spaces, and front matter left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from kempen_nlp.parsing.blocks import Block, to_blocks
from kempen_nlp.parsing.columns import PrintedLine, Word, find_tables

_WORD = re.compile(r"\S+")
_WHITE = 1.9
_FENCE = "---"
_PAGE = 100.0
_MOST_FRONT_LINES = 40


def read_text(lines: Sequence[str]) -> tuple[list[Block], dict[int, str]]:
    """
    Return the blocks of a text, and the lines that are no part of it with the reason.

    Examples
    --------
    >>> blocks, _ = read_text(["Niveau 1     Niveau 2", "Helpt mee.   Biedt hulp aan."])
    >>> blocks[1].cells
    ('Helpt mee.', 'Biedt hulp aan.')
    """
    front = _front_matter(lines)
    left_out = dict.fromkeys(range(1, front + 1), "describes the file")
    filled = [(number, line) for number, line in enumerate(lines, start=1) if number > front and line.strip()]
    printed = [_printed(line, number) for number, line in filled]
    plain = ["" if number <= front else line for number, line in enumerate(lines, start=1)]
    rows: list[Block] = []
    for table in find_tables(_page_by_page(printed, lines)):
        for first, last, cells in table.rows:
            where = (int(printed[first].top), int(printed[last].top))
            rows.append(Block("row", "\t".join(cells), where, cells=cells, table=-table.first - 1))
            for number in range(where[0], where[1] + 1):
                plain[number - 1] = ""
    blocks = sorted([*to_blocks(plain), *rows], key=lambda block: block.lines)
    return _numbered(blocks), left_out


def _printed(line: str, number: int) -> PrintedLine:
    text = line.expandtabs(4)
    # Bars divide the cells of a table in Markdown, which is read as such.
    words = () if "|" in line else tuple(Word(m.start(), m.end(), m[0]) for m in _WORD.finditer(text))
    return PrintedLine(words, float(number), gap=_WHITE)


def _page_by_page(printed: Sequence[PrintedLine], lines: Sequence[str]) -> list[PrintedLine]:
    """Set the pages far apart, so that no table goes on over the end of one."""
    ends = list(accumulate(line.count("\f") for line in lines))
    return [replace(line, top=line.top + _PAGE * ends[int(line.top) - 1]) for line in printed]


def _front_matter(lines: Sequence[str]) -> int:
    """Return how many lines at the top describe the file itself, between two rules; 0 when there are none."""
    if not lines or lines[0].strip() != _FENCE:
        return 0
    inside = [line.strip() for line in lines[1:_MOST_FRONT_LINES]]
    if _FENCE not in inside:
        return 0
    end = inside.index(_FENCE)
    return end + 2 if end and all(re.match(r"[\w-]+\s*:|-\s|$", line) for line in inside[:end]) else 0


def _numbered(blocks: Sequence[Block]) -> list[Block]:
    """Count the tables anew, in the order of the text."""
    numbers: dict[int, int] = {}
    return [
        replace(block, table=numbers.setdefault(block.table, len(numbers) + 1)) if block.table else block
        for block in blocks
    ]
