"""Labels that come back in the same order, again and again: the levels of a handbook, whatever it calls them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.scales import is_about_levels, is_ordered, is_scale_word, order_names, rank_of_name
from kempen_nlp.parsing.words import column_role, competency_label, is_label, is_tick

_ORDINAL = r"\d{1,2}(?:\s?[-–/]\s?\d{1,2})?|[IVX]{1,4}|[A-H]|\+{1,4}|[★*●⭐]{1,5}"
_WORDS = r"(?:[^\W\d_][\w-]*\s+){0,3}"
_NUMBERED = re.compile(
    rf"^(?P<label>(?P<prefix>{_WORDS})(?P<ordinal>{_ORDINAL}))(?P<mark>\s*[:.)=–—-]+|\s*$|(?=\s*\()|(?=\s+[A-ZÀ-Þ]\S*(?:\s\S+)?$))\s*(?P<rest>.*)$",
    re.DOTALL,
)
_CODED = re.compile(
    r"^(?P<label>(?P<prefix>[^\W\d_]{1,3})-?(?P<ordinal>\d))(?![\w.,/])[:.)–—-]*\s*(?P<rest>.*)$", re.DOTALL
)
_NAMED = re.compile(r"^(?P<label>[^:\n]{2,40}?)\s*(?:(?::|\s[–—-])\s+(?P<rest>\S.*)|:)?$", re.DOTALL)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8}
_LABEL_WORDS = 4
_CODE_LENGTH = 3
_NAME_LENGTH = 40
_NAME_WORDS = 2
_FEWEST_RUNS = 2
_MOST_LEVELS = 10
_SAME_ORDER = 0.8
_OFTEN = 0.5

Place = tuple[int, int]
"""Position of a block, and of a cell in it; -1 when the block is no row."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text that may name a level."""

    place: Place
    key: str
    """Label in lower case, without marks."""
    prefix: str
    """Words before its number or letter; empty for a name."""
    order: int | None
    """Its number, or that of its letter; None for a name."""
    label: str
    """As printed."""
    rest: str
    """What follows it in its block or cell."""
    form: str
    """How it is printed: only labels of one form make a series."""
    part: int = 0
    """For a label in a table: how many titles stand above; what a title divides is no one series."""


def level_series(blocks: Sequence[Block]) -> Iterator[tuple[list[Block], str]]:
    """
    Yield ways to read labels that come back as levels: the blocks with 'Niveau 1' and so on, and what was assumed.

    A label counts when it comes back in the same order under at least two titles. Numbers, letters and known words
    order themselves; other names are ranked in the order in which they stand.
    """
    labels = list(_labels(blocks))
    seen: set[frozenset[Place]] = set()
    for series in (*_numbered_series(labels), *_named_series(labels)):
        ranks = _ranks(series)
        places = frozenset(label.place for label in series)
        is_named = series[0].order is None
        if not ranks or any(places > other if is_named else places <= other for other in seen) or places in seen:
            continue
        seen.add(places)
        yield _rewritten(blocks, series, ranks), _note(series, ranks)


def counted_labels(cells: Sequence[str]) -> dict[int, int]:
    """
    Return the column and rank of cells that count on under the same words; empty when none do.

    Examples
    --------
    >>> counted_labels(["Competentie", "Gedrag in fase 1 (start)", "Gedrag in fase 2 (groei)"])
    {1: 1, 2: 2}
    """
    found: dict[str, dict[int, int]] = {}
    for column, cell in enumerate(cells):
        for label in _read(" ".join(cell.split()), (0, column), "head"):
            if (
                label.order is not None
                and column_role(label.prefix) in (None, "level")
                and len(label.rest.split()) <= _LABEL_WORDS
                and label.prefix != "#"
            ):
                found.setdefault(label.prefix, {})[column] = label.order
    best = max(found.values(), key=len, default={})
    numbers = list(best.values())
    counts_on = len(numbers) > 1 and abs(numbers[-1] - numbers[0]) == len(numbers) - 1 == len(set(numbers)) - 1
    return {column: number - min(numbers) + 1 for column, number in best.items()} if counts_on else {}


def levels_above(blocks: Sequence[Block]) -> Iterator[tuple[list[Block], str]]:
    """
    Yield ways to read labels that come back as competencies, and the title above each run of them as a level.

    Only where something says so: a title above them is a word of a known scale, or a column titled 'Competentie'
    lists the labels.
    """
    listed = _listed_competencies(blocks)
    for series in _named_series([label for label in _labels(blocks) if label.place[1] < 0]):
        runs = _runs(series)
        parents = [_title_above(blocks, run[0].place[0], before) for run, before in zip(runs, _ends(runs), strict=True)]
        names = [blocks[n].text.strip("*: ") for n in parents if n is not None]
        is_said = any(map(is_scale_word, names)) or {label.key for label in series} <= listed
        if None in parents or len({name.casefold() for name in names}) < len(runs) or not is_said:
            continue
        order = order_names(names) if is_ordered(names) else {}
        result = list(blocks)
        for rank, (position, name) in enumerate(zip(parents, names, strict=True), start=1):
            if position is not None:
                found = rank_of_name(name, order) or rank
                result[position] = replace(blocks[position], text=f"Niveau {found} ({_plain(name)})")
        yield result, f"levels are called {', '.join(names)}, and the titles that return under them are competencies"


def _listed_competencies(blocks: Sequence[Block]) -> set[str]:
    listed: set[str] = set()
    columns: dict[int, int] = {}
    for block in blocks:
        if block.kind == "row":
            column = next((n for n, cell in enumerate(block.cells) if column_role(cell) == "competency"), None)
            if column is not None:
                columns[block.table] = column
            elif block.table in columns and columns[block.table] < len(block.cells):
                listed.add(block.cells[columns[block.table]].casefold())
    return listed


def _ends(runs: Sequence[Sequence[Label]]) -> list[int]:
    return [-1, *(run[-1].place[0] for run in runs[:-1])]


def _title_above(blocks: Sequence[Block], first: int, before: int) -> int | None:
    """Return the nearest title above a run that is printed larger than the labels in it."""
    for position in range(first - 1, before, -1):
        block, label = blocks[position], blocks[first]
        is_larger = block.kind == "heading" and (label.kind != "heading" or block.depth < label.depth)
        if is_larger or (block.kind == "bold" and label.kind == "paragraph"):
            return position
    return None


def _note(series: Sequence[Label], ranks: Mapping[Place, int]) -> str:
    """Say what levels are called, lowest first, for each set of labels that stand together."""
    said = []
    for cohort in _cohorts(_runs(series)):
        names = {ranks[label.place]: label.label for label in reversed(series) if label.key in cohort}
        said.append(
            f"{', '.join(names[rank] for rank in sorted(names))}; they are ranked 1 to {max(names)} in this order"
        )
    return f"levels are called {'; and '.join(said)}"


def _labels(blocks: Sequence[Block]) -> Iterator[Label]:
    first, table, part = 0, 0, 0
    for position, block in enumerate(blocks):
        if block.kind == "row":
            first, table = (position, block.table) if block.table != table else (first, table)
            is_head = len(filled := [c for c in block.cells if c]) > 1 and all(
                len(c.split()) <= _LABEL_WORDS and not c.endswith((".", ";")) for c in filled
            )
            for column, cell in enumerate(block.cells):
                for label in _read(cell, (position, column), f"head {position - first}" if is_head else "cell"):
                    yield replace(label, part=part)
            continue
        part += block.kind in ("heading", "bold")
        if block.kind != "item":
            yield from _read(block.text, (position, -1), f"{block.kind}{block.depth}")


def _read(text: str, place: Place, form: str) -> Iterator[Label]:
    first, _, below = text.replace("**", "").strip().partition("\n")
    if not first or (is_tick(first) and len(first) == 1 and first.casefold() == "x"):
        return
    for pattern in (_NUMBERED, _CODED):
        match = pattern.match(first)
        order = _order(match["ordinal"]) if match else None
        if match and order is not None:
            rest = "\n".join(filter(None, (match["rest"].strip(), below)))
            prefix = match["prefix"].strip().casefold()
            kind = f"{form} {'inline' if match['rest'].strip() else 'alone'}"
            label = match["label"].strip()
            yield Label(place, f"{prefix} {order}", prefix or "#", order, label, rest, kind)
            return
    if len(text.split()) <= _LABEL_WORDS:
        first, below = " ".join(text.split()), ""
    match = _NAMED.match(first)
    if match and len(match["label"].split()) <= _LABEL_WORDS and not match["label"].endswith((".", "?", "!", ";", ",")):
        label = match["label"].strip()
        rest = "\n".join(filter(None, ((match["rest"] or "").strip(), below)))
        kind = f"{form} {'inline' if match['rest'] else 'alone'}"
        if not _says_otherwise(label):
            yield Label(place, label.casefold(), "", None, label, rest, kind)


def _says_otherwise(label: str) -> bool:
    return is_label(label) or column_role(label) is not None or competency_label(label) is not None


def _order(ordinal: str) -> int | None:
    if ordinal[0].isdigit():
        return int(re.split(r"\D", ordinal)[0])
    if ordinal in _ROMAN:
        return _ROMAN[ordinal]
    if len(ordinal) == 1 and ordinal.isalpha():
        return ord(ordinal) - ord("A") + 1
    return len(ordinal) if set(ordinal) & set("+★*●⭐") else None


def _numbered_series(labels: Sequence[Label]) -> Iterator[list[Label]]:
    groups: dict[tuple[str, str], list[Label]] = {}
    for label in labels:
        if label.order is not None:
            form = "cell" if label.place[1] >= 0 else label.form
            groups.setdefault((label.prefix, form), []).append(label)
    # A table may go on under a head that stands elsewhere, and a level may have text on its line or not.
    merged: dict[str, list[Label]] = {}
    for (prefix, _), group in groups.items():
        if prefix != "#":
            merged.setdefault(prefix, []).extend(group)
    for group in sorted([*groups.values(), *merged.values()], key=len, reverse=True):
        ordered = sorted(group, key=lambda label: label.place)
        if _comes_back(ordered) and not _are_list_numbers(ordered):
            yield ordered


def _are_list_numbers(series: Sequence[Label]) -> bool:
    """Tell numbers in front of the lines of a list or of the rows of a table, which are no levels."""
    return (
        series[0].prefix == "#"
        and sum(bool(label.rest) for label in series) > len(series) / 2
        and not all("\n" in label.rest or len(label.rest.split()) <= _LABEL_WORDS for label in series)
    )


def _named_series(labels: Sequence[Label]) -> Iterator[list[Label]]:
    forms: dict[str, dict[str, list[Label]]] = {}
    for label in labels:
        if label.order is None:
            forms.setdefault(label.form, {}).setdefault(label.key, []).append(label)
    found: list[list[Label]] = []
    for keys in forms.values():
        counts = Counter(len(places) for places in keys.values() if len(places) >= _FEWEST_RUNS)
        for count, n_names in counts.items():
            if n_names < 2:
                continue
            chosen = [key for key, places in keys.items() if max(_FEWEST_RUNS, _OFTEN * count) <= len(places) <= count]
            known = [key for key in chosen if is_scale_word(key)]
            if len(known) > 1 and is_ordered(known) and len(known) < len(chosen):
                found.append(_in_order(keys, known))
                # Beside words of a known scale, a longer label rather names another part.
                chosen = [key for key in chosen if key in known or len(key.split()) <= _NAME_WORDS]
            found.append(_in_order(keys, chosen))
    for series in sorted(found, key=len, reverse=True):
        if _comes_back(series):
            yield _completed(series, labels)


def _completed(series: list[Label], labels: Sequence[Label]) -> list[Label]:
    """Add the same words where they are printed otherwise, if that makes more runs whole."""
    keys = {label.key for label in series}
    more = [x for x in labels if x.key in keys and x.place[1] < 0 and not x.rest and x not in series]
    if not more or series[0].place[1] >= 0:
        return series
    longer = sorted([*series, *more], key=lambda label: label.place)
    whole, before = (sum(len(run) == len(keys) for run in _runs(s)) for s in (longer, series))
    return longer if whole > before and _comes_back(longer) else series


def _in_order(keys: Mapping[str, Sequence[Label]], chosen: Sequence[str]) -> list[Label]:
    return sorted((label for key in chosen for label in keys[key]), key=lambda label: label.place)


def _runs(series: Sequence[Label]) -> list[list[Label]]:
    """Divide a series where a label comes back."""
    runs: list[list[Label]] = []
    for label in series:
        if not runs or label.part != runs[-1][-1].part or label.key in {other.key for other in runs[-1]}:
            runs.append([])
        runs[-1].append(label)
    return runs


def _comes_back(series: Sequence[Label]) -> bool:
    runs = [run for run in _runs(series) if len(run) > 1]
    names = {label.key for label in series}
    if len(runs) < _FEWEST_RUNS or not 2 <= len(names) <= 2 * _MOST_LEVELS:
        return False
    if sum(map(len, runs)) < _SAME_ORDER * len(series) or max(map(len, runs)) > _MOST_LEVELS:
        return False
    # Of each two labels, one stands first in nearly every run.
    before = Counter((a.key, b.key) for run in runs for n, a in enumerate(run) for b in run[n + 1 :])
    kept = sum(max(n, before[b, a]) for (a, b), n in before.items() if a <= b or (b, a) not in before)
    return kept >= _SAME_ORDER * sum(before.values())


def _ranks(series: Sequence[Label]) -> dict[Place, int]:
    """Rank each label among those that stand in runs together."""
    runs = _runs(series)
    cohorts = _cohorts(runs)
    ranks: dict[Place, int] = {}
    for cohort in cohorts:
        members = [label for label in series if label.key in cohort]
        order = _order_of(members, runs)
        ranks.update({label.place: order[label.key] for label in members})
    return ranks


def _cohorts(runs: Sequence[Sequence[Label]]) -> list[set[str]]:
    cohorts: list[set[str]] = []
    for run in runs:
        keys = {label.key for label in run}
        for cohort in [c for c in cohorts if c & keys]:
            keys |= cohort
            cohorts.remove(cohort)
        cohorts.append(keys)
    return cohorts


def _order_of(members: Sequence[Label], runs: Sequence[Sequence[Label]]) -> dict[str, int]:
    numbers = {label.key: label.order for label in members if label.order is not None}
    if numbers:
        if min(n or 0 for n in numbers.values()) == 1:
            return {key: number or 0 for key, number in numbers.items()}
        return {key: rank for rank, key in enumerate(sorted(numbers, key=lambda k: numbers[k] or 0), start=1)}
    keys = list(dict.fromkeys(label.key for run in sorted(runs, key=len, reverse=True) for label in run))
    keys = [key for key in keys if key in {label.key for label in members}]
    known = [key for key in keys if is_scale_word(key)]
    if len(known) > 1 and is_ordered(known):
        order = order_names(known)
        found = {key: rank_of_name(key, order) or 0 for key in known}
        if len(known) == len(keys):
            return found
        if found[known[0]] > found[known[-1]]:
            keys.reverse()
    return {key: rank for rank, key in enumerate(keys, start=1)}


def _rewritten(blocks: Sequence[Block], series: Sequence[Label], ranks: Mapping[Place, int]) -> list[Block]:
    result = list(blocks)
    rests = Counter((label.key, label.rest.casefold()) for label in series)
    counts = Counter(label.key for label in series)
    for label in series:
        position, column = label.place
        block = result[position]
        is_shared = 2 * rests[label.key, label.rest.casefold()] > counts[label.key] > 1
        text = f"Niveau {ranks[label.place]}{_said_of(label, is_shared=is_shared)}"
        if column < 0:
            result[position] = replace(block, text=text)
        else:
            cells = (*block.cells[:column], text, *block.cells[column + 1 :])
            result[position] = replace(block, cells=cells, text="\t".join(cells))
    return result


def _said_of(label: Label, *, is_shared: bool) -> str:
    """Return what follows 'Niveau 1': the house's name in brackets, and text that differs by competency."""
    if label.rest.startswith("("):
        return f" {label.rest.strip()}"
    is_number = (is_about_levels(label.label) and label.label[-1:].isdigit()) or len(label.label) <= _CODE_LENGTH
    called = "" if is_number else _plain(label.label)
    if is_shared and label.rest and len(label.rest.split()) <= _LABEL_WORDS and "\n" not in label.rest:
        called = _plain(f"{called} – {label.rest}" if called else label.rest)
        return f" ({called})"
    name = f" ({called})" if called else ""
    return f"{name}: {label.rest.strip()}" if label.rest else name


def _plain(name: str) -> str:
    """Return a name that can stand in brackets of its own."""
    return " ".join(name.replace("(", "– ").replace(")", " ").split())[:_NAME_LENGTH].strip(" –")
