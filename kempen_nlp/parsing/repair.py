"""Undo what a page layout did: wrapped lines, sentences cut by a page or a sidebar, running heads and feet."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kempen_nlp.parsing.blocks import Block, glued
from kempen_nlp.parsing.scales import read_level, read_named_level
from kempen_nlp.parsing.words import competency_label, is_other_section, label_in_front

_SENTENCE_END = tuple(".!?;:…")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:pagina|page|pag\.?|blz\.?|bladzijde|p\.)\s*\d{1,4}(?:\s*(?:van|of|/|-)\s*\d{1,4})?|\d{1,4}\s*(?:van|of|/)\s*\d{1,4}|[-–—]\s*\d{1,4}\s*[-–—])\W*$",
    re.IGNORECASE,
)
_ENDS_IN_PAGE_NUMBER = re.compile(
    r"^(?:\S+\s+){0,10}\W*(?:pagina|page|blz\.?|bladzijde)\s*\d{1,4}\s*(?:van|of|/)\s*\d{1,4}\W*$", re.IGNORECASE
)
_CONTENTS_LINE = re.compile(r"(?:\.\s?){4,}\s*\d{1,4}\s*$|\s…+\s*\d{1,4}\s*$")
_CONTENTS_TITLE = re.compile(r"^(?:inhoud|inhoudsopgave|contents)\s*:?$", re.IGNORECASE)
_TO_FILL_IN = re.compile(r"(?:[._]\s?){8,}|…{3,}")
_MIN_WORDS_OF_OPEN_LINE = 6
_FEWEST_PAGES = 2


@dataclass(frozen=True, slots=True)
class Repaired:
    """Blocks in reading order, and what was set aside."""

    blocks: tuple[Block, ...]
    sidebars: tuple[tuple[Block, ...], ...]
    """Stood in the middle of a sentence; each begins with its heading."""
    left_out: Mapping[int, str] = field(default_factory=dict)
    """Line number to the reason why it is no part of the text."""


def repair(blocks: Sequence[Block], lines: Sequence[str], *, is_wrapped: bool) -> Repaired:
    """
    Set running heads aside, join wrapped lines, and put cut sentences together.

    Parameters
    ----------
    blocks : sequence of Block
        In reading order.
    lines : sequence of str
        The source lines, for their lengths.
    is_wrapped : bool
        True when a line may end in the middle of a sentence.
    """
    left_out = _furniture(blocks, lines)
    kept = _whole_sentences([block for block in blocks if block.lines[0] not in left_out])
    if is_wrapped:
        kept = _unwrap(kept, lines)
    joined = join_cut_sentences(kept)
    return Repaired(joined.blocks, joined.sidebars, left_out)


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
    if block.text.endswith(_SENTENCE_END):
        return False
    return block.kind == "item" or (
        block.kind in ("bold", "paragraph") and len(block.text.split()) > _MIN_WORDS_OF_OPEN_LINE
    )


def _continuation(blocks: Sequence[Block], start: int) -> int | None:
    for position in range(start, len(blocks)):
        block = blocks[position]
        if block.kind == "paragraph" and block.text[:1].islower() and not _is_mark(block):
            return position
        in_sidebar = blocks[start].kind == "heading" and (position == start or block.kind == "item")
        if not in_sidebar or _is_mark(block):
            return None
    return None


def _joined(block: Block, rest: Block) -> Block:
    return replace(block, text=glued(block.text, rest.text), lines=(block.lines[0], rest.lines[1]))


def _is_mark(block: Block) -> bool:
    return bool(read_level(block.text, loose=True) or read_named_level(block.text))


def _unwrap(blocks: Sequence[Block], lines: Sequence[str]) -> list[Block]:
    width = _wrap_width(blocks, lines)
    result: list[Block] = []
    for block in blocks:
        if result and _goes_on(result[-1], block, lines, width):
            result[-1] = _joined(result[-1], block)
        else:
            result.append(block)
    return result


def _whole_sentences(blocks: Sequence[Block]) -> list[Block]:
    """Join a level that was cut off the end of a line to what follows, where the sentence goes on there."""
    result: list[Block] = []
    for position, block in enumerate(blocks):
        before = result[-1] if result else None
        after = blocks[position + 1] if position + 1 < len(blocks) else None
        goes_on = after and after.kind == "paragraph" and after.text[:1].islower() and not after.indent > block.indent
        if before and after and goes_on and before.lines[1] == block.lines[0] == after.lines[0] - 1 and _is_mark(block):
            result[-1] = replace(before, text=f"{before.text} {block.text}")
        else:
            result.append(block)
    return result


def _wrap_width(blocks: Sequence[Block], lines: Sequence[str]) -> int:
    """Return the length at which lines are broken: the longest one that surely goes on; 0 when none does."""
    lengths = [
        len(lines[first.lines[1] - 1].rstrip())
        for first, second in itertools.pairwise(blocks)
        if _are_neighbours(first, second)
        and second.text[:1].islower()
        and not first.text.endswith((".", "!", "?", ":", ";"))
    ]
    return max(lengths, default=0)


def _are_neighbours(first: Block, second: Block) -> bool:
    if second.lines[0] != first.lines[1] + 1:
        return False
    same_style = first.kind == second.kind == "bold" or (
        first.kind == second.kind == "heading" and first.depth == second.depth
    )
    return same_style or (second.kind == "paragraph" and first.kind in ("paragraph", "item"))


def _goes_on(first: Block, second: Block, lines: Sequence[str], width: int) -> bool:
    if not _are_neighbours(first, second) or _is_mark(second) or (_is_mark(first) and first.kind != "paragraph"):
        return False
    opens_part = is_other_section(label_in_front(second.text))
    mark = read_level(first.text, loose=True) or read_named_level(first.text)
    if opens_part or (mark and not mark.rest):
        return False
    if first.kind == "item" and second.indent > first.indent and not first.text.endswith(":"):
        return True
    ends = first.text.endswith((".", "!", "?", ":", ";"))
    if second.text[:1].islower() or first.text.endswith((",", "\xad")):
        return not ends and (second.text[:1].islower() or first.kind != "heading")
    if first.kind == "heading":
        return False
    last = lines[first.lines[1] - 1].rstrip()
    did_not_fit = len(last) + 1 + len(second.text.split()[0]) > width
    return bool(width and not ends and did_not_fit and len(last) >= width // 2)


def _furniture(blocks: Sequence[Block], lines: Sequence[str]) -> dict[int, str]:
    """Find page numbers, tables of contents, and lines that keep them company on several pages."""
    left_out: dict[int, str] = {}
    company: Counter[str] = Counter()
    # A dash before the number of a page looks like the glyph of an item, so the line itself is looked at.
    numbers = [n for n, b in enumerate(blocks) if b.kind != "row" and _PAGE_NUMBER.match(lines[b.lines[0] - 1].strip())]
    numbers = numbers or _lone_numbers(blocks)
    for position in numbers:
        left_out[blocks[position].lines[0]] = "page number"
        near = {*range(max(position - 2, 0), position), *range(position + 1, min(position + 3, len(blocks)))}
        company.update({_without_numbers(blocks[n].text) for n in near} - {""})
    everywhere = Counter(_without_numbers(block.text) for block in blocks)
    for position, block in enumerate(blocks):
        key = _without_numbers(block.text)
        beside = any(abs(position - n) <= 2 for n in numbers)
        if (
            beside
            and company[key] >= max(2, 0.75 * len(numbers))
            and company[key] >= everywhere[key] - 1
            and not _is_mark(block)
            and not competency_label(block.text)
            and block.kind != "item"
        ):
            left_out.setdefault(block.lines[0], "stands at the head or foot of several pages")
        if _ENDS_IN_PAGE_NUMBER.match(block.text) and block.kind != "row":
            left_out.setdefault(block.lines[0], "page number")
        if _TO_FILL_IN.search(block.text) and not _CONTENTS_LINE.search(block.text) and block.kind != "row":
            left_out.setdefault(block.lines[0], "a line to fill in by hand")
        if _CONTENTS_LINE.search(block.text) or _CONTENTS_TITLE.match(block.text):
            left_out.setdefault(block.lines[0], "table of contents")
    return left_out


def _lone_numbers(blocks: Sequence[Block]) -> list[int]:
    """Find numbers that stand alone, count the pages, and have the same line beside them each time."""
    found = [n for n, block in enumerate(blocks) if block.kind == "paragraph" and re.fullmatch(r"\d{1,3}", block.text)]
    counts = [int(blocks[n].text) for n in found]
    if len(found) < _FEWEST_PAGES or counts != list(range(counts[0], counts[0] + len(counts))):
        return []
    for step in (-1, 1):
        beside = {blocks[n + step].text for n in found if 0 <= n + step < len(blocks)}
        if len(beside) == 1:
            return found
    return []


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", text.strip())
