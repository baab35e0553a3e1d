"""A framework in the making: competencies and levels as they are found, then checked and put in order."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Competency, Indicator, Level, distinct_slugs
from kempen_nlp.parsing.scales import LevelMark
from kempen_nlp.parsing.words import is_not_applicable

Lines = tuple[int, int]
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[“\"‘'(]?[A-ZÀ-Þ])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:o\.?a|d\.?w\.?z|m\.?b\.?t|m\.?n|i\.?p\.?v|bijv|bv|enz|etc|e\.d|nr|art|dhr|mevr|resp|max|min|ca|incl|evt)|\b[A-Z])\.$"
)
_NAME_WORDS = 4
_MOST = 0.85
_CLAUSE_WORDS = 3
_OPENING, _CLOSING = "“„«\"‘'", "”“»\"’'"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text inside a level, before it is known what it serves as."""

    text: str
    lines: Lines
    kind: str
    """``item``, ``bold``, ``paragraph``, ``rest`` (on the line of the level) or ``headline``."""
    is_alone: bool = False
    """True when nothing divides it from other sentences, so that it may hold several."""


@dataclass(slots=True)
class LevelDraft:
    """A level as it is being read."""

    rank: int
    line: int
    label: str
    name: str = ""
    applicable: bool = True
    pieces: list[Piece] = field(default_factory=list)

    @property
    def has_items(self) -> bool:
        """Whether list items or cells were read."""
        return any(piece.kind == "item" for piece in self.pieces)


@dataclass(slots=True)
class CompetencyDraft:
    """A competency as it is being read."""

    name: str
    line: int
    definition: list[str] = field(default_factory=list)
    levels: dict[int, LevelDraft] = field(default_factory=dict)
    is_reopened_at: int = 0
    """Line on which its name stood again; 0 when it did not."""
    cluster: str = ""
    """Title above it and its neighbours; empty when there is none."""
    is_defined: bool = False
    """True when a label said what its definition is."""
    misses_title: bool = False
    """True when its table has a column with text and no level above it."""
    order: list[int] = field(default_factory=list)
    """Ranks in the order of the document."""

    def add_level(self, mark: LevelMark, line: int, where: Callable[[int], str]) -> LevelDraft:
        """Open a level; raises ParseError when its rank was opened before."""
        rank = mark.rank or 0
        if rank in self.levels and self.is_reopened_at:
            msg = (
                f"{where(self.is_reopened_at)}: competency '{self.name}' was already opened on line {self.line}. "
                "Give each competency its own name, or put its levels together."
            )
            raise ParseError(msg)
        if rank in self.levels:
            msg = (
                f"{where(line)}: in '{self.name}', '{mark.label}' follows level {self.order[-1]}. "
                "Levels must count up from 1; is a level numbered twice, or out of order?"
            )
            raise ParseError(msg)
        level = LevelDraft(rank, line, mark.label, mark.name)
        if mark.rest and is_not_applicable(mark.rest):
            level.applicable = False
        elif mark.rest:
            level.pieces.append(Piece(mark.rest, (line, line), "rest", is_alone=True))
        self.levels[rank] = level
        self.order.append(rank)
        return level


def check_ranks(drafts: Sequence[CompetencyDraft], where: Callable[[int], str]) -> list[str]:
    """
    Return a doubt for each competency that leaves out a rank which others have.

    Raises
    ------
    ParseError
        If a rank is missing that no competency has, so that a heading was probably not seen.
    """
    known = {rank for draft in drafts for rank in draft.levels}
    doubts: list[str] = []
    for draft in drafts:
        previous = 0
        for rank, level in sorted(draft.levels.items()):
            missing = [r for r in range(previous + 1, rank) if r not in known or draft.misses_title]
            starts_higher = missing and previous == 0 and len(drafts) > 1 and min(known) > 1
            if rank < 1 or (missing and not starts_higher):
                after = f"follows level {previous}" if previous else "comes first"
                hint = (
                    f"is the heading of level {previous + 1} missing?"
                    if rank
                    else "is a level numbered twice, or out of order?"
                )
                msg = (
                    f"{where(level.line)}: in '{draft.name}', '{level.label}' {after}. "
                    f"Levels must count up from 1; {hint}"
                )
                raise ParseError(msg)
            if rank > previous + 1:
                gone = ", ".join(str(r) for r in range(previous + 1, rank))
                doubts.append(f"{where(level.line)}: '{draft.name}' has no level {gone}, other competencies have.")
            previous = rank
    return doubts


def finish(drafts: Iterable[CompetencyDraft], *, is_wrapped: bool = False) -> tuple[Competency, ...]:
    """
    Turn drafts into competencies.

    Texts that nothing divides become sentences, if no level of the document is divided by bullets, cells or
    paragraphs. The ends of wrapped lines divide nothing.
    """
    drafts = list(drafts)
    # One title over all of them is a chapter, and divides nothing.
    has_clusters = len({draft.cluster for draft in drafts}) > 1
    levels = [level for draft in drafts for level in draft.levels.values()]
    undivided = sum(_is_undivided(level, is_wrapped=is_wrapped) for level in levels)
    splits = undivided >= _MOST * len(levels)
    own = _own_names(drafts)
    ids = distinct_slugs((draft.name for draft in drafts), otherwise="competentie")
    found = (_finish_competency(draft, i, splits=splits, own=own) for draft, i in zip(drafts, ids, strict=True))
    return tuple(
        replace(c, cluster=draft.cluster or None) if has_clusters else c for c, draft in zip(found, drafts, strict=True)
    )


def _is_undivided(level: LevelDraft, *, is_wrapped: bool) -> bool:
    pieces = level.pieces[1:] if level.pieces and _is_name(level, level.pieces[0]) else level.pieces
    pieces = [piece for piece in pieces if piece.kind != "headline"]
    if len(pieces) <= 1:
        return True
    # Lines of one cell without bullets are broken where the column ends.
    if is_wrapped and all(piece.is_alone and piece.lines == pieces[0].lines for piece in pieces):
        return True
    flows = all(a.lines[1] + 1 == b.lines[0] for a, b in itertools.pairwise(pieces))
    return is_wrapped and flows and all(piece.kind in ("paragraph", "rest") for piece in pieces)


def level_names(drafts: Sequence[CompetencyDraft]) -> dict[int, str]:
    """Return what ranks are called, where most competencies agree and the name says more than the number."""
    found: dict[int, list[str]] = {}
    for draft in drafts:
        for rank, level in draft.levels.items():
            found.setdefault(rank, []).append(_name_of(level))
    usual = {rank: (*Counter(names).most_common(1)[0], len(names)) for rank, names in sorted(found.items())}
    return {rank: name for rank, (name, n, n_all) in usual.items() if name and 2 * n > n_all}


def _name_of(level: LevelDraft) -> str:
    return level.name or next((p.text for p in level.pieces[:1] if _is_name(level, p)), "")


def _own_names(drafts: Sequence[CompetencyDraft]) -> set[int]:
    """Return the ranks that competencies call otherwise: those names sum the level up, and are headlines."""
    names: dict[int, list[str]] = {}
    for draft in drafts:
        for rank, level in draft.levels.items():
            names.setdefault(rank, []).append(_name_of(level))
    usual = {rank: Counter(filter(None, found)).most_common(1) for rank, found in names.items()}
    return {r for r, found in names.items() if len(found) > 1 and usual[r] and 2 * usual[r][0][1] <= len(found)}


def _finish_competency(draft: CompetencyDraft, identifier: str, *, splits: bool, own: Collection[int]) -> Competency:
    levels = []
    for rank in sorted(draft.levels):
        level = draft.levels[rank]
        headline, pieces = _headline_and_indicators(level)
        if level.rank in own and (name := _name_of(level)):
            headline = f"{name} {headline}" if headline else name
        texts = [(text, p.lines) for p in pieces for text in (_divided(p.text) if splits and p.is_alone else [p.text])]
        indicators = tuple(
            Indicator(f"{identifier}/{rank}/{n}", text, lines) for n, (text, lines) in enumerate(texts, start=1)
        )
        levels.append(Level(rank, headline, level.applicable, indicators))
    return Competency(identifier, draft.name, _unquoted(" ".join(draft.definition)) or None, tuple(levels))


def _unquoted(text: str) -> str:
    """Take quotation marks off that stand around all of a text."""
    is_quoted = text[:1] in _OPENING and text[-1:] in _CLOSING and not any(mark in text[1:-1] for mark in _OPENING[:3])
    return text[1:-1].strip() if is_quoted and len(text) > 1 else text


def _headline_and_indicators(level: LevelDraft) -> tuple[str | None, list[Piece]]:
    pieces = list(level.pieces)
    if pieces and _is_name(level, pieces[0]):
        pieces.pop(0)
    said = [p.text for p in pieces if p.kind == "headline"]
    pieces = [p for p in pieces if p.kind != "headline"]
    first_item = next((n for n, p in enumerate(pieces) if p.kind == "item"), None)
    if first_item is not None:
        said += [p.text for p in pieces[:first_item]]
        pieces = pieces[first_item:]
    elif pieces and pieces[0].kind == "bold":
        said.append(pieces.pop(0).text)
    return " ".join(said) or None, pieces


def _is_name(level: LevelDraft, piece: Piece) -> bool:
    """Tell a level's name from its description: a few words without a full stop, and a description beside it."""
    is_short = len(piece.text.split()) <= _NAME_WORDS and not piece.text.endswith((".", ";", "!", "?"))
    return piece.kind == "rest" and is_short and len(level.pieces) > 1 and not level.name


def _divided(text: str) -> list[str]:
    """Divide a text at semicolons when each part is a clause of its own, else into sentences."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) > 1 and all(len(part.split()) >= _CLAUSE_WORDS for part in parts):
        return [sentence for part in parts for sentence in sentences(part)]
    return sentences(text)


def sentences(text: str) -> list[str]:
    """
    Divide a text into sentences; abbreviations do not end one.

    Examples
    --------
    >>> sentences("Helpt bijv. Jan mee. Deelt kennis.")
    ['Helpt bijv. Jan mee.', 'Deelt kennis.']
    """
    result: list[str] = []
    for part in _SENTENCE.split(text):
        if result and _ABBREVIATION.search(result[-1]):
            result[-1] = f"{result[-1]} {part}"
        else:
            result.append(part)
    return result
