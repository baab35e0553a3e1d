"""Tables with a row for each level, a row for each indicator, or levels in rows across the table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.grid import Grid, after_definitions, fills_only, has_sentences, named_cells, role_head
from kempen_nlp.parsing.scales import LevelMark, is_ordered, is_scale_word, read_column_level, read_level
from kempen_nlp.parsing.words import (
    column_role,
    competency_label,
    definition_label,
    is_indicators_label,
    is_other_section,
)

_SELDOM = 0.5
_CODE_LENGTH = 2
_LABEL_WORDS = 4
_MOST = 0.8


def grid_of_rows(rows: Sequence[Block], shared_rows: Collection[str]) -> Grid | None:
    """Find the column that names a level on every row, or once for the rows below it; None when none does."""
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
    for n in [n for n, role in grid.roles.items() if role == "definition"]:
        texts = [rows[number].cells[n] for number in marks if n < len(rows[number].cells) and rows[number].cells[n]]
        if len(texts) > _SELDOM * len(marks) > 1 and len(set(texts)) > _MOST * len(texts) and n > column:
            grid.roles[n] = "headline"
    beside = grid.indicator_columns - {column}
    if not any(mark.rest for mark in marks.values()) and not has_sentences([rows[n] for n in marks], beside):
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


def grid_of_bands(rows: Sequence[Block], shared_rows: Collection[str]) -> Grid | None:
    """Find levels that stand alone in rows across the table."""
    marks: dict[int, LevelMark] = {}
    for number, row in enumerate(rows):
        filled = [n for n, cell in enumerate(row.cells) if cell and (len(cell) > _CODE_LENGTH or n == 0)]
        beside = [row.cells[n] for n in filled[1:]]
        is_band = all(len(cell.split()) <= _LABEL_WORDS and not cell.endswith(".") for cell in beside)
        mark = read_level(row.cells[filled[0]], loose=True) if filled and is_band else None
        if not beside and filled:
            mark = read_column_level(row.cells[filled[0]])
        if mark:
            marks[number] = mark
    below = [rows[n] for n in range(min(marks, default=0) + 1, len(rows)) if n not in marks]
    columns = range(max(len(row.cells) for row in rows))
    texts = [column for column in columns if has_sentences(below, [column])]
    if len(marks) < 2 or not texts:
        return None
    grid = Grid(rows, "bands", row_marks=marks, level_column=texts[0], repeated=shared_rows)
    grid.names_competencies = any(row_title(grid, number) for number in range(len(rows)))
    return grid if grid.names_competencies or len({mark.rank for mark in marks.values()}) == len(marks) else None


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
    if any(mark.rank is not None for mark in found.values()):
        # Beside numbered levels, another word in their column labels something else.
        found = {n: mark for n, mark in found.items() if mark.rank is not None or is_scale_word(mark.name)}
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
    if len(plain) > 1 and len(plain) == len(titles) and has_sentences([grid.rows[n] for n in marks], plain):
        grid.roles.update(dict.fromkeys(plain, "own competency"))
        grid.roles[grid.level_column] = "competency"


def row_title(grid: Grid, number: int) -> bool:
    """Tell whether a row between the levels names a competency."""
    row = grid.rows[number]
    filled = named_cells(row)
    if not filled or number in grid.row_marks or (number == 0 and role_head(grid.rows)):
        return False
    if row.text.casefold() in grid.repeated or fills_only(grid, number, ("indicator", "headline")):
        return False
    if column_role(filled[0]) == "competency" and len(filled) == 2:
        return True
    if definition_label(filled[0]) is not None or is_indicators_label(filled[0]) or column_role(filled[0]):
        return False
    following = after_definitions(grid.rows, number)
    return (
        following in grid.row_marks and len(filled) <= 2 and len(filled[0].split()) <= 8 and not filled[0].endswith(".")
    )
