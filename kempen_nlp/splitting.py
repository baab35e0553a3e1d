"""Divide labelled comments so that a model is measured on writers that it never saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from kempen_nlp.corpus import LabelledComment
from kempen_nlp.errors import ModelError

Comments = list[LabelledComment]
Kind = Literal["frozen", "writers", "folds", "blocks"]
MIN_WRITERS = 9
MIN_COMMENTS = 500
"""With fewer writers or comments than these, one held-out part would be too small to say much."""
MAX_FOLDS = 5
WRITERS_TO_SPARE = 4
"""From so many writers on, one is spared for thresholds."""
VALIDATION_SHARE = 0.2
TEST_SHARE = 0.25


@dataclass(frozen=True)
class Fold:
    """Comments to fit on, to choose thresholds on, and to measure on."""

    train: Comments
    validation: Comments
    test: Comments
    blocks: bool = False
    """Whether training and validation are blocks of the same writers' comments."""


@dataclass(frozen=True)
class Division:
    """How comments are divided for measuring, and what the model itself is fitted on."""

    kind: Kind
    """``frozen``: the shipped test part; ``writers``: three parts by writer; ``folds``: writers take
    turns in being held out; ``blocks``: blocks of comments do, whoever wrote them."""
    folds: tuple[Fold, ...]
    final: Fold
    """Its test part is empty where every comment was held out in some fold."""


def divide(comments: Sequence[LabelledComment], *, kind: Kind | None = None) -> Division:
    """
    Divide comments by writer: in three parts when there are many, else in turns.

    Parameters
    ----------
    comments : sequence of LabelledComment
    kind : {"writers", "folds", "blocks"}, optional
        By default what the number of writers and comments allows; ``blocks`` only when asked for.

    Raises
    ------
    ModelError
        If there are too few writers.
    """
    n_writers = len({c.writer for c in comments})
    if kind is None:
        kind = "writers" if n_writers >= MIN_WRITERS and len(comments) >= MIN_COMMENTS else "folds"
    if kind == "blocks":
        parts = _blocks(comments)
    elif n_writers < (3 if kind == "writers" else 2):
        msg = (
            f"The labelled comments have {n_writers} writer{'s' * (n_writers != 1)}. Expected at least "
            f"{3 if kind == 'writers' else 2}, so that the model can be measured on a writer it never saw; fill in "
            "`writer`. With one writer only, ask for blocks (`--blocks`): figures then say nothing of other writers."
        )
        raise ModelError(msg)
    elif kind == "writers":
        rest, test = split_by_writer(comments, share=TEST_SHARE)
        train, validation = split_by_writer(rest, share=VALIDATION_SHARE)
        fold = Fold(train, validation, test)
        return Division("writers", (fold,), fold)
    else:
        parts = _writer_groups(comments)
    folds = tuple(
        _fold([c for other in parts if other is not part for c in other], test=part, by_writer=kind == "folds")
        for part in parts
    )
    return Division(kind, folds, _fold(list(comments), test=[], by_writer=kind == "folds"))


def split_by_writer(comments: Sequence[LabelledComment], *, share: float) -> tuple[Comments, Comments]:
    """
    Split comments so that no writer is in both parts.

    Returns
    -------
    larger, smaller : lists of LabelledComment
        The smaller holds the last writers, in order of name, that together have at least ``share``
        of the comments.

    Raises
    ------
    ModelError
        If there are fewer than two writers.
    """
    writers = sorted({c.writer for c in comments})
    if len(writers) < 2:
        msg = (
            f"The labelled comments have {len(writers)} writer. Expected at least 2, so that the model can be "
            "measured on a writer it never saw; fill in `writer`."
        )
        raise ModelError(msg)
    held_out: set[str] = set()
    for writer in reversed(writers[1:]):
        if sum(c.writer in held_out for c in comments) >= share * len(comments):
            break
        held_out.add(writer)
    return [c for c in comments if c.writer not in held_out], [c for c in comments if c.writer in held_out]


def _fold(rest: Comments, *, test: Comments, by_writer: bool) -> Fold:
    """Divide what is not held out; a few writers are too few to spare one for thresholds."""
    if by_writer and len({c.writer for c in rest}) >= WRITERS_TO_SPARE:
        train, validation = split_by_writer(rest, share=VALIDATION_SHARE)
        return Fold(train, validation, test)
    last = _last_of_each(rest)
    return Fold([c for c in rest if id(c) not in last], [c for c in rest if id(c) in last], test, blocks=True)


def _last_of_each(comments: Comments) -> set[int]:
    """Return the last fifth of every writer's comments, in the order of the file."""
    found: set[int] = set()
    for writer in {c.writer for c in comments}:
        own = [c for c in comments if c.writer == writer]
        found.update(id(c) for c in own[len(own) - max(1, round(VALIDATION_SHARE * len(own))) :])
    return found


def _writer_groups(comments: Sequence[LabelledComment]) -> list[Comments]:
    """Return at most ``MAX_FOLDS`` groups of whole writers, of about equal size."""
    counts = Counter(c.writer for c in comments)
    groups: list[set[str]] = [set() for _ in range(min(MAX_FOLDS, len(counts)))]
    for writer in sorted(counts, key=lambda w: (-counts[w], w)):
        min(groups, key=lambda group: sum(counts[w] for w in group)).add(writer)
    return [[c for c in comments if c.writer in group] for group in groups]


def _blocks(comments: Sequence[LabelledComment]) -> list[Comments]:
    """Return consecutive blocks: neighbours in a file are often about the same person or day."""
    if len(comments) < MAX_FOLDS:
        msg = f"There are {len(comments)} labelled comments. Expected at least {MAX_FOLDS}, one for every block."
        raise ModelError(msg)
    cuts = [len(comments) * i // MAX_FOLDS for i in range(MAX_FOLDS + 1)]
    return [list(comments[a:b]) for a, b in pairwise(cuts)]
