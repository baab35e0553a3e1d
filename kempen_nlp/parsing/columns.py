"""Tables without ruling lines: found by titles above columns of white, or by levels left of such a column."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from kempen_nlp.parsing.scales import LevelMark, is_ordered, read_level, read_named_level
from kempen_nlp.parsing.words import column_role, is_label

_ROW_GAP = 1.25
_FAR = 3.5
_LEFT_GAP = 1.6
_SIZE_STEP = 1.08
_TITLE_WORDS = 6
_LOOK_AHEAD = 12
_NAME_WORDS = 2
_HEAD_WORDS = 3
_TITLE_SHIFT = 12.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word, with where it begins and ends on its line, in any unit."""

    x0: float
    x1: float
    text: str


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """Words on one line, left to right, and where the line stands on its page."""

    words: tuple[Word, ...]
    top: float
    size: float = 1.0
    is_bold: bool = False
    gap: float = 1.0
    """White from which on words no longer belong to one text."""

    def groups(self) -> list[Word]:
        """Return the texts that white divides."""
        found: list[Word] = []
        for word in self.words:
            if found and word.x0 - found[-1].x1 < self.gap:
                found[-1] = Word(found[-1].x0, word.x1, f"{found[-1].text} {word.text}")
            else:
                found.append(word)
        return found


@dataclass(frozen=True, slots=True)
class ColumnTable:
    """A stretch of lines that is a table."""

    first: int
    last: int
    """Positions of its first and last line, counted from 0."""
    rows: tuple[tuple[int, int, tuple[str, ...]], ...]
    """First and last line of each row, and its cells; lines of a cell are divided by line breaks."""


def repeated_heads(lines: Iterable[PrintedLine]) -> frozenset[str]:
    """Return lines of short texts with white between that come back: they may title columns, whatever they say."""
    counts: Counter[str] = Counter()
    for line in lines:
        groups = line.groups()
        if len(groups) > 1 and all(_may_title_column(group.text) for group in groups):
            counts[_head_key(groups)] += 1
    return frozenset(key for key, n in counts.items() if n > 1)


def _may_title_column(text: str) -> bool:
    if column_role(text) or is_label(text):
        return False
    return len(text.split()) <= _HEAD_WORDS and text[:1].isupper() and not text.endswith((".", ":", ";", ",", "?"))


def _head_key(groups: Sequence[Word]) -> str:
    return "|".join(group.text.casefold() for group in groups)


def find_tables(lines: Sequence[PrintedLine], heads: Collection[str] = ()) -> list[ColumnTable]:
    """
    Find tables whose columns only white divides.

    Parameters
    ----------
    lines : sequence of PrintedLine
        The lines of one page, or of a text file, from top to bottom.
    heads : collection of str
        What `repeated_heads` found in the whole document.

    Returns
    -------
    list of ColumnTable
        In order; none when no line titles columns with levels and no levels stand beside a column.
    """
    found: list[ColumnTable] = []
    position = 0
    while position < len(lines):
        table = _under_head(lines, position, heads) or _beside_levels(lines, position)
        if table:
            found.append(table)
            position = table.last
        position += 1
    return found


def _is_head(groups: Sequence[Word]) -> bool:
    """Tell whether the texts on a line title columns: two or more levels, or two or more known titles."""
    if len(groups) < 2 or any(len(group.text.split()) > _TITLE_WORDS for group in groups):
        return False
    marks = [mark for group in groups if (mark := _mark(group.text))]
    roles = [column_role(group.text) for group in groups]
    # Of a scale of the house, only some words are known.
    are_names = all(len(g.text.split()) <= _NAME_WORDS and g.text[:1].isupper() for g in groups)
    if len(groups) > _NAME_WORDS and len(marks) > 1 and are_names and all(mark.rank is None for mark in marks):
        return True
    if len(marks) > 1:
        named = [mark.name for mark in marks if mark.rank is None]
        is_series = len({mark.rank or mark.name for mark in marks}) == len(marks) and (not named or is_ordered(named))
        return is_series and all(_mark(group.text) for group in groups[len(groups) - len(marks) :])
    return "level" in roles and len([role for role in roles if role]) > 1


def _mark(text: str) -> LevelMark | None:
    mark = read_level(text, loose=True) or read_named_level(text)
    return mark if mark and not mark.rest else None


def _under_head(lines: Sequence[PrintedLine], start: int, heads: Collection[str]) -> ColumnTable | None:
    head = lines[start]
    groups = head.groups()
    is_repeated = _head_key(groups) in heads and _goes_on_below(lines, start, groups)
    if not is_repeated and not _is_head(groups):
        return None
    bounds = _bounds(lines, start, groups)
    end = start + 1
    has_label = not _mark(groups[0].text) and not is_repeated
    while end < len(lines) and not _ends(lines, start, end, bounds, has_label=has_label):
        end += 1
    if end - start < 2:
        return None
    rows = [(start, start, tuple(group.text for group in groups))]
    rows += _rows(lines, start + 1, end, bounds, has_label=has_label)
    return ColumnTable(start, end - 1, tuple(rows))


def _goes_on_below(lines: Sequence[PrintedLine], start: int, groups: Sequence[Word]) -> bool:
    """Tell whether the next line has words that begin under at least two of the titles."""
    below = lines[start + 1].words if start + 1 < len(lines) else ()
    return sum(any(abs(word.x0 - group.x0) < _TITLE_SHIFT for word in below) for group in groups) > 1


def _bounds(lines: Sequence[PrintedLine], start: int, groups: Sequence[Word]) -> list[float]:
    """Return where each column but the first begins: at its title or in the white before, where fewer words cross."""
    below = [word for line in lines[start + 1 : start + 1 + _LOOK_AHEAD] for word in line.words]
    bounds = []
    for left, right in itertools.pairwise(groups):
        places = (right.x0 - 0.1, (left.x1 + right.x0) / 2, left.x1 + 0.1)
        bounds.append(min(places, key=lambda x: sum(word.x0 < x < word.x1 for word in below)))
    return bounds


def _ends(lines: Sequence[PrintedLine], start: int, end: int, bounds: Sequence[float], *, has_label: bool) -> bool:
    line, before = lines[end], lines[end - 1]
    groups = line.groups()
    crossed = [bound for bound in bounds if any(group.x0 < bound < group.x1 for group in groups)]
    # Where the white between columns is narrow, a word still begins where the column does.
    crossed = [bound for bound in crossed if not any(0 <= word.x0 - bound < _TITLE_SHIFT for word in line.words)]
    if crossed or _is_head(groups):
        return True
    if end == start + 1:
        return False
    pitch = max(_pitch(lines[start + 1 : end]), line.size)
    if line.size > _SIZE_STEP * lines[start + 1].size or line.top - before.top > _FAR * pitch:
        return True
    is_left = all(word.x1 <= bounds[0] for word in line.words)
    return not has_label and is_left and (line.is_bold or line.top - before.top > _LEFT_GAP * pitch)


def _pitch(lines: Sequence[PrintedLine]) -> float:
    steps = [b.top - a.top for a, b in itertools.pairwise(lines) if b.top > a.top]
    return median(steps) if steps else 0.0


def _rows(
    lines: Sequence[PrintedLine], start: int, end: int, bounds: Sequence[float], *, has_label: bool
) -> list[tuple[int, int, tuple[str, ...]]]:
    pitch = _pitch(lines[start:end])
    rows: list[tuple[int, int, list[list[str]]]] = []
    for position in range(start, end):
        cells = _cells(lines[position], bounds)
        gap = lines[position].top - lines[position - 1].top
        is_new = not rows or (has_label and cells[0] and gap > _ROW_GAP * pitch)
        if is_new:
            rows.append((position, position, [[] for _ in cells]))
        first, _, texts = rows[-1]
        for number, cell in enumerate(cells):
            texts[number] += [cell] if cell else []
        rows[-1] = (first, position, texts)
    return [(first, last, tuple("\n".join(text) for text in texts)) for first, last, texts in rows]


def _cells(line: PrintedLine, bounds: Sequence[float]) -> list[str]:
    cells: list[list[str]] = [[] for _ in range(len(bounds) + 1)]
    for word in line.words:
        cells[sum(word.x0 >= bound - 0.5 for bound in bounds)].append(word.text)
    return [" ".join(cell) for cell in cells]


def _beside_levels(lines: Sequence[PrintedLine], start: int) -> ColumnTable | None:
    """Read levels on the left, each with its text in a column of its own on the right."""
    bound = _text_beside_level(lines[start])
    if bound is None:
        return None
    rows: list[tuple[int, int, tuple[str, ...]]] = []
    position = start
    while position < len(lines):
        line = lines[position]
        here = _text_beside_level(line)
        if here is not None and abs(here - bound) < line.gap:
            groups = line.groups()
            rows.append((position, position, (groups[0].text, " ".join(g.text for g in groups[1:]))))
        elif rows and _goes_on(lines, position, bound):
            first, _, (label, text) = rows[-1]
            rows[-1] = (first, position, (label, f"{text}\n{' '.join(w.text for w in line.words)}"))
        else:
            break
        position += 1
    return ColumnTable(start, position - 1, tuple(rows)) if len(rows) > 1 else None


def _goes_on(lines: Sequence[PrintedLine], position: int, bound: float) -> bool:
    line, before = lines[position], lines[position - 1]
    is_near = line.top - before.top <= _FAR * max(line.size, before.size)
    return is_near and bool(line.words) and line.words[0].x0 >= bound - line.gap / 2


def _text_beside_level(line: PrintedLine) -> float | None:
    groups = line.groups()
    return groups[1].x0 if len(groups) == 2 and _mark(groups[0].text) and not _mark(groups[1].text) else None
