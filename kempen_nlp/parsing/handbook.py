"""Blocks to framework: which block is a competency, a level, an indicator, a profile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from kempen_nlp.errors import ParseError
from kempen_nlp.framework import (
    Competency,
    Framework,
    Indicator,
    Level,
    Profile,
    Status,
    StatusColor,
    slug,
)
from kempen_nlp.parsing.blocks import Block, split_bullets, to_blocks
from kempen_nlp.parsing.coverage import Coverage, LineLedger
from kempen_nlp.parsing.repair import Repaired, join_cut_sentences
from kempen_nlp.parsing.source import SourceText, read_source

_LEVEL = re.compile(r"^(?:niveau|level)\s*(\d{1,2})\s*[:.]?$", re.IGNORECASE)
_COMPETENCY_LABEL = re.compile(r"^competentie\s*:\s*(\S.*)$", re.IGNORECASE)
_EXPLAINED_LEVEL = re.compile(r"^\*\*\s*(?:niveau|level)\s*(\d{1,2})\s*:?\s*\*\*\s*:?\s*(\S.*)$", re.IGNORECASE)
_LEGEND = re.compile(r"^\*\*(.+?)\*\*\s*=\s*((?:groei|gewenste|ontstegen)\s*competentie)\.?$", re.IGNORECASE)
_NOT_APPLICABLE = re.compile(r"^(?:niet van toepassing|n\.?v\.?t\.?)\b", re.IGNORECASE)
_SPECIALISATIONS = re.compile(r"^specialisaties?\s*:?$", re.IGNORECASE)
_GRADED_PROFILE = re.compile(r"^(?P<name>.+?)\s+(?P<grades>[A-Z](?:\s*[+/,&]\s*[A-Z])*)$")
_STATUS_OF_TERM = {
    "groei": Status.GROWTH,
    "gewenste": Status.DESIRED,
    "ontstegen": Status.SURPASSED,
}


@dataclass(frozen=True, slots=True)
class ParsedHandbook:
    """A framework, and what became of every line of the handbook."""

    framework: Framework
    coverage: Coverage
    doubts: tuple[str, ...]
    """What the parser was unsure of, each with file and line."""


@dataclass(slots=True)
class _LevelDraft:
    rank: int
    line: int
    headline: str | None = None
    applicable: bool = True
    indicators: list[tuple[str, tuple[int, int]]] = field(default_factory=list)


@dataclass(slots=True)
class _CompetencyDraft:
    name: str
    line: int
    definition: list[str] = field(default_factory=list)
    levels: list[_LevelDraft] = field(default_factory=list)
    profile_rows: list[Block] = field(default_factory=list)
    columns: dict[int, _LevelDraft] = field(default_factory=dict)


def parse_handbook(path: str | Path) -> ParsedHandbook:
    """
    Turn a handbook into a framework and account for each of its lines.

    Competencies are recognised by structure: the heading that level headings stand under, or
    a line ``Competentie: …``; levels by ``Niveau n`` or ``Level n`` as a heading, a bold line
    or a column title.

    Parameters
    ----------
    path : path
        A text or Markdown file in UTF-8.

    Raises
    ------
    ParseError
        If the file cannot be read, holds no competency, or its levels do not count up
        from 1. The message names file and line and says what to do.
    """
    source = read_source(path)
    repaired = join_cut_sentences(to_blocks(source.lines))
    return _Reader(source, repaired).read()


class _Reader:
    """Walks over the blocks once and remembers which competency and level it is in."""

    def __init__(self, source: SourceText, repaired: Repaired) -> None:
        self._source = source
        self._blocks = repaired.blocks
        self._sidebars = repaired.sidebars
        self._names = _competency_headings(repaired.blocks)
        self._ledger = LineLedger()
        self._reasons: dict[int, str] = {}
        self._doubts: list[str] = []
        self._title: list[str] = []
        self._scheme: list[tuple[int, str]] = []
        self._statuses: list[StatusColor] = []
        self._specialisations: list[str] = []
        self._profiles: dict[tuple[str, str], dict[str, int]] = {}
        self._competencies: list[_CompetencyDraft] = []
        self._level: _LevelDraft | None = None
        self._aside = False

    def read(self) -> ParsedHandbook:
        for position, block in enumerate(self._blocks):
            self._read_block(block, is_name=position in self._names)
        for sidebar in self._sidebars:
            self._read_sidebar(sidebar)
        if not self._competencies:
            msg = (
                f"{self._source.path}: no competency found in {len(self._blocks)} blocks. Expected headings with "
                "'Niveau 1', 'Niveau 2' … under them, or lines 'Competentie: name' with a table of levels."
            )
            raise ParseError(msg)
        framework = self._build()
        coverage = self._ledger.close(self._source.lines, self._reasons)
        return ParsedHandbook(framework, coverage, tuple(self._doubts))

    def _read_block(self, block: Block, *, is_name: bool) -> None:
        label = _COMPETENCY_LABEL.match(block.text) if block.kind != "item" else None
        level = _LEVEL.match(block.text) if block.kind in ("heading", "bold", "paragraph") else None
        if is_name or label:
            self._open_competency(block, label[1] if label else block.text)
        elif level:
            self._open_level(block, int(level[1]))
        elif match := _EXPLAINED_LEVEL.match(block.text):
            self._scheme.append((int(match[1]), match[2]))
            self._ledger.use(block, "level scheme")
        elif match := _LEGEND.match(block.text):
            term = match[2].lower()
            status = next(s for word, s in _STATUS_OF_TERM.items() if term.startswith(word))
            self._statuses.append(StatusColor(status, term, match[1]))
            self._ledger.use(block, "colour legend")
        elif block.kind == "row":
            self._read_row(block)
        elif block.kind == "heading":
            self._read_other_heading(block)
        else:
            self._read_text(block)

    def _open_competency(self, block: Block, name: str) -> None:
        earlier = next((c for c in self._competencies if c.name == name), None)
        if earlier:
            msg = (
                f"{self._source.where(block.lines[0])}: competency '{name}' was already opened on line {earlier.line}. "
                "Give each competency its own name, or put its levels together."
            )
            raise ParseError(msg)
        self._competencies.append(_CompetencyDraft(name, block.lines[0]))
        self._level, self._aside = None, False
        self._ledger.use(block, "competency")

    def _open_level(self, block: Block, rank: int) -> None:
        if not self._competencies:
            msg = (
                f"{self._source.where(block.lines[0])}: '{block.text}' belongs to no competency. "
                "Put the competency's name above its levels as a heading, or as 'Competentie: name'."
            )
            raise ParseError(msg)
        self._level, self._aside = self._new_level(rank, block.lines[0]), False
        self._ledger.use(block, "level")

    def _new_level(self, rank: int, line: int) -> _LevelDraft:
        competency = self._competencies[-1]
        expected = competency.levels[-1].rank + 1 if competency.levels else 1
        if rank != expected:
            after = f"follows level {expected - 1}" if expected > 1 else "comes first"
            reason = (
                f"is the heading of level {expected} missing?"
                if rank > expected
                else "is a level numbered twice, or out of order?"
            )
            msg = (
                f"{self._source.where(line)}: in '{competency.name}', 'Niveau {rank}' {after}. "
                f"Levels must count up from 1; {reason}"
            )
            raise ParseError(msg)
        level = _LevelDraft(rank, line)
        competency.levels.append(level)
        return level

    def _read_row(self, block: Block) -> None:
        if not self._competencies:
            self._skip(block, "table row before the first competency")
            return
        competency = self._competencies[-1]
        ranks = {column: _LEVEL.match(cell) for column, cell in enumerate(block.cells) if cell}
        matches = {column: match for column, match in ranks.items() if match}
        if len(matches) > 1 and len(matches) == len(ranks):
            for column, match in matches.items():
                competency.columns[column] = self._new_level(int(match[1]), block.lines[0])
            self._ledger.use(block, "level")
            self._read_profiles(competency)
        elif competency.columns:
            self._read_cells(block, competency)
        else:
            competency.profile_rows.append(block)

    def _read_cells(self, block: Block, competency: _CompetencyDraft) -> None:
        for column, cell in enumerate(block.cells):
            if not cell:
                continue
            if column not in competency.columns:
                self._doubt(block, f"column {column + 1} has text but no level above it")
                continue
            competency.columns[column].indicators += [(text, block.lines) for text in split_bullets(cell)]
        self._ledger.use(block, "indicator")

    def _read_profiles(self, competency: _CompetencyDraft) -> None:
        for block in competency.profile_rows:
            for column, cell in enumerate(block.cells):
                if not cell:
                    continue
                if column not in competency.columns:
                    self._doubt(block, f"'{cell}' stands above no level")
                    continue
                match = _GRADED_PROFILE.match(cell)
                name = match["name"] if match else cell
                for grade in re.findall(r"[A-Z]", match["grades"]) if match else [""]:
                    self._require(block, (name, grade), competency, competency.columns[column].rank)
            self._ledger.use(block, "profile")
        competency.profile_rows.clear()

    def _require(self, block: Block, profile: tuple[str, str], competency: _CompetencyDraft, rank: int) -> None:
        required = self._profiles.setdefault(profile, {})
        if competency.name in required:
            msg = (
                f"{self._source.where(block.lines[0])}: profile '{' '.join(profile).strip()}' requires level {rank} of "
                f"'{competency.name}', and level {required[competency.name]} as well. Keep one of the two."
            )
            raise ParseError(msg)
        required[competency.name] = rank

    def _read_other_heading(self, block: Block) -> None:
        self._aside = True
        self._level = None
        if not self._competencies:
            self._title.append(block.text)
            self._ledger.use(block, "title")
        elif re.search(r"\bniveaus?\b|\blevels?\b", block.text, re.IGNORECASE):
            self._ledger.use(block, "level scheme")
        else:
            self._skip(block, "a heading without levels under it")

    def _read_text(self, block: Block) -> None:
        if self._level is not None:
            self._read_in_level(block, self._level)
        elif not self._competencies:
            self._title.append(block.text)
            self._ledger.use(block, "title")
        elif not self._competencies[-1].levels and not self._aside:
            self._competencies[-1].definition.append(block.text)
            self._ledger.use(block, "definition")
        else:
            self._skip(block, "text that belongs to no level")

    def _read_in_level(self, block: Block, level: _LevelDraft) -> None:
        if block.kind == "item":
            level.indicators.append((block.text, block.lines))
            self._ledger.use(block, "indicator")
        elif _NOT_APPLICABLE.match(block.text) and not level.indicators:
            level.applicable = False
            self._ledger.use(block, "not applicable")
        elif level.headline is None and not level.indicators:
            level.headline = block.text
            self._ledger.use(block, "headline")
        else:
            self._skip(block, f"text after the indicators of level {level.rank}")

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

    def _skip(self, block: Block, reason: str) -> None:
        for line in range(block.lines[0], block.lines[1] + 1):
            self._reasons[line] = reason
        self._doubt(block, reason)

    def _doubt(self, block: Block, reason: str) -> None:
        self._doubts.append(f"{self._source.where(block.lines[0])}: '{block.text[:60]}': {reason}.")

    def _build(self) -> Framework:
        for draft in self._competencies:
            self._check(draft)
        path = self._source.path
        return Framework(
            id=slug(path.stem),
            title=" – ".join(text.rstrip(":") for text in reversed(self._title)) or path.stem,
            source=MappingProxyType({"file": path.name, "sha256": self._source.sha256}),
            competencies=tuple(_finish(draft) for draft in self._competencies),
            level_scheme=tuple(self._scheme),
            statuses=tuple(self._statuses),
            specialisations=tuple(self._specialisations),
            profiles=tuple(
                Profile(name, grade, MappingProxyType(required))
                for (name, grade), required in sorted(
                    self._profiles.items(), key=lambda item: (min(item[1].values()), item[0])
                )
            ),
        )

    def _check(self, draft: _CompetencyDraft) -> None:
        if not draft.levels:
            msg = (
                f"{self._source.where(draft.line)}: competency '{draft.name}' has no levels. "
                "Expected 'Niveau 1' and further under it, as headings or as columns of a table."
            )
            raise ParseError(msg)
        for row in draft.profile_rows:
            self._skip(row, "table row without a row of levels under it")
        for level in draft.levels:
            if level.applicable and not level.indicators:
                self._doubts.append(
                    f"{self._source.where(level.line)}: '{draft.name}' level {level.rank} has no indicators."
                )


def _competency_headings(blocks: Sequence[Block]) -> set[int]:
    """Return the positions of headings that level headings stand directly under."""
    found = set()
    for position, block in enumerate(blocks):
        if block.kind == "heading" and _LEVEL.match(block.text):
            for earlier in range(position - 1, -1, -1):
                if blocks[earlier].kind == "heading" and blocks[earlier].depth < block.depth:
                    found.add(earlier)
                    break
    return found


def _finish(draft: _CompetencyDraft) -> Competency:
    identifier = slug(draft.name)
    return Competency(
        id=identifier,
        name=draft.name,
        definition=" ".join(draft.definition) or None,
        levels=tuple(
            Level(
                rank=level.rank,
                headline=level.headline,
                applicable=level.applicable,
                indicators=tuple(
                    Indicator(f"{identifier}/{level.rank}/{number}", text, lines)
                    for number, (text, lines) in enumerate(level.indicators, start=1)
                ),
            )
            for level in draft.levels
        ),
    )
