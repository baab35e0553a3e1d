"""What classifying yields: assignments with evidence, as objects, JSON Lines and tables."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Self

import pandas as pd

from kempen_nlp.display import Span, color_of, comment_html, rank_chances, table_html
from kempen_nlp.dutch import HEADINGS, POLARITY_TERMS, from_dutch
from kempen_nlp.errors import CommentsError

Polarity = Literal["strength", "development"]
_LIVE = ("=", "+", "-", "@", "\t", "\r")
_EXCEL_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
STATES = ("assigned", "abstained", "none", "problem")
TABLE_COLUMNS = (
    "id", "text", "state", "competency", "rank", "polarity", "start", "end", "quote", "probability",
    "rank_probabilities", "evidence_indicator_id", "evidence_text", "evidence_rank", "evidence_similarity", "problems",
)  # fmt: skip

_TYPES = {
    **dict.fromkeys(("rank", "start", "end", "evidence_rank"), "Int64"),
    **dict.fromkeys(("probability", "evidence_similarity"), "float64"),
}
_TEXTS = {heading: str for name in ("id", "text", "quote") for heading in (name, HEADINGS[name])}
"""Read as they are: a comment may be a number."""
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Evidence:
    """The framework's indicator that an assignment rests on."""

    indicator_id: str
    text: str
    rank: int
    """May differ from the assigned rank: then the nearest indicator stands elsewhere."""
    similarity: float
    """Cosine between segment and indicator, -1 to 1."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A segment evidences a competency at a rank, with a polarity."""

    competency: str
    rank: int
    polarity: Polarity
    start: int
    """First character of the quote, counted from 0."""
    end: int
    """One past the last character of the quote."""
    quote: str
    """``text[start:end]`` of the comment, always."""
    probability: float
    """That the segment is evidence for this competency, 0 to 1, calibrated."""
    rank_probabilities: Mapping[int, float]
    """For each rank of the competency; they sum to 1."""
    evidence: Evidence

    def _repr_html_(self) -> str:
        return Assignments([self])._repr_html_()

    def to_dict(self) -> dict[str, Any]:
        """Return the keys of the JSON contract."""
        return {
            "competency": self.competency,
            "rank": self.rank,
            "polarity": self.polarity,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "probability": round(self.probability, 4),
            "rank_probabilities": {str(k): round(p, 4) for k, p in self.rank_probabilities.items()},
            "evidence": {
                "indicator_id": self.evidence.indicator_id,
                "text": self.evidence.text,
                "rank": self.evidence.rank,
                "similarity": round(self.evidence.similarity, 4),
            },
        }


class Assignments(tuple[Assignment, ...]):
    """
    The assignments of one comment: a tuple that a notebook shows as coloured text and a table.

    Parameters
    ----------
    found : iterable of Assignment
    text : str
        The comment; without it only the table is shown.
    """

    text: str

    def __new__(cls, found: Iterable[Assignment] = (), text: str = "") -> Self:
        """Make the tuple; ``text`` is no part of it and plays no role in comparing."""
        made = super().__new__(cls, found)
        made.text = text
        return made

    def _repr_html_(self) -> str:
        rows = [
            (
                a.quote,
                a.competency,
                a.rank,
                POLARITY_TERMS[a.polarity],
                a.probability,
                rank_chances(a.rank_probabilities),
                a.evidence.text,
            )
            for a in self
        ]
        headings = ("citaat", "competentie", "niveau", "oordeel", "kans", "kans per niveau", "indicator")
        shown = comment_html(self.text, spans_of(self), (), "assigned" if self else "none") if self.text else ""
        return shown + (table_html(headings, rows) if self else "" if shown else "<p><em>(geen bewijs)</em></p>")


def spans_of(found: Iterable[Assignment], names: Sequence[str] = (), *, doubtful: bool = False) -> list[Span]:
    """
    Return assignments as stretches of text with a label and a colour.

    Parameters
    ----------
    found : iterable of Assignment
    names : sequence of str
        Competencies in the order of their colours; by default those found, in order of appearance.
    doubtful : bool
        Mark them as such.
    """
    found = list(found)
    order = list(names) or list(dict.fromkeys(a.competency for a in found))
    return [
        Span(
            a.start, a.end, f"{a.competency} {a.rank}{'?' if doubtful else ''}", color_of(a.competency, order),
            is_dashed=a.polarity == "development", is_doubtful=doubtful,
        )
        for a in found
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClassifiedComment:
    """One comment with what was found in it; all three lists may be empty."""

    id: str
    text: str
    assignments: tuple[Assignment, ...] = ()
    abstained: tuple[Assignment, ...] = ()
    """Found, but too uncertain to count."""
    problems: tuple[str, ...] = ()
    """Why the comment could not be read; then nothing was assigned."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Other columns of the input, carried into tables."""

    @property
    def state(self) -> str:
        """One of ``STATES``: the strongest thing that can be said of the comment."""
        if self.problems:
            return "problem"
        return "assigned" if self.assignments else "abstained" if self.abstained else "none"

    def _repr_html_(self) -> str:
        names = list(dict.fromkeys(a.competency for a in (*self.assignments, *self.abstained)))
        spans = [*spans_of(self.assignments, names), *spans_of(self.abstained, names, doubtful=True)]
        table = Assignments(self.assignments)._repr_html_() if self.assignments else ""
        return comment_html(self.text, spans, self.problems, self.state) + table

    def to_dict(self) -> dict[str, Any]:
        """Return the keys of the JSON contract."""
        return {
            "id": self.id,
            "text": self.text,
            "assignments": [a.to_dict() for a in self.assignments],
            "abstained": [a.to_dict() for a in self.abstained],
            "problems": list(self.problems),
        }


def to_frame(comments: Iterable[ClassifiedComment], *, extra: Sequence[str] | None = None) -> pd.DataFrame:
    """
    Return one row an assignment; a comment without any keeps one row with empty cells.

    Parameters
    ----------
    comments : iterable of ClassifiedComment
    extra : sequence of str, optional
        The input's other columns, so that tables of parts of a file have the same columns; by
        default those that occur.

    Returns
    -------
    DataFrame
        The columns of ``TABLE_COLUMNS``, then the input's other columns. ``state`` says of each
        row whether it is assigned, abstained, none or problem.
    """
    rows = [row for comment in comments for row in _rows(comment)]
    found = map(_extra_name, extra) if extra is not None else (k for row in rows for k in row if k not in TABLE_COLUMNS)
    columns = [*TABLE_COLUMNS, *dict.fromkeys(found)]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({name: _TYPES.get(name, "str") for name in columns})


def _extra_name(name: str) -> str:
    return name if name not in TABLE_COLUMNS else f"{name} (invoer)"


def _rows(comment: ClassifiedComment) -> Iterator[dict[str, Any]]:
    extra = {_extra_name(k): v for k, v in comment.extra.items()}
    common = {
        "id": comment.id,
        "text": comment.text,
        "problems": " ".join(comment.problems),
        **extra,
    }
    found = [("assigned", a) for a in comment.assignments] + [("abstained", a) for a in comment.abstained]
    for state, assignment in found:
        values = assignment.to_dict()
        evidence = {f"evidence_{k}": v for k, v in values.pop("evidence").items()}
        values["rank_probabilities"] = json.dumps(values["rank_probabilities"])
        yield {**common, "state": state, **values, **evidence}
    if not found:
        yield {**common, "state": comment.state}


def read_assignments(path: str | Path) -> pd.DataFrame:
    """
    Read what ``write_assignments`` wrote, as the table of ``to_frame``.

    Raises
    ------
    CommentsError
        If the file cannot be read or lacks the columns of the contract.
    """
    path = Path(path)
    if not path.exists():
        msg = f"{path} is not a file. Run `kempen classify` first; it writes the assignments."
        raise CommentsError(msg)
    reader = _read_partitions if path.is_dir() else _READERS.get(path.suffix.lower())
    if reader is None:
        msg = f"{path}: ending {path.suffix!r} is not known. Expected one of {', '.join(_READERS)}."
        raise CommentsError(msg)
    try:
        frame = reader(path)
    except CommentsError:
        raise
    except Exception as error:  # pandas lets through whatever zip, XML, CSV and Parquet raise
        raise _not_assignments(path, error) from error
    missing = [c for c in TABLE_COLUMNS if c not in frame.columns]
    if missing:
        msg = f"{path} lacks the columns {missing}. Expected a file that `kempen classify` wrote."
        raise CommentsError(msg)
    for column in ("rank", "start", "end", "evidence_rank"):
        try:
            frame[column] = frame[column].astype("Int64")
        except (ValueError, TypeError) as error:
            raise _not_assignments(path, error, f"column {column!r} holds other things than whole numbers") from error
    return frame


def _not_assignments(path: Path, error: Exception, found: str = "") -> CommentsError:
    return CommentsError(
        f"{path} cannot be read as assignments ({found or type(error).__name__}). "
        "Expected a file that `kempen classify` wrote."
    )


def _read_jsonl(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8", newline="\n") as lines:
        return to_frame(comment_from_dict(json.loads(line)) for line in lines if line.strip())


def comment_from_dict(data: Mapping[str, Any], *, extra: Mapping[str, str] | None = None) -> ClassifiedComment:
    """Return what ``ClassifiedComment.to_dict`` gave, with the input's other columns if they are known."""
    return ClassifiedComment(
        id=data["id"],
        text=data["text"],
        assignments=tuple(_assignment_from_dict(a) for a in data["assignments"]),
        abstained=tuple(_assignment_from_dict(a) for a in data["abstained"]),
        problems=tuple(data["problems"]),
        extra=extra or {},
    )


def _assignment_from_dict(data: Mapping[str, Any]) -> Assignment:
    values = {k: v for k, v in data.items() if k not in ("evidence", "rank_probabilities")}
    ranks = {int(k): p for k, p in data["rank_probabilities"].items()}
    return Assignment(**values, rank_probabilities=ranks, evidence=Evidence(**data["evidence"]))


def _read_csv(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, sep=";", encoding="utf-8-sig", dtype=_TEXTS, keep_default_na=False, na_values=[""])
    for column in frame.columns[[not pd.api.types.is_numeric_dtype(t) for t in frame.dtypes]]:
        frame[column] = frame[column].map(_live_cell, na_action="ignore")
    return frame


def _read_excel(path: Path) -> pd.DataFrame:
    frame = pd.read_excel(path, sheet_name=0, dtype=_TEXTS, keep_default_na=False, na_values=[""])
    for column in frame.columns[[not pd.api.types.is_numeric_dtype(t) for t in frame.dtypes]]:
        frame[column] = frame[column].map(_unescaped, na_action="ignore")
    return from_dutch(frame)


def _read_partitions(folder: Path) -> pd.DataFrame:
    return pd.concat(map(pd.read_parquet, sorted(folder.glob("*.parquet"))), ignore_index=True)


def _unescaped(value: object) -> object:
    return unescape_excel(value) if isinstance(value, str) else value


_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".xlsx": _read_excel,
    ".jsonl": _read_jsonl,
    ".parquet": pd.read_parquet,
}


def write_jsonl(comments: Iterable[ClassifiedComment], path: str | Path) -> None:
    """Write one object a comment, in order, whole or not at all."""
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as stream:
        for comment in comments:
            stream.write(json.dumps(comment.to_dict(), ensure_ascii=False) + "\n")


def write_csv(comments: Iterable[ClassifiedComment], path: str | Path, *, extra: Sequence[str] | None = None) -> None:
    """
    Write the table as Dutch Excel opens it: semicolons, UTF-8 with BOM, no live formulas.

    With ``extra``, see ``to_frame``, comments are taken from the iterable a few at a time.
    """
    with whole_file(path) as partial, partial.open("w", encoding="utf-8-sig", newline="") as stream:
        for position, frame in enumerate(_frames(comments, extra)):
            for column in frame.columns[[not pd.api.types.is_numeric_dtype(t) for t in frame.dtypes]]:
                frame[column] = frame[column].map(neutral_cell, na_action="ignore")
            frame.columns = [str(neutral_cell(column)) for column in frame.columns]
            frame.to_csv(stream, sep=";", index=False, header=position == 0, lineterminator="\r\n")


def write_parquet(
    comments: Iterable[ClassifiedComment], path: str | Path, *, extra: Sequence[str] | None = None
) -> None:
    """Write the table as Parquet, whole or not at all; ``extra`` as for ``write_csv``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with whole_file(path) as partial:
        frames = _frames(comments, extra)
        first = pa.Table.from_pandas(next(frames), preserve_index=False)
        with pq.ParquetWriter(partial, first.schema) as writer:
            writer.write_table(first)
            for frame in frames:
                writer.write_table(pa.Table.from_pandas(frame, schema=first.schema, preserve_index=False))


def _frames(comments: Iterable[ClassifiedComment], extra: Sequence[str] | None) -> Iterator[pd.DataFrame]:
    """Yield tables with the same columns, at least one; all rows at once where the columns must be found first."""
    if extra is None:
        yield to_frame(comments)
        return
    left = iter(comments)
    yield to_frame(islice(left, _ROWS_AT_ONCE), extra=extra)
    while batch := list(islice(left, _ROWS_AT_ONCE)):
        yield to_frame(batch, extra=extra)


def neutral_cell(value: object) -> object:
    """
    Keep a spreadsheet from running a text as a formula, by a leading apostrophe.

    Examples
    --------
    >>> neutral_cell("=1+1"), neutral_cell("Goed.")
    ("'=1+1", 'Goed.')
    """
    if isinstance(value, str) and value.lstrip("'").startswith(_LIVE):
        return f"'{value}"
    return value


def _live_cell(value: object) -> object:
    """Take off what ``neutral_cell`` put before a text."""
    if isinstance(value, str) and value.startswith("'") and value.lstrip("'").startswith(_LIVE):
        return value[1:]
    return value


def escape_excel(text: str) -> str:
    r"""
    Write what would not come back from a workbook's XML as Excel writes it.

    Examples
    --------
    >>> print(escape_excel("een\rtwee _x0041_"))
    een_x000D_twee _x005F_x0041_
    """
    return _EXCEL_ESCAPE.sub(r"_x005F_x\1_", text).replace("\r", "_x000D_")


def unescape_excel(text: str) -> str:
    r"""
    Return what ``escape_excel`` was given.

    Examples
    --------
    >>> unescape_excel("een_x000D_twee _x005F_x0041_") == "een\rtwee _x0041_"
    True
    """
    return _EXCEL_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """
    Yield a temporary path beside ``path`` and rename it when all went well.

    A file of that name is never seen half written; after an error nothing is left behind.
    """
    path = Path(path)
    if not path.parent.is_dir():
        msg = f"{path.parent} is not a folder, so {path.name} cannot be written there. Make the folder first."
        raise CommentsError(msg)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        msg = f"{path.parent} cannot be written to: {error.strerror}."
        raise CommentsError(msg) from error
    os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o644)
        # Without this a machine that loses power may keep the name and lose the content.
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        _rename(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _rename(partial: Path, path: Path) -> None:
    try:
        partial.replace(path)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}. Close it if another program has it open."
        raise CommentsError(msg) from error


def state_counts(comments: Sequence[ClassifiedComment]) -> dict[str, int]:
    """Return how many comments are in each state, all states named."""
    return {state: sum(c.state == state for c in comments) for state in STATES}
