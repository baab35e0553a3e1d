"""The door: a handbook or an outline to a framework, and a handbook to an outline."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from kempen_nlp.assignments import whole_file
from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Framework
from kempen_nlp.parsing.coverage import Coverage
from kempen_nlp.parsing.order import reversed_ranks
from kempen_nlp.parsing.outline import is_outline, read_outline, rough_outline, write_outline
from kempen_nlp.parsing.outline_workbook import read_workbook_outline, write_text_workbook
from kempen_nlp.parsing.readings import read_best
from kempen_nlp.parsing.repair import repair
from kempen_nlp.parsing.source import MAX_BYTES, read_source

OUTLINE_SUFFIXES = (".xlsx", ".xlsm", ".md", ".txt")


@dataclass(frozen=True, slots=True)
class ParsedHandbook:
    """A framework, and what became of every line of the handbook."""

    framework: Framework
    coverage: Coverage
    doubts: tuple[str, ...]
    """What the parser was unsure of, each with file and line."""


def parse_handbook(path: str | Path, *, reverse_levels: bool = False) -> ParsedHandbook:
    """
    Turn a handbook into a framework and account for each of its lines.

    Competencies and levels are recognised by structure: levels by labels that come back ('Niveau 2', 'Level B',
    'Gevorderd', a column for each), a competency by the title above them.

    Parameters
    ----------
    path : path
        Text, Markdown, HTML, Word (.docx), PDF with text, Excel (.xlsx), CSV, JSON (a framework, or what an HR
        system exports), or an outline that `kempen parse --outline` wrote.
    reverse_levels : bool
        True turns the ranks round: what was recognised as the highest level becomes the lowest.

    Raises
    ------
    ParseError
        If the file cannot be read, holds no competency with levels, or its levels do not count
        up from 1. The message names file and line and says what to do.
    FrameworkError
        If a JSON file is not a framework.
    """
    parsed = _parsed(Path(path))
    return replace(parsed, framework=reversed_ranks(parsed.framework)) if reverse_levels else parsed


def _parsed(path: Path) -> ParsedHandbook:
    if _is_framework(path):
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
    framework, account = read_best(source, repaired)
    return ParsedHandbook(framework, account.close(), tuple(account.doubts))


def _is_framework(path: Path) -> bool:
    """Tell whether a file is a framework as this package writes it, and no JSON of another shape."""
    if path.suffix.lower() != ".json" or not path.is_file() or path.stat().st_size > MAX_BYTES:
        return False
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError):
        return False
    found = data.get("competencies") if isinstance(data, dict) else None
    competencies = [c for c in found if isinstance(c, dict)] if isinstance(found, list) else []
    levels = [level for c in competencies if isinstance(c.get("levels"), list) for level in c["levels"]]
    return any(isinstance(level, dict) and {"rank", "indicators"} <= set(level) for level in levels)


def outline_handbook(
    handbook: str | Path, outline: str | Path, *, reverse_levels: bool = False
) -> ParsedHandbook | None:
    """
    Write an outline of a handbook for correction, also where its levels were not recognised.

    Parameters
    ----------
    handbook : path
        What `parse_handbook` reads.
    outline : path
        Ends in .xlsx for a workbook, or in .md or .txt for Markdown.
    reverse_levels : bool
        True turns the ranks round.

    Returns
    -------
    ParsedHandbook or None
        What was recognised; None when nothing was, and the outline holds the text in order.

    Raises
    ------
    ParseError
        If the handbook cannot be read, or the outline has another ending.
    """
    if Path(outline).suffix.lower() not in OUTLINE_SUFFIXES:
        msg = f"{outline}: an outline ends in {', '.join(OUTLINE_SUFFIXES)}. Give it another name."
        raise ParseError(msg)
    try:
        parsed = parse_handbook(handbook, reverse_levels=reverse_levels)
    except ParseError:
        source = read_source(handbook)
        if Path(outline).suffix.lower() in (".xlsx", ".xlsm"):
            write_text_workbook({n: text for n, text in enumerate(source.lines, start=1) if text.strip()}, outline)
            return None
        blocks = repair(source.blocks, source.lines, is_wrapped=source.is_wrapped).blocks
        text = rough_outline(source, blocks)
        with whole_file(outline) as partial:
            partial.write_text(text, encoding="utf-8")
        return None
    lines = read_source(handbook).lines if parsed.coverage.unused else ()
    write_outline(parsed.framework, outline, unused={n: lines[n - 1] for n in sorted(parsed.coverage.unused)})
    return parsed
