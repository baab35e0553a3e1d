"""A filled-in workbook, as Excel, LibreOffice or a colleague left it, to rows of fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kempen_nlp.assignments import unescape_excel
from kempen_nlp.dutch import HEADINGS, KEY_HEADING, REVIEW_HEADINGS
from kempen_nlp.errors import ReviewError
from kempen_nlp.workbook import ASSIGNMENTS_SHEET, FIELDS, METHOD_SHEET, NAME_PREFIX

_NEEDED = (*FIELDS, "key", "decision", "reviewer")
_PLACE = re.compile(r"^'?(?P<sheet>(?:[^']|'')+?)'?!\$?(?P<column>[A-Z]+)\$?(?P<row>\d+)$")


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row of the sheet with assignments."""

    number: int
    """As the program that opened the workbook numbers it."""
    cells: Mapping[str, Any]
    """Fields of ``dutch.HEADINGS`` and ``dutch.REVIEW_HEADINGS``, and ``key``, to values; texts unescaped."""
    extra: Mapping[str, str]
    """The other columns."""


@dataclass(frozen=True, slots=True)
class FilledWorkbook:
    """What stands in a workbook that a reviewer filled in."""

    path: Path
    rows: tuple[ReviewRow, ...]
    facts: Mapping[str, str]
    """The sheet with the method: subject to what it says."""
    saved: datetime | None
    """When it was last saved, as the workbook itself says."""


def read_workbook(path: str | Path) -> FilledWorkbook:
    """
    Read the rows of a workbook that ``write_workbook`` wrote and people worked in.

    Columns are found by the names that the workbook gives them, which follow a column that is
    moved or gets another heading, else by their headings.

    Raises
    ------
    ReviewError
        If the file is no workbook, or the sheet or a column that is needed is gone.
    """
    path = Path(path)
    book = _open(path)
    try:
        return _filled(book, path)
    except ReviewError:
        raise
    except Exception as error:  # a read-only sheet is parsed when its rows are asked for
        raise _unreadable(path, error) from error


def _filled(book: Any, path: Path) -> FilledWorkbook:  # noqa: ANN401 - a book of openpyxl
    sheet_name, header_row, column_of = _find_columns(book, path)
    sheet = book[sheet_name]
    values = sheet.iter_rows(min_row=header_row, values_only=True)
    header = [str(value).strip() if value is not None else "" for value in next(values, ())]
    known = set(column_of.values())
    rows = []
    for number, line in enumerate(values, start=header_row + 1):
        cells = {field: _value(line, index) for field, index in column_of.items()}
        if any(value is not None for value in cells.values()):
            extra = {h: str(_value(line, n) or "") for n, h in enumerate(header) if h and n not in known}
            rows.append(ReviewRow(number, cells, extra))
    return FilledWorkbook(path, tuple(rows), _facts(book), book.properties.modified)


def _open(path: Path) -> Any:  # noqa: ANN401 - a book of openpyxl
    import openpyxl

    if not path.is_file():
        msg = f"{path} is not a file. Expected a workbook that `kempen classify -o FILE.xlsx` wrote."
        raise ReviewError(msg)
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets through whatever zip and XML raise
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ReviewError:
    return ReviewError(
        f"{path} cannot be opened as an Excel workbook ({type(error).__name__}). "
        "Save it again as .xlsx, without a password."
    )


def _find_columns(book: Any, path: Path) -> tuple[str, int, dict[str, int]]:  # noqa: ANN401 - a book of openpyxl
    places = {name: _place(book, name) for name in [*HEADINGS, *REVIEW_HEADINGS, "key"]}
    sheet_name, header_row, _ = places["key"] or (_sheet_with_keys(book, path), 1, 0)
    named = {name: place[2] for name, place in places.items() if place and place[:2] == (sheet_name, header_row)}
    header = next(book[sheet_name].iter_rows(min_row=header_row, max_row=header_row, values_only=True), ())
    heading_of = {**HEADINGS, **REVIEW_HEADINGS, "key": KEY_HEADING}
    position = {str(value).strip().casefold(): n for n, value in reversed(list(enumerate(header))) if value is not None}
    found = {name: position[heading] for name, heading in heading_of.items() if heading in position} | named
    missing = [heading_of[name] for name in _NEEDED if name not in found]
    if missing:
        msg = (
            f"{path}, sheet {sheet_name!r}: the columns {missing} are gone. Expected them as `kempen classify` wrote "
            "them; take the workbook as it was and copy the decisions into it."
        )
        raise ReviewError(msg)
    return sheet_name, header_row, found


def _place(book: Any, field: str) -> tuple[str, int, int] | None:  # noqa: ANN401 - a book of openpyxl
    from openpyxl.utils import column_index_from_string

    name = book.defined_names.get(f"{NAME_PREFIX}{field}")
    match = _PLACE.match(name.attr_text or "") if name is not None else None
    sheet = match["sheet"].replace("''", "'").lstrip("$") if match else ""
    if match is None or sheet not in book.sheetnames:
        return None
    return sheet, int(match["row"]), column_index_from_string(match["column"]) - 1


def _sheet_with_keys(book: Any, path: Path) -> str:  # noqa: ANN401 - a book of openpyxl
    names = sorted(book.sheetnames, key=lambda name: name != ASSIGNMENTS_SHEET)
    for name in names:
        header = next(book[name].iter_rows(max_row=1, values_only=True), ())
        if KEY_HEADING in [str(value).strip().casefold() for value in header]:
            return str(name)
    msg = f"{path} has no sheet with a column {KEY_HEADING!r}. Expected a workbook that `kempen classify` wrote."
    raise ReviewError(msg)


def _facts(book: Any) -> dict[str, str]:  # noqa: ANN401 - a book of openpyxl
    if METHOD_SHEET not in book.sheetnames:
        return {}
    rows = book[METHOD_SHEET].iter_rows(max_col=2, values_only=True)
    return {str(row[0]): str(row[1]) for row in rows if len(row) == 2 and row[0] is not None}


def _value(line: tuple[Any, ...], index: int) -> Any:  # noqa: ANN401 - whatever a cell holds
    value = line[index] if index < len(line) else None
    if isinstance(value, str):
        value = unescape_excel(value)
        return value if value.strip() else None
    return value
