"""Spreadsheets and CSV: every sheet is a table, every filled row a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path

from kempen_nlp.errors import ParseError
from kempen_nlp.parsing.pages import PageLog, open_package

MAX_ROWS = 20_000
_NAME_WORDS = 8
MAX_BLANK_ROWS = 1_100_000
_DELIMITERS = ";,\t|"


def read_excel(content: bytes, path: Path) -> PageLog:
    """
    Read the visible sheets of a workbook; a merged cell counts once, where it begins.

    Raises
    ------
    ParseError
        If the file is damaged, protected, or unpacks to more than a handbook can be.
    """
    from openpyxl import load_workbook

    open_package(content, path, "xl/workbook.xml").close()
    log = PageLog(path)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                _read_sheet(sheet.title, sheet.iter_rows(values_only=True), log)
    except ParseError:
        raise
    except Exception as error:  # the library raises whatever a malformed part leads to
        msg = f"{path} cannot be read as a workbook ({type(error).__name__}: {error}). Open and save it again in Excel."
        raise ParseError(" ".join(msg.split())) from error
    return log


def _read_sheet(title: str, rows: Iterable[Sequence[object]], log: PageLog) -> None:
    rows = iter(rows)
    first = [[_as_text(value) for value in values] for values in islice(rows, 1)]
    filled = [cell for cell in first[0] if cell] if first else []
    # The name of a sheet is cut at 31 characters; the first row may hold all of it.
    is_name = (
        len(filled) == 1
        and len(filled[0].split()) <= _NAME_WORDS
        and not filled[0].endswith(".")
        and filled[0].casefold().startswith(title.strip().casefold())
    )
    log.add(filled[0] if is_name else title, f"sheet '{title}'", depth=1)
    table = log.new_table()
    for number, values in enumerate(chain(first, rows), start=1):
        if len(log.lines) > MAX_ROWS or number > MAX_BLANK_ROWS:
            msg = f"{log.path}: sheet '{title}' has more rows than any handbook, {MAX_ROWS:,}. Delete rows without use."
            raise ParseError(msg)
        log.add_row([_as_text(value) for value in values], f"sheet '{title}', row {number}", table)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def read_csv(content: bytes, path: Path) -> PageLog:
    """
    Read a table with semicolons, commas, tabs or bars, in UTF-8 or the encoding of Dutch Excel.

    Raises
    ------
    ParseError
        If it holds a NUL byte, or a quotation mark that never closes.
    """
    if b"\x00" in content:
        msg = f"{path} holds a NUL byte, so it is not a CSV file. Save the table again as CSV in UTF-8."
        raise ParseError(msg)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    head = text[:10_000]
    delimiter = max(_DELIMITERS, key=head.count)
    log = PageLog(path)
    table = log.new_table()
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number > MAX_ROWS:
                msg = f"{path} has more than {MAX_ROWS:,} rows; a handbook has fewer. Split it into parts."
                raise ParseError(msg)
            log.add_row(cells, f"row {number}", table)
    except csv.Error as error:
        msg = f"{path} is not a whole CSV file ({error}). Save the table again as CSV in UTF-8."
        raise ParseError(msg) from error
    return log
