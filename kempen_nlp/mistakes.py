"""Where a model goes wrong most often: which competency for which, which level for which, with an example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kempen_nlp.yardstick import Scores, Truth, align

NOTHING = "none"
MAX_EXAMPLE = 200
"""Longer quotes make no example on a card."""


@dataclass(frozen=True)
class _Mistake:
    said: str
    """What the annotator said of the stretch."""
    given: str
    quote: str
    probability: float


def confusion_table(truth: Truth, scores: Scores, *, n_rows: int = 12) -> pd.DataFrame:
    """
    Return which competencies are taken for which, most frequent first.

    A competency that was missed and one that was wrongly assigned are a pair when their quotes
    overlap; what has no counterpart is paired with none.

    Parameters
    ----------
    truth, scores
    n_rows : int
        At most so many pairs.

    Returns
    -------
    DataFrame
        Columns ``annotators, model, n, example``: the example is the quote of which the model was
        surest, empty where all are long.
    """
    return _counted(_competency_mistakes(truth, scores), n_rows)


def rank_error_table(truth: Truth, scores: Scores, *, min_distance: int = 2, n_rows: int = 12) -> pd.DataFrame:
    """
    Return ranks that are off by two or more, given the right competency.

    Returns
    -------
    DataFrame
        Columns ``annotators, model, n, example``, most frequent first; a rank that an annotator called
        right as well is no error.
    """
    aligned = align(truth, scores)
    found = []
    for row, comment in enumerate(truth.comments):
        for column, name in enumerate(truth.names):
            said, alt, given = aligned.rank[row, column], aligned.alt[row, column], scores.rank[row, column]
            if min(abs(said - given), np.nan_to_num(abs(alt - given), nan=np.inf)) >= min_distance:
                quote = next(x.quote for x in comment.labels if x.competency == name and x.rank == said)
                found.append(
                    _Mistake(f"{name} {said:.0f}", f"{name} {given:.0f}", quote, scores.probability[row, column])
                )
    return _counted(found, n_rows)


def _competency_mistakes(truth: Truth, scores: Scores) -> Iterator[_Mistake]:
    assigned = scores.assigned
    for row, comment in enumerate(truth.comments):
        wrong = np.flatnonzero(assigned[row] & ~truth.has[row]).tolist()
        explained: set[int] = set()
        for label in comment.labels:
            if label.competency in truth.names and not assigned[row, truth.names.index(label.competency)]:
                taken = [i for i in wrong if scores.start[row, i] < label.end and scores.end[row, i] > label.start]
                explained.update(taken)
                if not taken:
                    missed = scores.probability[row, truth.names.index(label.competency)]
                    yield _Mistake(label.competency, NOTHING, label.quote, 1 - missed)
                for i in taken:
                    yield _Mistake(label.competency, truth.names[i], label.quote, scores.probability[row, i])
        for i in wrong:
            if i not in explained:
                yield _Mistake(*_also_said(truth, scores, row, i), scores.probability[row, i])


def _also_said(truth: Truth, scores: Scores, row: int, column: int) -> tuple[str, str, str]:
    """Return what was said where a model found one competency too many: the right one beside it, or none."""
    comment = truth.comments[row]
    start, end = scores.start[row, column], scores.end[row, column]
    if np.isnan(start):
        return NOTHING, truth.names[column], ""
    said = [x.competency for x in comment.labels if start < x.end and end > x.start]
    quote = comment.text[int(start) : int(end)]
    return (f"{said[0]} only" if said else NOTHING), truth.names[column], quote


def _counted(mistakes: Iterator[_Mistake] | list[_Mistake], n_rows: int) -> pd.DataFrame:
    by_pair: dict[tuple[str, str], list[_Mistake]] = {}
    for mistake in mistakes:
        by_pair.setdefault((mistake.said, mistake.given), []).append(mistake)
    ordered = sorted(by_pair.items(), key=lambda item: (-len(item[1]), item[0]))[:n_rows]
    rows = [(said, given, len(own), _example(own)) for (said, given), own in ordered]
    return pd.DataFrame(rows, columns=["annotators", "model", "n", "example"])


def _example(mistakes: list[_Mistake]) -> str:
    short = [m for m in mistakes if 0 < len(m.quote) <= MAX_EXAMPLE]
    return max(short, key=lambda m: (m.probability, m.quote)).quote if short else ""
