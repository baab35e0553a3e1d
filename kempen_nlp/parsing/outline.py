"""
An outline that an analyst can correct, as Markdown or as a workbook, and that is read back exactly.

The outline is also how a framework is written as Markdown or Excel. Text stays on one line; what the
recognition did not use stands in it as a remark (a line that begins with ``%``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kempen_nlp.assignments import whole_file
from kempen_nlp.errors import FrameworkError, ParseError
from kempen_nlp.framework import Framework, slug
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.scales import read_level
from kempen_nlp.parsing.source import SourceText

MARK = "<!-- kempen outline 1 -->"
MAIN_SHEET = "Raamwerk"
COLUMNS = ("Competentie", "Definitie", "Niveau", "Van toepassing", "Kernzin", "Indicator")
_SHEETS = {
    "Niveaus": ("Niveau", "Uitleg"),
    "Profielen": ("Functie", "Graad", "Competentie", "Niveau"),
    "Statussen": ("Status", "Term", "Kleur"),
    "Specialisaties": ("Specialisatie",),
    "Titel": ("Titel",),
}
_HOW_TO = (
    "% Correct this file and give it to `kempen parse`. A line that begins with % is a remark and is not read.",
    "% '## Competentie: name' opens a competency, '### Niveau 1' a level, '- ' an indicator.",
)
_EXAMPLE = (
    ("Samenwerken", "Samen met anderen een doel bereiken.", 1, "ja", "Doet mee.", "Helpt een collega die erom vraagt."),
    ("Samenwerken", "", 1, "ja", "", "Komt afspraken in het team na."),
    ("Samenwerken", "", 2, "ja", "Neemt initiatief.", "Biedt uit zichzelf hulp aan."),
    ("Plannen", "", 1, "nee", "", ""),
    ("Plannen", "", 2, "ja", "", "Maakt een planning voor het eigen werk."),
)
_EXPLAINED = (
    ("Competentie", "de naam; mag leeg blijven als die gelijk is aan de rij erboven"),
    ("Definitie", "één keer per competentie; mag leeg blijven"),
    ("Niveau", "een geheel getal, 1 is het laagste; mag leeg blijven als het gelijk is aan de rij erboven"),
    ("Van toepassing", "ja, of nee als dit niveau voor deze competentie niet bestaat"),
    ("Kernzin", "één zin die het niveau samenvat; mag leeg blijven"),
    ("Indicator", "één zin gedrag per rij"),
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
        _write_workbook(framework, path, unused or {})
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
    yield from (MARK, *_HOW_TO, "", f"# {_one_line(framework.title)}", "")
    for competency in framework:
        yield from (f"## Competentie: {_one_line(competency.name)}", "")
        if competency.definition:
            yield from (f"Definitie: {_one_line(competency.definition)}", "")
        for level in competency.levels:
            yield from (f"### Niveau {level.rank}", "")
            if not level.applicable:
                yield from ("Niet van toepassing", "")
            if level.headline:
                yield from (f"Kernzin: {_one_line(level.headline)}", "")
            yield from (f"- {_one_line(indicator.text)}" for indicator in level.indicators)
            yield ""
    yield from _section("Uitleg niveaus", (f"{rank}: {_one_line(text)}" for rank, text in framework.level_scheme))
    for profile in framework.profiles:
        required = (f"{rank}: {_one_line(name)}" for name, rank in profile.required.items())
        grade = (f"Graad: {_one_line(profile.grade)}", "") if profile.grade else ()
        yield from (f"## Profiel: {_one_line(profile.name)}", "", *grade, *(f"- {text}" for text in required), "")
    statuses = (f"{s.status.value}: {_one_line(s.color)} = {_one_line(s.term)}" for s in framework.statuses)
    yield from _section("Statussen", statuses)
    yield from _section("Specialisaties", (_one_line(text) for text in framework.specialisations))
    if unused:
        yield from (
            "% Lines of the handbook that were not used:",
            *(f"% {n}: {_one_line(t)}" for n, t in unused.items()),
        )


def _section(title: str, items: Iterator[str]) -> Iterator[str]:
    lines = [f"- {text}" for text in items]
    if lines:
        yield from (f"## {title}", "", *lines, "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


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
            lines += ["", f"## Competentie: {_one_line(block.text)}"]
            in_level = False
        elif block.kind == "item" and in_level:
            lines.append(f"- {_one_line(block.text)}")
        else:
            lines.append(f"% {block.lines[0]}: {_one_line(block.text)}")
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
    return _build(reader.data, path, sha256)


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
                self.data["competencies"].append({"name": name, "definition": None, "levels": [], "line": number})
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
        if self._section == "Profiel" and label == "Graad":
            self.data["profiles"][-1]["grade"] = text
        elif self._section == "Competentie" and label == "Definitie" and not self.data["competencies"][-1]["levels"]:
            self.data["competencies"][-1]["definition"] = text or None
        elif self._section == "Competentie" and label == "Kernzin" and self.data["competencies"][-1]["levels"]:
            self._level["headline"] = text or None
        elif (
            line == "Niet van toepassing" and self._section == "Competentie" and self.data["competencies"][-1]["levels"]
        ):
            self._level["applicable"] = False
        else:
            raise self._wrong(
                number, line, "'Definitie:', 'Kernzin:', '- ' before an indicator, or '% ' before a remark"
            )

    @property
    def _level(self) -> dict[str, Any]:
        level: dict[str, Any] = self.data["competencies"][-1]["levels"][-1]
        return level

    def _wrong(self, number: int, found: str, expected: str) -> ParseError:
        return ParseError(f"{self._path}:{number}: '{found[:60]}' does not belong here. Expected {expected}.")


def _build(data: dict[str, Any], path: Path, sha256: str) -> Framework:
    """Number the indicators and check the whole as a framework file is checked."""
    if not data["competencies"]:
        msg = f"{path} holds no competency. Expected '## Competentie: name', or a filled row in sheet '{MAIN_SHEET}'."
        raise ParseError(msg)
    for competency in data["competencies"]:
        competency["id"] = slug(competency["name"]) or "competentie"
        competency["levels"].sort(key=lambda level: level["rank"])
        for level in competency["levels"]:
            level["indicators"] = [
                {"id": f"{competency['id']}/{level['rank']}/{n}", "text": text, "lines": [line, line]}
                for n, (text, line) in enumerate(level["indicators"], start=1)
            ]
    data["title"] = data["title"] or path.stem
    data["id"] = slug(path.stem) or "framework"
    data["source"] = MappingProxyType({"file": path.name, "sha256": sha256})
    try:
        return Framework.from_dict(data, origin=str(path))
    except (FrameworkError, ValueError) as error:
        raise ParseError(str(error)) from error


def write_template(path: str | Path) -> None:
    """
    Write an empty workbook for a framework, with an explanation and an example on other sheets.

    Raises
    ------
    ParseError
        If the file's name does not end in .xlsx.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        msg = f"{path}: a template is a workbook. Give it a name that ends in .xlsx."
        raise ParseError(msg)
    sheets: dict[str, tuple[Sequence[str], Sequence[Sequence[object]]]] = {
        MAIN_SHEET: (COLUMNS, ()),
        "Uitleg": (("Kolom", "Betekenis"), _EXPLAINED),
        "Voorbeeld": (COLUMNS, _EXAMPLE),
    }
    _save(sheets, path)


def _write_workbook(framework: Framework, path: Path, unused: Mapping[int, str]) -> None:
    sheets: dict[str, tuple[Sequence[str], Sequence[Sequence[object]]]] = {
        MAIN_SHEET: (COLUMNS, list(_main_rows(framework)))
    }
    extra: dict[str, list[tuple[object, ...]]] = {
        "Niveaus": list(framework.level_scheme),
        "Profielen": [(p.name, p.grade, name, rank) for p in framework.profiles for name, rank in p.required.items()],
        "Statussen": [(s.status.value, s.term, s.color) for s in framework.statuses],
        "Specialisaties": [(text,) for text in framework.specialisations],
        "Titel": [(framework.title,)],
    }
    sheets |= {name: (_SHEETS[name], rows) for name, rows in extra.items() if rows}
    if unused:
        sheets["Niet gebruikt"] = (("Regel", "Tekst"), list(unused.items()))
    _save(sheets, path)


def _main_rows(framework: Framework) -> Iterator[tuple[object, ...]]:
    for competency in framework:
        definition = competency.definition or ""
        for level in competency.levels:
            headline, applies = level.headline or "", "ja" if level.applicable else "nee"
            for text in [indicator.text for indicator in level.indicators] or [""]:
                yield (competency.name, definition, level.rank, applies, headline, _one_line(text))
                definition, headline = "", ""


def _save(sheets: Mapping[str, tuple[Sequence[str], Sequence[Sequence[object]]]], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, (titles, rows) in sheets.items():
        sheet = book.create_sheet(name)
        for number, values in enumerate([titles, *rows], start=1):
            for column, value in enumerate(values, start=1):
                cell = sheet.cell(number, column)
                if isinstance(value, str):
                    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:32_767]
                    # Set after the value: openpyxl takes a text that begins with "=" for a formula.
                    cell.data_type = "s"
                else:
                    cell.value = value
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.font = Font(bold=number == 1)
        for column, title in enumerate(titles, start=1):
            width = 60 if title in ("Definitie", "Kernzin", "Indicator", "Betekenis", "Tekst", "Uitleg") else 24
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = "A2"
    with whole_file(path) as partial:
        book.save(partial)


def read_workbook_outline(source: SourceText) -> Framework | None:
    """
    Read a workbook or CSV with the columns of the template; None when it has others.

    Raises
    ------
    ParseError
        If a row has an indicator and no level or competency above it, or a level is no whole number.
    """
    if source.path.suffix.lower() not in (".xlsx", ".xlsm", ".csv", ".tsv"):
        return None
    sheets = _sheets(source)
    main = next((rows for rows in sheets.values() if _has_columns(rows, COLUMNS)), None)
    if main is None:
        return None
    data: dict[str, Any] = {"title": "", "competencies": _competencies(main[1:], source)}
    for name, columns in _SHEETS.items():
        if name in sheets and _has_columns(sheets[name], columns):
            for row in sheets[name][1:]:
                _add_row(data, name, _padded(row, len(columns)), source.where(row.lines[0]))
    profiles = data.pop("Profielen", {})
    data["profiles"] = [{"name": n, "grade": g, "required": required} for (n, g), required in profiles.items()]
    return _build(data, source.path, source.sha256)


def _sheets(source: SourceText) -> dict[str, list[Block]]:
    sheets: dict[str, list[Block]] = {}
    name = ""
    for block in source.blocks:
        if block.kind == "row":
            sheets.setdefault(name, []).append(block)
        else:
            name = block.text
    return sheets


def _has_columns(rows: Sequence[Block], columns: Sequence[str]) -> bool:
    found = tuple(cell.casefold() for cell in rows[0].cells[: len(columns)])
    return found == tuple(title.casefold() for title in columns)


def _padded(row: Block, width: int) -> list[str]:
    return [_one_line(cell) for cell in (*row.cells, *[""] * width)[:width]]


def _competencies(rows: Sequence[Block], source: SourceText) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    name, rank = "", 0
    for row in rows:
        where = source.where(row.lines[0])
        given, definition, level_text, applies, headline, indicator = _padded(row, len(COLUMNS))
        if given and given != name:
            name, rank = given, 0
        if not name:
            msg = f"{where}: a row without a competency above it. Fill in the column 'Competentie'."
            raise ParseError(msg)
        competency = found.setdefault(name, {"name": name, "definition": None, "levels": []})
        competency["definition"] = competency["definition"] or definition or None
        rank = _rank(level_text, where) if level_text else rank
        if not rank:
            if indicator or headline:
                msg = (
                    f"{where}: '{(indicator or headline)[:40]}' has no level. "
                    "Fill in the column 'Niveau' with a number from 1."
                )
                raise ParseError(msg)
            continue
        level = next((level for level in competency["levels"] if level["rank"] == rank), None)
        if level is None:
            level = {"rank": rank, "headline": None, "applicable": True, "indicators": []}
            competency["levels"].append(level)
        level["headline"] = level["headline"] or headline or None
        level["applicable"] = level["applicable"] and applies.casefold() not in ("nee", "no", "n", "0", "false")
        if indicator:
            level["indicators"].append((indicator, row.lines[0]))
    return list(found.values())


def _rank(text: str, where: str) -> int:
    mark = re.fullmatch(r"(?:niveau|level)?\s*(\d{1,3})", text, re.IGNORECASE)
    if not mark or int(mark[1]) < 1:
        msg = f"{where}: level '{text[:40]}' is no whole number from 1. Number the levels from the lowest, which is 1."
        raise ParseError(msg)
    return int(mark[1])


def _add_row(data: dict[str, Any], sheet: str, cells: Sequence[str], where: str) -> None:
    if sheet == "Niveaus":
        data.setdefault("level_scheme", []).append({"rank": _rank(cells[0], where), "text": cells[1]})
    elif sheet == "Profielen":
        required = data.setdefault("Profielen", {}).setdefault((cells[0], cells[1]), {})
        required[cells[2]] = _rank(cells[3], where)
    elif sheet == "Statussen":
        data.setdefault("statuses", []).append({"status": cells[0], "term": cells[1], "color": cells[2]})
    elif sheet == "Specialisaties":
        data.setdefault("specialisations", []).append(cells[0])
    else:
        data["title"] = cells[0]
