"""A filled-in workbook, as Excel, LibreOffice or a colleague left it, to rows of fields."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kempen_nlp.assignments import unescape_excel
from kempen_nlp.dutch import HEADINGS, KEY_HEADING, REVIEW_HEADINGS
from kempen_nlp.errors import ReviewError
from kempen_nlp.workbook import (
    ASSIGNMENTS_SHEET,
    COUNT_HEADINGS,
    FIELDS,
    FRAMEWORK_FACT,
    METHOD_SHEET,
    NAME_PREFIX,
)

_NEEDED = (*FIELDS, "key", "decision", "reviewer")
_HEADING_OF = {**HEADINGS, **REVIEW_HEADINGS, "key": KEY_HEADING}
_SEARCHED = 20
"""Rows at the top of a sheet in which the heading is looked for."""
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
    sheet: str = ""
    """Of the rows, as people named it."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Heading as ``kempen classify`` writes it to the letter of its column."""
    n_rows: Mapping[str, int] = field(default_factory=dict)
    """Id of a comment to how many rows it was given; empty when the sheet that tells it is gone."""

    def cell(self, row: int, heading: str) -> str:
        """Return where a cell stands, as Excel writes it: ``Toewijzingen!L7``; empty when it is in no sheet."""
        if heading not in self.letters:
            return ""
        name = self.sheet if re.fullmatch(r"\w+", self.sheet) else "'" + self.sheet.replace("'", "''") + "'"
        return f"{name}!{self.letters[heading]}{row}"


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
        with warnings.catch_warnings():
            # Excel's extensions for colours and lists are left out of what is read; that says nothing to an analyst.
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            return _filled(book, path)
    except ReviewError:
        raise
    except Exception as error:  # a read-only sheet is parsed when its rows are asked for
        raise _unreadable(path, error) from error
    finally:
        # Else Windows keeps the file from being saved again.
        book.close()


def _filled(book: Any, path: Path) -> FilledWorkbook:  # noqa: ANN401 - a book of openpyxl
    from openpyxl.utils import get_column_letter

    sheet_name, header_row, column_of = _find_columns(book, path)
    sheet = book[sheet_name]
    values = sheet.iter_rows(min_row=header_row, values_only=True)
    header = [str(value).strip() if value is not None else "" for value in next(values, ())]
    known = set(column_of.values())
    rows = []
    for number, line in enumerate(values, start=header_row + 1):
        cells = {name: _value(line, index) for name, index in column_of.items()}
        if any(value is not None for value in cells.values()):
            extra = {h: str(_value(line, n) or "") for n, h in enumerate(header) if h and n not in known}
            rows.append(ReviewRow(number, cells, extra))
    letters = {_HEADING_OF[name]: get_column_letter(index + 1) for name, index in column_of.items()}
    saved = book.properties.modified
    return FilledWorkbook(path, tuple(rows), _facts(book), saved, sheet_name, letters, _counts(book))


def _open(path: Path) -> Any:  # noqa: ANN401 - a book of openpyxl
    import openpyxl

    if not path.is_file():
        msg = f"{path} is not a file. Expected a workbook that `kempen classify -o FILE.xlsx` wrote."
        raise ReviewError(msg)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets through whatever zip and XML raise
        raise _unreadable(path, error) from error
    for sheet in book.worksheets:
        # What a file says of its size is often wrong, and then rows would be left out.
        sheet.reset_dimensions()
    return book


def _unreadable(path: Path, error: Exception) -> ReviewError:
    return ReviewError(
        f"{path} cannot be opened as an Excel workbook ({type(error).__name__}). "
        "Save it again as .xlsx, without a password."
    )


def _find_columns(book: Any, path: Path) -> tuple[str, int, dict[str, int]]:  # noqa: ANN401 - a book of openpyxl
    places = {name: _place(book, name) for name in [*HEADINGS, *REVIEW_HEADINGS, "key"]}
    sheet_name, header_row, _ = places["key"] or (*_sheet_with_keys(book, path), 0)
    named = {name: place[2] for name, place in places.items() if place and place[:2] == (sheet_name, header_row)}
    header = next(book[sheet_name].iter_rows(min_row=header_row, max_row=header_row, values_only=True), ())
    position = {heading: n for n, heading in reversed(list(enumerate(_texts(header)))) if heading}
    found = {name: position[heading] for name, heading in _HEADING_OF.items() if heading in position} | named
    missing = [_HEADING_OF[name] for name in _NEEDED if name not in found]
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


def _sheet_with_keys(book: Any, path: Path) -> tuple[str, int]:  # noqa: ANN401 - a book of openpyxl
    """Return the sheet and the row of its heading, also when rows were put above it."""
    for name in sorted(book.sheetnames, key=lambda name: name != ASSIGNMENTS_SHEET):
        for number, texts in _top(book, name):
            if KEY_HEADING in texts:
                return str(name), number
    msg = f"{path} has no sheet with a column {KEY_HEADING!r}. Expected a workbook that `kempen classify` wrote."
    raise ReviewError(msg)


def _top(book: Any, name: str) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401 - a book of openpyxl
    for number, line in enumerate(book[name].iter_rows(max_row=_SEARCHED, values_only=True), start=1):
        yield number, _texts(line)


def _texts(line: tuple[Any, ...]) -> list[str]:
    return ["" if value is None else str(value).strip().casefold() for value in line]


def _facts(book: Any) -> dict[str, str]:  # noqa: ANN401 - a book of openpyxl
    """Return what the sheet with the method says, whatever people call that sheet."""
    for name in sorted(book.sheetnames, key=lambda name: name != METHOD_SHEET):
        rows = [row for row in book[name].iter_rows(max_col=2, values_only=True) if len(row) == 2]
        facts = {str(key): str(value) for key, value in rows if key is not None}
        if FRAMEWORK_FACT in facts:
            return facts
    return {}


def _counts(book: Any) -> dict[str, int]:  # noqa: ANN401 - a book of openpyxl
    """Return how many rows each comment has on the first sheet, from the sheet with a row a comment."""
    wanted = (HEADINGS["id"], *COUNT_HEADINGS)
    for name in book.sheetnames:
        for number, texts in _top(book, name):
            if all(heading in texts for heading in wanted):
                columns = [texts.index(heading) for heading in wanted]
                lines = book[name].iter_rows(min_row=number + 1, values_only=True)
                rows = (["" if _value(line, c) is None else str(_value(line, c)) for c in columns] for line in lines)
                return {i: max(1, int(a) + int(b)) for i, a, b in rows if i and a.isdecimal() and b.isdecimal()}
    return {}


def _value(line: tuple[Any, ...], index: int) -> Any:  # noqa: ANN401 - whatever a cell holds
    value = line[index] if index < len(line) else None
    if isinstance(value, str):
        value = unescape_excel(value)
        return value if value.strip() else None
    return value
