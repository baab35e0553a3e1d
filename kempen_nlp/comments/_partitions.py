"""A folder of partitions as one table: the same columns in each file, the rows of one file after those of another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kempen_nlp.comments._tables import Row, Table, is_name, open_table
from kempen_nlp.errors import CommentsError

_NUMBER = re.compile(r"(\d+)")
_NO_PARTITION = (".", "_")
"""How names begin of what Spark, Dask and file managers leave beside partitions."""


def partitions(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """
    Return the files of a folder, ``part.10`` after ``part.9``.

    Raises
    ------
    CommentsError
        If there are none, or the folder holds something else too.
    """
    found = [path for path in folder.iterdir() if not path.name.startswith(_NO_PARTITION)]
    strange = [path for path in found if not path.is_file() or path.suffix.lower() not in suffixes]
    if strange:
        msg = f"{folder} holds {min(strange).name}, no table. Expected only files that end in {', '.join(suffixes)}."
        raise CommentsError(msg)
    if not found:
        msg = f"{folder} holds no tables. Expected files that end in {', '.join(suffixes)}."
        raise CommentsError(msg)
    return sorted(found, key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBER.split(path.name)]


def open_partitions(paths: Sequence[Path], sheet: str | None) -> Table:
    """
    Open partitions as one table; rows are counted on from one to the next.

    Raises
    ------
    CommentsError
        If one cannot be opened or has other columns than the first.
    """
    tables = [open_table(path, sheet) for path in paths]
    columns = tables[0].columns
    for path, table in zip(paths, tables, strict=True):
        if set(table.columns) != set(columns):
            # A file without a header has a comment in its place.
            other = [repr(name) if is_name(name) else "…" for name in sorted(set(table.columns) ^ set(columns))]
            msg = (
                f"{path} and {paths[0].name} do not have the same columns: only one of them has "
                f"{', '.join(other[:5])}. Give all partitions the same."
            )
            raise CommentsError(msg)

    def rows() -> Iterator[Row]:
        before = 0
        for table in tables:
            number = 0
            for row in table.rows():
                number = row.number
                yield replace(row, number=before + number)
            before += number

    return Table(columns, rows)
