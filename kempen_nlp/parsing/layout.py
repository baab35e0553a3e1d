"""What each block of a handbook is: level, title, explanation or table; filled in by `recognise`."""

from __future__ import annotations

from dataclasses import dataclass, field

from kempen_nlp.parsing.grid import Grid
from kempen_nlp.parsing.scales import LevelMark


@dataclass(frozen=True, slots=True)
class Title:
    """The name of a competency, and a definition on the same line."""

    name: str
    definition: str = ""


@dataclass(slots=True)
class Run:
    """Levels that follow each other under one title."""

    anchors: list[int]
    gap_start: int
    title: int | None = None


@dataclass(slots=True)
class Layout:
    """What each position of the blocks is."""

    marks: dict[int, LevelMark] = field(default_factory=dict)
    """Levels of a competency, each with its rank."""
    explanations: dict[int, LevelMark] = field(default_factory=dict)
    """Levels that only explain what a rank means."""
    orphans: dict[int, LevelMark] = field(default_factory=dict)
    """Levels that belong to no competency."""
    titles: dict[int, Title] = field(default_factory=dict)
    grids: dict[int, Grid] = field(default_factory=dict)
    """First position of a table to its reading."""
    inverted: dict[int, tuple[str, LevelMark]] = field(default_factory=dict)
    """Where levels come first: titles under them, each with its level."""
    parts: set[int] = field(default_factory=set)
    """Lines after a last level that open a part which describes no level."""
    notes: list[str] = field(default_factory=list)
    """What was assumed about the document as a whole."""
