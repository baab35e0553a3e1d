"""Levels under a word of the house, as in 'Graad 1' or 'Rol 2': found by how their numbers come back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.scales import read_level

_WORD_AND_NUMBER = re.compile(
    r"^(?P<word>[^\W\d_]{3,20})\s+(?P<number>\d{1,2}|[IVX]{1,4}|[A-F])(?=$|\s*[:.)–—-]|\s*\()"
)
_FEWEST_SERIES = 2


def with_known_levels(blocks: Sequence[Block]) -> tuple[list[Block], str]:
    """
    Write 'Niveau' for the house's own word before a number, in a document that names no level otherwise.

    The word must count from 1 up to the same number, at least twice: once for each competency.

    Returns
    -------
    tuple of (list of Block, str)
        The blocks, and the word that was taken for a level; empty when there is none.
    """
    texts = [text for block in blocks for text in _texts(block)]
    if any(read_level(text, loose=True) for text in texts):
        return list(blocks), ""
    series: dict[str, list[list[str]]] = {}
    for text in texts:
        if match := _WORD_AND_NUMBER.match(text):
            found = series.setdefault(match["word"].casefold(), [])
            if match["number"] in ("1", "I", "A") or not found:
                found.append([])
            found[-1].append(match["number"])
    words = [word for word, found in series.items() if _counts_anew(found)]
    if len(words) != 1:
        return list(blocks), ""
    return [_rewritten(block, words[0]) for block in blocks], words[0]


def _texts(block: Block) -> Iterator[str]:
    yield from (cell for cell in block.cells if cell) if block.kind == "row" else (block.text.replace("**", ""),)


def _counts_anew(series: Sequence[Sequence[str]]) -> bool:
    first = list(series[0])
    return len(series) >= _FEWEST_SERIES and len(first) > 1 and all(list(s) == first for s in series)


def _rewritten(block: Block, word: str) -> Block:
    if block.kind == "row":
        cells = tuple(_known(cell, word) for cell in block.cells)
        return replace(block, cells=cells, text="\t".join(cells))
    return replace(block, text=_known(block.text, word))


def _known(text: str, word: str) -> str:
    match = _WORD_AND_NUMBER.match(text.removeprefix("**"))
    if not match or match["word"].casefold() != word:
        return text
    return text.replace(match["word"], "Niveau", 1)
