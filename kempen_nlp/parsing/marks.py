"""Where levels are named as usual: by number, letter, or a word of a known scale; `series` finds the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.layout import Layout
from kempen_nlp.parsing.scales import (
    LevelMark,
    is_about_levels,
    is_ordered,
    order_names,
    rank_of_name,
    read_level,
    read_named_level,
)
from kempen_nlp.parsing.titles import has_items_under
from kempen_nlp.parsing.words import competency_label

_FEWEST_SERIES = 2


def find_marks(blocks: Sequence[Block], layout: Layout) -> dict[int, LevelMark]:
    """Return where levels are named: by number, or else by a word of a known scale."""
    numbered = {
        n: mark
        for n, block in enumerate(blocks)
        if block.kind != "row" and (mark := read_level(block.text, loose=block.kind in ("heading", "bold")))
    }
    named = _known_names(blocks, numbered)
    if not named:
        return numbered or (
            {} if any(grid.kind != "none" for grid in layout.grids.values()) else _counted(blocks, layout)
        )
    counts = Counter(mark.rank for mark in numbered.values())
    if all(n == 1 for n in counts.values()):
        names = Counter(mark.name.casefold() for mark in named.values())
        if not numbered or min(names.values()) > 1:
            layout.explanations.update(numbered)
            return named
    return numbered


def _counted(blocks: Sequence[Block], layout: Layout) -> dict[int, LevelMark]:
    """
    Find lines that are numbered anew under every title, where the document says that it has levels.

    Only when each title has as many: other lists are numbered too.
    """
    if not any(is_about_levels(block.text) for block in blocks if block.kind != "row"):
        return {}
    series: list[list[int]] = []
    for position, block in enumerate(blocks):
        number = block.glyph.strip("().") if block.kind == "item" else ""
        if number == "1":
            series.append([position])
        elif series and number == str(len(series[-1]) + 1):
            series[-1].append(position)
    lengths = Counter(len(s) for s in series if len(s) > 1)
    usual, n_usual = lengths.most_common(1)[0] if lengths else (0, 0)
    if n_usual < _FEWEST_SERIES or n_usual < len(series) - 1:
        return {}
    layout.notes.append("no line names a level, so the numbers of the numbered lines were taken for levels")
    return {
        n: LevelMark(blocks[n].glyph, rank, rest=blocks[n].text)
        for s in series
        if len(s) == usual
        for rank, n in enumerate(s, start=1)
    }


def _known_names(blocks: Sequence[Block], numbered: Mapping[int, LevelMark]) -> dict[int, LevelMark]:
    """Find words of one known scale, all in the same kind of block."""
    found: dict[str, dict[int, LevelMark]] = {}
    for position, block in enumerate(blocks):
        if block.kind == "row" or position in numbered or competency_label(block.text):
            continue
        mark = read_named_level(block.text)
        if mark and (block.kind != "item" or mark.rest or has_items_under(blocks, position)):
            style = "inline" if mark.rest else f"{block.kind}{block.depth}"
            found.setdefault(style, {})[position] = mark
    best = max(found.values(), key=len, default={})
    names = {mark.name for mark in best.values()}
    labelled = all(mark.label.casefold() not in blocks[n].text.casefold().split(":")[0] for n, mark in best.items())
    return best if len(names) > 1 and (labelled or is_ordered(names)) else {}


def give_ranks(marks: dict[int, LevelMark], layout: Layout) -> None:
    """Give levels that have only a name their rank, and count from 1."""
    names = [mark.name for _, mark in sorted(marks.items()) if mark.rank is None]
    names += [mark.name for grid in layout.grids.values() for mark in grid.marks if mark.rank is None]
    ranks = order_names(names) if names else {}
    called = list(dict.fromkeys(name.rstrip(":") for name in names))
    if called and not is_ordered(called):
        layout.notes.append(f"levels are called {', '.join(called)}; they are ranked 1 to {len(called)} in this order")
    for position, mark in marks.items():
        if mark.rank is None:
            marks[position] = replace(mark, rank=rank_of_name(mark.name, ranks))
    for grid in layout.grids.values():
        grid.rank_names(ranks)
    explained = {mark.name.casefold(): mark.rank for mark in layout.explanations.values() if mark.name}
    if names and explained and all(name.casefold() in explained for name in names):
        for position, mark in marks.items():
            marks[position] = replace(mark, rank=explained.get(mark.name.casefold(), mark.rank))
    _name_letters(marks, layout)
    counted = [m.label for g in layout.grids.values() for m in g.marks if m.notation == "counted"]
    if counted and not any(is_about_levels(label) for label in counted):
        layout.notes.append(f"columns that count on were taken for levels: {', '.join(dict.fromkeys(counted))}")
    if any(
        mark.notation == "letter" for mark in [*marks.values(), *(m for g in layout.grids.values() for m in g.marks)]
    ):
        layout.notes.append("levels have letters; they are ranked in the order of the alphabet, A as 1")
    zero = {mark.rank for mark in marks.values()}
    if 0 in zero and zero == set(range(len(zero))) and len(zero) > 1:
        layout.notes.append("levels are numbered from 0; they are ranked from 1")
        marks.update({n: replace(mark, rank=(mark.rank or 0) + 1) for n, mark in marks.items()})


def _name_letters(marks: dict[int, LevelMark], layout: Layout) -> None:
    """Keep the letter of a level without a name, so that nobody has to guess which rank it became."""
    marks.update({n: _named(mark) for n, mark in marks.items()})
    for grid in layout.grids.values():
        grid.row_marks.update({n: _named(mark) for n, mark in grid.row_marks.items()})
        for head in grid.heads.values():
            head.update({n: _named(mark) for n, mark in head.items()})


def _named(mark: LevelMark) -> LevelMark:
    return replace(mark, name=mark.label) if mark.notation == "letter" and not mark.name else mark
