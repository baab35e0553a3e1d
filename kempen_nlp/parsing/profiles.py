"""Job profiles in tables: names with grades, and the rank that each requires."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Profile
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.coverage import Account
from kempen_nlp.parsing.scales import read_column_level
from kempen_nlp.parsing.words import is_tick, without_numbering

_GRADED = re.compile(r"^(?P<name>.+?)\s+(?P<grades>[A-Z](?:\s*[+/,&]\s*[A-Z])*)$")
Requirement = tuple[Block, tuple[str, str], str, int]


def read_grades(cell: str) -> list[tuple[str, str]]:
    """
    Return name and grade of each profile that a cell names.

    Examples
    --------
    >>> read_grades("Dienstverlener B + C")
    [('Dienstverlener', 'B'), ('Dienstverlener', 'C')]
    >>> read_grades("Teamleider")
    [('Teamleider', '')]
    """
    match = _GRADED.match(cell)
    if not match:
        return [(" ".join(cell.split()), "")]
    return [(match["name"], grade) for grade in re.findall(r"[A-Z]", match["grades"])]


class ProfileTable:
    """A table with profiles on one side, competencies on the other, and ranks or stars between."""

    def __init__(self, rows: Sequence[Block]) -> None:
        self.rows = rows

    def read(self, names: Collection[str]) -> list[Requirement]:
        """
        Return block, profile, competency (in lower case) and rank of each requirement; empty when it is another table.

        Parameters
        ----------
        names : collection of str
            The framework's competencies, in lower case.
        """
        if found := self._ticked(names):
            return found
        for number, row in enumerate(self.rows):
            columns = {n: key for n, cell in enumerate(row.cells) if (key := _known(cell, names))}
            if len(columns) > 1 or (columns and len(names) == 1):
                return self._profiles_in_rows(number, columns)
        in_rows = {n: key for n, row in enumerate(self.rows) if (key := _known(row.cells[0], names))}
        if len(in_rows) > 1 or (in_rows and len(names) == 1):
            return self._profiles_in_columns(min(in_rows), in_rows)
        return []

    def _ticked(self, names: Collection[str]) -> list[Requirement]:
        """Read rows of a profile and a competency, with a tick under the level that is required."""
        head = self.rows[0].cells
        levels = {n: mark.rank for n, cell in enumerate(head) if (mark := read_column_level(cell)) and mark.rank}
        found: list[Requirement] = []
        profile = ""
        for row in self.rows[1:]:
            known = [(n, key) for n, cell in enumerate(row.cells) if n not in levels and (key := _known(cell, names))]
            others = [cell for n, cell in enumerate(row.cells) if cell and n not in {*levels, *(k for k, _ in known)}]
            profile = others[0] if others else profile
            ticks = [rank for n, rank in levels.items() if n < len(row.cells) and is_tick(row.cells[n])]
            if len(known) == 1 and len(ticks) == 1 and profile:
                found += [(row, each, known[0][1], ticks[0]) for each in read_grades(profile)]
        return found

    def _profiles_in_rows(self, head: int, columns: dict[int, str]) -> list[Requirement]:
        found: list[Requirement] = []
        for row in self.rows[head + 1 :]:
            for column, name in columns.items():
                rank = _rank(row.cells[column]) if column < len(row.cells) else None
                if rank and row.cells[0]:
                    found += [(row, profile, name, rank) for profile in read_grades(row.cells[0])]
        return found

    def _profiles_in_columns(self, first: int, in_rows: dict[int, str]) -> list[Requirement]:
        if not first:
            return []
        titles = self.rows[first - 1].cells
        found: list[Requirement] = []
        for number, name in in_rows.items():
            row = self.rows[number]
            for column, cell in enumerate(row.cells):
                if column and column < len(titles) and titles[column] and (rank := _rank(cell)):
                    found += [(row, profile, name, rank) for profile in read_grades(titles[column])]
        return found


def _known(cell: str, names: Collection[str]) -> str:
    key = without_numbering(" ".join(cell.split())).casefold()
    return key if key in names else ""


def _rank(cell: str) -> int | None:
    mark = read_column_level(cell) if cell else None
    return mark.rank if mark else None


class Requirements:
    """Which rank each profile requires of each competency, gathered from tables."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._required: dict[tuple[str, str], dict[str, int]] = {}

    def add(self, block: Block, profile: tuple[str, str], competency: str, rank: int) -> None:
        """Note a requirement; raises ParseError when the same profile requires two ranks of one competency."""
        required = self._required.setdefault(profile, {})
        if competency in required:
            msg = (
                f"{self._account.where(block.lines[0])}: profile '{' '.join(profile).strip()}' requires level {rank} "
                f"of '{competency}', and level {required[competency]} as well. Keep one of the two."
            )
            raise ParseError(msg)
        required[competency] = rank

    def read(self, table: ProfileTable, names: Mapping[str, str]) -> None:
        """
        Read a table that has no levels; when it has no profiles either, its rows are skipped.

        Parameters
        ----------
        table : ProfileTable
            The table.
        names : mapping of str to str
            The framework's competencies, in lower case to as printed.
        """
        found = table.read(names)
        if not found:
            reason = "table without levels" if names else "table before the first competency"
            for number, row in enumerate(table.rows):
                self._account.skip(row, reason, quiet=number > 0)
            return
        for block, profile, name, rank in found:
            self.add(block, profile, names[name], rank)
        for row in table.rows:
            self._account.use(row, "profile")

    def profiles(self) -> tuple[Profile, ...]:
        """Return the profiles, those that require least first."""
        return tuple(
            Profile(name, grade, MappingProxyType(required))
            for (name, grade), required in sorted(
                self._required.items(), key=lambda item: (min(item[1].values()), item[0])
            )
        )
