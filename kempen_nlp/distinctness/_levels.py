"""Are two levels of a competency distinct: similarity within against between, and putting indicators back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness.chance import (
    adjusted_p,
    divisions,
    lowest_p,
    resample_weights,
    share_as_extreme,
)
from kempen_nlp.distinctness.signals import SIGNALS, Cosines, Floats, Rows, Signals

ALPHA = 0.05
N_PERMUTATIONS = 999
N_RESAMPLES = 400
MAX_CELLS = 40_000_000
"""Numbers held at once by one test; large levels get fewer draws."""
MIN_PERMUTATIONS = 199
"""So many draws every test gets; the lowest p is then 0.005, which still survives correction."""
DISTINCT, NOT_SHOWN, TOO_FEW = "distinct", "not shown", "too few indicators to tell"
LEVEL_COLUMNS = [
    "competency", "lower_rank", "upper_rank", "n_lower", "n_upper", "signal", "within_lower", "within_upper", "between",
    "margin", "low", "high", "effect", "p", "q", "lowest_p", "verdict",
]  # fmt: skip


def level_pairs(rows: Rows, signals: Signals, *, seed: int) -> pd.DataFrame:
    """
    Test each pair of levels within each competency, once for each signal.

    Returns
    -------
    DataFrame of shape (n_pairs * 3, 17)
        ``margin`` is mean similarity within less mean similarity between, with a 95 % interval in
        ``low`` and ``high``; ``effect`` the margin in standard deviations of the similarities;
        ``p`` from dividing the indicators over the two levels in other ways, ``q`` the same after
        Benjamini-Hochberg over all pairs of the signal; ``lowest_p`` what the numbers of
        indicators allow at best. ``verdict`` is "too few indicators to tell" where that is above
        0.05, and "distinct" only where ``q`` is at most 0.05.
    """
    found = list(_tests(rows, signals, np.random.default_rng(seed)))
    table = pd.DataFrame(found, columns=[c for c in LEVEL_COLUMNS if c not in {"q", "verdict"}])
    table["q"] = np.nan
    for signal in SIGNALS:
        mine = table["signal"] == signal
        able = mine & (table["lowest_p"] <= ALPHA)
        table.loc[able, "q"] = adjusted_p(table.loc[able, "p"])
    table["verdict"] = NOT_SHOWN
    table.loc[table["lowest_p"] > ALPHA, "verdict"] = TOO_FEW
    table.loc[table["q"] <= ALPHA, "verdict"] = DISTINCT
    return table[LEVEL_COLUMNS]


def _tests(rows: Rows, signals: Signals, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    for number, name in rows.own:
        mine = rows.of_competency(number)
        places = {rank: np.flatnonzero(rows.rank_of[mine] == rank) for rank in np.unique(rows.rank_of[mine]).tolist()}
        if len(places) < 2:
            continue
        cosines = {signal: _off_diagonal(signals.similarity(signal, mine)) for signal in SIGNALS}
        for lower, upper in combinations(places, 2):
            first, second = places[lower], places[upper]
            both, n = np.r_[first, second], len(first)
            ways, is_exact = divisions(n, len(second), n_draws=_n_draws(len(both)), rng=rng)
            weights = [
                resample_weights(len(g), n_resamples=min(len(ways), N_RESAMPLES), rng=rng) for g in (first, second)
            ]
            for signal in SIGNALS:
                own = cosines[signal][np.ix_(both, both)].astype(np.float64)
                yield (
                    name, lower, upper, n, len(second), signal, _mean_within(own[:n, :n]), _mean_within(own[n:, n:]),
                    float(own[:n, n:].mean()), *_margin_test(own, ways, weights, is_exact=is_exact),
                    lowest_p(n, len(second)),
                )  # fmt: skip


def _off_diagonal(cosines: Cosines) -> Cosines:
    np.fill_diagonal(cosines, 0)
    return cosines


def _n_draws(n: int) -> int:
    return int(np.clip(MAX_CELLS // max(n * n, 1), MIN_PERMUTATIONS, N_PERMUTATIONS))


def _mean_within(cosines: Floats) -> float:
    n = len(cosines)
    return float(cosines.sum() / (n * (n - 1))) if n > 1 else np.nan


def _margin_test(cosines: Floats, ways: Floats, weights: list[Floats], *, is_exact: bool) -> tuple[float, ...]:
    """Return margin, its interval, its size in standard deviations, and p; nan where no level has two indicators."""
    n = int(ways[0].sum())
    # Row sums are the same for every division, so one product serves within and between.
    in_a, totals = ((ways @ cosines) * ways).sum(axis=1), cosines.sum(axis=1)
    from_a = ways @ totals
    margins = _margin(in_a + totals.sum() - 2 * from_a + in_a, from_a - in_a, n, len(cosines) - n)
    if np.isnan(margins[0]):
        return (np.nan,) * 5
    spread = cosines[np.triu_indices(len(cosines), 1)].std()
    p = share_as_extreme(margins[0], margins if is_exact else margins[1:], is_exact=is_exact)
    effect = float(margins[0] / spread) if spread > 1e-9 else 0.0
    return (float(margins[0]), *_margin_interval(cosines, *weights), effect, p)


def _margin(within: Floats, between: Floats, n: int, m: int) -> Floats:
    pairs = n * (n - 1) + m * (m - 1)
    return within / pairs - between / (n * m) if pairs else np.full(len(within), np.nan)


def _margin_interval(cosines: Floats, first: Floats, second: Floats) -> tuple[float, float]:
    n = first.shape[1]
    k = min(len(first), len(second))
    a, b = first[:k], second[:k]
    sums = ((a @ cosines[:n, :n]) * a).sum(axis=1) + ((b @ cosines[n:, n:]) * b).sum(axis=1)
    # Drawn twice, an indicator would be compared with itself; those comparisons are left out.
    counts = sum(w.sum(axis=1) ** 2 - (w * w).sum(axis=1) for w in (a, b))
    between = ((a @ cosines[:n, n:]) * b).sum(axis=1) / (a.sum(axis=1) * b.sum(axis=1))
    known = np.asarray(counts > 0)
    if known.sum() < k / 2:
        return np.nan, np.nan
    low, high = np.quantile(sums[known] / np.asarray(counts)[known] - between[known], [0.025, 0.975])
    return float(low), float(high)


def put_back(rows: Rows, signals: Signals, *, seed: int) -> pd.DataFrame:
    """
    Take each indicator out, and put it back at the level whose other indicators it resembles most.

    Returns
    -------
    DataFrame of shape (n_competencies * 3, 8)
        ``right`` is the share put back where it stood, with its 95 % interval; ``chance`` the mean
        share after shuffling the ranks within the competency, ``p`` the share of shuffles that did
        as well. Empty cells where no level has two indicators.
    """
    from kempen_nlp.evaluation import wilson_interval

    rng = np.random.default_rng(seed)
    found = []
    for number, name in rows.own:
        mine = rows.of_competency(number)
        draws = np.tile(rows.rank_of[mine], (1 + min(_n_draws(len(mine)), 499), 1))
        draws[1:] = rng.permuted(draws[1:], axis=1)
        for signal in SIGNALS:
            if len(set(draws[0].tolist())) < 2:
                found.append((name, len(mine), signal, *[np.nan] * 5))
                continue
            right = _n_put_back(_off_diagonal(signals.similarity(signal, mine)), draws)
            low, high = wilson_interval(right[0], len(mine))
            p = share_as_extreme(right[0], right[1:], is_exact=False)
            found.append((name, len(mine), signal, right[0] / len(mine), float(low), float(high),
                          right[1:].mean() / len(mine), p))  # fmt: skip
    return pd.DataFrame(found, columns=["competency", "n", "signal", "right", "low", "high", "chance", "p"])


def _n_put_back(cosines: Cosines, draws: NDArray[np.intp]) -> Floats:
    """Return how many are put back right under each labelling, shape (n_draws,); the diagonal must be 0."""
    ranks = np.unique(draws[0])
    sizes = (draws[0][:, None] == ranks).sum(axis=0)
    right, at_once = np.zeros(len(draws)), max(1, MAX_CELLS // 10 // (len(cosines) * len(ranks)))
    for begin in range(0, len(draws), at_once):
        part = draws[begin : begin + at_once]
        member = (part[:, :, None] == ranks).astype(np.float32)
        # All labellings of the part side by side, so that one product serves them all.
        sums = cosines @ member.transpose(1, 0, 2).reshape(len(cosines), -1)
        others = sizes - member
        with np.errstate(invalid="ignore", divide="ignore"):
            nearness = np.where(
                others > 0, sums.reshape(len(cosines), len(part), -1).transpose(1, 0, 2) / others, -np.inf
            )
        right[begin : begin + at_once] = (ranks[np.argmax(nearness, axis=2)] == part).sum(axis=1)
    return right
