"""An outline as a workbook: the template, writing, and reading back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kempen_nlp.assignments import whole_file
from kempen_nlp.errors import ParseError
from kempen_nlp.framework import Framework
from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.outline_data import MAIN_SHEET, build, one_line
from kempen_nlp.parsing.source import SourceText

COLUMNS = ("Competentie", "Definitie", "Niveau", "Van toepassing", "Kernzin", "Indicator")
CLUSTER = "Cluster"
Sheets = dict[str, tuple[Sequence[str], Sequence[Sequence[object]]]]
"""Name of a sheet to its titles and rows."""
_SHEETS = {
    "Niveaus": ("Niveau", "Uitleg"),
    "Profielen": ("Functie", "Graad", "Competentie", "Niveau"),
    "Statussen": ("Status", "Term", "Kleur"),
    "Specialisaties": ("Specialisatie",),
    "Titel": ("Titel",),
}
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
    ("Cluster", "titel boven een groep competenties, één keer per competentie; mag leeg blijven"),
)
_YES, _NO = ("", "ja", "j", "yes", "y", "1", "true", "waar"), ("nee", "n", "no", "0", "false", "onwaar")


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
    _save(_empty_sheets(), path)


def write_text_workbook(lines: Mapping[int, str], path: str | Path) -> None:
    """Write an empty workbook with the lines of a handbook on a sheet of their own, to be filled in from there."""
    _save({**_empty_sheets(), "Niet gebruikt": (("Regel", "Tekst"), list(lines.items()))}, Path(path))


def _empty_sheets() -> Sheets:
    return {
        MAIN_SHEET: ((*COLUMNS, CLUSTER), ()),
        "Uitleg": (("Kolom", "Betekenis"), _EXPLAINED),
        "Voorbeeld": ((*COLUMNS, CLUSTER), _EXAMPLE),
    }


def write_workbook(framework: Framework, path: Path, unused: Mapping[int, str]) -> None:
    """Write a framework as a workbook, with the lines that were not used on a sheet of their own."""
    sheets: Sheets = {MAIN_SHEET: ((*COLUMNS, CLUSTER), list(_main_rows(framework)))}
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
        definition, cluster = competency.definition or "", competency.cluster or ""
        for level in competency.levels:
            headline, applies = level.headline or "", "ja" if level.applicable else "nee"
            for text in [indicator.text for indicator in level.indicators] or [""]:
                yield (competency.name, definition, level.rank, applies, headline, one_line(text), cluster)
                definition, headline, cluster = "", "", ""


def _save(sheets: Sheets, path: Path) -> None:
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
    data: dict[str, Any] = {"title": "", "competencies": _competencies(main, source)}
    for name, columns in _SHEETS.items():
        if name in sheets and _has_columns(sheets[name], columns):
            for row in sheets[name][1:]:
                _add_row(data, name, _padded(row, len(columns)), source.where(row.lines[0]))
    profiles = data.pop("Profielen", {})
    data["profiles"] = [{"name": n, "grade": g, "required": required} for (n, g), required in profiles.items()]
    return build(data, source.path, source.sha256)


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
    return [one_line(cell) for cell in (*row.cells, *[""] * width)[:width]]


def _competencies(rows: Sequence[Block], source: SourceText) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    name, rank = "", 0
    has_cluster = _has_columns(rows, (*COLUMNS, CLUSTER))
    for row in rows[1:]:
        where = source.where(row.lines[0])
        *cells, cluster = _padded(row, len(COLUMNS) + 1)
        given, definition, level_text, applies, headline, indicator = cells
        if given and given != name:
            name, rank = given, 0
        if not name:
            msg = f"{where}: a row without a competency above it. Fill in the column 'Competentie'."
            raise ParseError(msg)
        competency = found.setdefault(name, {"name": name, "definition": None, "levels": []})
        competency["definition"] = competency["definition"] or definition or None
        if has_cluster and cluster:
            competency.setdefault("cluster", cluster)
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
        level["applicable"] = level["applicable"] and _applies(applies, where)
        if indicator:
            level["indicators"].append((indicator, row.lines[0]))
    return list(found.values())


def _applies(text: str, where: str) -> bool:
    if text.casefold() not in (*_YES, *_NO):
        msg = f"{where}: '{text[:40]}' in the column 'Van toepassing'. Expected ja or nee, or nothing for ja."
        raise ParseError(msg)
    return text.casefold() not in _NO


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
