"""A table as its levels stand in it, and what its rows look like."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.scales import LevelMark, rank_of_name
from kempen_nlp.parsing.words import (
    column_role,
    definition_label,
)

_SENTENCE_WORDS = 3
_CODE = re.compile(r"[A-Z]{0,3}[.-]?\d{1,3}(?:\.\d{1,3})*[.)]?")
_TITLE_WORDS = 8
_SELDOM = 0.5
_MOST_DEFINITIONS = 2


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


def named_cells(row: Block) -> list[str]:
    """Return the filled cells of a row, without a number or code in front."""
    filled = [cell for cell in row.cells if cell]
    return filled[1:] if len(filled) > 1 and _CODE.fullmatch(filled[0]) else filled


def is_sentence(row: Block) -> bool:
    """Return whether a row holds one sentence and nothing else."""
    filled = named_cells(row)
    return len(filled) == 1 and (filled[0].endswith(".") or len(filled[0].split()) > _TITLE_WORDS)


def after_definitions(rows: Sequence[Block], number: int) -> int:
    """Return the number of the row that follows this one, but for the few rows that define what it names."""
    following = number + 1
    while following < len(rows) and following - number <= _MOST_DEFINITIONS and is_definition(rows[following]):
        following += 1
    return following


def is_definition(row: Block) -> bool:
    """Return whether a row is labelled as a definition, or holds nothing but a sentence."""
    return definition_label(row.cells[0]) is not None or is_sentence(row)


def has_sentences(rows: Sequence[Block], columns: Collection[int]) -> bool:
    """Return whether the cells of these columns hold three words or more on average."""
    cells = [row.cells[n] for row in rows for n in columns if n < len(row.cells) and row.cells[n]]
    return bool(cells) and sum(map(_n_words, cells)) >= _SENTENCE_WORDS * len(cells)


def _n_words(cell: str) -> int:
    return sum(sum(map(str.isalpha, word)) > 1 for word in cell.split())


def role_head(rows: Sequence[Block]) -> dict[int, str]:
    """Return the roles of the columns that the first row titles; empty when it is no such row."""
    roles = {n: role for n, cell in enumerate(rows[0].cells) if (role := column_role(cell))}
    return roles if len(roles) > 1 or "level" in roles.values() else {}


def fills_only(grid: Grid, number: int, roles: Collection[str]) -> bool:
    """Tell whether a row has text in columns of these roles and nowhere else: it goes on with what stands above."""
    filled = [n for n, cell in enumerate(grid.rows[number].cells) if cell]
    found = {grid.roles.get(n) for n in filled}
    return bool(found & set(roles)) and found <= {*roles, "number"}
