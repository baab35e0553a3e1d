"""Write classified comments in the format that a file name asks for: a few at a time, the same bytes each time."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kempen_nlp.assignments import STATES, ClassifiedComment, write_csv, write_jsonl, write_parquet
from kempen_nlp.errors import CommentsError
from kempen_nlp.workbook import Run, write_workbook

MAX_CELL = 32_767
"""Characters that an Excel cell holds."""
MAX_ROWS = 1_048_575
"""Rows of an Excel sheet below its header."""
WRITABLE_SUFFIXES = (".jsonl", ".csv", ".xlsx", ".parquet")
_SHOWN = 20
_CUT = " […]"
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


@dataclass
class Tally:
    """What passed on its way to the output."""

    states: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    """Assignments, abstained ones included, and one for each comment without any."""
    problems: dict[str, list[int]] = field(default_factory=dict)
    """What was wrong, without ids or texts, to the positions of the comments, counted from 1."""

    def passing(self, comments: Iterable[ClassifiedComment]) -> Iterator[ClassifiedComment]:
        """Yield what comes in, and count it."""
        for position, comment in enumerate(comments, start=1):
            self.states[comment.state] += 1
            self.rows += max(len(comment.assignments) + len(comment.abstained), 1)
            for problem in comment.problems:
                # What stands between quotes may be somebody's number.
                self.problems.setdefault(_QUOTED.sub("…", problem), []).append(position)
            yield comment

    @property
    def counts(self) -> dict[str, int]:
        """How many comments are in each state, all states named."""
        return {state: self.states[state] for state in STATES}

    def to_dict(self) -> dict[str, Any]:
        """Return what a run's record says of its output."""
        problems = [
            {"problem": text, "comments": len(found), "first_positions": found[:_SHOWN]}
            for text, found in sorted(self.problems.items())
        ]
        return {"comments": sum(self.states.values()), "states": self.counts, "rows": self.rows, "problems": problems}


def check_output(output: Path, comments: Path, n_comments: int) -> None:
    """
    Refuse before the work what could not be written after it.

    Raises
    ------
    CommentsError
        If the ending, the folder or the size rules the output out, or it would overwrite the input.
    """
    check_ending(output)
    if not output.parent.is_dir():
        msg = f"{output.parent} is not a folder, so {output.name} cannot be written there. Make the folder first."
        raise CommentsError(msg)
    if output.exists() and comments.exists() and output.samefile(comments):
        msg = f"{output} holds the comments themselves and would be overwritten. Name another output."
        raise CommentsError(msg)
    if output.suffix.lower() == ".xlsx" and n_comments > MAX_ROWS:
        raise _too_long(output, n_comments)


def check_ending(output: Path) -> None:
    """Raise ``CommentsError`` if no format goes with the ending."""
    if output.suffix.lower() not in WRITABLE_SUFFIXES:
        msg = f"{output}: its ending decides the format. Expected one of {', '.join(WRITABLE_SUFFIXES)}."
        raise CommentsError(msg)


def _too_long(output: Path, n_rows: int) -> CommentsError:
    return CommentsError(
        f"{output} would need {n_rows:,} rows and an Excel sheet has {MAX_ROWS:,}. "
        f"Finished parts are kept: run the same command with -o {output.stem}.parquet or {output.stem}.csv."
    )


def write_output(
    comments: Iterable[ClassifiedComment], path: Path, *, extra: Sequence[str], n_rows: int, method: Run | None = None
) -> None:
    """
    Write comments to a file, in order.

    Parameters
    ----------
    comments : iterable of ClassifiedComment
    path : Path
        Its ending decides the format.
    extra : sequence of str
        The other columns of the input.
    n_rows : int
        How many rows the table will have.
    method : Run, optional
        What a workbook says of the run.
    """
    check_ending(path)
    match path.suffix.lower():
        case ".jsonl":
            write_jsonl(comments, path)
        case ".csv":
            write_csv(comments, path, extra=extra)
        case ".parquet":
            write_parquet(comments, path, extra=extra)
        case _:
            if n_rows > MAX_ROWS:
                raise _too_long(path, n_rows)
            write_workbook(comments, path, method)


def fitting(comments: Iterable[ClassifiedComment], path: Path) -> Iterator[ClassifiedComment]:
    """
    Set aside what a format cannot hold, with the reason; nothing is cut without a word.

    A text that is too long for an Excel cell makes its comment a problem, because quotes are
    places in the whole text. Another column is cut, and ends in ``[…]``.
    """
    if path.suffix.lower() != ".xlsx":
        yield from comments
        return
    for comment in comments:
        if len(comment.text) > MAX_CELL:
            problem = (
                f"The comment has {len(comment.text):,} characters and an Excel cell holds {MAX_CELL:,}; "
                "write to .csv, .parquet or .jsonl to have it read."
            )
            yield replace(comment, text=_cut(comment.text), assignments=(), abstained=(), problems=(problem,))
        elif any(len(value) > MAX_CELL for value in comment.extra.values()):
            yield replace(comment, extra=_fitting_cells(comment.extra))
        else:
            yield comment


def _fitting_cells(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: _cut(value) for name, value in cells.items()}


def _cut(value: str) -> str:
    return value if len(value) <= MAX_CELL else value[: MAX_CELL - len(_CUT)] + _CUT


def print_jsonl(comments: Iterable[ClassifiedComment]) -> None:
    """Write one object a comment to standard output, as they come."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for comment in comments:
        sys.stdout.write(json.dumps(comment.to_dict(), ensure_ascii=False) + "\n")
