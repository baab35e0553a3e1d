"""Open a table of any format: its column names, and its rows as often as asked, never all at once."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kempen_nlp.comments._encodings import UNDECODABLE, file_encoding
from kempen_nlp.errors import CommentsError

MAX_COLUMNS = 16_384
"""As many as an Excel sheet can have."""
MAX_CELL = 10_000_000
"""Characters of one cell of a CSV file."""
MAX_RECORD = 32_000_000
"""Characters of one row of a CSV file, line breaks between quotes included."""
_NO_DELIMITER = "\x1f"
"""Of a table with one column: commas belong to its comments."""


@dataclass(slots=True)
class Row:
    """One row as it stood in the file."""

    number: int
    """Line of the CSV or JSON Lines file, or row of the sheet or table, counted from 1."""
    cells: dict[str, str]
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that stays in its file."""

    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    """Each call reads the file anew, from the first row."""


def open_table(path: Path, sheet: str | None) -> Table:
    """
    Open a file by its ending.

    Raises
    ------
    CommentsError
        If it cannot be opened; rows that cannot be read raise when they are reached.
    """
    match path.suffix.lower():
        case ".csv":
            return _open_csv(path)
        case ".xlsx":
            from kempen_nlp.comments._excel import open_excel

            return open_excel(path, sheet)
        case ".parquet":
            return _open_parquet(path)
        case _:
            return _open_jsonl(path)


def column_names(header: Sequence[object], path: Path) -> tuple[str, ...]:
    """
    Return usable names: blanks get their position, repeated names a number.

    Raises
    ------
    CommentsError
        If there are more than ``MAX_COLUMNS``.
    """
    if len(header) > MAX_COLUMNS:
        raise _too_many_columns(path)
    names: dict[str, None] = {}
    used: dict[str, int] = {}
    for position, name in enumerate(header, start=1):
        base = str(name).strip() if name is not None and str(name).strip() else f"kolom {position}"
        unique = base
        while unique in names:
            used[base] = used.get(base, 1) + 1
            unique = f"{base} ({used[base]})"
        names[unique] = None
    return tuple(names)


def is_name(header: str) -> bool:
    """Say whether a header looks like a name; a file without header has a comment in its place."""
    return len(header) <= 30 and len(header.split()) <= 3


def _too_many_columns(path: Path) -> CommentsError:
    return CommentsError(
        f"{path} has more than {MAX_COLUMNS:,} columns. Expected a table with one comment a row; is it turned around?"
    )


def as_text(value: object) -> str:
    """Return a cell as people write it: whole numbers without a point, nothing for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace").decode("utf-8")
    return str(value)


class _Lines:
    """The lines of a text file, with a limit to what one record may take."""

    def __init__(self, stream: Iterable[str], path: Path) -> None:
        self._stream = iter(stream)
        self._path = path
        self.n_chars = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self.n_chars += len(line)
        if self.n_chars > MAX_RECORD:
            msg = (
                f"{self._path}: one row holds more than {MAX_RECORD:,} characters. A double quote that opens must "
                "close; write a quote inside a comment twice."
            )
            raise CommentsError(msg)
        return line.replace("\x00", UNDECODABLE)


def _open_csv(path: Path) -> Table:
    encoding = file_encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        skipped, delimiter = _dialect(stream.readline(), stream.readline())
    records = _csv_records(path, encoding, skipped, delimiter)
    _, header = next(records, (0, None))
    records.close()
    if header is None:
        msg = f"{path} is empty. Expected a first row with column names."
        raise CommentsError(msg)
    columns = column_names(header, path)
    return Table(columns, lambda: _csv_rows(_csv_records(path, encoding, skipped, delimiter), columns))


def _dialect(first: str, second: str) -> tuple[int, str]:
    """Return how many lines precede the header, and the delimiter."""
    if first[:4].lower() == "sep=":
        return 1, first[4:5].strip("\r\n") or _delimiter(second)
    return 0, _delimiter(first)


def _csv_records(
    path: Path, encoding: str, skipped: int, delimiter: str
) -> Generator[tuple[int, list[str]], None, None]:
    """Yield each record with the line that it begins on, header first."""
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        for _ in range(skipped):
            stream.readline()
        lines = _Lines(stream, path)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            number, lines.n_chars = reader.line_num + 1 + skipped, 0
            try:
                record = next(reader, None)
            except csv.Error as error:
                msg = (
                    f"{path}:{reader.line_num + skipped}: {error}. Put comments that hold a double quote between "
                    "double quotes, and write the quote itself twice."
                )
                raise CommentsError(msg) from error
            if record is None:
                return
            yield number, record


def _csv_rows(records: Iterator[tuple[int, list[str]]], columns: Sequence[str]) -> Iterator[Row]:
    next(records, None)
    for number, record in records:
        if not any(field.strip() for field in record) and len(record) <= 1:
            continue
        row = Row(number, dict(zip(columns, record, strict=False)))
        if len(record) > len(columns):
            row.problems.append(
                f"The row has {len(record)} fields and the header {len(columns)}; "
                "put text that holds the delimiter between double quotes."
            )
        yield row


def _delimiter(header: str) -> str:
    outside_quotes = "".join(header.split('"')[::2])
    return max(";,\t", key=outside_quotes.count) if any(d in outside_quotes for d in ";,\t") else _NO_DELIMITER


def _open_parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def failed(error: Exception) -> CommentsError:
        return CommentsError(
            f"{path} cannot be opened as Parquet ({type(error).__name__}). Check that the file is whole."
        )

    def rows() -> Iterator[Row]:
        number = 0
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=1024):
                    # By column: a dictionary a row would lose columns of the same name.
                    for record in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        number += 1
                        yield Row(number, dict(zip(columns, map(as_text, record), strict=True)))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise failed(error) from error

    try:
        with pq.ParquetFile(path) as file:
            columns = column_names(file.schema_arrow.names, path)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, CommentsError):
            raise
        raise failed(error) from error
    return Table(columns, rows)


def _open_jsonl(path: Path) -> Table:
    encoding = file_encoding(path)
    columns: dict[str, None] = {}
    for row in _json_rows(path, encoding):
        columns.update(dict.fromkeys(row.cells))
        if len(columns) > MAX_COLUMNS:
            raise _too_many_columns(path)
    if not columns:
        msg = f"{path} holds no JSON object. Expected one object a line, with a field `text`."
        raise CommentsError(msg)
    return Table(tuple(columns), lambda: _json_rows(path, encoding))


def _json_rows(path: Path, encoding: str) -> Iterator[Row]:
    # Only "\n" and "\r\n" end a line of JSON; a bare "\r" may be white space inside one.
    with path.open(encoding=encoding, errors="replace", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield _json_row(line, number)


def _json_row(line: str, number: int) -> Row:
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        return Row(number, {}, ["The line is not JSON."])
    if not isinstance(record, dict):
        return Row(number, {}, [f"The line holds a {type(record).__name__}, not an object."])
    try:
        return Row(number, {as_text(k): as_text(v) for k, v in record.items()})
    except (ValueError, RecursionError):
        return Row(number, {}, ["The line holds a value that cannot be read as text."])
