"""What a table says, entry by entry: competency, definition, level, indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kempen_nlp.parsing.blocks import Block, has_bullets, split_cell, text_above_bullets
from kempen_nlp.parsing.grid import Grid, is_definition, is_sentence, named_cells
from kempen_nlp.parsing.grid_columns import is_title_row
from kempen_nlp.parsing.grid_rows import row_title
from kempen_nlp.parsing.scales import LevelMark
from kempen_nlp.parsing.words import (
    column_role,
    competency_label,
    continued_name,
    definition_label,
    headline_label,
    is_indicators_label,
    is_not_applicable,
    is_other_section,
    is_reference,
    label_in_front,
    without_numbering,
)

EntryRole = Literal[
    "competency", "definition", "level", "headline", "indicator", "not applicable", "reference", "subheading", "heads",
    "profile", "untitled", "unused column", "cluster", "other part",
]  # fmt: skip
_LABEL_WORDS = 5
_BLANK = ("-", "–", "—", "---", "+", ".", "x", "nvt.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a table says, in reading order."""

    role: EntryRole
    text: str
    block: Block
    mark: LevelMark | None = None
    """The level that it is about; None for a competency, its definition, and headings."""
    is_alone: bool = False
    """True when its cell holds nothing else, or only lines without a bullet."""


def entries(grid: Grid) -> Iterator[Entry]:
    """Yield what a table says, row by row; what stands in a column without use is named once."""
    if grid.kind == "columns":
        yield from _column_entries(grid)
    elif grid.kind == "rows":
        yield from _row_entries(grid)
    elif grid.kind == "bands":
        yield from _band_entries(grid)


def _band_entries(grid: Grid) -> Iterator[Entry]:
    current: LevelMark | None = None
    for number, row in enumerate(grid.rows):
        cell = row.cells[grid.level_column] if grid.level_column < len(row.cells) else ""
        if number in grid.row_marks:
            current = grid.row_marks[number]
            yield Entry("level", current.label, row, replace(current, rest=""))
            if current.rest:
                yield Entry("headline", current.rest, row, current)
            elif cell and cell != current.label and cell.casefold() not in _shared_cells(grid):
                yield Entry("headline", cell, row, current)
        elif row_title(grid, number):
            yield from _title_row(row)
            current = None
        elif current is None and is_definition(row):
            yield _definition(row)
        elif _opens_other_part(grid, row) or (current and definition_label(cell) == ""):
            yield Entry("other part", row.text, row)
        elif current is None or not cell or is_indicators_label(cell):
            yield Entry("heads", row.text, row)
        else:
            yield from _cell_entries(cell, row, current)


def _column_entries(grid: Grid) -> Iterator[Entry]:
    head: dict[int, LevelMark] = {}
    waiting: list[Block] = []
    is_titled = is_other = False
    for number, row in enumerate(grid.rows):
        if is_title_row(grid, number):
            yield Entry("competency", _name(row.cells[0]), row)
            head, is_titled, is_other = {}, True, False
        elif is_titled and number not in grid.heads and not is_other and is_definition(row) and not head:
            yield _definition(row)
        elif number in grid.extra_heads:
            yield Entry("heads", row.text, row)
        elif number in grid.heads:
            head, is_titled, is_other = grid.heads[number], False, False
            yield from _head_entries(grid, row, head, waiting)
            waiting = []
        elif is_other or _opens_other_part(grid, row):
            is_other = True
            yield Entry("other part", row.text, row)
        elif not head and definition_label(row.cells[0]) is not None:
            yield _definition(row)
        elif not head:
            waiting.append(row)
        else:
            yield from _body_entries(grid, row, head)


def _definition(row: Block) -> Entry:
    """Read a row that defines: what follows its label, in that cell or the next ones, or all of it without a label."""
    label = definition_label(row.cells[0])
    return Entry("definition", label or " ".join(named_cells(row)[label is not None :]), row)


def _name(cell: str) -> str:
    """Return the name of a competency, also where it only goes on with an earlier one."""
    name = competency_label(cell) or without_numbering(cell)
    return continued_name(name) or name


def _opens_other_part(grid: Grid, row: Block) -> bool:
    """Tell whether a row holds nothing but the label of a part that describes no level, such as 'Ontwikkeltips'."""
    filled = [cell for cell in row.cells if cell]
    if len(filled) != 1 or len(row.cells) < 2:
        return False
    is_shared = filled[0].casefold() in grid.repeated and len(filled[0].split()) <= _LABEL_WORDS
    label = label_in_front(filled[0])
    if is_indicators_label(filled[0]) or definition_label(filled[0]) is not None:
        return False
    if is_other_section(label) or f"{label.casefold()}:" in grid.repeated:
        return True
    in_level_column = any(row.cells.index(filled[0]) in head for head in grid.heads.values())
    return is_other_section(filled[0]) or (is_shared and in_level_column)


def _head_entries(grid: Grid, row: Block, head: Mapping[int, LevelMark], waiting: Sequence[Block]) -> Iterator[Entry]:
    name = next((row.cells[n] for n, role in grid.roles.items() if role == "name"), "")
    if name:
        yield Entry("competency", _name(name), row)
    yield Entry("heads", row.text, row)
    if not grid.names_competencies or name or "competency" not in grid.roles.values():
        for mark in sorted(head.values(), key=lambda mark: mark.rank or 0):
            yield Entry("level", mark.label, row, mark)
    for earlier in waiting:
        for column, cell in enumerate(earlier.cells):
            if cell:
                yield Entry("profile", cell, earlier, head.get(column))


def _body_entries(grid: Grid, row: Block, head: Mapping[int, LevelMark]) -> Iterator[Entry]:
    label, is_headline = "", False
    filled = [n for n, cell in enumerate(row.cells) if cell]
    for column, role in grid.roles.items():
        cell = row.cells[column] if column < len(row.cells) else ""
        if cell and role == "competency":
            if filled == [column]:
                yield Entry("subheading", cell, row)
                return
            yield from _competency_cell(cell, row)
        elif cell and role == "definition":
            yield Entry("definition", " ".join(cell.split()), row)
        elif cell and role == "cluster":
            yield Entry("cluster", without_numbering(" ".join(cell.split())), row)
        elif cell and is_other_section(cell):
            yield Entry("other part", row.text, row)
            return
        elif cell:
            label, is_headline = cell, headline_label(cell) is not None
            yield Entry("subheading", label, row)
    for column in filled:
        if column in head:
            yield from _cell_entries(row.cells[column], row, head[column], is_headline=is_headline)
        elif column in grid.unused_columns:
            yield Entry("unused column", grid.unused_columns[column], row)
        elif column not in grid.roles:
            yield Entry("untitled", row.cells[column], row)


def _competency_cell(cell: str, row: Block) -> Iterator[Entry]:
    """Read a cell with the name of a competency, and its definition where a new line holds one."""
    first, *others = split_cell(cell) or [""]
    yield Entry("competency", _name(first), row)
    if others:
        yield Entry("definition", " ".join(others), row)


def _is_lead_in(text: str) -> bool:
    return text.endswith((":", "…")) or is_indicators_label(text) or is_reference(text)


def _cell_entries(cell: str, row: Block, mark: LevelMark, *, is_headline: bool = False) -> Iterator[Entry]:
    parts = [part for part in split_cell(cell) if part not in _BLANK]
    is_alone = len(parts) == 1 or not has_bullets(cell)
    above = text_above_bullets(cell)
    if above and parts and parts[0] == above and not is_headline and not _is_lead_in(above):
        # One line over a list sums the list up.
        yield Entry("headline", parts.pop(0), row, mark)
    for part in parts:
        if is_not_applicable(part) and len(parts) == 1:
            yield Entry("not applicable", part, row, mark)
        elif is_reference(part):
            yield Entry("reference", part, row, mark)
        elif is_indicators_label(part):
            yield Entry("subheading", part, row, mark)
        elif is_headline:
            yield Entry("headline", part, row, mark)
        else:
            yield Entry("indicator", part, row, mark, is_alone=is_alone)


def _row_entries(grid: Grid) -> Iterator[Entry]:
    own = {n: grid.rows[0].cells[n] for n, role in grid.roles.items() if role == "own competency"}
    if own:
        yield Entry("heads", grid.rows[0].text, grid.rows[0])
        for column, name in own.items():
            yield Entry("competency", without_numbering(name), grid.rows[0])
            for number, mark in grid.row_marks.items():
                cells = grid.rows[number].cells
                yield Entry("level", mark.label, grid.rows[number], mark)
                yield from _cell_entries(cells[column] if column < len(cells) else "", grid.rows[number], mark)
        return
    current: LevelMark | None = None
    is_other = False
    for number, row in enumerate(grid.rows):
        first = row.cells[0]
        is_other = is_other_section(first) if first else is_other
        if is_other:
            yield Entry("other part", row.text, row)
            current = None
        elif number in grid.row_marks:
            current = grid.row_marks[number]
            yield from _level_row(grid, row, current, is_new=True)
        elif row_title(grid, number) and not (number == 0 and grid.roles):
            yield from _title_row(row)
            current = None
        elif _is_cluster(grid, number):
            yield Entry("cluster", without_numbering(named_cells(row)[0]), row)
            current = None
        elif current is not None and _label_beside(grid, row):
            yield Entry("other part", row.text, row)
            is_other, current = True, None
        elif current is None or number == 0 or _is_labelled(row):
            yield from _label_row(grid, number)
        else:
            yield from _level_row(grid, row, current, is_new=False)


def _label_beside(grid: Grid, row: Block) -> bool:
    """Tell whether a label stands where a level is named: what is beside it belongs to no level."""
    cell = row.cells[grid.level_column] if grid.level_column < len(row.cells) else ""
    is_short = 0 < len(cell.split()) <= _LABEL_WORDS and not cell.endswith((".", ";"))
    return is_short and not _is_labelled(row) and grid.level_column not in grid.indicator_columns


def _shared_cells(grid: Grid) -> set[str]:
    """Return what stands beside every level of a table, such as the title of a column of scores."""
    beside = [{cell.casefold() for cell in grid.rows[n].cells} for n in grid.row_marks]
    return set.intersection(*beside) if len(beside) > 1 else set()


def _is_cluster(grid: Grid, number: int) -> bool:
    """Tell whether a row only names what the row under it, a competency, falls under."""
    names = named_cells(grid.rows[number])
    return number > 0 and len(names) == 1 and number + 1 < len(grid.rows) and row_title(grid, number + 1)


def _is_labelled(row: Block) -> bool:
    return definition_label(row.cells[0]) is not None or all(column_role(cell) for cell in row.cells if cell)


def _label_row(grid: Grid, number: int) -> Iterator[Entry]:
    """Read a row that is no level: titles of columns, a definition, or something that no level claims."""
    row, first = grid.rows[number], grid.rows[number].cells[0]
    if number == 0:
        yield Entry("heads", row.text, row)
        known = {*grid.roles, *grid.indicator_columns, grid.level_column}
        yield from (Entry("unused column", cell, row) for n, cell in enumerate(row.cells) if cell and n not in known)
    elif definition_label(first) is not None:
        yield _definition(row)
    elif is_sentence(row):
        yield Entry("definition", " ".join(named_cells(row)[0].split()), row)
    elif _is_labelled(row):
        yield Entry("heads", row.text, row)
    else:
        yield Entry("untitled", row.text, row)


def _title_row(row: Block) -> Iterator[Entry]:
    filled = named_cells(row)
    if column_role(filled[0]) == "competency":
        yield Entry("competency", without_numbering(filled[1]), row)
        return
    yield Entry("competency", competency_label(filled[0]) or without_numbering(filled[0]), row)
    if len(filled) > 1:
        yield Entry("definition", " ".join(filled[1].split()), row)


def _level_row(grid: Grid, row: Block, mark: LevelMark, *, is_new: bool) -> Iterator[Entry]:
    by_role = {role: row.cells[n] for n, role in grid.roles.items() if n < len(row.cells) and row.cells[n]}
    if cluster := by_role.get("cluster"):
        yield Entry("cluster", without_numbering(" ".join(cluster.split())), row)
    if name := by_role.get("competency"):
        yield from _competency_cell(name, row)
    if definition := by_role.get("definition"):
        yield Entry("definition", " ".join(definition.split()), row)
    if is_new:
        yield Entry("level", mark.label, row, replace(mark, rest=""))
    if headline := by_role.get("headline"):
        yield Entry("headline", " ".join(headline.split()), row, mark)
    if by_role.get("applicable", "").casefold() in ("nee", "no", "false", "0"):
        yield Entry("not applicable", "nee", row, mark)
    filled = [n for n in grid.indicator_columns if n != grid.level_column and n < len(row.cells) and row.cells[n]]
    if mark.rest and is_new:
        # Beside a text of its own, what stands under a level's label sums the level up.
        yield from _cell_entries(mark.rest, row, mark, is_headline=bool(filled))
    for column in sorted(filled):
        yield from _cell_entries(row.cells[column], row, mark)
