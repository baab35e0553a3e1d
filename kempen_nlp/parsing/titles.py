"""Which lines may name a competency, and what name and definition they give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.layout import Title
from kempen_nlp.parsing.scales import read_level, read_named_level
from kempen_nlp.parsing.words import (
    column_role,
    competency_label,
    continued_name,
    definition_label,
    is_label,
    is_lone_number,
    is_reference,
    without_numbering,
)

Style = tuple[str, int]
_TITLE_WORDS = 8
_SENTENCE_WORDS = 2
_FEW_CELLS = 2
_FOOTNOTE = re.compile(r"(?<=\w)[¹²³⁴⁵⁶⁷⁸⁹†‡*]+$")
_NAMED_TITLE = re.compile(
    r"^(?:\*\*(?P<bold>[^*]{2,60}?):?\*\*\s*:?|(?P<plain>[^\W\d_][^:.]{1,50}?):|(?P<dash>[^\W\d_][^:.–—]{1,50}?)\s[–—-])\s+(?P<rest>\S.*)$"
)
_NAME_AND_LEVEL = re.compile(
    r"^(?P<name>\S.*?)\s*[-–—:,(]?\s*\b(?P<level>(?:niveau|level)\s*(?:\d{1,2}|[A-H]|[IV]{1,3}))\s*[):.]?$",
    re.IGNORECASE,
)


def style_of(block: Block) -> Style:
    """Return how a line is printed: heading with depth, bold, capitals, or plain."""
    if block.kind == "heading":
        return ("heading", block.depth)
    if block.kind == "bold":
        return ("bold", int(block.text.isupper()))
    return ("capitals", 0) if block.kind == "paragraph" and block.text.isupper() else ("line", 0)


def may_be_title(block: Block) -> bool:
    """Return whether a line may name a competency."""
    if competency_label(block.text):
        return block.kind not in ("item", "row")
    if block.kind == "row" or block.italic or is_label(block.text):
        return False
    if block.kind == "heading":
        return not is_lone_number(block.text) and not is_sentence_in_large(block)
    if block.kind == "bold":
        return len(block.text.split()) <= _TITLE_WORDS + 2 and not block.text.endswith((".", ";", ","))
    if block.kind == "item":
        return block.glyph.strip("().").isdigit() and _is_short(block.text)
    return _is_short(block.text) or _named_title(block.text) is not None


def is_sentence_in_large(block: Block) -> bool:
    """Return whether a heading is a sentence that is only printed large, as on slides."""
    return block.kind == "heading" and block.text.endswith(".") and len(block.text.split()) > _SENTENCE_WORDS


def has_items_under(blocks: Sequence[Block], position: int) -> bool:
    """Return whether a list item has items of its own."""
    following = blocks[position + 1] if position + 1 < len(blocks) else None
    return bool(following and following.kind == "item" and following.indent > blocks[position].indent)


def _is_short(text: str) -> bool:
    clean = without_numbering(text)
    return (
        len(clean.split()) <= _TITLE_WORDS
        and len(clean) <= 70
        and not clean.endswith((".", ";", ",", "?", "!"))
        and (clean[:1].isupper() or clean.startswith("("))
    )


def _named_title(text: str) -> Title | None:
    match = _NAMED_TITLE.match(without_numbering(text))
    if not match:
        return None
    name = without_numbering((match["bold"] or match["plain"] or match["dash"]).strip())
    if len(name.split()) > 6 or len(match["rest"].split()) < 3 or not name[:1].isupper():
        return None
    return Title(name, match["rest"].strip())


def title_of(block: Block) -> Title:
    """Return the name that a title gives, and the definition that stands on its line."""
    text = competency_label(block.text) or block.text
    if block.kind != "heading" and (named := _named_title(text)):
        return named
    if block.kind == "heading" and ":" in text and (named := _named_title(text)) and len(named.definition.split()) > 3:
        return named
    name = _FOOTNOTE.sub("", without_numbering(text.replace("**", "")).strip().rstrip(":").strip())
    return Title(continued_name(name) or name)


def lift_titles(blocks: Sequence[Block]) -> list[Block]:
    """
    Make lines of the rows with little in them that begin a table, above a head that titles its columns.

    In a spreadsheet the handbook's title and its date stand there; they are no competency and no part of the table.
    """
    result = list(blocks)
    for position, block in enumerate(blocks):
        if not block.table or (position and blocks[position - 1].table == block.table):
            continue
        end = position
        while end < len(blocks) and blocks[end].table == block.table and _is_above_table(blocks[end]):
            end += 1
        head = blocks[end] if end < len(blocks) and blocks[end].table == block.table else None
        if head and _titles_columns(head):
            for n in range(position, end):
                filled = [" ".join(cell.split()) for cell in blocks[n].cells if cell]
                mark = ": " if len(filled) == _FEW_CELLS and is_field(filled[0]) else " "
                result[n] = Block("paragraph", mark.join(filled), blocks[n].lines)
    return result


def is_field(text: str) -> bool:
    """Return whether a cell labels the one beside it as the name or definition of a competency."""
    return column_role(text) == "competency" or definition_label(text) == ""


def _is_above_table(row: Block) -> bool:
    filled = [cell for cell in row.cells if cell]
    is_pair = len(filled) == _FEW_CELLS and (is_field(filled[0]) or not any(map(column_role, filled)))
    return len(filled) == 1 or (is_pair and not column_role(filled[-1]))


def _titles_columns(row: Block) -> bool:
    roles = [role for cell in row.cells if (role := column_role(cell))]
    return len(roles) > 1 or ("level" in roles and _n_filled(row) > 1)


def raise_items(blocks: Sequence[Block]) -> list[Block]:
    """Make bold lines of list items that have levels under them, as in a list three deep."""
    result = list(blocks)
    for position, block in enumerate(blocks[:-1]):
        following = blocks[position + 1]
        if (
            block.kind == "item"
            and has_items_under(blocks, position)
            and _is_short(block.text.replace("**", ""))
            and not _names_level(block)
            and _names_level(following)
            and has_items_under(blocks, position + 1)
        ):
            result[position] = replace(block, kind="bold", text=block.text.replace("**", ""), glyph="", indent=0)
    return result


def _names_level(block: Block) -> bool:
    return bool(read_level(block.text, loose=True) or read_named_level(block.text))


def _n_filled(row: Block) -> int:
    return sum(bool(cell) for cell in row.cells)


def part_titles(blocks: Sequence[Block]) -> list[Block]:
    """
    Divide titles that name a competency and a level at once, as in 'Samenwerken – niveau 2'.

    Only where the same name comes with several levels; 'Expert (niveau 3)' stays whole.
    """
    found = {
        n: parts for n, block in enumerate(blocks) if block.kind != "row" and (parts := _competency_and_level(block))
    }
    ranks: dict[str, set[str]] = {}
    labels = {n for n, (name, _) in found.items() if is_label(name)}
    for name, level in found.values():
        ranks.setdefault(name.casefold(), set()).add(level.casefold())
    shared = {name for name, levels in ranks.items() if len(levels) > 1}
    result: list[Block] = []
    current = ""
    for position, block in enumerate(blocks):
        name, level = found.get(position, ("", ""))
        if position in labels:
            result.append(replace(block, text=level))
            continue
        if name.casefold() not in shared:
            result.append(block)
            continue
        if name.casefold() != current:
            result.append(replace(block, kind="heading", depth=max(block.depth, 1), text=name))
            current = name.casefold()
        result.append(replace(block, kind="heading", depth=max(block.depth, 1) + 1, text=level))
    return result


def _competency_and_level(block: Block) -> tuple[str, str] | None:
    match = _NAME_AND_LEVEL.match(block.text.replace("**", ""))
    if (
        not match
        or is_reference(block.text)
        or len(match["name"].split()) > _TITLE_WORDS
        or not match["name"][:1].isupper()
    ):
        return None
    return match["name"].strip(), match["level"]
