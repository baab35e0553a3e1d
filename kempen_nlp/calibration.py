"""
Do probabilities come true, and which threshold gives which precision; arrays in, numbers out.

Every array holds one entry a decision, in any one shape: usually a row a comment and a column a competency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from kempen_nlp.intervals import Estimate, Floats, RandomState, estimate_of, ratio, wilson_interval

MIN_ASSIGNED = 30
N_BINS = 15
Bools = NDArray[np.bool_]


def best_f1_threshold(probability: NDArray[np.float64], is_true: NDArray[np.bool_]) -> float:
    """
    Return the probability at or above which deciding "yes" gives the highest F1.

    Both arrays have shape (n_decisions,); without any true decision the answer is 1.
    """
    if not np.any(is_true):
        return 1.0
    cuts = np.unique(probability)
    hits, n_assigned = _counts_at(np.asarray(probability), np.asarray(is_true), cuts)
    return float(cuts[np.argmax(2 * hits / (n_assigned + np.sum(is_true)))])


def precision_threshold(
    probability: NDArray[np.float64],
    is_true: NDArray[np.bool_],
    precision: float,
    *,
    min_assigned: int = MIN_ASSIGNED,
) -> float | None:
    """
    Return the lowest threshold at which at least ``precision`` of the decisions are right.

    Returns
    -------
    float or None
        None when no threshold that leaves ``min_assigned`` decisions reaches the precision.
    """
    cuts = np.unique(probability)
    hits, n_assigned = _counts_at(np.asarray(probability), np.asarray(is_true), cuts)
    usable = np.flatnonzero((hits >= precision * n_assigned) & (n_assigned >= max(1, min_assigned)))
    return float(cuts[usable[0]]) if len(usable) else None


def expected_calibration_error(probability: ArrayLike, is_true: ArrayLike, *, n_bins: int = N_BINS) -> float:
    """
    Return the mean distance between probability and observed share, over bins of equal count.

    Parameters
    ----------
    probability : array-like, any shape
        Of each decision, 0 to 1. Equal probabilities share a bin, so bins may differ in count.
    is_true : array-like of bool, the same shape
    n_bins : int
        At least 1.

    Returns
    -------
    float
        From 0, perfectly calibrated, to 1. Above 0 by chance alone: see ``calibration_noise_floor``.
        nan without decisions.

    Raises
    ------
    ValueError
        If the shapes differ, a probability is outside 0 to 1, or ``n_bins`` is below 1.

    References
    ----------
    Nguyen, K. and O'Connor, B. (2015). Posterior calibration and exploratory analysis for NLP models. EMNLP.

    Examples
    --------
    >>> expected_calibration_error([0.25, 0.25, 0.75, 0.75], [False, False, True, False], n_bins=2)
    0.25
    """
    probability, is_true = decisions(probability, is_true)
    return _calibration_error(probability, is_true, _bins(probability, n_bins))


def calibration_noise_floor(
    probability: ArrayLike, *, n_bins: int = N_BINS, n_simulations: int = 200, random_state: RandomState = 0
) -> Estimate:
    """
    Return the calibration error that a perfectly calibrated model would show with these probabilities.

    Decisions are drawn one by one; where those of one comment go together, the floor lies higher.

    Parameters
    ----------
    probability : array-like, any shape
        Of each decision, 0 to 1.
    n_bins : int
        As in ``expected_calibration_error``.
    n_simulations : int
        How often the truth is drawn from the probabilities.

    Returns
    -------
    Estimate
        ``value`` is the mean error over the simulations; 95 % of them lie between ``low`` and ``high``.
    """
    probability, _ = decisions(probability, np.zeros(np.shape(probability), dtype=bool))
    rng, bins = np.random.default_rng(random_state), _bins(probability, n_bins)
    errors = np.array(
        [
            _calibration_error(probability, rng.random(len(probability)) < probability, bins)
            for _ in range(n_simulations)
        ]
    )
    return estimate_of(float(errors.mean()), errors, len(probability))


def brier_score(probability: ArrayLike, is_true: ArrayLike) -> float:
    """Return the mean squared distance of probability and truth, 0 (best) to 1; any one shape, nan when empty."""
    probability, is_true = decisions(probability, is_true)
    return float(((probability - is_true) ** 2).mean()) if len(probability) else float("nan")


def reliability_table(probability: ArrayLike, is_true: ArrayLike, *, n_bins: int = N_BINS) -> pd.DataFrame:
    """
    Return what was promised and what was observed, one row a bin of equal count.

    Parameters
    ----------
    probability, is_true : array-like of one shape
        As in ``expected_calibration_error``.
    n_bins : int
        At most this many rows; equal probabilities share a bin.

    Returns
    -------
    DataFrame
        Columns ``mean_probability, observed, low, high, n``, ascending; ``low`` and ``high`` are
        the Wilson 95 % interval of ``observed``.
    """
    probability, is_true = decisions(probability, is_true)
    frame = pd.DataFrame({"bin": _bins(probability, n_bins), "probability": probability, "is_true": is_true})
    grouped = frame.groupby("bin")
    n, n_right = grouped.size().to_numpy(), grouped["is_true"].sum().to_numpy()
    low, high = wilson_interval(n_right, n)
    return pd.DataFrame(
        {
            "mean_probability": grouped["probability"].mean().to_numpy(),
            "observed": n_right / n,
            "low": low,
            "high": high,
            "n": n,
        }
    )


def coverage_table(
    probability: ArrayLike, is_true: ArrayLike, thresholds: Sequence[float] | None = None
) -> pd.DataFrame:
    """
    Return how much is assigned, and how much of it is right, at every threshold.

    Parameters
    ----------
    probability : array-like, any shape
        Of each decision, 0 to 1; a true label that was never a candidate counts with probability 0.
    is_true : array-like of bool, the same shape
    thresholds : sequence of float, optional
        A decision is assigned at or above it. By default every probability that occurs.

    Returns
    -------
    DataFrame
        Columns ``threshold, precision, coverage, assigned_share, n_assigned``, thresholds descending
        unless given. ``coverage`` is the share of true labels that is found (recall),
        ``assigned_share`` the share of all decisions. nan where a share has nothing to count.

    Examples
    --------
    >>> coverage_table([0.9, 0.6, 0.2], [True, False, True], [0.5])
       threshold  precision  coverage  assigned_share  n_assigned
    0        0.5        0.5       0.5        0.666667           2
    """
    probability, is_true = decisions(probability, is_true)
    cuts = np.unique(probability)[::-1] if thresholds is None else np.asarray(thresholds, dtype=np.float64)
    hits, n_assigned = _counts_at(probability, is_true, cuts)
    return pd.DataFrame(
        {
            "threshold": cuts,
            "precision": ratio(hits, n_assigned),
            "coverage": ratio(hits, is_true.sum()),
            "assigned_share": ratio(n_assigned, len(is_true)),
            "n_assigned": n_assigned,
        }
    )


def coverage_at_precision(
    probability: ArrayLike,
    is_true: ArrayLike,
    precision: float,
    *,
    of: Literal["true", "decisions"] = "true",
    min_assigned: int = MIN_ASSIGNED,
) -> float:
    """
    Return the largest coverage at which at least ``precision`` of what is assigned is right.

    The threshold is chosen on these same decisions, which flatters; for a claim about new comments
    take it from ``precision_threshold`` on validation data and look it up with ``coverage_table``.

    Parameters
    ----------
    probability, is_true : array-like of one shape
        As in ``coverage_table``.
    precision : float
        Between 0 and 1.
    of : {"true", "decisions"}
        Share of the true labels found, or of all decisions assigned.
    min_assigned : int
        Thresholds that leave fewer decisions are not trusted.

    Returns
    -------
    float
        Between 0 and 1; 0 when no threshold reaches the precision, nan when there is nothing to count.
    """
    probability, is_true = decisions(probability, is_true)
    hits, n_assigned = _counts_at(probability, is_true, np.unique(probability))
    reached = (n_assigned >= max(1, min_assigned)) & (hits >= precision * n_assigned)
    found, total = (hits, is_true.sum()) if of == "true" else (n_assigned, len(is_true))
    return float(ratio(found[reached].max(initial=0), total))


def _bins(probability: Floats, n_bins: int) -> NDArray[np.intp]:
    if n_bins < 1:
        msg = f"`n_bins` is {n_bins}. Expected at least 1."
        raise ValueError(msg)
    ascending = np.sort(probability)
    # Twice the middle position of all equal values: ties share a bin, whatever the order of the input.
    middle = np.searchsorted(ascending, probability, "left") + np.searchsorted(ascending, probability, "right")
    return middle * n_bins // max(1, 2 * len(probability))


def _calibration_error(probability: Floats, is_true: Bools, bins: NDArray[np.intp]) -> float:
    if not len(probability):
        return float("nan")
    return float(np.abs(np.bincount(bins, weights=probability - is_true)).sum() / len(probability))


def _counts_at(probability: Floats, is_true: Bools, cuts: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(probability)
    below = np.searchsorted(probability[order], cuts, "left")
    hits_below = np.concatenate([[0], np.cumsum(is_true[order])])
    return hits_below[-1] - hits_below[below], len(order) - below


def decisions(probability: ArrayLike, is_true: ArrayLike, *, name: str = "is_true") -> tuple[Floats, Bools]:
    """
    Return probabilities and truth as flat arrays, checked.

    Raises
    ------
    ValueError
        If the shapes differ, a truth is neither yes nor no, or a probability is outside 0 to 1.
    """
    probability, truth = same_shape(probability, is_true, names=("probability", name))
    if not ((truth == 0) | (truth == 1)).all():
        msg = f"`{name}` holds other values than yes and no. Expected booleans; leave out what is not known."
        raise ValueError(msg)
    if not ((probability >= 0) & (probability <= 1)).all():
        msg = "`probability` holds values outside 0 to 1, or nan. Expected probabilities; calibrate scores first."
        raise ValueError(msg)
    return probability.ravel(), truth.ravel().astype(bool)


def same_shape(
    first: ArrayLike, second: ArrayLike, *, names: tuple[str, str] = ("truth", "predicted")
) -> tuple[Floats, Floats]:
    """
    Return two arrays as floats.

    Raises
    ------
    ValueError
        If their shapes differ; the message calls them by ``names``.
    """
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if first.shape != second.shape:
        msg = f"`{names[0]}` has shape {first.shape} and `{names[1]}` {second.shape}. Expected the same shape."
        raise ValueError(msg)
    return first, second
