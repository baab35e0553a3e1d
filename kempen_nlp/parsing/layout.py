"""Which blocks are levels, which name a competency, and which only explain: found by structure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.grids import Grid, read_grid
from kempen_nlp.parsing.scales import (
    LevelMark,
    is_about_levels,
    is_ordered,
    order_names,
    rank_of_name,
    read_level,
    read_lone_sign,
    read_named_level,
)
from kempen_nlp.parsing.words import (
    competency_label,
    continued_name,
    definition_label,
    headline_label,
    is_indicators_label,
    is_lone_number,
    is_other_section,
    without_numbering,
)

Style = tuple[str, int]
_TITLE_WORDS = 8
_NAME_WORDS = 3
_NAMED_TITLE = re.compile(
    r"^(?:\*\*(?P<bold>[^*]{2,60}?):?\*\*\s*:?|(?P<plain>[^\W\d_][^:.]{1,50}?):|(?P<dash>[^\W\d_][^:.–—]{1,50}?)\s[–—-])\s+(?P<rest>\S.*)$"
)
_NAME_AND_LEVEL = re.compile(
    r"^(?P<name>\S.*?)\s*[-–—:,(]?\s*\b(?P<level>(?:niveau|level)\s*(?:\d{1,2}|[A-H]|[IV]{1,3}))\s*[):.]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Title:
    """The name of a competency, and a definition on the same line."""

    name: str
    definition: str = ""


@dataclass(slots=True)
class Run:
    """Levels that follow each other under one title."""

    anchors: list[int]
    gap_start: int
    title: int | None = None


@dataclass(slots=True)
class Layout:
    """What each position of the blocks is."""

    marks: dict[int, LevelMark] = field(default_factory=dict)
    """Levels of a competency, each with its rank."""
    explanations: dict[int, LevelMark] = field(default_factory=dict)
    """Levels that only explain what a rank means."""
    orphans: dict[int, LevelMark] = field(default_factory=dict)
    """Levels that belong to no competency."""
    titles: dict[int, Title] = field(default_factory=dict)
    grids: dict[int, Grid] = field(default_factory=dict)
    """First position of a table to its reading."""
    inverted: dict[int, tuple[str, LevelMark]] = field(default_factory=dict)
    """Where levels come first: titles under them, each with its level."""
    notes: list[str] = field(default_factory=list)
    """What was assumed about the document as a whole."""


def recognise(blocks: Sequence[Block]) -> Layout:
    """
    Find levels and the titles above them.

    A competency is the nearest title of the document's usual kind above a run of levels; a run ends where such
    a title stands, or where the ranks begin anew.
    """
    layout = Layout(grids=_grids(blocks))
    marks = _marks(blocks, layout)
    _rank_names(marks, layout)
    anchors = sorted([*marks, *(n for n, grid in layout.grids.items() if grid.needs_title)])
    if inverted := _levels_first(blocks, marks):
        layout.inverted = inverted
        layout.marks = marks
        layout.notes.append("levels come first, and the titles that return under them are read as competencies")
        return layout
    runs = _runs(blocks, marks, anchors)
    _choose_titles(blocks, marks, runs)
    _sort_out(blocks, marks, runs, layout)
    for position, block in enumerate(blocks):
        name = competency_label(block.text) if block.kind not in ("item", "row") else None
        if name:
            layout.titles.setdefault(position, Title(name))
    return layout


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
    return {n: read_grid(rows, shared_labels=shared, has_own_heading=has_own_headings) for n, rows in tables}


def _marks(blocks: Sequence[Block], layout: Layout) -> dict[int, LevelMark]:
    numbered = {
        n: mark
        for n, block in enumerate(blocks)
        if block.kind != "row" and (mark := read_level(block.text, loose=block.kind in ("heading", "bold")))
    }
    numbered = numbered or _lone_signs(blocks)
    named = _known_names(blocks, numbered) or _repeated_names(blocks, numbered, layout)
    if not named:
        return numbered
    counts = Counter(mark.rank for mark in numbered.values())
    if all(n == 1 for n in counts.values()):
        names = Counter(mark.name.casefold() for mark in named.values())
        if not numbered or min(names.values()) > 1:
            layout.explanations.update(numbered)
            return named
    return numbered


def _lone_signs(blocks: Sequence[Block]) -> dict[int, LevelMark]:
    """Find numbers or letters that stand alone on a line and come back as often as each other."""
    found = {
        n: mark
        for n, block in enumerate(blocks)
        if block.kind in ("heading", "bold", "paragraph") and (mark := read_lone_sign(block.text))
    }
    counts = Counter(mark.rank for mark in found.values())
    is_series = set(counts) == set(range(1, len(counts) + 1)) and len(set(counts.values())) == 1
    return found if len(counts) > 1 and is_series and min(counts.values()) > 1 else {}


def _known_names(blocks: Sequence[Block], numbered: Mapping[int, LevelMark]) -> dict[int, LevelMark]:
    """Find words of one known scale, all in the same kind of block."""
    found: dict[str, dict[int, LevelMark]] = {}
    for position, block in enumerate(blocks):
        if block.kind == "row" or position in numbered or competency_label(block.text):
            continue
        mark = read_named_level(block.text)
        if mark and (block.kind != "item" or mark.rest):
            style = "inline" if mark.rest else f"{block.kind}{block.depth}"
            found.setdefault(style, {})[position] = mark
    best = max(found.values(), key=len, default={})
    names = {mark.name for mark in best.values()}
    labelled = all(mark.label.casefold() not in blocks[n].text.casefold().split(":")[0] for n, mark in best.items())
    return best if len(names) > 1 and (labelled or is_ordered(names)) else {}


def _repeated_names(blocks: Sequence[Block], numbered: Mapping[int, LevelMark], layout: Layout) -> dict[int, LevelMark]:
    """Find short titles that come back in the same order under several others: level names of the house."""
    if len(numbered) > 1:
        return {}
    best: dict[int, LevelMark] = {}
    for style in sorted({_style(b) for b in blocks if b.kind in ("heading", "bold")}):
        places: dict[str, list[int]] = {}
        for position, block in enumerate(blocks):
            if _style(block) == style and _is_plain_title(block):
                places.setdefault(block.text.casefold().rstrip(":"), []).append(position)
        often = {name: where for name, where in places.items() if len(where) > 1}
        counts = Counter(len(where) for where in often.values())
        usual = counts.most_common(1)[0][0] if counts else 0
        names = [name for name, where in often.items() if len(where) == usual]
        has_text = all(
            where + 1 < len(blocks) and blocks[where + 1].kind in ("item", "paragraph")
            for name in names
            for where in often[name]
        )
        if len(names) > 1 and has_text and usual * len(names) > len(best):
            best = {
                n: LevelMark(blocks[n].text, None, name=blocks[n].text, notation="name")
                for m in names
                for n in often[m]
            }
    if best:
        names = list(dict.fromkeys(best[n].name.rstrip(":") for n in sorted(best)))
        if not is_ordered(names):
            layout.notes.append(
                f"levels are called {', '.join(names)}; they are ranked 1 to {len(names)} in this order"
            )
    return best


def _rank_names(marks: dict[int, LevelMark], layout: Layout) -> None:
    names = [mark.name for _, mark in sorted(marks.items()) if mark.rank is None]
    names += [mark.name for grid in layout.grids.values() for mark in grid.marks if mark.rank is None]
    ranks = order_names(names) if names else {}
    for position, mark in marks.items():
        if mark.rank is None:
            marks[position] = replace(mark, rank=rank_of_name(mark.name, ranks))
    for grid in layout.grids.values():
        grid.rank_names(ranks)
    explained = {mark.name.casefold(): mark.rank for mark in layout.explanations.values() if mark.name}
    if names and explained and all(name.casefold() in explained for name in names):
        for position, mark in marks.items():
            marks[position] = replace(mark, rank=explained.get(mark.name.casefold(), mark.rank))
    if any(
        mark.notation == "letter" for mark in [*marks.values(), *(m for g in layout.grids.values() for m in g.marks)]
    ):
        layout.notes.append("levels have letters; they are ranked in the order of the alphabet, A as 1")
    zero = {mark.rank for mark in marks.values()}
    if 0 in zero and zero == set(range(len(zero))) and len(zero) > 1:
        layout.notes.append("levels are numbered from 0; they are ranked from 1")
        marks.update({n: replace(mark, rank=(mark.rank or 0) + 1) for n, mark in marks.items()})


def _levels_first(blocks: Sequence[Block], marks: Mapping[int, LevelMark]) -> dict[int, tuple[str, LevelMark]]:
    """Find titles that return under levels which each occur once: level above competency."""
    ranks = [mark.rank for _, mark in sorted(marks.items())]
    if len(ranks) < 2 or len(set(ranks)) < len(ranks) or any(mark.rest for mark in marks.values()):
        return {}
    under: dict[Style, dict[int, tuple[str, LevelMark]]] = {}
    current: LevelMark | None = None
    for position, block in enumerate(blocks):
        current = marks.get(position, current)
        if current and position not in marks and _may_be_title(block):
            name = without_numbering(block.text.replace("**", "")).rstrip(":").strip()
            under.setdefault(_style(block), {})[position] = (name, current)
    for style in sorted(under, key=lambda style: ("heading", "bold", "capitals", "line").index(style[0])):
        names = Counter(name.casefold() for name, _ in under[style].values())
        often = {name for name, n in names.items() if n > 1}
        n_often = sum(name.casefold() in often for name, _ in under[style].values())
        if len(often) > 1 and n_often >= 0.6 * len(under[style]):
            return under[style]
    return {}


def _style(block: Block) -> Style:
    if block.kind == "heading":
        return ("heading", block.depth)
    if block.kind == "bold":
        return ("bold", 0)
    return ("capitals", 0) if block.kind == "paragraph" and block.text.isupper() else ("line", 0)


def _runs(blocks: Sequence[Block], marks: Mapping[int, LevelMark], anchors: Sequence[int]) -> list[Run]:
    runs: list[Run] = []
    ranks: list[int] = []
    previous = -1
    for anchor in anchors:
        gap = range(previous + 1, anchor)
        rank = marks[anchor].rank if anchor in marks else None
        titles = [n for n in gap if _may_be_title(blocks[n])]
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


def _may_be_title(block: Block) -> bool:
    if competency_label(block.text):
        return block.kind not in ("item", "row")
    if block.kind == "row" or block.italic or is_other_section(block.text) or _is_label(block.text):
        return False
    if block.kind == "heading":
        return not is_lone_number(block.text)
    if block.kind == "bold":
        return len(block.text.split()) <= _TITLE_WORDS + 2 and not block.text.endswith((".", ";", ","))
    if block.kind == "item":
        return block.glyph.strip("().").isdigit() and _is_short(block.text)
    return _is_short(block.text) or _named_title(block.text) is not None


def _is_label(text: str) -> bool:
    return is_indicators_label(text) or definition_label(text) is not None or headline_label(text) is not None


def _is_plain_title(block: Block) -> bool:
    return _may_be_title(block) and len(block.text.split()) <= 4 and not is_about_levels(block.text)


def _is_short(text: str) -> bool:
    clean = without_numbering(text)
    return (
        len(clean.split()) <= _TITLE_WORDS
        and len(clean) <= 70
        and not clean.endswith((".", ";", ",", "?", "!"))
        and (clean[:1].isupper() or clean.startswith("("))
    )


def _named_title(text: str) -> Title | None:
    match = _NAMED_TITLE.match(text)
    if not match:
        return None
    name = without_numbering((match["bold"] or match["plain"] or match["dash"]).strip())
    if len(name.split()) > 6 or len(match["rest"].split()) < 3 or not name[:1].isupper():
        return None
    return Title(name, match["rest"].strip())


def _choose_titles(blocks: Sequence[Block], marks: Mapping[int, LevelMark], runs: list[Run]) -> None:
    candidates = [_candidates(blocks, marks, run) for run in runs]
    usual = _usual_style(blocks, candidates)
    for run, found in zip(runs, candidates, strict=True):
        labelled = [n for n in found if competency_label(blocks[n].text)]
        of_style = [n for n in found if _style(blocks[n]) == usual]
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


def _candidates(blocks: Sequence[Block], marks: Mapping[int, LevelMark], run: Run) -> list[int]:
    anchor = run.anchors[0]
    start = run.gap_start
    is_headline = [n for n in marks if n + 1 < len(blocks) and blocks[n + 1].kind == "bold"]
    headlines = {n + 1 for n in is_headline} if 2 * len(is_headline) > len(marks) else set()
    found = [n for n in range(start, anchor) if _may_be_title(blocks[n]) and n not in headlines]
    if blocks[anchor].kind == "heading":
        lower = [n for n in found if blocks[n].kind == "heading" and not _outranks(blocks[n], blocks[anchor])]
        return [n for n in found if n not in lower] or found
    return found


def _usual_style(blocks: Sequence[Block], candidates: Sequence[Sequence[int]]) -> Style | None:
    """Return the kind of title that most runs have; of two that are as common, the one nearest to the levels."""
    reach: Counter[Style] = Counter()
    distance: Counter[Style] = Counter()
    for found in candidates:
        for style in {_style(blocks[n]) for n in found}:
            reach[style] += 1
            distance[style] += max(n for n in found if _style(blocks[n]) == style)
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
    usual_title = _usual(_style(blocks[run.title]) for run in runs if run.title is not None)
    for run in runs:
        own = {n: marks[n] for n in run.anchors if n in marks}
        title = blocks[run.title] if run.title is not None else None
        labelled = bool(title and competency_label(title.text))
        about = bool(title and is_about_levels(title.text) and not labelled)
        inline = bool(own) and all(mark.rest for mark in own.values()) and not _has_items(blocks, run)
        odd = _mark_style(blocks, marks, run) != usual_mark or (title is not None and _style(title) != usual_title)
        explains = inline and not labelled and (about or title is None or (len(runs) > 2 and odd and run is runs[0]))
        if explains and len(runs) > 1:
            layout.explanations.update(own)
        elif title is None or about:
            layout.orphans.update(own)
        else:
            layout.marks.update(own)
            layout.titles[run.title or 0] = _title_of(title)


def _mark_style(blocks: Sequence[Block], marks: Mapping[int, LevelMark], run: Run) -> tuple[str, int, bool]:
    first = run.anchors[0]
    return (*_style(blocks[first]), bool(first in marks and marks[first].rest))


def _usual(styles: object) -> object:
    counts = Counter(styles)  # type: ignore[call-overload]
    return counts.most_common(1)[0][0] if counts else None


def _has_items(blocks: Sequence[Block], run: Run) -> bool:
    last = run.anchors[-1]
    after = blocks[last + 1] if last + 1 < len(blocks) else None
    inside = any(blocks[n].kind == "item" for n in range(run.anchors[0] + 1, last))
    return inside or (after is not None and after.kind == "item")


def _title_of(block: Block) -> Title:
    text = competency_label(block.text) or block.text
    if block.kind != "heading" and (named := _named_title(text)):
        return named
    if block.kind == "heading" and ":" in text and (named := _named_title(text)) and len(named.definition.split()) > 3:
        return named
    name = without_numbering(text.replace("**", "")).strip().rstrip(":").strip()
    return Title(continued_name(name) or name)


def part_titles(blocks: Sequence[Block]) -> list[Block]:
    """
    Divide titles that name a competency and a level at once, as in 'Samenwerken – niveau 2'.

    Only where the same name comes with several levels; 'Expert (niveau 3)' stays whole.
    """
    found = {
        n: parts for n, block in enumerate(blocks) if block.kind != "row" and (parts := _competency_and_level(block))
    }
    ranks: dict[str, set[str]] = {}
    for name, level in found.values():
        ranks.setdefault(name.casefold(), set()).add(level.casefold())
    shared = {name for name, levels in ranks.items() if len(levels) > 1}
    result: list[Block] = []
    current = ""
    for position, block in enumerate(blocks):
        name, level = found.get(position, ("", ""))
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
    if not match or len(match["name"].split()) > _TITLE_WORDS or not match["name"][:1].isupper():
        return None
    return match["name"].strip(), match["level"]
