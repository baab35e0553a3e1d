"""Rows of an Excel sheet, read without holding the sheet, and without trusting what the file says of its size."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kempen_nlp.comments._tables import MAX_COLUMNS, Row, Table, as_text, column_names
from kempen_nlp.errors import CommentsError

MAX_ROWS = 1_048_576
"""Of an Excel sheet."""
_MAX_SHEET = 2 * 2**30
_MAX_OTHER = 256 * 2**20
"""Bytes of a part of the package that is held whole, such as the shared texts."""
_MAX_RATIO = 250
"""A sheet full of the same row is packed about a hundredfold; a bomb a thousandfold."""
_SMALL = 2**20
_MAX_PARTS = 5_000


def open_excel(path: Path, sheet: str | None) -> Table:
    """
    Open one sheet of a workbook.

    Raises
    ------
    CommentsError
        If it is no workbook, is protected, would unpack to more than a workbook can be, or has
        no such sheet.
    """
    book = _open_book(path)
    if sheet is not None and sheet not in book.sheetnames:
        msg = f"{path} has no sheet {sheet!r}. It has {', '.join(book.sheetnames)}."
        raise CommentsError(msg)
    if not book.worksheets:
        msg = f"{path} has no sheet with cells. Expected a table of comments."
        raise CommentsError(msg)
    found = book[sheet] if sheet else book.worksheets[0]
    # What a file says of its size is often wrong ("A1"), and then cells would be left out or made up.
    found.reset_dimensions()
    header = next(_records(found, path), (0, ()))[1]
    if not any(cell is not None for cell in header):
        msg = f"{path}: the first row of the sheet is empty. Expected column names there."
        raise CommentsError(msg)
    columns = column_names(_trimmed(header), path)
    return Table(columns, lambda: _rows(_records(found, path), columns))


def _open_book(path: Path) -> Any:  # noqa: ANN401 - openpyxl types a workbook in read-only mode as another
    from openpyxl import load_workbook

    try:
        _check_package(path)
        return load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except CommentsError:
        raise
    except Exception as error:  # openpyxl lets through whatever zip and XML raise
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> CommentsError:
    return CommentsError(
        f"{path} cannot be opened as an Excel workbook ({type(error).__name__}). "
        "Save it again as .xlsx, without a password."
    )


def _check_package(path: Path) -> None:
    """Refuse a package that would fill memory or keep the machine busy for hours."""
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
    for part in parts:
        is_sheet = part.filename.startswith("xl/worksheets/")
        packed = part.file_size > _MAX_RATIO * max(part.compress_size, 1) and part.file_size > _SMALL
        if packed or part.file_size > (_MAX_SHEET if is_sheet else _MAX_OTHER):
            msg = (
                f"{path}: a part of the workbook unpacks to {part.file_size:,} bytes, more than a table of comments "
                "can be. Nothing was unpacked. Copy the comments to a new workbook, or save them as .csv."
            )
            raise CommentsError(msg)
    if len(parts) > _MAX_PARTS:
        msg = f"{path} holds {len(parts):,} parts, more than a workbook has. Save the comments as .csv."
        raise CommentsError(msg)


def _records(sheet: Any, path: Path) -> Iterator[tuple[int, Sequence[object]]]:  # noqa: ANN401 - see _open_book
    """Yield each row with its number, the header first."""
    rows = sheet.iter_rows(values_only=True)
    for number in range(1, MAX_ROWS + 2):
        try:
            cells = next(rows, None)
        except Exception as error:  # as when opening: any part may be malformed
            raise _unreadable(path, error) from error
        if cells is None:
            return
        if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
            msg = (
                f"{path}: the sheet has cells beyond row {MAX_ROWS:,} or column {MAX_COLUMNS:,}. "
                "Save it again in Excel."
            )
            raise CommentsError(msg)
        yield number, cells


def _trimmed(cells: Sequence[object]) -> Sequence[object]:
    """Leave out empty cells at the end of a row."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]


def _rows(records: Iterator[tuple[int, Sequence[object]]], columns: Sequence[str]) -> Iterator[Row]:
    next(records, None)
    for number, cells in records:
        given = _trimmed(cells)
        if not given:
            continue
        padded = [*given, *[None] * (len(columns) - len(given))]
        row = Row(number, {c: as_text(v) for c, v in zip(columns, padded, strict=False)})
        if len(given) > len(columns):
            row.problems.append(
                f"The row has {len(given)} cells and the header {len(columns)}; give every column a name."
            )
        yield row
