"""Which competencies of two frameworks are about the same: nearest sentences, both ways, against chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import erfc, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness.chance import adjusted_p, resample_weights
from kempen_nlp.distinctness.signals import Cosines, Floats, Rows, Signals
from kempen_nlp.framework import Indicator

ALPHA = 0.05
AGREES = 0.10
"""Where one signal has shown an answer after correction, the other has to be at least this sure before it."""
N_SHUFFLES = 499
FEWEST_SHUFFLES = 99
MANY = 20
"""Competencies above which chance is drawn from all of them, the one in question included."""
N_RESAMPLES = 400
MAX_CELLS = 20_000_000
CONTENT_SIGNALS = ("lexical", "semantic")
"""Level words say how high a behaviour stands, not what it is about."""
JINGLE, JANGLE, EXPECTED = "zelfde naam, andere inhoud", "andere naam, zelfde inhoud", "zelfde naam, zelfde inhoud"


def with_definitions(lines: Rows) -> Rows:
    """Add the definitions at the end; they say what a competency is about, but stand at no rank."""
    competencies = [(f, c) for f, framework in enumerate(lines.frameworks) for c in framework]
    found = [(f, n, c.id, c.definition) for n, (f, c) in enumerate(competencies) if c.definition]
    added = [np.array([row[column] for row in found], dtype=np.intp) for column in (0, 1)]
    definitions = [Indicator(f"{id_}/definitie", text, (0, 0)) for *_, id_, text in found]
    return replace(
        lines, indicators=(*lines.indicators, *definitions),
        framework_of=np.r_[lines.framework_of, added[0]], competency_of=np.r_[lines.competency_of, added[1]],
        rank_of=np.r_[lines.rank_of, np.zeros(len(found), dtype=np.intp)],
    )  # fmt: skip


def competency_pairs(rows: Rows, signals: Signals, rng: np.random.Generator) -> pd.DataFrame:
    """
    Compare every competency of the first framework with every one of the second.

    Returns
    -------
    DataFrame of shape (n_first * n_second, 13)
        For each content signal the nearness, its 95 % interval, ``p`` and ``q`` (Benjamini-Hochberg over all
        pairs); ``answers`` where one signal shows it (q at most 0.05) and the other agrees (p at most 0.10);
        ``names`` says where names and content disagree, or agree.
    """
    sides = [np.flatnonzero(rows.framework_of == side) for side in (0, 1)]
    groups = [_Groups.of(rows.competency_of[side]) for side in sides]
    # Sorted by competency, so that maxima over one are maxima over neighbours.
    left, right = (side[group.order] for side, group in zip(sides, groups, strict=True))
    pairs = [(rows.names[a], rows.names[b]) for a in groups[0].numbers for b in groups[1].numbers]
    table = pd.DataFrame(pairs, columns=["first", "second"])
    for signal in CONTENT_SIGNALS:
        found = _nearness(signals.similarity(signal, left, right), groups[0], groups[1], rng)
        for name, values in zip(("", "_low", "_high", "_p"), found, strict=True):
            table[f"{signal}{name}"] = values.ravel()
        table[f"{signal}_q"] = adjusted_p(table[f"{signal}_p"])
    return _with_verdicts(table)


def _with_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    # Of the three signals only two speak about content, so both are needed: one to show it, one to agree.
    shown = (table[[f"{signal}_q" for signal in CONTENT_SIGNALS]] <= ALPHA).any(axis=1)
    agrees = (table[[f"{signal}_p" for signal in CONTENT_SIGNALS]] <= AGREES).all(axis=1)
    differs = (table[[f"{signal}_p" for signal in CONTENT_SIGNALS]] > AGREES).all(axis=1)
    table["answers"] = shown & agrees
    same = table["first"].str.casefold() == table["second"].str.casefold()
    table["names"] = ""
    table.loc[same & table["answers"], "names"] = EXPECTED
    table.loc[same & differs, "names"] = JINGLE
    table.loc[~same & table["answers"], "names"] = JANGLE
    return table


@dataclass(frozen=True)
class _Groups:
    """The competencies of one side as runs of neighbouring sentences."""

    numbers: list[int]
    """Numbers of the competencies that have any sentence, in framework order."""
    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    sizes: NDArray[np.intp]

    @classmethod
    def of(cls, competency_of: NDArray[np.intp]) -> _Groups:
        order = np.argsort(competency_of, kind="stable")
        numbers, starts, sizes = np.unique(competency_of[order], return_index=True, return_counts=True)
        return cls(numbers.tolist(), order, starts, sizes)

    def rows(self, group: int) -> NDArray[np.intp]:
        return np.arange(self.starts[group], self.starts[group] + self.sizes[group])

    def means(self, values: Floats | Cosines) -> Floats:
        """Return the mean of each group over the last axis."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=-1) / self.sizes, dtype=np.float64)


def _nearness(
    cosines: Cosines, left: _Groups, right: _Groups, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return for each pair of competencies nearness, both ends of its interval, and p; shapes (n_left, n_right)."""
    # Nearest of each sentence in each competency of the other side.
    to_right = np.maximum.reduceat(cosines, right.starts, axis=1)
    to_left = np.maximum.reduceat(cosines, left.starts, axis=0)
    value = (left.means(to_right.T).T + right.means(to_left)) / 2
    low, high = _intervals(to_right, to_left, left, right, rng)
    # It must be near from either side: a competency that is near to everything is near to nothing.
    first = _tails(value, *_by_chance(cosines, to_right, left, right, rng))
    second = _tails(value.T, *_by_chance(cosines.T, to_left.T, right, left, rng)).T
    return value, low, high, np.maximum(first, second)


def _intervals(
    to_right: Cosines, to_left: Cosines, left: _Groups, right: _Groups, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    # The nearest is sought among all, not among those drawn, or every similarity would seem lower than it is.
    from_right = np.stack([
        _resampled(to_left[:, right.rows(b)].T, rng) for b in range(len(right.numbers))
    ], axis=2)  # fmt: skip
    low, high = np.empty((2, len(left.numbers), len(right.numbers)))
    for a in range(len(left.numbers)):
        drawn = (_resampled(to_right[left.rows(a)], rng) + from_right[:, a]) / 2
        low[a], high[a] = np.quantile(drawn, [0.025, 0.975], axis=0)
    return low, high


def _resampled(values: Cosines, rng: np.random.Generator) -> Cosines:
    """Return means of resampled rows, shape (n_resamples, n_columns)."""
    weights = resample_weights(len(values), n_resamples=N_RESAMPLES, rng=rng) / len(values)
    return weights.astype(np.float32) @ values


def _by_chance(
    cosines: Cosines, nearest: Cosines, own: _Groups, other: _Groups, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return mean and spread of the nearness of as many sentences drawn from the other competencies of one's side."""
    known: dict[int, tuple[Floats, Floats]] = {}
    found = []
    for group, size in enumerate(own.sizes.tolist()):
        pool = np.arange(len(cosines))
        # Among many, its own sentences hardly weigh, and draws can serve all competencies of one size.
        key = size if len(own.numbers) > MANY else -1 - group
        if 1 < len(own.numbers) <= MANY:
            pool = np.setdiff1d(pool, own.rows(group))
        if key not in known:
            known[key] = _drawn(cosines, nearest, pool, min(size, len(pool)), other, rng)
        found.append(known[key])
    return np.array([mean for mean, _ in found]), np.array([spread for _, spread in found])


def _drawn(
    cosines: Cosines, nearest: Cosines, pool: NDArray[np.intp], size: int, other: _Groups, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    n = int(np.clip(MAX_CELLS // max(size * cosines.shape[1], 1), FEWEST_SHUFFLES, N_SHUFFLES))
    values = np.empty((2, n, len(other.numbers)))
    for way in (0, 1):
        for draw in range(n):
            chosen = rng.choice(pool, size=size, replace=bool(way))
            values[way, draw] = (nearest[chosen].mean(axis=0) + other.means(cosines[chosen].max(axis=0))) / 2
    # Without replacement a small pool hardly varies, with it the draws repeat themselves and are less near.
    return values[0].mean(axis=0), values[1].std(axis=0)


def _tails(values: Floats, means: Floats, spreads: Floats) -> Floats:
    """Return chances of values at least as high; means of many nearest similarities are close to normal."""
    scaled = (values - means) / (np.maximum(spreads, 1e-9) * sqrt(2))
    chances = 0.5 * np.vectorize(erfc, otypes=[np.float64])(scaled)
    return np.where(spreads > 1e-9, chances, 1.0)


def orphans(competencies: pd.DataFrame) -> pd.DataFrame:
    """Return the competencies of either side that nothing answers to, with the nearest there is."""
    found = []
    for side, other in (("first", "second"), ("second", "first")):
        for name, pairs in competencies.groupby(side, sort=False):
            if not pairs["answers"].any():
                nearest = pairs.iloc[int(pairs["semantic"].argmax())]
                found.append((side, name, nearest[other], nearest["semantic"], nearest["semantic_q"]))
    return pd.DataFrame(found, columns=["side", "competency", "nearest", "semantic", "semantic_q"])
