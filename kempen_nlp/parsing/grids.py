"""Tables of levels: a column for each level, a row for each level, or a row for each indicator."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.scales import (
    LevelMark,
    is_about_levels,
    is_ordered,
    rank_of_name,
    read_column_level,
    read_level,
)
from kempen_nlp.parsing.series import counted_labels
from kempen_nlp.parsing.words import (
    column_role,
    competency_label,
    definition_label,
    headline_label,
    is_indicators_label,
    is_other_section,
    is_tick,
)

_SENTENCE_WORDS = 3
_CODE = re.compile(r"[A-Z]{0,3}[.-]?\d{1,3}(?:\.\d{1,3})*[.)]?")
_NAME_WORDS = 4
_MOST_LABELS = 4
_TITLE_WORDS = 8
_MOST_DEFINITIONS = 2
_SELDOM = 0.5


@dataclass(slots=True)
class Grid:
    """A table, and how its levels stand in it."""

    rows: Sequence[Block]
    kind: Literal["columns", "rows", "bands", "none"] = "none"
    """Whether levels are columns, rows, or rows across the table with their behaviour in the rows below."""
    heads: dict[int, dict[int, LevelMark]] = field(default_factory=dict)
    """For levels in columns: row number to column to level."""
    extra_heads: set[int] = field(default_factory=set)
    """For levels in columns: rows above or under a head that title columns too."""
    unused_columns: dict[int, str] = field(default_factory=dict)
    """For levels in columns: other columns to the right, by number, with their titles."""
    level_column: int = -1
    """For levels in rows."""
    row_marks: dict[int, LevelMark] = field(default_factory=dict)
    """For levels in rows: row number to level."""
    roles: dict[int, str] = field(default_factory=dict)
    """Column number to what it holds."""
    names_competencies: bool = False
    """True when the table itself says which competency a level belongs to."""
    repeated: Collection[str] = ()
    """Texts of rows, and of first cells, that other tables have too: they title or label, and name no competency."""

    @property
    def marks(self) -> list[LevelMark]:
        """All levels, as often as they occur."""
        return [mark for head in self.heads.values() for mark in head.values()] + list(self.row_marks.values())

    @property
    def indicator_columns(self) -> set[int]:
        """For levels in rows: the columns that say so, or else all that say nothing."""
        said = {n for n, role in self.roles.items() if role == "indicator"}
        if said:
            title = {n: self.rows[0].cells[n].casefold() for n in said if n < len(self.rows[0].cells)}
            return {n for n in said if "voorbeeld" not in title.get(n, "")} or said
        width = max(len(row.cells) for row in self.rows)
        free = [n for n in range(width) if n not in self.roles and n != self.level_column]
        n_filled = {n: sum(bool(row.cells[n]) for row in self.rows if n < len(row.cells)) for n in free}
        return {n for n in free if n_filled[n] > _SELDOM * max(n_filled.values())}

    @property
    def needs_title(self) -> bool:
        """Whether the competency must be named above the table."""
        return self.kind != "none" and not self.names_competencies

    def rank_names(self, ranks: Mapping[str, int]) -> None:
        """Give levels that have only a name their rank."""
        for head in self.heads.values():
            head.update({n: _ranked(mark, ranks) for n, mark in head.items()})
        self.row_marks.update({n: _ranked(mark, ranks) for n, mark in self.row_marks.items()})


def _ranked(mark: LevelMark, ranks: Mapping[str, int]) -> LevelMark:
    return mark if mark.rank is not None else replace(mark, rank=rank_of_name(mark.name, dict(ranks)))


def read_grid(
    rows: Sequence[Block],
    *,
    shared_labels: Collection[str] = (),
    has_own_heading: bool = False,
    shared_rows: Collection[str] = (),
) -> Grid:
    """
    Find out whether and how a table holds levels.

    Parameters
    ----------
    rows : sequence of Block
        The rows of one table.
    shared_labels : collection of str
        Labels of the first column that other tables have too, in lower case: aspects, not competencies.
    has_own_heading : bool
        True when the document has several tables, each under a heading of its own.
    shared_rows : collection of str
        Rows that other tables have too, in lower case: they title columns.
    """
    heads = {n: head for n, row in enumerate(rows) if (head := _level_head(rows, n))}
    if heads and not _holds_ticks(rows, heads):
        grid = Grid(rows, "columns", heads=heads, repeated={*shared_labels, *shared_rows})
        _label_columns(grid, shared_labels, has_own_heading=has_own_heading)
        return grid
    return _grid_of_rows(rows, shared_rows) or _grid_of_bands(rows, shared_rows) or Grid(rows, repeated=shared_rows)


def _holds_ticks(rows: Sequence[Block], heads: Mapping[int, Mapping[int, LevelMark]]) -> bool:
    """Tell whether nothing but ticks stands under the levels, as in a table of what a job requires."""
    columns = {column for head in heads.values() for column in head}
    cells = [
        row.cells[n] for number, row in enumerate(rows) if number not in heads for n in columns if n < len(row.cells)
    ]
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(is_tick(cell) for cell in filled)


def _level_head(rows: Sequence[Block], number: int) -> dict[int, LevelMark]:
    """Return the levels that a row names as column titles; empty when it is not such a row."""
    cells = rows[number].cells
    marks = {n: mark for n, cell in enumerate(cells) if cell and len(cell) <= 80 and (mark := read_column_level(cell))}
    marks = {n: mark for n, mark in marks.items() if not mark.rest or len(mark.rest.split()) <= 4}
    if len(marks) < 2 and len(counted := counted_labels(cells)) > 1 and _has_sentences(rows[number + 1 :], counted):
        return {n: LevelMark(cells[n], rank, name=cells[n]) for n, rank in counted.items()}
    keys = [mark.rank if mark.rank is not None else mark.name.casefold() for mark in marks.values()]
    if len(marks) < 2 or len(set(keys)) < len(keys):
        return _unknown_head(rows, number)
    others = [n for n, cell in enumerate(cells) if cell and n not in marks]
    if any(min(marks) < n < max(marks) for n in others) or sum(n < min(marks) for n in others) > _MOST_LABELS:
        return _unknown_head(rows, number)
    if any(mark.rank is None for mark in marks.values()) and not is_ordered(
        m.name for m in marks.values() if m.rank is None
    ):
        return _unknown_head(rows, number)
    is_plain = all(not read_level(cells[n], loose=True) for n in marks)
    return {} if is_plain and not _has_sentences(rows[number + 1 :], marks) else marks


def _unknown_head(rows: Sequence[Block], number: int) -> dict[int, LevelMark]:
    """Take the titles beside 'Competentie' for levels, when sentences stand under them."""
    cells = rows[number].cells
    if number or len(cells) < 3 or column_role(cells[0]) != "competency" or "level" in map(column_role, cells):
        return {}
    columns = [n for n, cell in enumerate(cells) if n and column_role(cell) is None]
    titles = [cells[n] for n in columns]
    if len(columns) < 2 or not all(titles) or any(len(title.split()) > 3 for title in titles):
        return {}
    marks = {n: LevelMark(cells[n], None, name=cells[n], notation="name") for n in columns}
    return marks if _has_sentences(rows[1:], marks) else {}


def _has_sentences(rows: Sequence[Block], columns: Collection[int]) -> bool:
    cells = [row.cells[n] for row in rows for n in columns if n < len(row.cells) and row.cells[n]]
    return bool(cells) and sum(map(_n_words, cells)) >= _SENTENCE_WORDS * len(cells)


def _n_words(cell: str) -> int:
    return sum(sum(map(str.isalpha, word)) > 1 for word in cell.split())


def _label_columns(grid: Grid, shared: Collection[str], *, has_own_heading: bool) -> None:
    first_head, head = next(iter(grid.heads.items()))
    cells, first_level = _titles(grid, first_head), min(head)
    for column in range(first_level):
        role = column_role(cells[column]) if column < len(cells) else None
        grid.roles[column] = role or ""
    last_level = max(head)
    grid.unused_columns = {n: cell for n, cell in enumerate(cells) if n > last_level and cell}
    _name_levels(grid)
    body = [row for n, row in enumerate(grid.rows) if n not in {*grid.heads, *grid.extra_heads} and n > first_head]
    labels = [row.cells[0] for row in body if first_level > 0 and row.cells[0]]
    full = [row.cells[0] for row in body if first_level > 0 and row.cells[0] and any(row.cells[first_level:])]
    has_title_rows = any(is_title_row(grid, n) for n in range(len(grid.rows)))
    if "competency" not in grid.roles.values() and first_level > 0:
        column = next((n for n, role in grid.roles.items() if role not in ("cluster", "number", "definition")), 0)
        is_aspect = has_own_heading or {label.casefold() for label in labels} & set(shared) or has_title_rows
        is_aspect = is_aspect or any(headline_label(label) is not None for label in labels)
        if cells[column].strip() and not full and not grid.roles[column] and not is_about_levels(cells[column]):
            grid.roles[column] = "name"
        elif full and not is_aspect and grid.roles[column] in ("", "indicator"):
            grid.roles[column] = "competency"
        else:
            grid.roles[column] = grid.roles[column] or "aspect"
    grid.names_competencies = bool({"competency", "name"} & set(grid.roles.values())) or has_title_rows


def _titles(grid: Grid, head: int) -> tuple[str, ...]:
    """Return the titles of the columns; where the head is blank, those of the row above, if that has no sentences."""
    cells = grid.rows[head].cells
    above = grid.rows[head - 1].cells if head else ()
    if not any(column_role(cell) == "competency" for cell in above) or any(map(column_role, cells)):
        return cells
    grid.extra_heads.add(head - 1)
    return tuple(cell or (above[n] if n < len(above) else "") for n, cell in enumerate(cells))


def _name_levels(grid: Grid) -> None:
    """Take the row under a head for names of its levels, if it has a few words there and nothing elsewhere."""
    for number, head in grid.heads.items():
        cells = grid.rows[number + 1].cells if number + 1 < len(grid.rows) else ()
        filled = {n for n, cell in enumerate(cells) if cell}
        is_short = all(len(cells[n].split()) <= _NAME_WORDS and not cells[n].endswith(".") for n in filled)
        if len(filled) > 1 and filled <= set(head) and is_short and _has_sentences(grid.rows[number + 2 :], head):
            grid.extra_heads.add(number + 1)
            head.update({n: replace(head[n], name=head[n].name or cells[n]) for n in filled})


def is_title_row(grid: Grid, number: int) -> bool:
    """Tell whether a row only names what the next row, a head of levels, is about."""
    row = grid.rows[number]
    head = number + 1
    while head < len(grid.rows) and head - number <= _MOST_DEFINITIONS and _defines(grid.rows[head]):
        head += 1
    if head not in grid.heads or number in grid.heads or not row.cells[0]:
        return False
    if any(column_role(cell) == "competency" for cell in grid.rows[head].cells):
        return False
    filled = [cell for cell in row.cells if cell]
    return len(filled) == 1 and len(filled[0].split()) <= _TITLE_WORDS and not filled[0].endswith(".")


def _grid_of_rows(rows: Sequence[Block], shared_rows: Collection[str]) -> Grid | None:
    width = max(len(row.cells) for row in rows)
    if width < 2:
        return None
    head = role_head(rows)
    best: tuple[int, dict[int, LevelMark]] = (-1, {})
    for column in range(min(width, 12)):
        marks = _row_marks(rows, column, is_level=head.get(column) == "level")
        if len(marks) > len(best[1]):
            best = (column, marks)
    column, marks = best
    if not marks or (len(marks) < 2 and head.get(column) != "level"):
        return None
    grid = Grid(rows, "rows", level_column=column, row_marks=marks, roles=head, repeated=shared_rows)
    _find_headlines(grid, marks)
    beside = grid.indicator_columns - {column}
    if not any(mark.rest for mark in marks.values()) and not _has_sentences([rows[n] for n in marks], beside):
        return None
    if "competency" not in head.values():
        _find_competencies(grid, marks)
    grid.names_competencies = "competency" in grid.roles.values() or any(
        row_title(grid, n) for n, _ in enumerate(rows) if n not in marks
    )
    return grid


def _find_headlines(grid: Grid, marks: Mapping[int, LevelMark]) -> None:
    """Take a column that has text once for each level, where another goes on in further rows, for its headline."""
    width = max(len(row.cells) for row in grid.rows)
    further = [n for n in range(min(marks) + 1, len(grid.rows)) if n not in marks]
    filled = {
        n: {number for number, row in enumerate(grid.rows) if n < len(row.cells) and row.cells[n]} for n in range(width)
    }
    others = [n for n in range(width) if n != grid.level_column]
    goes_on = any(len(filled[n] & set(further)) > _SELDOM * len(further) for n in others)
    for column in range(grid.level_column + 1, width):
        once = set(marks) <= filled[column] and not filled[column] & set(further)
        if further and goes_on and once and column not in grid.roles:
            grid.roles[column] = "headline"


def _grid_of_bands(rows: Sequence[Block], shared_rows: Collection[str]) -> Grid | None:
    """Find levels that stand alone in rows across the table."""
    marks: dict[int, LevelMark] = {}
    for number, row in enumerate(rows):
        filled = [n for n, cell in enumerate(row.cells) if cell]
        mark = read_column_level(row.cells[filled[0]]) if len(filled) == 1 else None
        if mark:
            marks[number] = mark
    below = [rows[n] for n in range(min(marks, default=0) + 1, len(rows)) if n not in marks]
    columns = range(max(len(row.cells) for row in rows))
    if not marks or len({mark.rank for mark in marks.values()}) < len(marks):
        return None
    texts = [column for column in columns if _has_sentences(below, [column])]
    return Grid(rows, "bands", row_marks=marks, level_column=texts[0], repeated=shared_rows) if texts else None


def role_head(rows: Sequence[Block]) -> dict[int, str]:
    """Return the roles of the columns that the first row titles; empty when it is no such row."""
    roles = {n: role for n, cell in enumerate(rows[0].cells) if (role := column_role(cell))}
    return roles if len(roles) > 1 or "level" in roles.values() else {}


def _row_marks(rows: Sequence[Block], column: int, *, is_level: bool) -> dict[int, LevelMark]:
    cells = [
        (n, row.cells[column])
        for n, row in enumerate(rows)
        if column < len(row.cells) and row.cells[column] and not _is_label(row.cells[column])
    ]
    found: dict[int, LevelMark] = {}
    for number, cell in cells:
        mark = read_column_level(cell) if is_level else read_level(cell, loose=True) or _sure_name(cell)
        if mark and sum(bool(c) for c in rows[number].cells) > 1:
            found[number] = mark
        elif is_level and number and len(cell.split()) <= 3 and column_role(cell) is None:
            found[number] = LevelMark(cell, None, name=cell, notation="name")
    names = {mark.name.casefold() for mark in found.values() if mark.rank is None}
    if not is_level and names and (len(names) < 2 or not is_ordered(names)):
        found = {n: mark for n, mark in found.items() if mark.rank is not None}
    return found if 2 * len(found) > len(cells) - 1 or is_level else {}


def _is_label(cell: str) -> bool:
    return (
        definition_label(cell) is not None
        or is_indicators_label(cell)
        or is_other_section(cell)
        or competency_label(cell) is not None
    )


def _sure_name(cell: str) -> LevelMark | None:
    mark = read_column_level(cell)
    return mark if mark and mark.rank is None and len(mark.name) > 3 else None


def _find_competencies(grid: Grid, marks: Mapping[int, LevelMark]) -> None:
    """Without a title that says so: the column left of the level, or titles above several columns of sentences."""
    if grid.level_column > 0:
        left = [n for n in range(grid.level_column) if n not in grid.roles]
        filled = [n for n in left if any(grid.rows[row].cells[n] for row in marks)]
        if filled:
            grid.roles[filled[-1]] = "competency"
        return
    head = grid.rows[0]
    if head.text.casefold() in grid.repeated:
        return
    titles = {n: cell for n, cell in enumerate(head.cells) if n != grid.level_column and cell and 0 not in marks}
    plain = {
        n: t for n, t in titles.items() if column_role(t) is None and not is_indicators_label(t) and len(t.split()) <= 6
    }
    if len(plain) > 1 and len(plain) == len(titles) and _has_sentences([grid.rows[n] for n in marks], plain):
        grid.roles.update(dict.fromkeys(plain, "own competency"))
        grid.roles[grid.level_column] = "competency"


def named_cells(row: Block) -> list[str]:
    """Return the filled cells of a row, without a number or code in front."""
    filled = [cell for cell in row.cells if cell]
    return filled[1:] if len(filled) > 1 and _CODE.fullmatch(filled[0]) else filled


def is_sentence(row: Block) -> bool:
    """Return whether a row holds one sentence and nothing else."""
    filled = named_cells(row)
    return len(filled) == 1 and (filled[0].endswith(".") or len(filled[0].split()) > _TITLE_WORDS)


def _fills_only(grid: Grid, number: int, roles: Collection[str]) -> bool:
    """Tell whether a row has text in columns of these roles and nowhere else: it goes on with what stands above."""
    filled = [n for n, cell in enumerate(grid.rows[number].cells) if cell]
    found = {grid.roles.get(n) for n in filled}
    return bool(found & set(roles)) and found <= {*roles, "number"}


def _defines(row: Block) -> bool:
    return definition_label(row.cells[0]) is not None or is_sentence(row)


def row_title(grid: Grid, number: int) -> bool:
    """Tell whether a row between the levels names a competency."""
    row = grid.rows[number]
    filled = named_cells(row)
    if not filled or number in grid.row_marks or (number == 0 and role_head(grid.rows)):
        return False
    if row.text.casefold() in grid.repeated or _fills_only(grid, number, ("indicator", "headline")):
        return False
    if column_role(filled[0]) == "competency" and len(filled) == 2:
        return True
    if definition_label(filled[0]) is not None or is_indicators_label(filled[0]) or column_role(filled[0]):
        return False
    following = number + 1
    while following < len(grid.rows) and following - number <= _MOST_DEFINITIONS and _defines(grid.rows[following]):
        following += 1
    return (
        following in grid.row_marks and len(filled) <= 2 and len(filled[0].split()) <= 8 and not filled[0].endswith(".")
    )
