"""Blocks to framework: what each block serves as, and what it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kempen_nlp.assignments import whole_file
from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Framework, Profile, Status, StatusColor, slug
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.coverage import Coverage, LineLedger
from kempen_nlp.parsing.draft import CompetencyDraft, LevelDraft, Piece, check_ranks, finish, level_names
from kempen_nlp.parsing.grid_entries import Entry, entries
from kempen_nlp.parsing.grids import Grid
from kempen_nlp.parsing.layout import Layout, Title
from kempen_nlp.parsing.outline import is_outline, read_outline, rough_outline, write_outline
from kempen_nlp.parsing.outline_workbook import read_workbook_outline
from kempen_nlp.parsing.profiles import ProfileTable, read_grades
from kempen_nlp.parsing.recognise import recognise
from kempen_nlp.parsing.repair import Repaired, repair
from kempen_nlp.parsing.scales import LevelMark, is_about_levels
from kempen_nlp.parsing.source import SourceText, read_source
from kempen_nlp.parsing.titles import part_titles
from kempen_nlp.parsing.words import (
    continued_name,
    definition_label,
    headline_label,
    is_indicators_label,
    is_lone_number,
    is_not_applicable,
    is_other_section,
    is_reference,
    refers_to_level,
)

_LEGEND = re.compile(
    r"^\**(?P<color>[^*=]{2,40}?)\**\s*=\s*(?P<term>(?:groei|gewenste|ontstegen)\s*competentie)\.?$", re.IGNORECASE
)
_SPECIALISATIONS = re.compile(r"^specialisaties?\s*:?$", re.IGNORECASE)
_STATUS_OF_TERM = {
    "groei": Status.GROWTH,
    "gewenste": Status.DESIRED,
    "ontstegen": Status.SURPASSED,
}
_TITLE_BLOCKS = 3
_LEAD_IN_WORDS = 8
_FEW_WORDS = 2
_MOST = 0.8


@dataclass(frozen=True, slots=True)
class ParsedHandbook:
    """A framework, and what became of every line of the handbook."""

    framework: Framework
    coverage: Coverage
    doubts: tuple[str, ...]
    """What the parser was unsure of, each with file and line."""


def parse_handbook(path: str | Path) -> ParsedHandbook:
    """
    Turn a handbook into a framework and account for each of its lines.

    Competencies and levels are recognised by structure: levels by how they are written ('Niveau 2',
    'Level B', 'Gevorderd', a column for each), a competency by the title above them.

    Parameters
    ----------
    path : path
        Text, Markdown, HTML, Word (.docx), PDF with text, Excel (.xlsx), CSV, a framework as JSON, or an
        outline that `kempen parse --outline` wrote.

    Raises
    ------
    ParseError
        If the file cannot be read, holds no competency with levels, or its levels do not count
        up from 1. The message names file and line and says what to do.
    FrameworkError
        If a JSON file is not a framework.
    """
    path = Path(path)
    if path.suffix.lower() == ".json" and not path.is_dir():
        return ParsedHandbook(Framework.read(path), Coverage({}, {}), ())
    source = read_source(path)
    if is_outline(source.lines) and not source.places:
        framework = read_outline(source.lines, path, source.sha256)
        used = {n: "outline" for n, line in enumerate(source.lines, start=1) if line.strip()}
        return ParsedHandbook(framework, Coverage(used, {}), ())
    if found := read_workbook_outline(source):
        return ParsedHandbook(
            found, Coverage({n: "outline" for n, t in enumerate(source.lines, 1) if t.strip()}, {}), ()
        )
    repaired = repair(source.blocks, source.lines, is_wrapped=source.is_wrapped)
    return _Reader(source, repaired).read()


def outline_handbook(handbook: str | Path, outline: str | Path) -> ParsedHandbook | None:
    """
    Write an outline of a handbook for correction, also where its levels were not recognised.

    Parameters
    ----------
    handbook : path
        What `parse_handbook` reads.
    outline : path
        Ends in .xlsx for a workbook; any other ending is Markdown.

    Returns
    -------
    ParsedHandbook or None
        What was recognised; None when nothing was, and the outline holds the text in order.

    Raises
    ------
    ParseError
        If the handbook cannot be read, or nothing was recognised and a workbook was asked for.
    """
    try:
        parsed = parse_handbook(handbook)
    except ParseError as error:
        if Path(outline).suffix.lower() == ".xlsx":
            msg = f"{error} Nothing was recognised to fill a workbook with; ask for an outline that ends in .md."
            raise ParseError(msg) from error
        source = read_source(handbook)
        blocks = repair(source.blocks, source.lines, is_wrapped=source.is_wrapped).blocks
        text = rough_outline(source, blocks)
        with whole_file(outline) as partial:
            partial.write_text(text, encoding="utf-8")
        return None
    lines = read_source(handbook).lines if parsed.coverage.unused else ()
    write_outline(parsed.framework, outline, unused={n: lines[n - 1] for n in sorted(parsed.coverage.unused)})
    return parsed


class _Reader:
    """Walks over the blocks once and remembers which competency and level it is in."""

    def __init__(self, source: SourceText, repaired: Repaired) -> None:
        self._source = source
        self._blocks = part_titles(repaired.blocks)
        self._sidebars = repaired.sidebars
        self._layout: Layout = recognise(self._blocks)
        self._ledger = LineLedger()
        self._reasons: dict[int, str] = {**source.left_out, **repaired.left_out}
        self._doubts: list[str] = []
        self._preamble: list[Block] = []
        self._scheme: dict[int, str] = {}
        self._statuses: list[StatusColor] = []
        self._specialisations: list[str] = []
        self._required: dict[tuple[str, str], dict[str, int]] = {}
        self._profile_tables: list[ProfileTable] = []
        self._competencies: list[CompetencyDraft] = []
        self._level: LevelDraft | None = None
        self._aside = False
        self._other = ""

    def read(self) -> ParsedHandbook:
        for position, block in enumerate(self._blocks):
            self._read_block(position, block)
        for sidebar in self._sidebars:
            self._read_sidebar(sidebar)
        self._check()
        for table in self._profile_tables:
            self._read_profile_table(table)
        framework = self._build()
        self._doubts += [f"{self._source.path}: {note}." for note in self._layout.notes]
        coverage = self._ledger.close(self._source.lines, self._reasons)
        return ParsedHandbook(framework, coverage, tuple(self._doubts))

    def _read_block(self, position: int, block: Block) -> None:
        layout = self._layout
        if block.kind == "row":
            self._read_table_at(position)
        elif position in layout.inverted:
            name, mark = layout.inverted[position]
            draft = self._draft_named(name, block.lines[0], is_table=True)
            self._level = draft.add_level(mark, block.lines[0], self._source.where)
            self._ledger.use(block, "competency")
        elif layout.inverted and position in layout.marks:
            self._level = None
            self._ledger.use(block, "level")
        elif position in layout.titles:
            self._open_competency(block, layout.titles[position])
        elif position in layout.marks:
            self._open_level(block, layout.marks[position])
        elif position in layout.explanations:
            self._explain(block, layout.explanations[position])
        elif position in layout.orphans:
            self._skip(block, "belongs to no competency")
            self._level, self._aside = None, True
        elif match := _LEGEND.match(block.text):
            self._read_legend(block, match)
        elif self._competencies and block.kind != "item" and is_other_section(block.text):
            self._level, self._aside = None, True
            self._other = block.text.rstrip(":")
            self._skip(block, "opens a part that describes no level")
        elif block.kind == "heading":
            self._read_other_heading(position, block)
        else:
            self._read_text(position, block)

    def _open_competency(self, block: Block, title: Title) -> None:
        self._other = ""
        self._draft_named(title.name, block.lines[0], is_table=False)
        self._aside = False
        self._ledger.use(block, "competency")
        if title.definition:
            self._competencies[-1].definition.append(title.definition)

    def _draft_named(self, name: str, line: int, *, is_table: bool) -> CompetencyDraft:
        """Go on with a competency that is open, or open a new one; an earlier name comes back with a number."""
        name = " ".join(name.replace("**", "").split()).strip()
        self._level = None
        last = self._competencies[-1] if self._competencies else None
        if last and last.name.casefold() == name.casefold():
            last.is_reopened_at = 0 if is_table else line
            return last
        taken = {draft.name.casefold(): draft for draft in self._competencies}
        earlier = taken.get(name.casefold())
        if earlier and (is_table or self._goes_on_here(line)):
            self._competencies.remove(earlier)
            self._competencies.append(earlier)
            return earlier
        if earlier:
            number = 2
            while f"{name} ({number})".casefold() in taken:
                number += 1
            self._doubts.append(
                f"{self._source.where(line)}: '{name}': second competency of this name, the first is on line "
                f"{earlier.line}; kept apart as '{name} ({number})'."
            )
            name = f"{name} ({number})"
        draft = CompetencyDraft(name, line)
        self._competencies.append(draft)
        return draft

    def _goes_on_here(self, line: int) -> bool:
        return bool(continued_name(self._source.lines[line - 1].strip("#* \t")))

    def _open_level(self, block: Block, mark: LevelMark) -> None:
        self._level = self._competencies[-1].add_level(mark, block.lines[0], self._source.where)
        self._aside, self._other = False, ""
        self._ledger.use(block, "level")

    def _explain(self, block: Block, mark: LevelMark) -> None:
        self._scheme.setdefault(mark.rank or 0, mark.rest or mark.name)
        self._level = None
        self._ledger.use(block, "level scheme")

    def _read_legend(self, block: Block, match: re.Match[str]) -> None:
        term = match["term"].lower()
        status = next(s for word, s in _STATUS_OF_TERM.items() if term.startswith(word))
        self._statuses.append(StatusColor(status, term, match["color"].strip()))
        self._ledger.use(block, "colour legend")

    def _read_table_at(self, position: int) -> None:
        grid = self._layout.grids.get(position)
        if grid is None:
            return
        if grid.kind == "none":
            self._profile_tables.append(ProfileTable(grid.rows))
            return
        if grid.needs_title and (not self._competencies or self._aside):
            for row in grid.rows:
                self._skip(row, "levels of this table belong to no competency", quiet=row is not grid.rows[0])
            return
        self._read_grid(grid)

    def _read_grid(self, grid: Grid) -> None:
        definition_of: set[str] = set()
        for entry in entries(grid):
            if entry.role == "competency":
                self._draft_named(entry.text, entry.block.lines[0], is_table=True)
                self._ledger.use(entry.block, "competency")
            elif entry.role == "heads":
                self._ledger.use(entry.block, "level")
            elif entry.role == "unused column":
                self._doubt(entry.block, f"column '{entry.text}' was not used")
            elif not self._competencies and entry.role == "subheading":
                self._ledger.use(entry.block, "cluster")
            elif not self._competencies:
                self._skip(entry.block, "stands before the first competency")
            elif entry.role == "definition":
                draft = self._competencies[-1]
                if draft.name not in definition_of and entry.text not in draft.definition:
                    draft.definition.append(entry.text)
                definition_of.add(draft.name)
                self._ledger.use(entry.block, "definition")
            else:
                self._read_entry(entry)
        self._level = None

    def _read_entry(self, entry: Entry) -> None:
        draft, line = self._competencies[-1], entry.block.lines[0]
        if entry.role == "untitled":
            draft.misses_title = True
            self._doubt(entry.block, f"'{entry.text[:40]}' stands under no level")
        elif entry.role == "profile":
            self._read_profile_cell(entry, draft)
        elif entry.role == "subheading":
            self._ledger.use(entry.block, "subheading")
        elif entry.mark is None or entry.mark.rank is None:
            self._skip(entry.block, f"'{entry.text[:40]}' has no level")
        else:
            level = draft.levels.get(entry.mark.rank) or draft.add_level(entry.mark, line, self._source.where)
            self._read_level_entry(entry, level)

    def _read_level_entry(self, entry: Entry, level: LevelDraft) -> None:
        if entry.role == "level":
            self._ledger.use(entry.block, "level")
        elif entry.role == "not applicable":
            level.applicable = False
            self._ledger.use(entry.block, "not applicable")
        elif entry.role == "reference":
            self._doubt(entry.block, f"'{entry.text}' at level {level.rank} only points elsewhere and is no indicator")
        else:
            kind = "headline" if entry.role == "headline" else "item"
            level.pieces.append(Piece(entry.text, entry.block.lines, kind, is_alone=entry.is_alone))
            self._note_reference(entry.block, entry.text)
            self._ledger.use(entry.block, entry.role)

    def _read_profile_cell(self, entry: Entry, draft: CompetencyDraft) -> None:
        if entry.mark is None or entry.mark.rank is None:
            self._doubt(entry.block, f"'{entry.text}' stands above no level")
            return
        for profile in read_grades(entry.text):
            self._require(entry.block, profile, draft, entry.mark.rank)
        self._ledger.use(entry.block, "profile")

    def _require(self, block: Block, profile: tuple[str, str], competency: CompetencyDraft, rank: int) -> None:
        required = self._required.setdefault(profile, {})
        if required.get(competency.name, rank) != rank or (competency.name in required):
            msg = (
                f"{self._source.where(block.lines[0])}: profile '{' '.join(profile).strip()}' requires level {rank} of "
                f"'{competency.name}', and level {required[competency.name]} as well. Keep one of the two."
            )
            raise ParseError(msg)
        required[competency.name] = rank

    def _read_profile_table(self, table: ProfileTable) -> None:
        names = {draft.name.casefold(): draft for draft in self._competencies}
        found = table.read(names)
        if not found:
            reason = "table without levels" if self._competencies else "table before the first competency"
            for number, row in enumerate(table.rows):
                self._skip(row, reason, quiet=number > 0)
            return
        for block, profile, name, rank in found:
            self._require(block, profile, names[name], rank)
        for row in table.rows:
            self._ledger.use(row, "profile")

    def _read_other_heading(self, position: int, block: Block) -> None:
        self._level = None
        if not self._competencies:
            self._preamble.append(block)
        elif is_about_levels(block.text):
            self._aside = True
            self._ledger.use(block, "level scheme")
        elif is_indicators_label(block.text) or definition_label(block.text) is not None:
            self._ledger.use(block, "subheading")
        elif is_lone_number(block.text):
            self._ledger.use(block, "numbering")
        elif self._is_above_titles(position, block):
            self._aside = True
            self._ledger.use(block, "cluster")
        else:
            self._aside = True
            self._skip(block, "a heading without levels under it")

    def _is_above_titles(self, position: int, block: Block) -> bool:
        """Tell whether a heading is a cluster: of less depth than the next competency, which it holds."""
        following = [n for n in self._layout.titles if n > position]
        if not following:
            return False
        title = self._blocks[min(following)]
        return title.kind != "heading" or block.depth < title.depth

    def _read_text(self, position: int, block: Block) -> None:
        if self._level is not None:
            self._read_in_level(position, block, self._level)
        elif not self._competencies:
            self._preamble.append(block)
        elif not self._competencies[-1].levels and not self._aside:
            self._read_definition(block)
        else:
            part = self._other
            self._skip(block, f"belongs to '{part}'" if part else "text that belongs to no level", quiet=bool(part))

    def _read_definition(self, block: Block) -> None:
        labelled = definition_label(block.text)
        if is_indicators_label(block.text):
            self._ledger.use(block, "subheading")
            return
        text = block.text.replace("**", "") if labelled is None else labelled
        if text:
            self._competencies[-1].definition.append(text)
        self._ledger.use(block, "definition")

    def _read_in_level(self, position: int, block: Block, level: LevelDraft) -> None:
        text = block.text.replace("**", "") if block.text.count("**") % 2 == 0 else block.text
        labelled = headline_label(text) if block.kind != "item" else None
        if is_indicators_label(text) or self._leads_in(position, text):
            self._ledger.use(block, "subheading")
        elif is_not_applicable(text) and not level.has_items:
            level.applicable = False
            self._ledger.use(block, "not applicable")
        elif is_reference(text):
            self._skip(block, f"only points elsewhere and is no indicator of level {level.rank}")
        elif labelled:
            level.pieces.append(Piece(labelled, block.lines, "headline"))
            self._ledger.use(block, "headline")
        elif block.kind == "item":
            level.pieces.append(Piece(text, block.lines, "item"))
            self._note_reference(block, text)
            self._ledger.use(block, "indicator")
        elif not level.has_items:
            self._note_reference(block, text)
            level.pieces.append(Piece(text, block.lines, block.kind, is_alone=block.kind == "paragraph"))
            self._ledger.use(block, "headline" if block.kind == "bold" else "description")
        else:
            self._skip(block, f"text after the indicators of level {level.rank}")

    def _leads_in(self, position: int, text: str) -> bool:
        """Tell whether a line only announces the list under it, as 'Dit blijkt uit:' does."""
        following = self._blocks[position + 1] if position + 1 < len(self._blocks) else None
        is_short = text.endswith((":", "…", "...")) and len(text.split()) <= _LEAD_IN_WORDS
        return bool(is_short and following and following.kind == "item" and self._blocks[position].kind != "item")

    def _read_sidebar(self, sidebar: Sequence[Block]) -> None:
        heading, *rest = sidebar
        if _SPECIALISATIONS.match(heading.text):
            self._ledger.use(heading, "specialisation")
            for block in rest:
                self._specialisations.append(block.text)
                self._ledger.use(block, "specialisation")
            return
        for block in sidebar:
            self._skip(block, f"sidebar '{heading.text}' in the middle of a sentence")

    def _note_reference(self, block: Block, text: str) -> None:
        if refers_to_level(text):
            self._doubt(block, "builds on another level; only these words were taken")

    def _skip(self, block: Block, reason: str, *, quiet: bool = False) -> None:
        for line in range(block.lines[0], block.lines[1] + 1):
            self._reasons[line] = reason
        if not quiet:
            self._doubt(block, reason)

    def _doubt(self, block: Block, reason: str) -> None:
        self._doubts.append(f"{self._source.where(block.lines[0])}: '{' '.join(block.text.split())[:60]}': {reason}.")

    def _check(self) -> None:
        """Drop competencies without levels, and refuse a document that holds none with levels."""
        for draft in [draft for draft in self._competencies if not draft.levels]:
            if len(self._competencies) == 1:
                msg = (
                    f"{self._source.where(draft.line)}: competency '{draft.name}' has no levels. "
                    "Expected 'Niveau 1' and further under it, as headings or as columns of a table."
                )
                raise ParseError(msg)
            self._competencies.remove(draft)
            self._doubts.append(
                f"{self._source.where(draft.line)}: competency '{draft.name}' has no levels and is left out."
            )
        if not self._competencies:
            raise self._nothing_found()
        self._doubts += check_ranks(self._competencies, self._source.where)
        self._doubt_odd_indicators()
        for draft in self._competencies:
            for level in draft.levels.values():
                if level.applicable and not level.pieces:
                    self._doubts.append(
                        f"{self._source.where(level.line)}: '{draft.name}' level {level.rank} has no indicators."
                    )

    def _doubt_odd_indicators(self) -> None:
        """Doubt an indicator that looks like a title, in a document whose indicators are sentences."""
        pieces = [
            p for d in self._competencies for level in d.levels.values() for p in level.pieces if p.kind != "rest"
        ]
        if sum(p.text.endswith((".", ";", "!", "?")) for p in pieces) < _MOST * len(pieces):
            return
        for piece in pieces:
            if len(piece.text.split()) <= _FEW_WORDS and not piece.text.endswith((".", ";", "!", "?")):
                where = self._source.where(piece.lines[0])
                self._doubts.append(f"{where}: '{piece.text}' looks like a title, but no levels follow it.")

    def _nothing_found(self) -> ParseError:
        if self._layout.orphans:
            block = self._blocks[min(self._layout.orphans)]
            return ParseError(
                f"{self._source.where(block.lines[0])}: '{block.text}' belongs to no competency. "
                "Put the competency's name above its levels as a heading, or as 'Competentie: name'."
            )
        return ParseError(
            f"{self._source.path}: no competency found in {len(self._blocks)} blocks. Expected headings with "
            "'Niveau 1', 'Niveau 2' … under them, or lines 'Competentie: name' with a table of levels. Fill in "
            "the template instead: `kempen parse --template handbook.xlsx`."
        )

    def _title(self) -> str:
        """Return the title: all of a short preamble, or its highest heading, or its first line."""
        path = self._source.path
        headings = [b for b in self._preamble if b.kind == "heading" and not is_lone_number(b.text)]
        if headings:
            chosen = [min(headings, key=lambda block: block.depth)]
        else:
            short = [b for b in self._preamble if len(b.text.split()) <= 20 and not is_about_levels(b.text)]
            is_whole = len(short) == len(self._preamble) <= _TITLE_BLOCKS
            chosen = short if is_whole else short[:1]
        title_depth = min((self._blocks[n].depth for n in self._layout.titles), default=0)
        for block in self._preamble:
            if block in chosen:
                self._ledger.use(block, "title")
            elif block.kind == "heading" and block.depth == title_depth and not is_about_levels(block.text):
                self._skip(block, "a heading without levels under it")
            else:
                self._ledger.use(block, "introduction")
        return " – ".join(block.text.replace("**", "").rstrip(":") for block in reversed(chosen)) or path.stem

    def _build(self) -> Framework:
        path = self._source.path
        scheme = self._scheme or level_names(self._competencies)
        return Framework(
            id=slug(path.stem) or "framework",
            title=self._title(),
            source=MappingProxyType({"file": path.name, "sha256": self._source.sha256}),
            competencies=finish(self._competencies, is_wrapped=self._source.is_wrapped),
            level_scheme=tuple(sorted(scheme.items())),
            statuses=tuple(self._statuses),
            specialisations=tuple(self._specialisations),
            profiles=tuple(
                Profile(name, grade, MappingProxyType(required))
                for (name, grade), required in sorted(
                    self._required.items(), key=lambda item: (min(item[1].values()), item[0])
                )
            ),
        )
