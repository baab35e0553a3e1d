"""Lines inside and after levels that describe no behaviour: titles of other parts, tips, questions, examples."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.layout import Layout
from kempen_nlp.parsing.scales import LevelMark
from kempen_nlp.parsing.titles import may_be_title
from kempen_nlp.parsing.words import is_indicators_label, is_label, is_other_section, label_in_front

_PART_WORDS = 8
_FEWEST = 2


def find_asides(blocks: Sequence[Block], layout: Layout) -> set[int]:
    """
    Find titles that stand after the last level of a competency and never within another: they open another part.

    What follows such a title, like 'Liever niet', is no behaviour of the last level, however it is called.
    """
    inner: set[str] = set()
    after: dict[int, str] = {}
    labelled = _labelled_asides(blocks, layout)
    texts = Counter(block.text for block in blocks)
    bounds = sorted({*layout.marks, *layout.titles, *layout.orphans, *layout.grids, len(blocks)})
    n_levels = 0
    is_inline = _are_inline(layout.marks)
    for start, end in pairwise(bounds):
        n_levels = 0 if start in layout.titles else n_levels + 1
        if start not in layout.marks:
            continue
        if is_inline and end not in layout.marks:
            after.update(dict.fromkeys(_after_gap(blocks, start + 1, end)[:1], ""))
            continue
        found = _titles_after_items(blocks, start + 1, end, texts)
        if end in layout.marks:
            inner.update(found.values())
        elif n_levels > 1:
            after.update(found)
    return {position for position, text in after.items() if text not in inner} | labelled


def _labelled_asides(blocks: Sequence[Block], layout: Layout) -> set[int]:
    """Find lines inside levels that begin with a label which comes back, as in 'Tip: loop eens mee'."""
    found: dict[str, set[int]] = {}
    for position, block in enumerate(blocks):
        label = label_in_front(block.text) if block.kind in ("paragraph", "bold") else ""
        is_level = position in layout.marks or position in layout.explanations or position in layout.orphans
        says_more = is_label(label) and not is_other_section(label)
        if label and position not in layout.titles and not is_level and not says_more:
            found.setdefault(label.casefold(), set()).add(position)
    starts = sorted({*layout.marks, *layout.titles, *layout.orphans, *layout.grids})
    asides: set[int] = set()
    for label, places in found.items():
        inside = {n for n in places if _is_inside_level(n, starts, layout)}
        # A label that comes back at every level sorts its behaviour; one that only follows the last level does not.
        are_last = all(_next_start(n, starts) not in layout.marks for n in inside)
        if is_other_section(label) or (len(inside) > _FEWEST and are_last):
            asides |= inside
    return asides


def _next_start(position: int, starts: Sequence[int]) -> int:
    following = bisect(starts, position)
    return starts[following] if following < len(starts) else -1


def _is_inside_level(position: int, starts: Sequence[int], layout: Layout) -> bool:
    start = starts[bisect(starts, position) - 1] if starts and starts[0] < position else -1
    return start in layout.marks and (bool(layout.marks[start].rest) or position > start + 1)


def _are_inline(marks: Mapping[int, LevelMark]) -> bool:
    """Tell whether levels stand right under each other, each with its text on its line, as in 'Goed: luistert.'."""
    touching = sum(n + 1 in marks for n in marks)
    return 2 * touching > len(marks) and all(mark.rest for mark in marks.values())


def _after_gap(blocks: Sequence[Block], start: int, end: int) -> list[int]:
    return [n for n in range(start, end) if blocks[n].lines[0] > blocks[n - 1].lines[1] + 1]


def _titles_after_items(blocks: Sequence[Block], start: int, end: int, texts: Mapping[str, int]) -> dict[int, str]:
    found: dict[int, str] = {}
    has_items = False
    for position in range(start, end):
        block, following = blocks[position], blocks[position + 1] if position + 1 < end else None
        if is_other_section(block.text):
            break
        if block.kind == "item":
            has_items = True
        elif (
            has_items
            and following
            and following.kind in ("item", "paragraph")
            and (_opens_part(block) or (block.kind == "paragraph" and texts[block.text] > 1))
        ):
            found[position] = block.text.casefold().strip(":* ")
    return found


def _opens_part(block: Block) -> bool:
    is_short = len(block.text.split()) <= _PART_WORDS and block.text[:1].isupper()
    if block.kind == "paragraph" and not block.text.endswith(":"):
        return is_short and may_be_title(block)
    return block.kind in ("bold", "paragraph") and is_short and not is_indicators_label(block.text)
