"""Known faults, planted: ranks shuffled, levels exchanged or merged, indicators moved, indicators said twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.distinctness.signals import Rows
from kempen_nlp.distinctness.wording import clauses
from kempen_nlp.framework import Indicator
from kempen_nlp.language.cues import find_cues
from kempen_nlp.language.terms import load_terms

FORMS = ("copy", "degree word", "words dropped", "clauses exchanged", "other words", "denied")
_DEGREE = ("zeer", "regelmatig", "actief", "voortdurend")


@dataclass(frozen=True)
class Plant:
    """Rows with a fault in them, and where it is."""

    rows: Rows
    competency: str = ""
    lower: int = 0
    upper: int = 0
    moved: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    """Row numbers of indicators that were moved."""


def shuffled(rows: Rows, rng: np.random.Generator) -> Plant:
    """Deal the ranks of each competency out anew; nothing is left to find."""
    ranks = rows.rank_of.copy()
    for number, _ in rows.own:
        mine = rows.of_competency(number)
        ranks[mine] = rng.permutation(ranks[mine])
    return Plant(replace(rows, rank_of=ranks))


def exchanged(rows: Rows, rng: np.random.Generator) -> Plant:
    """Let two neighbouring levels of one competency change places."""
    return _swapped(rows, *_neighbours(rows, rng))


def ends_exchanged(rows: Rows, rng: np.random.Generator) -> Plant:
    """Let the lowest and the highest level of one competency change places."""
    number = int(rng.choice(_with_levels(rows, 3)))
    ranks = rows.rank_of[rows.of_competency(number)]
    return _swapped(rows, number, int(ranks.min()), int(ranks.max()))


def merged(rows: Rows, rng: np.random.Generator) -> Plant:
    """Mix the indicators of two neighbouring levels of one competency."""
    number, lower, upper = _neighbours(rows, rng)
    ranks = rows.rank_of.copy()
    both = np.flatnonzero((rows.competency_of == number) & np.isin(rows.rank_of, [lower, upper]))
    ranks[both] = rng.permutation(ranks[both])
    return Plant(replace(rows, rank_of=ranks), rows.names[number], lower, upper)


def moved_by(steps: int) -> Callable[[Rows, np.random.Generator], Plant]:
    """Return what moves one indicator of each competency by so many ranks; most stays as it was."""

    def move(rows: Rows, rng: np.random.Generator) -> Plant:
        ranks, chosen = rows.rank_of.copy(), []
        for number, _ in rows.own:
            mine = rows.of_competency(number)
            present = set(rows.rank_of[mine].tolist())
            targets = [(r, rows.rank_of[r] + sign * steps) for r in mine for sign in (-1, 1)]
            if able := [(r, t) for r, t in targets if int(t) in present]:
                row, target = able[int(rng.integers(len(able)))]
                ranks[row] = target
                chosen.append(row)
        return Plant(replace(rows, rank_of=ranks), moved=np.array(chosen, dtype=np.intp))

    return move


def _with_levels(rows: Rows, n_levels: int) -> list[int]:
    return [n for n, _ in rows.own if len(np.unique(rows.rank_of[rows.of_competency(n)])) >= n_levels]


def _neighbours(rows: Rows, rng: np.random.Generator) -> tuple[int, int, int]:
    number = int(rng.choice(_with_levels(rows, 2)))
    present = np.unique(rows.rank_of[rows.of_competency(number)])
    position = int(rng.integers(len(present) - 1))
    return number, int(present[position]), int(present[position + 1])


def _swapped(rows: Rows, number: int, lower: int, upper: int) -> Plant:
    ranks, mine = rows.rank_of.copy(), rows.competency_of == number
    ranks[mine & (rows.rank_of == lower)], ranks[mine & (rows.rank_of == upper)] = upper, lower
    return Plant(replace(rows, rank_of=ranks), rows.names[number], lower, upper)


def twins(
    rows: Rows, form: str, rng: np.random.Generator, *, rewordings: Mapping[str, str]
) -> tuple[Rows, NDArray[np.intp], NDArray[np.intp]]:
    """
    Say every indicator a second time, changed, at another rank of its competency.

    Returns
    -------
    Rows
        The indicators, and their twins behind them.
    tuple of two ndarray of shape (n_twins,)
        Row numbers of the indicators that got a twin, and of the twins.
    """
    made, twin_of = [], []
    for row, indicator in enumerate(rows.indicators):
        others = np.unique(rows.rank_of[rows.of_competency(int(rows.competency_of[row]))])
        others = others[others != rows.rank_of[row]]
        text = rewordings.get(indicator.id, "") if form == "other words" else changed(indicator.text, form, rng)
        if len(others) and text:
            twin_of.append((row, int(rng.choice(others))))
            made.append(Indicator(f"{indicator.id}/twin", text, (0, 0)))
    first = np.array([row for row, _ in twin_of], dtype=np.intp)
    grown = replace(
        rows, indicators=(*rows.indicators, *made),
        rank_of=np.r_[rows.rank_of, np.array([rank for _, rank in twin_of], dtype=np.intp)],
        framework_of=np.r_[rows.framework_of, rows.framework_of[first]],
        competency_of=np.r_[rows.competency_of, rows.competency_of[first]],
    )  # fmt: skip
    return grown, first, np.arange(len(rows.indicators), len(grown.indicators))


def changed(text: str, form: str, rng: np.random.Generator) -> str:
    """Return a text in another form; empty where the form does not fit the text."""
    words = text.split()
    if form == "degree word":
        return " ".join(_with_other_degree(words, rng))
    if form == "words dropped" and len(words) > 4:
        n_dropped = max(1, len(words) // 6)
        dropped = set(rng.choice(np.arange(1, len(words)), size=n_dropped, replace=False).tolist())
        return " ".join(word for i, word in enumerate(words) if i not in dropped)
    if form == "clauses exchanged":
        parts = re.split(r",\s+|\s+en\s+", text.rstrip("."))
        return ", ".join(reversed(parts)) + "."
    if form == "denied":
        # Of several behaviours one stays the same, and then the pair is confusable all the same.
        denied = " ".join([words[0], "niet", *words[1:]])
        return denied if len(clauses(denied)) == 1 and not find_cues(text)["negation"] else ""
    return text


def _with_other_degree(words: list[str], rng: np.random.Generator) -> list[str]:
    known = [i for i, word in enumerate(words) if word.strip(".,;").lower() in load_terms("degree")]
    other = str(rng.choice(_DEGREE))
    if not known:
        return [words[0], other, *words[1:]]
    at = int(rng.choice(known))
    return [*words[:at], other, *words[at + 1 :]]
