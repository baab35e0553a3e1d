"""What stands before the first competency: the handbook's title and its introduction."""

from __future__ import annotations

from collections.abc import Sequence

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.coverage import Account
from kempen_nlp.parsing.scales import is_about_levels
from kempen_nlp.parsing.words import is_lone_number

_TITLE_BLOCKS = 3
_TITLE_WORDS = 20


def read_preamble(blocks: Sequence[Block], title_depth: int, account: Account) -> str:
    """
    Return the title: all of a short preamble, or its highest heading, or its first line; empty when there is none.

    Parameters
    ----------
    blocks : sequence of Block
        What stands before the first competency.
    title_depth : int
        Depth of the headings that name competencies; 0 when other lines do.
    account : Account
        Is told what each block was used as.
    """
    headings = [b for b in blocks if b.kind == "heading" and not is_lone_number(b.text)]
    if headings:
        chosen = [min(headings, key=lambda block: block.depth)]
    else:
        short = [b for b in blocks if len(b.text.split()) <= _TITLE_WORDS and not is_about_levels(b.text)]
        is_whole = len(short) == len(blocks) <= _TITLE_BLOCKS
        chosen = short if is_whole else short[:1]
    for block in blocks:
        if block in chosen:
            account.use(block, "title")
        elif block.kind == "heading" and block.depth == title_depth and not is_about_levels(block.text):
            account.skip(block, "a heading without levels under it")
        else:
            account.use(block, "introduction")
    return " – ".join(block.text.replace("**", "").rstrip(":") for block in reversed(chosen))
