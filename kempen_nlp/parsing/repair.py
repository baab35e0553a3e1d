"""Join sentences that a page layout cut: over a blank line, or around a sidebar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kempen_nlp.parsing.blocks import Block

_SENTENCE_END = tuple(".!?;:…")


@dataclass(frozen=True, slots=True)
class Repaired:
    """Blocks in reading order, and the sidebars that stood in the middle of a sentence."""

    blocks: tuple[Block, ...]
    sidebars: tuple[tuple[Block, ...], ...]
    """Each begins with its heading."""


def join_cut_sentences(blocks: Sequence[Block]) -> Repaired:
    """
    Put cut sentences together and set aside what stood in between.

    A list item or headline without closing punctuation goes on in the next paragraph that
    begins with a small letter. What lies between the two is a sidebar if it begins with a
    heading; nothing is joined across a level heading or over a different kind of text.
    """
    result: list[Block] = []
    sidebars: list[tuple[Block, ...]] = []
    position = 0
    while position < len(blocks):
        block = blocks[position]
        position += 1
        while _is_open(block) and (found := _continuation(blocks, position)) is not None:
            between = tuple(blocks[position:found])
            if between:
                sidebars.append(between)
            block = _joined(block, blocks[found])
            position = found + 1
        result.append(block)
    return Repaired(tuple(result), tuple(sidebars))


def _is_open(block: Block) -> bool:
    return block.kind in ("item", "bold") and not block.text.endswith(_SENTENCE_END)


def _continuation(blocks: Sequence[Block], start: int) -> int | None:
    for position in range(start, len(blocks)):
        block = blocks[position]
        if block.kind == "paragraph" and block.text[:1].islower():
            return position
        in_sidebar = blocks[start].kind == "heading" and (position == start or block.kind == "item")
        if not in_sidebar:
            return None
    return None


def _joined(block: Block, rest: Block) -> Block:
    glue, text = ("", block.text[:-1]) if block.text.endswith("-") else (" ", block.text)
    return replace(block, text=f"{text}{glue}{rest.text}", lines=(block.lines[0], rest.lines[1]))
