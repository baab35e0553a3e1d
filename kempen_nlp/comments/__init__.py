"""Read tables of comments as people have them: CSV of any Dutch Excel, Excel, JSON Lines, Parquet."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from kempen_nlp.comments._encodings import UNDECODABLE, decode
from kempen_nlp.comments._partitions import open_partitions, partitions
from kempen_nlp.comments._tables import Row, Table, is_name, open_table
from kempen_nlp.errors import CommentsError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "ID_COLUMNS", "READABLE_SUFFIXES", "TEXT_COLUMNS", "Comment", "CommentFile", "decode", "open_comments",
    "read_comments",
]  # fmt: skip

READABLE_SUFFIXES = (".csv", ".xlsx", ".jsonl", ".parquet")
TEXT_COLUMNS = (
    "text", "tekst", "opmerking", "opmerkingen", "comment", "comments", "feedback", "toelichting", "reactie",
)  # fmt: skip
ID_COLUMNS = ("id", "nr", "nummer", "opmerking_id", "comment_id", "volgnummer")


@dataclass(frozen=True, slots=True)
class Comment:
    """One text by one author, as it stood in a file."""

    id: str
    text: str
    row: int
    """Line of the CSV or JSON Lines file, or row of the sheet or table, counted from 1; on through partitions."""
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
    fields than there are columns, or bytes that no encoding explains. ``open_comments`` does
    the same without holding the file.

    Parameters
    ----------
    path : path
        ``.csv`` (comma, semicolon or tab; UTF-8, UTF-8 with BOM, UTF-16 with BOM or cp1252),
        ``.xlsx``, ``.jsonl`` or ``.parquet``; or a folder of these with the same columns, read one
        after another as one table.
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
    return list(open_comments(path, text_column=text_column, id_column=id_column, sheet=sheet))


def open_comments(
    path: str | Path,
    *,
    text_column: str | None = None,
    id_column: str | None = None,
    sheet: str | None = None,
) -> CommentFile:
    """
    Read a file of comments once, to count rows and ids, and leave the texts in the file.

    Parameters and errors are those of ``read_comments``.

    Returns
    -------
    CommentFile
        To be iterated over, as often as needed.
    """
    path = Path(path)
    table = open_partitions(partitions(path, READABLE_SUFFIXES), sheet) if path.is_dir() else _open_file(path, sheet)
    text_name = _find_column(table.columns, text_column, TEXT_COLUMNS, "text", path) or ""
    id_name = _find_column(table.columns, id_column, ID_COLUMNS, "id", path)
    return CommentFile(path, table, text_name, id_name)


def _open_file(path: Path, sheet: str | None) -> Table:
    if path.suffix.lower() not in READABLE_SUFFIXES:
        msg = f"{path}: ending {path.suffix!r} is not known. Expected one of {', '.join(READABLE_SUFFIXES)}."
        raise CommentsError(msg)
    if not path.is_file():
        msg = f"{path} is not a file. Check the name and the folder."
        raise CommentsError(msg)
    return open_table(path, sheet)


class CommentFile:
    """
    Comments that stay in their file; of all rows, only eight bytes an id are held.

    Attributes
    ----------
    path : Path
        A file, or a folder of partitions.
    text_column : str
    id_column : str or None
    extra_columns : tuple of str
        The other columns.
    n_comments : int
    """

    def __init__(self, path: Path, table: Table, text_name: str, id_name: str | None) -> None:
        self.path = path
        self.text_column = text_name
        self.id_column = id_name
        self.extra_columns = tuple(name for name in table.columns if name not in (text_name, id_name))
        self._table = table
        self._state = _state(path)
        self.n_comments, self._ids = _count(table, id_name)

    def __len__(self) -> int:
        return self.n_comments

    def __iter__(self) -> Iterator[Comment]:
        """
        Yield every row as a comment, in order.

        Raises
        ------
        CommentsError
            If the file was changed since it was opened.
        """
        first_row_of: dict[str, int] = {}
        for position, row in enumerate(self._table.rows(), start=1):
            own = row.cells.get(self.id_column, "").strip() if self.id_column else ""
            identifier = own or self._free_id(position, row.number)
            problems = [*row.problems, *_text_problems(row, self.text_column)]
            if own and self._ids.is_repeated(own):
                if own in first_row_of:
                    problems.append(
                        f"Id {own!r} was used on row {first_row_of[own]} already; give every comment its own id."
                    )
                first_row_of.setdefault(own, row.number)
            extra = {k: _one_line_end(v) for k, v in row.cells.items() if k not in (self.text_column, self.id_column)}
            text = _one_line_end(row.cells.get(self.text_column, ""))
            yield Comment(identifier, text, row.number, extra, tuple(problems))
        self.check_unchanged()

    def check_unchanged(self) -> None:
        """Raise ``CommentsError`` if the file is no longer what was opened."""
        if _state(self.path) != self._state:
            msg = f"{self.path} was changed while it was read. Start again when nothing writes to it any more."
            raise CommentsError(msg)

    def _free_id(self, position: int, row: int) -> str:
        """Name a row without an id by its number, unless that is another row's id."""
        for name in (str(position), f"rij {row}"):
            if name not in self._ids:
                return name
        number = 2
        while f"rij {row} ({number})" in self._ids:
            number += 1
        return f"rij {row} ({number})"


def _one_line_end(text: str) -> str:
    r"""Return the text with ``\n`` at every line end: XML and CSV readers change the others, and quotes would shift."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _text_problems(row: Row, text_name: str) -> Iterator[str]:
    text = row.cells.get(text_name, "")
    if UNDECODABLE in text:
        yield "The text has bytes that are neither UTF-8 nor cp1252; save the file again as UTF-8."
    elif not row.problems and not text.strip():
        yield "The row has no text."


def _state(path: Path) -> list[tuple[str, int, int]]:
    files = partitions(path, READABLE_SUFFIXES) if path.is_dir() else [path]
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]


class _Ids:
    """
    The ids of a file by their 64-bit hashes.

    A clash of hashes makes an id look known that is not: then a row without an id gets the
    longer of its two names, and one id more is compared in full. No comment is lost by it.
    """

    def __init__(self, hashes: array[int]) -> None:
        import numpy as np

        self._known: NDArray[np.uint64] = np.sort(np.frombuffer(hashes, dtype=np.uint64))
        self._repeated: NDArray[np.uint64] = np.unique(self._known[1:][self._known[1:] == self._known[:-1]])

    def __contains__(self, identifier: str) -> bool:
        return _holds(self._known, identifier)

    def is_repeated(self, identifier: str) -> bool:
        """Say whether an id may stand on more than one row."""
        return len(self._repeated) > 0 and _holds(self._repeated, identifier)


def _holds(hashes: NDArray[np.uint64], identifier: str) -> bool:
    value = _hash(identifier)
    at = int(hashes.searchsorted(hashes.dtype.type(value)))
    return at < len(hashes) and int(hashes[at]) == value


def _hash(identifier: str) -> int:
    return int.from_bytes(blake2b(identifier.encode("utf-8", errors="replace"), digest_size=8).digest())


def _count(table: Table, id_name: str | None) -> tuple[int, _Ids]:
    n_rows, hashes = 0, array("Q")
    for row in table.rows():
        n_rows += 1
        own = row.cells.get(id_name, "").strip() if id_name else ""
        if own:
            hashes.append(_hash(own))
    return n_rows, _Ids(hashes)


def _find_column(columns: Sequence[str], asked: str | None, known: Sequence[str], what: str, path: Path) -> str | None:
    listed = _listed(columns)
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
    if len(columns) == 1 and is_name(columns[0]):
        return columns[0]
    state = f"columns {found[:5]} could both be the text" if found else "no column is named like a text column"
    msg = f"{path}: {state}. It has {listed}; name the one to read with --text-column."
    raise CommentsError(msg)


def _listed(columns: Sequence[str], most: int = 40) -> str:
    shown = ", ".join(_shown(c, n) for n, c in enumerate(columns[:most], start=1))
    return shown if len(columns) <= most else f"{shown} and {len(columns) - most:,} more"


def _shown(header: str, position: int) -> str:
    return repr(header) if is_name(header) else f"(column {position})"
