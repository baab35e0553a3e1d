"""Tables with a column for each level."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from kempen_nlp.parsing.blocks import Block, has_bullets
from kempen_nlp.parsing.grid import Grid, after_definitions, has_sentences
from kempen_nlp.parsing.scales import LevelMark, is_about_levels, is_ordered, read_column_level, read_level
from kempen_nlp.parsing.series import counted_labels
from kempen_nlp.parsing.words import (
    column_role,
    headline_label,
    is_other_section,
    is_tick,
)

_NAME_WORDS = 4
_HEADLINE_WORDS = 10
_MOST_LABELS = 4
_TITLE_WORDS = 8


def holds_ticks(rows: Sequence[Block], heads: Mapping[int, Mapping[int, LevelMark]]) -> bool:
    """Tell whether nothing but ticks stands under the levels, as in a table of what a job requires."""
    columns = {column for head in heads.values() for column in head}
    cells = [
        row.cells[n] for number, row in enumerate(rows) if number not in heads for n in columns if n < len(row.cells)
    ]
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(is_tick(cell) for cell in filled)


def level_head(rows: Sequence[Block], number: int) -> dict[int, LevelMark]:
    """Return the levels that a row names as column titles; empty when it is not such a row."""
    cells = rows[number].cells
    marks = {n: mark for n, cell in enumerate(cells) if cell and len(cell) <= 80 and (mark := read_column_level(cell))}
    marks = {n: mark for n, mark in marks.items() if not mark.rest or len(mark.rest.split()) <= 4}
    if len(marks) < 2 and len(counted := counted_labels(cells)) > 1 and has_sentences(rows[number + 1 :], counted):
        return {n: LevelMark(cells[n], rank, name=cells[n], notation="counted") for n, rank in counted.items()}
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
    return {} if is_plain and not has_sentences(rows[number + 1 :], marks) else marks


def _unknown_head(rows: Sequence[Block], number: int) -> dict[int, LevelMark]:
    """Take the titles beside 'Competentie' for levels, when sentences stand under them."""
    cells = rows[number].cells
    roles = [column_role(cell) for cell in cells]
    if number or len(cells) < 3 or "competency" not in roles or "level" in roles:
        return {}
    columns = [n for n, cell in enumerate(cells) if n > roles.index("competency") and cell and roles[n] is None]
    columns = [n for n in columns if not is_other_section(cells[n])]
    behaviour = [n for n in columns if column_role(cells[n].split()[0]) == "indicator"]
    columns = behaviour if len(behaviour) > 1 else columns
    titles = [cells[n] for n in columns]
    if len(columns) < 2 or not all(titles) or any(len(title.split()) > 3 for title in titles):
        return {}
    marks = {n: LevelMark(cells[n], None, name=cells[n], notation="name") for n in columns}
    return marks if has_sentences(rows[1:], marks) else {}


def label_columns(grid: Grid, shared: Collection[str], *, has_own_heading: bool) -> None:
    """Find out what the columns beside the levels hold, and whether the table names its competencies."""
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
        below = grid.rows[number + 2].cells if number + 2 < len(grid.rows) else ()
        most = _HEADLINE_WORDS if any(map(has_bullets, below)) else _NAME_WORDS
        is_short = all(
            len(cells[n].split()) <= most and not cells[n].endswith(".") and not has_bullets(cells[n]) for n in filled
        )
        if len(filled) > 1 and filled <= set(head) and is_short and has_sentences(grid.rows[number + 2 :], head):
            grid.extra_heads.add(number + 1)
            head.update({n: replace(head[n], name=head[n].name or cells[n]) for n in filled})


def is_title_row(grid: Grid, number: int) -> bool:
    """Tell whether a row only names what the next row, a head of levels, is about."""
    row = grid.rows[number]
    head = after_definitions(grid.rows, number)
    if head not in grid.heads or number in grid.heads or not row.cells[0]:
        return False
    if any(column_role(cell) == "competency" for cell in grid.rows[head].cells):
        return False
    filled = [cell for cell in row.cells if cell]
    return len(filled) == 1 and len(filled[0].split()) <= _TITLE_WORDS and not filled[0].endswith(".")
