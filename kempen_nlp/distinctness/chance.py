"""Permutations, bootstrap weights and the correction for many tests; nothing here knows of handbooks."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MAX_EXACT = 5_000
"""Up to so many different divisions all of them are tried; beyond, as many as asked are drawn."""


def divisions(n_first: int, n_second: int, *, n_draws: int, rng: np.random.Generator) -> tuple[Floats, bool]:
    """
    Return ways to divide ``n_first + n_second`` things in two groups of these sizes.

    Returns
    -------
    ndarray of shape (n_ways, n_things)
        1 for the first group, 0 for the second; the division as given is the first row.
    bool
        Whether these are all ways there are.
    """
    n = n_first + n_second
    if comb(n, n_first) <= MAX_EXACT:
        ways = np.zeros((comb(n, n_first), n))
        for row, chosen in enumerate(combinations(range(n), n_first)):
            ways[row, list(chosen)] = 1
        return ways, True
    ways = np.tile(np.r_[np.ones(n_first), np.zeros(n_second)], (n_draws + 1, 1))
    ways[1:] = rng.permuted(ways[1:], axis=1)
    return ways, False


def lowest_p(n_first: int, n_second: int) -> float:
    """
    Return the smallest p that a two-sided permutation test of groups of these sizes can give.

    Examples
    --------
    >>> lowest_p(3, 3)
    0.1
    """
    ways = comb(n_first + n_second, n_first)
    return min(1.0, (2 if n_first == n_second else 1) / ways)


def share_as_extreme(observed: float, drawn: Floats, *, is_exact: bool) -> float:
    """
    Return the p-value: the share of draws at or above the observed value.

    Parameters
    ----------
    observed : float
    drawn : ndarray of shape (n_draws,)
        All possible values, the observed among them, when ``is_exact``.
    is_exact : bool
        Otherwise the observed value counts as one more draw, so that p is never 0.
    """
    # Sums in another order differ in the last digit; the same division must count as itself.
    n_above = int((drawn >= observed - 1e-9).sum())
    return n_above / len(drawn) if is_exact else (1 + n_above) / (1 + len(drawn))


def resample_weights(n: int, *, n_resamples: int, rng: np.random.Generator) -> Floats:
    """Return how often each of ``n`` things is drawn in each bootstrap sample, shape (n_resamples, n)."""
    return rng.multinomial(n, np.full(n, 1 / n), size=n_resamples).astype(np.float64)


def adjusted_p(p: ArrayLike) -> Floats:
    """
    Return Benjamini-Hochberg adjusted p-values; nan stays nan and does not count as a test.

    Examples
    --------
    >>> adjusted_p([0.01, 0.02, 0.5]).round(2).tolist()
    [0.03, 0.03, 0.5]

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57.
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    if len(known):
        order = known[np.argsort(values[known])][::-1]
        scaled = values[order] * len(known) / np.arange(len(known), 0, -1)
        adjusted[order] = np.minimum(1, np.minimum.accumulate(scaled))
    return adjusted
