"""
An outline that an analyst can correct, as Markdown or as a workbook, and that is read back exactly.

The outline is also how a framework is written as Markdown or Excel. Text stays on one line; what the
recognition did not use stands in it as a remark (a line that begins with ``%``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kempen_nlp.assignments import whole_file
from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Framework
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.outline_data import build, one_line
from kempen_nlp.parsing.outline_workbook import write_workbook
from kempen_nlp.parsing.scales import read_level
from kempen_nlp.parsing.source import SourceText

MARK = "<!-- kempen outline 1 -->"
_FIELDS = {"Definitie": "definition", "Cluster": "cluster"}
_HOW_TO = (
    "% Correct this file and give it to `kempen parse`. A line that begins with % is a remark and is not read.",
    "% '## Competentie: name' opens a competency, '### Niveau 1' a level, '- ' an indicator.",
)


def write_outline(framework: Framework, path: str | Path, *, unused: Mapping[int, str] | None = None) -> None:
    """
    Write a framework for correction: .xlsx as a workbook, any other ending as Markdown.

    Parameters
    ----------
    framework : Framework
        What was recognised.
    path : path
        File to write, whole or not at all.
    unused : mapping of int to str
        Lines of the handbook that were not used, by number; written as remarks.
    """
    path = Path(path)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        write_workbook(framework, path, unused or {})
        return
    with whole_file(path) as partial:
        partial.write_text(to_markdown(framework, unused=unused), encoding="utf-8")


def to_markdown(framework: Framework, *, unused: Mapping[int, str] | None = None) -> str:
    """
    Return a framework as Markdown, which `parse_handbook` reads back without loss.

    Line numbers and the handbook's name are not in it: they are those of the Markdown file from then on.
    """
    return "\n".join(_markdown_lines(framework, unused or {})) + "\n"


def _markdown_lines(framework: Framework, unused: Mapping[int, str]) -> Iterator[str]:
    yield from (MARK, *_HOW_TO, "", f"# {one_line(framework.title)}", "")
    for competency in framework:
        yield from (f"## Competentie: {one_line(competency.name)}", "")
        if competency.cluster:
            yield from (f"Cluster: {one_line(competency.cluster)}", "")
        if competency.definition:
            yield from (f"Definitie: {one_line(competency.definition)}", "")
        for level in competency.levels:
            yield from (f"### Niveau {level.rank}", "")
            if not level.applicable:
                yield from ("Niet van toepassing", "")
            if level.headline:
                yield from (f"Kernzin: {one_line(level.headline)}", "")
            yield from (f"- {one_line(indicator.text)}" for indicator in level.indicators)
            yield ""
    yield from _section("Uitleg niveaus", (f"{rank}: {one_line(text)}" for rank, text in framework.level_scheme))
    for profile in framework.profiles:
        required = (f"{rank}: {one_line(name)}" for name, rank in profile.required.items())
        grade = (f"Graad: {one_line(profile.grade)}", "") if profile.grade else ()
        yield from (f"## Profiel: {one_line(profile.name)}", "", *grade, *(f"- {text}" for text in required), "")
    statuses = (f"{s.status.value}: {one_line(s.color)} = {one_line(s.term)}" for s in framework.statuses)
    yield from _section("Statussen", statuses)
    yield from _section("Specialisaties", (one_line(text) for text in framework.specialisations))
    if unused:
        yield from (
            "% Lines of the handbook that were not used:",
            *(f"% {n}: {one_line(t)}" for n, t in unused.items()),
        )


def _section(title: str, items: Iterator[str]) -> Iterator[str]:
    lines = [f"- {text}" for text in items]
    if lines:
        yield from (f"## {title}", "", *lines, "")


def rough_outline(source: SourceText, blocks: Sequence[Block]) -> str:
    """
    Return an outline of a handbook that was not recognised: headings as competencies, the rest as it stands.

    Text that fits nowhere becomes a remark with its line number, so that nothing of the handbook is lost.
    """
    lines = [MARK, *_HOW_TO, "% The levels of this handbook were not recognised; this is its text in order.", ""]
    lines += [f"# {source.path.stem}", ""]
    in_level = False
    for block in blocks:
        mark = read_level(block.text, loose=True) if block.kind != "row" else None
        if mark and not mark.rest and mark.rank:
            lines += ["", f"### Niveau {mark.rank}"]
            in_level = True
        elif block.kind in ("heading", "bold") and len(block.text.split()) <= 10:
            lines += ["", f"## Competentie: {one_line(block.text)}"]
            in_level = False
        elif block.kind == "item" and in_level:
            lines.append(f"- {one_line(block.text)}")
        else:
            lines.append(f"% {block.lines[0]}: {one_line(block.text)}")
    return "\n".join(lines) + "\n"


def is_outline(lines: Sequence[str]) -> bool:
    """Return whether a text file is an outline."""
    return next((line.strip() == MARK for line in lines if line.strip()), False)


def read_outline(lines: Sequence[str], path: Path, sha256: str) -> Framework:
    """
    Read an outline; nothing in it is guessed.

    Raises
    ------
    ParseError
        If a line is none of those that an outline has, or stands where it cannot belong.
    """
    reader = _OutlineReader(path)
    for number, line in enumerate(lines, start=1):
        reader.read(number, line.strip())
    return build(reader.data, path, sha256)


class _OutlineReader:
    """Remembers the section, competency and level that it is in."""

    def __init__(self, path: Path) -> None:
        lists = ("competencies", "level_scheme", "profiles", "statuses", "specialisations")
        self.data: dict[str, Any] = {"title": "", **{name: [] for name in lists}}
        self._path = path
        self._section = ""

    def read(self, number: int, line: str) -> None:
        if not line or line == MARK or line.startswith("%"):
            return
        if line.startswith("## "):
            self._open_section(number, line[3:].strip())
        elif line.startswith("### "):
            self._open_level(number, line[4:].strip())
        elif line.startswith("# "):
            self.data["title"] = line[2:].strip()
        elif line.startswith(("- ", "* ")):
            self._add_item(number, line[2:].strip())
        else:
            self._add_text(number, line)

    def _open_section(self, number: int, title: str) -> None:
        kind, colon, name = title.partition(":")
        name = name.strip()
        if colon and name and kind in ("Competentie", "Profiel"):
            self._section = kind
            if kind == "Competentie":
                self.data["competencies"].append({"name": name, "definition": None, "levels": []})
            else:
                self.data["profiles"].append({"name": name, "grade": "", "required": {}})
        elif title in ("Uitleg niveaus", "Statussen", "Specialisaties"):
            self._section = title
        else:
            raise self._wrong(
                number, title, "'## Competentie: name', '## Profiel: name', or a section that an outline has"
            )

    def _open_level(self, number: int, title: str) -> None:
        mark = re.fullmatch(r"Niveau (\d{1,3})", title)
        if not mark or self._section != "Competentie":
            raise self._wrong(number, title, "'### Niveau 1' under a competency")
        level: dict[str, Any] = {"rank": int(mark[1]), "headline": None, "applicable": True, "indicators": []}
        self.data["competencies"][-1]["levels"].append(level)

    def _add_item(self, number: int, text: str) -> None:
        before, colon, after = (part.strip() for part in text.partition(":"))
        if self._section == "Competentie" and self.data["competencies"][-1]["levels"]:
            self._level["indicators"].append((text, number))
        elif self._section == "Specialisaties":
            self.data["specialisations"].append(text)
        elif self._section == "Uitleg niveaus" and before.isdigit():
            self.data["level_scheme"].append({"rank": int(before), "text": after})
        elif self._section == "Profiel" and before.isdigit() and after:
            self.data["profiles"][-1]["required"][after] = int(before)
        elif self._section == "Statussen" and colon and " = " in after:
            color, _, term = after.partition(" = ")
            self.data["statuses"].append({"status": before, "term": term.strip(), "color": color.strip()})
        else:
            raise self._wrong(number, text, "an item under a level, or under a section that has items")

    def _add_text(self, number: int, line: str) -> None:
        label, _, text = (part.strip() for part in line.partition(":"))
        in_competency = self._section == "Competentie"
        has_level = in_competency and bool(self.data["competencies"][-1]["levels"])
        if self._section == "Profiel" and label == "Graad":
            self.data["profiles"][-1]["grade"] = text
        elif in_competency and not has_level and label in _FIELDS:
            self.data["competencies"][-1][_FIELDS[label]] = text or None
        elif has_level and label == "Kernzin":
            self._level["headline"] = text or None
        elif has_level and line == "Niet van toepassing":
            self._level["applicable"] = False
        else:
            raise self._wrong(
                number,
                line,
                "'Definitie:' or 'Cluster:' under a competency, 'Kernzin:' under a level, '- ' before an indicator, "
                "or '% ' before a remark",
            )

    @property
    def _level(self) -> dict[str, Any]:
        level: dict[str, Any] = self.data["competencies"][-1]["levels"][-1]
        return level

    def _wrong(self, number: int, found: str, expected: str) -> ParseError:
        return ParseError(f"{self._path}:{number}: '{found[:60]}' does not belong here. Expected {expected}.")
