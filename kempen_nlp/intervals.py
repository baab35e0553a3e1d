"""
Figures with 95 % intervals: the bootstrap over comments or writers, and Wilson's for shares; arrays in, numbers out.

With one row a comment the bootstrap resamples comments by itself; longer arrays need ``clusters``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Z_95 = 1.959963984540054
Floats = NDArray[np.float64]
RandomState = int | np.random.Generator


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    """Of the data themselves; nan when the metric is undefined there."""
    low: float
    """nan when there are fewer than two clusters, or no resample is defined."""
    high: float
    n: int
    """Rows of the arrays, not clusters."""
    n_undefined: int = 0
    """Resamples on which the metric was nan; the interval leaves them out."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the first of two models has over the second, with its 95 % interval."""

    value: float
    """First minus second."""
    low: float
    high: float
    p: float
    """Two-sided bootstrap p of no difference, above 0; nan when no resample is defined."""
    n: int
    """Rows of the arrays, not clusters."""
    n_undefined: int = 0
    """Resamples on which the metric of either model was nan; interval and p leave them out."""


def bootstrap_interval(
    metric: Callable[..., float],
    *arrays: ArrayLike,
    clusters: ArrayLike | None = None,
    n_resamples: int = 1000,
    random_state: RandomState = 0,
) -> Estimate:
    """
    Return a metric with its percentile 95 % interval, resampling whole clusters.

    Parameters
    ----------
    metric : callable
        Takes ``arrays`` in order, returns one number; nan means undefined.
    *arrays : array-like of shape (n_rows, ...)
    clusters : array-like of shape (n_rows,), optional
        Rows with the same value (a comment, a writer) are drawn together. By default every row is
        a cluster. The interval is too narrow with fewer than some 30 clusters, and has no
        width for a share that is exactly 0 or 1: use ``wilson_interval`` there.
    n_resamples : int
        At least 1.
    random_state : int or Generator
        The same number gives the same interval.

    Raises
    ------
    ValueError
        If there is no row, the lengths differ, or a cluster is missing.

    References
    ----------
    Efron, B. and Tibshirani, R. (1993). An introduction to the bootstrap, chapter 13.

    Examples
    --------
    >>> is_right = np.ones(40)
    >>> bootstrap_interval(np.mean, is_right, n_resamples=50)
    Estimate(value=1.0, low=1.0, high=1.0, n=40, n_undefined=0)
    """
    return estimates(lambda *rows: np.array([metric(*rows)]), arrays, clusters, n_resamples, random_state)[0]


def paired_difference(
    metric: Callable[..., float],
    truth: ArrayLike,
    predictions: tuple[ArrayLike, ArrayLike],
    *shared: ArrayLike,
    clusters: ArrayLike | None = None,
    n_resamples: int = 1000,
    random_state: RandomState = 0,
) -> Difference:
    """
    Return how much a metric differs between two models on the same comments.

    Parameters
    ----------
    metric : callable
        Called as ``metric(truth, prediction, *shared)`` for each model; nan means undefined.
    truth : array-like of shape (n_rows, ...)
    predictions : pair of array-like of shape (n_rows, ...)
        Of the first and of the second model.
    *shared : array-like of shape (n_rows, ...)
        What else the metric takes, such as other right ranks.
    clusters, n_resamples, random_state
        As in ``bootstrap_interval``; both models are measured on the same resamples.

    Returns
    -------
    Difference
        ``p`` is twice the share of resamples on the far side of 0, ties on both sides, with one
        resample added so that it is never 0.
    """

    def gap(first: NDArray[Any], second: NDArray[Any], true: NDArray[Any], *rest: NDArray[Any]) -> Floats:
        return np.array([metric(true, first, *rest) - metric(true, second, *rest)])

    rows, codes = _checked_rows((*predictions, truth, *shared), clusters, n_resamples)
    gaps = _resampled(gap, rows, codes, n_resamples, random_state)[:, 0]
    estimate = estimate_of(float(gap(*rows)[0]), gaps, len(codes))
    defined = gaps[~np.isnan(gaps)]
    tail = min((defined <= 0).sum(), (defined >= 0).sum())
    p = min(1.0, float(2 * (tail + 1) / (len(defined) + 1))) if len(defined) else float("nan")
    return Difference(estimate.value, estimate.low, estimate.high, p, estimate.n, estimate.n_undefined)


def wilson_interval(n_right: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """
    Return the 95 % interval of shares ``n_right / n``; unlike the bootstrap, sound at 0 and 1.

    Parameters
    ----------
    n_right, n : array-like of one shape, or numbers
        ``n`` counts independent trials.

    Returns
    -------
    low, high : ndarrays of the same shape
        Between 0 and 1; nan where ``n`` is 0.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22.

    Examples
    --------
    >>> low, high = wilson_interval(0, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.0, 0.278)
    """
    n = np.asarray(n, dtype=np.float64)
    share = ratio(n_right, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
        half = Z_95 * np.sqrt(share * (1 - share) / n + (Z_95 / (2 * n)) ** 2) / (1 + Z_95**2 / n)
    # Rounding would leave the bound of an exact 0 or 1 a hair off.
    return np.where(share == 0, 0.0, centre - half), np.where(share == 1, 1.0, centre + half)


def estimates(
    metric: Callable[..., Floats],
    arrays: Sequence[ArrayLike],
    clusters: ArrayLike | None,
    n_resamples: int,
    random_state: RandomState,
) -> list[Estimate]:
    """
    Return several figures with intervals from the same resamples.

    Parameters
    ----------
    metric : callable
        Takes ``arrays`` in order, returns an array of shape (n_figures,); nan means undefined.
    arrays : sequence of array-like of shape (n_rows, ...)
    clusters, n_resamples, random_state
        As in ``bootstrap_interval``.
    """
    rows, codes = _checked_rows(arrays, clusters, n_resamples)
    samples = _resampled(metric, rows, codes, n_resamples, random_state)
    return [estimate_of(float(v), s, len(codes)) for v, s in zip(metric(*rows), samples.T, strict=True)]


def estimate_of(value: float, samples: Floats, n: int) -> Estimate:
    """Return a value with the middle 95 % of samples of it, shape (n_resamples,); nan samples are counted."""
    defined = samples[~np.isnan(samples)]
    low, high = np.percentile(defined, [2.5, 97.5]) if len(defined) else (np.nan, np.nan)
    return Estimate(value, float(low), float(high), n, len(samples) - len(defined))


def _resampled(
    metric: Callable[..., Floats],
    rows: Sequence[NDArray[Any]],
    codes: NDArray[np.intp],
    n_resamples: int,
    random_state: RandomState,
) -> Floats:
    # One cluster drawn again and again would promise an interval without width.
    if codes.max() == 0:
        return np.full((n_resamples, len(metric(*rows))), np.nan)
    draws = _drawn_rows(codes, n_resamples, np.random.default_rng(random_state))
    return np.array([metric(*(array[drawn] for array in rows)) for drawn in draws])


def _drawn_rows(codes: NDArray[np.intp], n_resamples: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    order, sizes = np.argsort(codes, kind="stable"), np.bincount(codes)
    starts = np.cumsum(sizes) - sizes
    for _ in range(n_resamples):
        drawn = rng.integers(len(sizes), size=len(sizes))
        taken = sizes[drawn]
        within_cluster = np.arange(taken.sum()) - np.repeat(np.cumsum(taken) - taken, taken)
        yield order[np.repeat(starts[drawn], taken) + within_cluster]


def _checked_rows(
    arrays: Sequence[ArrayLike], clusters: ArrayLike | None, n_resamples: int
) -> tuple[list[NDArray[Any]], NDArray[np.intp]]:
    rows = [np.asarray(array) for array in arrays]
    lengths = [len(array) for array in rows] + ([] if clusters is None else [len(np.asarray(clusters))])
    if len(set(lengths)) != 1 or lengths[0] == 0:
        msg = f"The arrays to resample have lengths {lengths}. Expected one length of at least 1, `clusters` included."
        raise ValueError(msg)
    if n_resamples < 1:
        msg = f"`n_resamples` is {n_resamples}. Expected at least 1; 1000 gives a steady interval."
        raise ValueError(msg)
    codes = np.arange(lengths[0]) if clusters is None else pd.factorize(np.asarray(clusters))[0]
    if (codes < 0).any():
        msg = f"`clusters` has no value in {(codes < 0).sum()} of {len(codes)} rows. Expected one for every row."
        raise ValueError(msg)
    return rows, codes


def ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Return ``part / whole`` of arrays of one shape, nan where ``whole`` is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    shares: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return shares
