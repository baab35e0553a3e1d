"""Read tables of comments as people have them: CSV of any Dutch Excel, Excel, JSON Lines, Parquet."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kempen_nlp.errors import CommentsError

READABLE_SUFFIXES = (".csv", ".xlsx", ".jsonl", ".parquet")
TEXT_COLUMNS = (
    "text", "tekst", "opmerking", "opmerkingen", "comment", "comments", "feedback", "toelichting", "reactie",
)  # fmt: skip
ID_COLUMNS = ("id", "nr", "nummer", "opmerking_id", "comment_id", "volgnummer")
_UNDECODABLE = "\ufffd"
_MAX_CELL = 10_000_000
_NO_DELIMITER = "\x1f"
"""Of a table with one column: commas belong to its comments."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One text by one author, as it stood in a file."""

    id: str
    text: str
    row: int
    """Line of the CSV or JSON Lines file, or row of the sheet or table, counted from 1."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """The other columns of the row, as text."""
    problems: tuple[str, ...] = ()
    """Why this row is set aside; empty for a comment that can be classified."""


def read_comments(
    path: str | Path,
    *,
    text_column: str | None = None,
    id_column: str | None = None,
    sheet: str | None = None,
) -> list[Comment]:
    """
    Read every row of a file of comments, in order; unusable rows carry their problem.

    Rows are set aside, not dropped, when they have no text, an id that an earlier row has, more
    fields than there are columns, or bytes that no encoding explains.

    Parameters
    ----------
    path : path
        ``.csv`` (comma, semicolon or tab; UTF-8, UTF-8 with BOM, UTF-16 with BOM or cp1252),
        ``.xlsx``, ``.jsonl`` or ``.parquet``.
    text_column, id_column : str, optional
        By default the column whose name is one of ``TEXT_COLUMNS`` or ``ID_COLUMNS``. Without
        an id column, rows are numbered from 1.
    sheet : str, optional
        Name of the Excel sheet; by default the first.

    Raises
    ------
    CommentsError
        If the file cannot be read or it is not clear which column holds the text.
    """
    path = Path(path)
    if path.suffix.lower() not in READABLE_SUFFIXES:
        msg = f"{path}: ending {path.suffix!r} is not known. Expected one of {', '.join(READABLE_SUFFIXES)}."
        raise CommentsError(msg)
    if not path.is_file():
        msg = f"{path} is not a file. Check the name and the folder."
        raise CommentsError(msg)
    columns, rows = _open_table(path, sheet)
    text_name = _find_column(columns, text_column, TEXT_COLUMNS, "text", path)
    id_name = _find_column(columns, id_column, ID_COLUMNS, "id", path) if columns else None
    return list(_comments(rows, text_name or "", id_name))


@dataclass(slots=True)
class _Row:
    number: int
    cells: dict[str, str]
    problems: list[str] = field(default_factory=list)


def _comments(rows: Iterator[_Row], text_name: str, id_name: str | None) -> Iterator[Comment]:
    first_row_of: dict[str, int] = {}
    given = list(rows)
    taken = {row.cells.get(id_name, "").strip() for row in given} if id_name else set()
    for position, row in enumerate(given, start=1):
        text = row.cells.get(text_name, "")
        identifier = row.cells.get(id_name, "").strip() if id_name else ""
        # A row without an id gets its number, unless that is another row's id.
        identifier = identifier or (f"rij {row.number}" if str(position) in taken else str(position))
        problems = list(row.problems)
        if _UNDECODABLE in text:
            problems.append("The text has bytes that are neither UTF-8 nor cp1252; save the file again as UTF-8.")
        if not problems and not text.strip():
            problems.append("The row has no text.")
        if identifier in first_row_of:
            problems.append(
                f"Id {identifier!r} was used on row {first_row_of[identifier]} already; give every comment its own id."
            )
        first_row_of.setdefault(identifier, row.number)
        extra = {k: v for k, v in row.cells.items() if k not in (text_name, id_name)}
        yield Comment(identifier, text, row.number, extra, tuple(problems))


def _find_column(columns: Sequence[str], asked: str | None, known: Sequence[str], what: str, path: Path) -> str | None:
    listed = ", ".join(_shown(c, n) for n, c in enumerate(columns, start=1))
    if asked is not None:
        if asked in columns:
            return asked
        msg = f"{path} has no column {asked!r}. It has {listed}; name one of these with --{what}-column."
        raise CommentsError(msg)
    found = [c for c in columns if c.strip().casefold() in known]
    if len(found) == 1 or (found and what == "id"):
        return found[0]
    if what == "id":
        return None
    if len(columns) == 1 and _is_name(columns[0]):
        return columns[0]
    state = f"columns {found} could both be the text" if found else "no column is named like a text column"
    msg = f"{path}: {state}. It has {listed}; name the one to read with --text-column."
    raise CommentsError(msg)


def _is_name(header: str) -> bool:
    """Say whether a header looks like a name; a file without header has a comment in its place."""
    return len(header) <= 30 and len(header.split()) <= 3


def _shown(header: str, position: int) -> str:
    return repr(header) if _is_name(header) else f"(column {position})"


def _open_table(path: Path, sheet: str | None) -> tuple[list[str], Iterator[_Row]]:
    match path.suffix.lower():
        case ".csv":
            return _open_csv(path)
        case ".xlsx":
            return _open_excel(path, sheet)
        case ".parquet":
            return _open_parquet(path)
        case _:
            return _open_jsonl(path)


def decode(content: bytes) -> str:
    """
    Decode bytes as Dutch office software writes them; what nothing explains becomes U+FFFD.

    A byte order mark decides. Otherwise the text is UTF-8 if most lines with letters outside
    ASCII are valid UTF-8, else cp1252. Detectors that guess from letter counts read Dutch
    cp1252 as a Central European code page, so none is used.

    Examples
    --------
    >>> decode("één".encode("cp1252")), decode("één".encode())
    ('één', 'één')
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines = [line for line in content.splitlines() if not line.isascii()]
        is_utf8 = sum(_is_utf8(line) for line in lines) * 2 > len(lines)
        return content.decode("utf-8-sig" if is_utf8 else "cp1252", errors="replace")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _open_csv(path: Path) -> tuple[list[str], Iterator[_Row]]:
    text = decode(path.read_bytes()).replace("\x00", _UNDECODABLE)
    skipped, delimiter = 0, ""
    if text[:4].lower() == "sep=":
        first, _, text = text.partition("\n")
        skipped, delimiter = 1, first[4:5].strip("\r")
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True)
    header = _next_record(reader, path)
    if header is None:
        msg = f"{path} is empty. Expected a first row with column names."
        raise CommentsError(msg)
    columns = _column_names(header)
    return columns, _csv_rows(reader, columns, skipped, path)


def _csv_rows(reader: Any, columns: list[str], skipped: int, path: Path) -> Iterator[_Row]:  # noqa: ANN401 - csv.reader has no public type
    while True:
        number = reader.line_num + 1 + skipped
        record = _next_record(reader, path)
        if record is None:
            return
        if not any(field.strip() for field in record) and len(record) <= 1:
            continue
        row = _Row(number, dict(zip(columns, record, strict=False)))
        if len(record) > len(columns):
            row.problems.append(
                f"The row has {len(record)} fields and the header {len(columns)}; "
                "put text that holds the delimiter between double quotes."
            )
        yield row


def _next_record(reader: Any, path: Path) -> list[str] | None:  # noqa: ANN401 - csv.reader has no public type
    try:
        return next(reader, None)
    except csv.Error as error:
        msg = (
            f"{path}:{reader.line_num}: {error}. Put comments that hold a double quote between double quotes, "
            "and write the quote itself twice."
        )
        raise CommentsError(msg) from error


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    outside_quotes = "".join(header.split('"')[::2])
    return max(";,\t", key=outside_quotes.count) if any(d in outside_quotes for d in ";,\t") else _NO_DELIMITER


def _column_names(header: Sequence[object]) -> list[str]:
    """Return usable names: blanks get their position, repeated names a number."""
    names: list[str] = []
    for position, name in enumerate(header, start=1):
        base = str(name).strip() if name is not None and str(name).strip() else f"kolom {position}"
        number, unique = 2, base
        while unique in names:
            unique, number = f"{base} ({number})", number + 1
        names.append(unique)
    return names


def _open_excel(path: Path, sheet: str | None) -> tuple[list[str], Iterator[_Row]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets through whatever zip and XML raise
        msg = (
            f"{path} cannot be opened as an Excel workbook ({type(error).__name__}). "
            "Save it again as .xlsx, without a password."
        )
        raise CommentsError(msg) from error
    if sheet is not None and sheet not in book.sheetnames:
        msg = f"{path} has no sheet {sheet!r}. It has {', '.join(book.sheetnames)}."
        raise CommentsError(msg)
    rows = (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
    header = next(rows, None)
    if header is None or not any(cell is not None for cell in header):
        msg = f"{path}: the first row of the sheet is empty. Expected column names there."
        raise CommentsError(msg)
    columns = _column_names(header)
    filled = (
        _Row(number, {c: _as_text(v) for c, v in zip(columns, cells, strict=False)})
        for number, cells in enumerate(rows, start=2)
        if any(cell is not None for cell in cells)
    )
    return columns, filled


def _open_parquet(path: Path) -> tuple[list[str], Iterator[_Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        msg = f"{path} cannot be opened as Parquet. Check that the file is whole."
        raise CommentsError(msg) from error
    columns = list(table.schema_arrow.names)
    records = (r for batch in table.iter_batches() for r in batch.to_pylist())
    rows = (_Row(n, {k: _as_text(v) for k, v in r.items()}) for n, r in enumerate(records, start=1))
    return columns, rows


def _open_jsonl(path: Path) -> tuple[list[str], Iterator[_Row]]:
    rows: list[_Row] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(decode(path.read_bytes()).split("\n"), start=1):
        if not line.strip():
            continue
        row = _json_row(line, number)
        columns.update(dict.fromkeys(row.cells))
        rows.append(row)
    if not columns:
        msg = f"{path} holds no JSON object. Expected one object a line, with a field `text`."
        raise CommentsError(msg)
    return list(columns), iter(rows)


def _json_row(line: str, number: int) -> _Row:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return _Row(number, {}, ["The line is not JSON."])
    if not isinstance(record, dict):
        return _Row(number, {}, [f"The line holds a {type(record).__name__}, not an object."])
    return _Row(number, {str(k): _as_text(v) for k, v in record.items()})


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
