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
from kempen_nlp.distinctness.signals import SIGNALS, Floats, Rows, Signals

ALPHA = 0.05
N_PERMUTATIONS = 999
N_RESAMPLES = 400
MAX_CELLS = 40_000_000
"""Numbers held at once by one test; large levels get fewer draws, never fewer than 99."""
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
        ranks = rows.rank_of[mine]
        for lower, upper in combinations(np.unique(ranks).tolist(), 2):
            first, second = mine[ranks == lower], mine[ranks == upper]
            common = (name, lower, upper, len(first), len(second))
            ways, is_exact = divisions(len(first), len(second), n_draws=_n_draws(len(first) + len(second)), rng=rng)
            weights = [
                resample_weights(len(g), n_resamples=min(len(ways), N_RESAMPLES), rng=rng) for g in (first, second)
            ]
            for signal in SIGNALS:
                cosines = signals.similarity(signal, np.r_[first, second])
                np.fill_diagonal(cosines, 0)
                n = len(first)
                yield (
                    *common, signal, _mean_within(cosines[:n, :n]), _mean_within(cosines[n:, n:]),
                    float(cosines[:n, n:].mean()), *_margin_test(cosines, ways, weights, is_exact=is_exact),
                    lowest_p(len(first), len(second)),
                )  # fmt: skip


def _n_draws(n: int) -> int:
    return int(np.clip(MAX_CELLS // max(n * n, 1), 99, N_PERMUTATIONS))


def _mean_within(cosines: Floats) -> float:
    n = len(cosines)
    return float(cosines.sum() / (n * (n - 1))) if n > 1 else np.nan


def _margin_test(cosines: Floats, ways: Floats, weights: list[Floats], *, is_exact: bool) -> tuple[float, ...]:
    """Return margin, its interval, its size in standard deviations, and p; nan where no level has two indicators."""
    within, between = _within_and_between(cosines, ways, 1 - ways)
    margins = within - between
    if np.isnan(margins[0]):
        return (np.nan,) * 5
    spread = cosines[np.triu_indices(len(cosines), 1)].std()
    p = share_as_extreme(margins[0], margins if is_exact else margins[1:], is_exact=is_exact)
    effect = float(margins[0] / spread) if spread > 1e-9 else 0.0
    return (float(margins[0]), *_margin_interval(cosines, *weights), effect, p)


def _margin_interval(cosines: Floats, first: Floats, second: Floats) -> tuple[float, float]:
    zeros_first, zeros_second = np.zeros_like(second), np.zeros_like(first)
    n = min(len(first), len(second))
    a = np.hstack([first[:n], zeros_first[:n]])
    b = np.hstack([zeros_second[:n], second[:n]])
    within, between = _within_and_between(cosines, a, b)
    margins = (within - between)[~np.isnan(within)]
    if len(margins) < n / 2:
        return np.nan, np.nan
    low, high = np.quantile(margins, [0.025, 0.975])
    return float(low), float(high)


def _within_and_between(cosines: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return mean cosines within and between two weighted groups, shape (n_ways,) each; the diagonal must be 0."""
    in_a, in_b = a @ cosines, b @ cosines
    sums = (in_a * a).sum(axis=1) + (in_b * b).sum(axis=1)
    # Drawn twice, an indicator would be compared with itself; those comparisons are left out.
    counts = a.sum(axis=1) ** 2 - (a * a).sum(axis=1) + b.sum(axis=1) ** 2 - (b * b).sum(axis=1)
    between = (in_a * b).sum(axis=1) / (a.sum(axis=1) * b.sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, sums / counts, np.nan), between


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
            right = _n_put_back(signals.similarity(signal, mine), draws) if len(set(draws[0])) > 1 else None
            if right is None:
                found.append((name, len(mine), signal, *[np.nan] * 5))
                continue
            low, high = wilson_interval(right[0], len(mine))
            p = share_as_extreme(right[0], right[1:], is_exact=False)
            found.append((name, len(mine), signal, right[0] / len(mine), float(low), float(high),
                          right[1:].mean() / len(mine), p))  # fmt: skip
    return pd.DataFrame(found, columns=["competency", "n", "signal", "right", "low", "high", "chance", "p"])


def _n_put_back(cosines: Floats, draws: NDArray[np.intp]) -> Floats:
    n = len(cosines)
    np.fill_diagonal(cosines, 0)
    ranks = np.unique(draws[0])
    right = np.zeros(len(draws))
    for way, ranks_drawn in enumerate(draws):
        member = (ranks_drawn[:, None] == ranks[None, :]).astype(np.float64)
        sizes = member.sum(axis=0)[None, :] - member
        with np.errstate(invalid="ignore", divide="ignore"):
            nearness = np.where(sizes > 0, cosines @ member / sizes, -np.inf)
        right[way] = (ranks[np.argmax(nearness, axis=1)] == ranks_drawn).sum()
    return right if n else np.zeros(len(draws))
