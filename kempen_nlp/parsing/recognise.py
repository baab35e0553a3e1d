"""Which levels belong together, and which title above them is their competency: found by structure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from kempen_nlp.parsing.asides import find_asides
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.grid import Grid
from kempen_nlp.parsing.grids import read_grid
from kempen_nlp.parsing.layout import Layout, Run, Title
from kempen_nlp.parsing.marks import find_marks, give_ranks
from kempen_nlp.parsing.scales import LevelMark, is_about_levels, read_level
from kempen_nlp.parsing.titles import Style, may_be_title, style_of, title_of
from kempen_nlp.parsing.words import (
    column_role,
    competency_label,
    label_in_front,
    without_numbering,
)

_CODE = re.compile(r"[A-Z]{1,4}[-_.]?\d{1,5}[.:)]?")
_COUNTED = re.compile(r"^(?P<word>[^\W\d_]{3,20})\s+\d{1,2}\s*[.:–-]?\s+(?P<name>[^\W\d_].*)$")
_NAME_WORDS = 3
_NAME_WORDS_OF_LEVEL = 6


def recognise(blocks: Sequence[Block], title_style: Style | None = None) -> Layout:
    """
    Find levels and the titles above them.

    A competency is the nearest title of the document's usual kind above a run of levels; a run ends where such
    a title stands, or where the ranks begin anew.
    """
    layout = Layout(grids=_grids(blocks))
    marks = find_marks(blocks, layout)
    give_ranks(marks, layout)
    anchors = sorted([*marks, *(n for n, grid in layout.grids.items() if grid.needs_title)])
    if inverted := _levels_first(blocks, marks):
        layout.inverted = inverted
        layout.marks = marks
        layout.notes.append("levels come first, and the titles that return under them are read as competencies")
        return layout
    runs = _runs(blocks, marks, anchors)
    _choose_titles(blocks, marks, runs, title_style)
    _sort_out(blocks, marks, runs, layout)
    for position, block in enumerate(blocks):
        name = competency_label(block.text) if block.kind not in ("item", "row") else None
        if name:
            layout.titles.setdefault(position, Title(name))
    _drop_shared_label(layout)
    layout.parts = find_asides(blocks, layout)
    return layout


def _drop_shared_label(layout: Layout) -> None:
    """Take 'Competentie', or a code such as 'K1', off the names when it stands before each of them."""
    labels = {position: title.name.partition(" ") for position, title in layout.titles.items()}
    counted = {position: _COUNTED.match(title.name) for position, title in layout.titles.items()}
    words = {match["word"].casefold() for match in counted.values() if match}
    if len(counted) > 1 and all(counted.values()) and len(words) == 1:
        layout.titles.update({n: replace(layout.titles[n], name=m["name"]) for n, m in counted.items() if m})
        return
    firsts = [first for first, _, name in labels.values() if name]
    if len(labels) < 2 or len(firsts) < len(labels):
        return
    are_codes = all(map(_CODE.fullmatch, firsts)) and len({first.rstrip("0123456789.:)") for first in firsts}) == 1
    if are_codes or all(column_role(first) == "competency" for first in firsts):
        layout.titles.update({n: replace(layout.titles[n], name=name) for n, (_, _, name) in labels.items()})


def _grids(blocks: Sequence[Block]) -> dict[int, Grid]:
    tables: list[tuple[int, list[Block]]] = []
    for table, members in groupby(enumerate(blocks), key=lambda pair: pair[1].table):
        if table:
            rows = list(members)
            tables.append((rows[0][0], [row for _, row in rows]))
    first_columns = Counter(
        label for _, rows in tables for label in {row.cells[0].casefold() for row in rows if len(row.cells) > 1} - {""}
    )
    shared = {label for label, n in first_columns.items() if n > 1}
    headings = [sum(b.kind == "heading" for b in blocks[:position]) for position, _ in tables]
    has_own_headings = len(tables) > 1 and len(set(headings)) == len(headings)
    titles = Counter(text for _, rows in tables for text in {row.text.casefold() for row in rows})
    labels = Counter(f"{label.casefold()}:" for _, rows in tables for row in rows if (label := _lone_label(row)))
    repeated = {text for text, n in (titles + labels).items() if n > 1}
    return {
        n: read_grid(rows, shared_labels=shared, has_own_heading=has_own_headings, shared_rows=repeated)
        for n, rows in tables
    }


def _lone_label(row: Block) -> str:
    """Return the label in front of the only text of a row; empty when it has none, or one that handbooks need."""
    filled = [cell for cell in row.cells if cell]
    label = label_in_front(filled[0]) if len(filled) == 1 else ""
    return "" if read_level(label, loose=True) or column_role(label) or competency_label(f"{label}: x") else label


def _levels_first(blocks: Sequence[Block], marks: Mapping[int, LevelMark]) -> dict[int, tuple[str, LevelMark]]:
    """Find titles that return under levels which each occur once: level above competency."""
    ranks = [mark.rank for _, mark in sorted(marks.items())]
    has_text = any(len(m.rest.split()) > _NAME_WORDS_OF_LEVEL or m.rest.endswith(".") for m in marks.values())
    if len(ranks) < 2 or len(set(ranks)) < len(ranks) or has_text:
        return {}
    under: dict[Style, dict[int, tuple[str, LevelMark]]] = {}
    current: LevelMark | None = None
    for position, block in enumerate(blocks):
        current = marks.get(position, current)
        if current and position not in marks and may_be_title(block):
            name = without_numbering(block.text.replace("**", "")).rstrip(":").strip()
            level = replace(current, name=current.name or current.rest, rest="")
            under.setdefault(style_of(block), {})[position] = (name, level)
    for style in sorted(under, key=lambda style: ("heading", "bold", "capitals", "line").index(style[0])):
        names = Counter(name.casefold() for name, _ in under[style].values())
        often = {name for name, n in names.items() if n > 1}
        n_often = sum(name.casefold() in often for name, _ in under[style].values())
        if len(often) > 1 and n_often >= 0.6 * len(under[style]):
            return under[style]
    return {}


def _runs(blocks: Sequence[Block], marks: Mapping[int, LevelMark], anchors: Sequence[int]) -> list[Run]:
    runs: list[Run] = []
    ranks: list[int] = []
    previous = -1
    for anchor in anchors:
        gap = range(previous + 1, anchor)
        rank = marks[anchor].rank if anchor in marks else None
        titles = [n for n in gap if may_be_title(blocks[n])]
        strong = [n for n in titles if _outranks(blocks[n], blocks[anchor]) or competency_label(blocks[n].text)]
        restarts = rank is None or rank in ranks or _turns(ranks, rank)
        if not runs or strong or (restarts and titles):
            runs.append(Run([anchor], previous + 1))
            ranks = []
        else:
            runs[-1].anchors.append(anchor)
        ranks += [rank] if rank is not None else []
        previous = anchor
    return runs


def _turns(ranks: Sequence[int], rank: int) -> bool:
    if len(ranks) < 2:
        return False
    return (ranks[-1] - ranks[0]) * (rank - ranks[-1]) < 0


def _outranks(title: Block, anchor: Block) -> bool:
    if title.kind != "heading":
        return False
    return anchor.kind != "heading" or title.depth < anchor.depth


def _choose_titles(
    blocks: Sequence[Block], marks: Mapping[int, LevelMark], runs: list[Run], style: Style | None
) -> None:
    under = {n + 1 for n in marks if n + 1 < len(blocks) and blocks[n + 1].kind == "bold"}
    headlines = under if 2 * len(under) > len(marks) else set()
    candidates = [_candidates(blocks, headlines, run) for run in runs]
    usual = style or _usual_style(blocks, candidates)
    for run, found in zip(runs, candidates, strict=True):
        labelled = [n for n in found if competency_label(blocks[n].text)]
        of_style = [n for n in found if style_of(blocks[n]) == usual]
        headings = [n for n in found if blocks[n].kind == "heading"]
        bold = [n for n in found if blocks[n].kind == "bold"]
        chosen = labelled or of_style or headings or bold or found
        run.title = _nearest(blocks, chosen) if chosen else None


def _nearest(blocks: Sequence[Block], chosen: Sequence[int]) -> int:
    """Return the last title; or the one before it, when the last is a longer line that reads as its definition."""
    if len(chosen) > 1 and chosen[-1] == chosen[-2] + 1 and blocks[chosen[-1]].kind == "paragraph":
        title, after = (len(blocks[n].text.split()) for n in chosen[-2:])
        if title <= _NAME_WORDS < after or (
            title < after and blocks[chosen[-2]].lines[1] + 1 == blocks[chosen[-1]].lines[0]
        ):
            return chosen[-2]
    return chosen[-1]


def _candidates(blocks: Sequence[Block], headlines: Collection[int], run: Run) -> list[int]:
    anchor = run.anchors[0]
    start = run.gap_start
    found = [n for n in range(start, anchor) if may_be_title(blocks[n]) and n not in headlines]
    if blocks[anchor].kind == "heading":
        lower = [n for n in found if blocks[n].kind == "heading" and not _outranks(blocks[n], blocks[anchor])]
        return [n for n in found if n not in lower] or found
    return found


def _usual_style(blocks: Sequence[Block], candidates: Sequence[Sequence[int]]) -> Style | None:
    """Return the kind of title that most runs have; of two that are as common, the one nearest to the levels."""
    reach: Counter[Style] = Counter()
    distance: Counter[Style] = Counter()
    for found in candidates:
        for style in {style_of(blocks[n]) for n in found}:
            reach[style] += 1
            distance[style] += max(n for n in found if style_of(blocks[n]) == style)
    if not reach:
        return None
    order = {"heading": 3, "bold": 2, "capitals": 1, "line": 0}
    most = max(reach.values())
    common = [style for style, n in reach.items() if n == most]
    strongest = max(order[kind] for kind, _ in common)
    return max((s for s in common if order[s[0]] == strongest), key=lambda s: (distance[s], s[1]))


def _sort_out(blocks: Sequence[Block], marks: Mapping[int, LevelMark], runs: Sequence[Run], layout: Layout) -> None:
    """Tell runs of a competency from runs that explain levels, and from levels without a competency."""
    usual_mark = _usual(_mark_style(blocks, marks, run) for run in runs)
    usual_title = _usual(style_of(blocks[run.title]) for run in runs if run.title is not None)
    in_tables = any(grid.names_competencies for grid in layout.grids.values())
    for run in runs:
        own = {n: marks[n] for n in run.anchors if n in marks}
        title = blocks[run.title] if run.title is not None else None
        labelled = bool(title and competency_label(title.text))
        about = bool(title and is_about_levels(title.text) and not labelled)
        inline = bool(own) and all(mark.rest for mark in own.values()) and not _has_items(blocks, run, own)
        odd = _mark_style(blocks, marks, run) != usual_mark or (title is not None and style_of(title) != usual_title)
        explains = inline and not labelled and (about or title is None or (len(runs) > 2 and odd and run is runs[0]))
        if not own and title and not labelled and odd and run is runs[0] and len(runs) > 2:
            continue  # a table of another kind under another kind of title explains the levels
        is_note = in_tables and len(own) == 1 and len(run.anchors) == 1
        if (explains and len(runs) > 1) or (is_note and inline):
            layout.explanations.update(own)
        elif title is None or about or is_note:
            layout.orphans.update(own)
        else:
            layout.marks.update(own)
            layout.titles[run.title or 0] = title_of(title)


def _mark_style(blocks: Sequence[Block], marks: Mapping[int, LevelMark], run: Run) -> tuple[str, int, bool]:
    first = run.anchors[0]
    return (*style_of(blocks[first]), bool(first in marks and marks[first].rest))


def _usual(styles: object) -> object:
    counts = Counter(styles)  # type: ignore[call-overload]
    return counts.most_common(1)[0][0] if counts else None


def _has_items(blocks: Sequence[Block], run: Run, own: Mapping[int, LevelMark]) -> bool:
    last = run.anchors[-1]
    after = blocks[last + 1] if last + 1 < len(blocks) else None
    inside = any(blocks[n].kind == "item" for n in range(run.anchors[0] + 1, last) if n not in own)
    return inside or (after is not None and after.kind == "item")
