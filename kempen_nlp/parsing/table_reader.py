"""Put what tables say where it belongs: under the competency and level that they name, or that stand above them."""

from __future__ import annotations

from kempen_nlp.parsing.blocks import split_cell
from kempen_nlp.parsing.draft import CompetencyDraft, LevelDraft, Piece
from kempen_nlp.parsing.gathering import Gathering
from kempen_nlp.parsing.grid import Grid, named_cells
from kempen_nlp.parsing.grid_entries import Entry, entries
from kempen_nlp.parsing.profiles import ProfileTable, Requirements, read_grades
from kempen_nlp.parsing.words import column_role, is_indicators_label, is_other_section

_CELL_WORDS = 3
_ABOVE = ("rest", "headline", "bold")
"""What may stand between the name of a level and a table with its behaviour."""


class TableReader:
    """Reads tables into what has been gathered; tables of profiles wait until all competencies are known."""

    def __init__(self, gathering: Gathering, requirements: Requirements) -> None:
        self._gathering = gathering
        self._account = gathering.account
        self._requirements = requirements
        self._waiting: list[ProfileTable] = []
        self._named_columns: set[str] = set()

    def read(self, grid: Grid) -> None:
        """Read one table."""
        if grid.kind == "none" and self._is_under_level(grid):
            self._read_under_level(grid)
            return
        if grid.kind == "none":
            self._waiting.append(ProfileTable(grid.rows))
            return
        if grid.needs_title and (not self._gathering.competencies or self._gathering.is_aside):
            for row in grid.rows:
                self._account.skip(row, "levels of this table belong to no competency", quiet=row is not grid.rows[0])
            return
        outer, defined = self._gathering.cluster, set[str]()
        self._named_columns.clear()
        for entry in entries(grid):
            self._read_entry(entry, defined)
        self._gathering.level = None
        self._gathering.cluster = outer

    def _is_under_level(self, grid: Grid) -> bool:
        """Tell whether a table stands where the behaviour of a level is expected, and holds sentences."""
        level = self._gathering.level
        cells = [cell for row in grid.rows for cell in row.cells if cell]
        n_words = sum(len(cell.split()) for cell in cells)
        is_open = level is not None and all(piece.kind in _ABOVE for piece in level.pieces)
        return is_open and n_words > _CELL_WORDS * len(cells)

    def _read_under_level(self, grid: Grid) -> None:
        """Read the cells of a table as behaviour of the level above it, but for columns and rows that say otherwise."""
        level = self._gathering.level
        first = grid.rows[0]
        is_head = first.text.casefold() in grid.repeated or all(
            is_indicators_label(cell) or is_other_section(cell) or column_role(cell) for cell in first.cells if cell
        )
        others = {n for n, cell in enumerate(first.cells) if is_head and is_other_section(cell)}
        for number, row in enumerate(grid.rows):
            if level is None or (number == 0 and is_head):
                self._account.use(row, "subheading")
                continue
            if is_other_section(row.cells[0]):
                self._account.skip(row, f"'{row.cells[0]}' describes no level")
                continue
            texts = [t for n, cell in enumerate(row.cells) if n not in others for t in split_cell(cell)]
            texts = [
                text
                for text in texts
                if (len(text.split()) > 1 or text.endswith(".")) and not is_indicators_label(text)
            ]
            level.pieces += [Piece(text, row.lines, "item") for text in texts]
            self._account.use(row, "indicator")

    def finish(self) -> None:
        """Read the tables that waited."""
        names = {draft.name.casefold(): draft.name for draft in self._gathering.competencies}
        for table in self._waiting:
            if not self._read_definitions(table):
                self._requirements.read(table, names)

    def _read_definitions(self, table: ProfileTable) -> bool:
        """Read a list of competencies with a sentence beside each as their definitions; False for another table."""
        drafts = {draft.name.casefold(): draft for draft in self._gathering.competencies}
        named = [(named_cells(row), row) for row in table.rows]
        found = [(drafts[cells[0].casefold()], row) for cells, row in named if cells and cells[0].casefold() in drafts]
        beside = [named_cells(row)[1:] for _, row in found]
        if len(found) < 2 or any(len(cells) != 1 or len(cells[0].split()) < _CELL_WORDS for cells in beside):
            return False
        for (draft, row), (text,) in zip(found, beside, strict=True):
            draft.definition = draft.definition or [" ".join(text.split())]
            self._account.use(row, "definition")
        return True

    def _read_entry(self, entry: Entry, defined: set[str]) -> None:
        gathering, account = self._gathering, self._account
        if entry.role == "competency":
            gathering.open_competency(entry.text, entry.block.lines[0], is_table=True)
            account.use(entry.block, "competency")
        elif entry.role == "cluster":
            gathering.cluster = entry.text
            account.use(entry.block, "cluster")
        elif entry.role == "heads":
            account.use(entry.block, "level")
        elif entry.role == "unused column":
            if entry.text not in self._named_columns:
                account.doubt(entry.block, f"column '{entry.text}' was not used")
            self._named_columns.add(entry.text)
        elif not gathering.competencies and entry.role == "subheading":
            account.use(entry.block, "cluster")
        elif not gathering.competencies:
            account.skip(entry.block, "stands before the first competency")
        elif entry.role == "definition":
            self._read_definition(entry, defined)
        else:
            self._read_part(entry, gathering.last)

    def _read_definition(self, entry: Entry, defined: set[str]) -> None:
        draft = self._gathering.last
        if draft.name not in defined and entry.text not in draft.definition:
            draft.definition.append(entry.text)
        defined.add(draft.name)
        self._account.use(entry.block, "definition")

    def _read_part(self, entry: Entry, draft: CompetencyDraft) -> None:
        if entry.role == "untitled":
            draft.misses_title = True
            self._account.doubt(entry.block, f"'{entry.text[:40]}' stands under no level")
        elif entry.role == "other part":
            self._account.skip(entry.block, f"'{' '.join(entry.text.split())[:40]}' describes no level")
        elif entry.role == "profile":
            self._read_profile_cell(entry, draft)
        elif entry.role == "subheading":
            self._account.use(entry.block, "subheading")
        elif entry.mark is None or entry.mark.rank is None:
            self._account.skip(entry.block, f"'{entry.text[:40]}' has no level")
        else:
            line = entry.block.lines[0]
            level = draft.levels.get(entry.mark.rank) or draft.add_level(entry.mark, line, self._account.where)
            self._read_level_entry(entry, level)

    def _read_level_entry(self, entry: Entry, level: LevelDraft) -> None:
        if entry.role == "level":
            self._account.use(entry.block, "level")
        elif entry.role == "not applicable":
            level.applicable = False
            self._account.use(entry.block, "not applicable")
        elif entry.role == "reference":
            self._account.doubt(
                entry.block, f"'{entry.text}' at level {level.rank} only points elsewhere and is no indicator"
            )
        else:
            kind = "headline" if entry.role == "headline" else "item"
            if kind == "headline" and any(p.kind == kind and p.text == entry.text for p in level.pieces):
                return  # a long list repeats it on every row
            level.pieces.append(Piece(entry.text, entry.block.lines, kind, is_alone=entry.is_alone))
            self._gathering.note_reference(entry.block, entry.text)
            self._account.use(entry.block, entry.role)

    def _read_profile_cell(self, entry: Entry, draft: CompetencyDraft) -> None:
        if entry.mark is None or entry.mark.rank is None:
            self._account.doubt(entry.block, f"'{entry.text}' stands above no level")
            return
        for profile in read_grades(entry.text):
            self._requirements.add(entry.block, profile, draft.name, entry.mark.rank)
        self._account.use(entry.block, "profile")
