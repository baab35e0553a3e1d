"""
Metrics with intervals, calibration, and coverage against precision; arrays in, numbers out.

A matrix has one row a comment and one column a competency. Yes/no matrices hold booleans, rank
matrices hold ranks with nan where the competency is not assigned. With one row a comment the
bootstrap resamples comments by itself; longer arrays need ``clusters``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

MIN_ASSIGNED = 30
NONE = "none"
N_BINS = 15
Z_95 = 1.959963984540054
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
RandomState = int | np.random.Generator


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


def f1_per_class(truth: ArrayLike, predicted: ArrayLike, *, include_none: bool = True) -> Floats:
    """
    Return the F1 of every competency and of "none".

    Parameters
    ----------
    truth, predicted : array-like of bool, shape (n_comments, n_competencies)
        What abstained is not assigned: False.
    include_none : bool
        Whether a comment without any competency counts as a class of its own.

    Returns
    -------
    ndarray of shape (n_competencies + 1,) or (n_competencies,)
        "none" last. Between 0 and 1; nan for a class that neither side ever names.

    Raises
    ------
    ValueError
        If the shapes differ, or a matrix holds anything but yes and no.

    Examples
    --------
    >>> f1_per_class([[True, False], [True, True], [False, False]], [[True, False], [False, True], [False, True]])
    array([0.66666667, 0.66666667, 0.        ])
    """
    return _f1(*_class_counts(truth, predicted, include_none=include_none))


def macro_f1(truth: ArrayLike, predicted: ArrayLike, *, include_none: bool = True) -> float:
    """Return the mean of ``f1_per_class``, 0 to 1; classes that neither side names are left out."""
    return _mean_of_defined(f1_per_class(truth, predicted, include_none=include_none))


def micro_f1(truth: ArrayLike, predicted: ArrayLike, *, include_none: bool = True) -> float:
    """Return the F1 of all decisions of ``f1_per_class`` pooled, 0 to 1; nan when no side says yes."""
    counts = _class_counts(truth, predicted, include_none=include_none)
    return float(_f1(*(count.sum() for count in counts)))


def f1_table(
    truth: ArrayLike,
    predicted: ArrayLike,
    names: Sequence[str],
    *,
    clusters: ArrayLike | None = None,
    n_resamples: int = 1000,
    random_state: RandomState = 0,
) -> pd.DataFrame:
    """
    Return the F1 of every competency, of "none", and their macro and micro mean, with intervals.

    Parameters
    ----------
    truth, predicted : array-like of bool, shape (n_comments, n_competencies)
    names : sequence of str
        The competencies, in the order of the columns.
    clusters, n_resamples, random_state
        As in ``bootstrap_interval``.

    Returns
    -------
    DataFrame
        Columns ``class, f1, low, high, precision, recall, n_true, n_predicted, n_undefined``; the
        last three rows are none, macro and micro.

    Raises
    ------
    ValueError
        If the shapes differ, or there is not one name a column.
    """
    truth, predicted = _yes_no(truth, predicted)
    if len(names) != truth.shape[1]:
        msg = f"`names` has {len(names)} entries and `truth` {truth.shape[1]} columns. Expected one name a column."
        raise ValueError(msg)

    estimates = _estimates(_f1_with_means, (truth, predicted), clusters, n_resamples, random_state)
    hits, n_true, n_predicted = _class_counts(truth, predicted, include_none=True)
    precision, recall = _ratio(hits, n_predicted), _ratio(hits, n_true)
    return pd.DataFrame(
        {
            "class": [*names, NONE, "macro", "micro"],
            "f1": [e.value for e in estimates],
            "low": [e.low for e in estimates],
            "high": [e.high for e in estimates],
            "precision": [*precision, _mean_of_defined(precision), _ratio(hits.sum(), n_predicted.sum())],
            "recall": [*recall, _mean_of_defined(recall), _ratio(hits.sum(), n_true.sum())],
            "n_true": [*n_true, n_true.sum(), n_true.sum()],
            "n_predicted": [*n_predicted, n_predicted.sum(), n_predicted.sum()],
            "n_undefined": [e.n_undefined for e in estimates],
        }
    ).astype({"precision": float, "recall": float, "n_true": int, "n_predicted": int})


def _f1_with_means(truth: Bools, predicted: Bools) -> Floats:
    counts = _class_counts(truth, predicted, include_none=True)
    per_class = _f1(*counts)
    return np.array([*per_class, _mean_of_defined(per_class), _f1(*(count.sum() for count in counts))])


def _class_counts(
    truth: ArrayLike, predicted: ArrayLike, *, include_none: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    truth, predicted = _yes_no(truth, predicted)
    if include_none:
        truth = np.column_stack([truth, ~truth.any(axis=1)])
        predicted = np.column_stack([predicted, ~predicted.any(axis=1)])
    return (truth & predicted).sum(axis=0), truth.sum(axis=0), predicted.sum(axis=0)


def quadratic_kappa(truth: ArrayLike, predicted: ArrayLike) -> float:
    """
    Return the quadratic weighted kappa of ranks, given the right competency.

    Parameters
    ----------
    truth, predicted : array-like of shape (n_comments, n_competencies) or (n_pairs,)
        Ranks; what is nan on either side is left out. For the lenient reading give
        ``lenient_ranks`` as truth; its kappa flatters a little, as chance is not given the choice.

    Returns
    -------
    float
        1 is perfect, 0 is chance, below 0 is worse than chance. nan when there is no pair, or
        both sides give one and the same rank to everything.

    References
    ----------
    Cohen, J. (1968). Weighted kappa. Psychological Bulletin 70(4).

    Examples
    --------
    >>> round(quadratic_kappa([1, 2, 3, 4], [1, 2, 4, 4]), 3)
    0.917
    """
    true, found = _rated(truth, predicted)
    if not len(true):
        return float("nan")
    # The mean squared difference of all n * n pairings, without forming them.
    by_chance = true.var() + found.var() + (true.mean() - found.mean()) ** 2
    return float(1 - ((true - found) ** 2).mean() / by_chance) if by_chance > 0 else float("nan")


def mean_rank_error(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Return the mean absolute difference in ranks, from 0; shapes and nan as in ``quadratic_kappa``."""
    true, found = _rated(truth, predicted)
    return float(np.abs(true - found).mean()) if len(true) else float("nan")


def share_exact(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Return the share of ranks that are equal, 0 to 1; shapes and nan as in ``quadratic_kappa``."""
    true, found = _rated(truth, predicted)
    return float((true == found).mean()) if len(true) else float("nan")


def share_off_by_two(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Return the share of ranks off by two or more, 0 to 1; shapes and nan as in ``quadratic_kappa``."""
    true, found = _rated(truth, predicted)
    return float((np.abs(true - found) >= 2).mean()) if len(true) else float("nan")


def lenient_ranks(truth: ArrayLike, predicted: ArrayLike, alt: ArrayLike) -> Floats:
    """
    Return for each pair the right rank that is nearest to the predicted one.

    Parameters
    ----------
    truth, predicted, alt : array-like of one shape
        ``alt`` holds another rank that is right as well, or nan.

    Returns
    -------
    ndarray of the same shape
        ``alt`` where that is strictly nearer, else ``truth``; nan where ``truth`` is.

    Examples
    --------
    >>> lenient_ranks([1, 2, 3], [2, 2, 4], [2, 1, float("nan")])
    array([2., 2., 3.])
    """
    truth, predicted = _same_shape(truth, predicted)
    alt, _ = _same_shape(alt, truth, names=("alt", "truth"))
    return np.where(np.abs(alt - predicted) < np.abs(truth - predicted), alt, truth)


RANK_MEASURES: dict[str, Callable[[ArrayLike, ArrayLike], float]] = {
    "quadratic_kappa": quadratic_kappa,
    "mean_rank_error": mean_rank_error,
    "share_exact": share_exact,
    "share_off_by_two": share_off_by_two,
}


def rank_table(
    truth: ArrayLike,
    predicted: ArrayLike,
    alt: ArrayLike | None = None,
    *,
    clusters: ArrayLike | None = None,
    n_resamples: int = 1000,
    random_state: RandomState = 0,
) -> pd.DataFrame:
    """
    Return every rank metric given the right competency, strict and lenient, with intervals.

    Parameters
    ----------
    truth, predicted : array-like of shape (n_comments, n_competencies) or (n_pairs,)
        Ranks, nan where the competency is not assigned.
    alt : array-like of the same shape, optional
        Another right rank, or nan. Without it there are no lenient rows.
    clusters, n_resamples, random_state
        As in ``bootstrap_interval``.

    Returns
    -------
    DataFrame
        Columns ``reading, measure, value, low, high, n, n_undefined``; ``n`` counts the ranks compared.
    """
    truth, predicted = _same_shape(truth, predicted)
    readings = {"strict": truth} | ({} if alt is None else {"lenient": lenient_ranks(truth, predicted, alt)})
    n_compared = len(_rated(truth, predicted)[0])
    rows = [
        {"reading": reading, "measure": measure, "value": e.value, "low": e.low, "high": e.high, "n": n_compared,
         "n_undefined": e.n_undefined}
        for reading, right in readings.items()
        for measure, e in zip(
            RANK_MEASURES,
            _estimates(_rank_measures, (right, predicted), clusters, n_resamples, random_state),
            strict=True,
        )
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _rank_measures(truth: Floats, predicted: Floats) -> Floats:
    return np.array([measure(truth, predicted) for measure in RANK_MEASURES.values()])


def joint_f1(
    truth: ArrayLike,
    predicted: ArrayLike,
    alt: ArrayLike | None = None,
    *,
    average: Literal["micro", "macro"] = "micro",
) -> float:
    """
    Return the F1 of competency and rank together: a hit needs both.

    Parameters
    ----------
    truth, predicted : array-like of shape (n_comments, n_competencies)
        Ranks, nan where the competency is not assigned.
    alt : array-like of the same shape, optional
        Another right rank, or nan; without it the reading is strict.
    average : {"micro", "macro"}
        Pool all labels, or take the mean over competencies that either side names.

    Returns
    -------
    float
        Between 0 and 1, nan when neither side names anything. "none" has no rank and is no class here.

    Examples
    --------
    >>> nan = float("nan")
    >>> joint_f1([[1, nan], [3, 2]], [[1, nan], [2, 2]])
    0.6666666666666666
    """
    truth, predicted = _same_shape(truth, predicted)
    right = truth if alt is None else lenient_ranks(truth, predicted, alt)
    counts = [(right == predicted).sum(axis=0), (~np.isnan(truth)).sum(axis=0), (~np.isnan(predicted)).sum(axis=0)]
    if average == "macro":
        return _mean_of_defined(_f1(*counts))
    return float(_f1(*(count.sum() for count in counts)))


def none_auc(truth: ArrayLike, probability: ArrayLike) -> float:
    """
    Return how well ``1 - max(probability)`` sets comments without evidence apart from the others.

    Parameters
    ----------
    truth : array-like of bool, shape (n_comments, n_competencies)
    probability : array-like of shape (n_comments, n_competencies)
        That a comment evidences a competency, 0 to 1.

    Returns
    -------
    float
        Area under the ROC curve: 1 sets them apart, 0.5 is chance; nan when all comments are of one kind.
    """
    flat, is_true = _decisions(probability, truth, name="truth")
    score, is_none = 1 - flat.reshape(np.shape(truth)).max(axis=1), ~is_true.reshape(np.shape(truth)).any(axis=1)
    others = np.sort(score[~is_none])
    if not len(others) or not is_none.any():
        return float("nan")
    below_twice = sum(np.searchsorted(others, score[is_none], side) for side in ("left", "right"))
    return float(np.mean(below_twice) / (2 * len(others)))


def off_topic_assigned_share(truth: ArrayLike, predicted: ArrayLike) -> float:
    """
    Return the share of comments without evidence that are assigned a competency all the same.

    Both matrices have shape (n_comments, n_competencies). Between 0 and 1, lower is better; nan
    when every comment holds evidence.
    """
    truth, predicted = _yes_no(truth, predicted)
    is_none = ~truth.any(axis=1)
    return float(predicted[is_none].any(axis=1).mean()) if is_none.any() else float("nan")


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
    probability, is_true = _decisions(probability, is_true)
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
    probability, _ = _decisions(probability, np.zeros(np.shape(probability), dtype=bool))
    rng, bins = np.random.default_rng(random_state), _bins(probability, n_bins)
    errors = np.array(
        [
            _calibration_error(probability, rng.random(len(probability)) < probability, bins)
            for _ in range(n_simulations)
        ]
    )
    return _estimate(float(errors.mean()), errors, len(probability))


def brier_score(probability: ArrayLike, is_true: ArrayLike) -> float:
    """Return the mean squared distance of probability and truth, 0 (best) to 1; any one shape, nan when empty."""
    probability, is_true = _decisions(probability, is_true)
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
    probability, is_true = _decisions(probability, is_true)
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
    share = _ratio(n_right, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
        half = Z_95 * np.sqrt(share * (1 - share) / n + (Z_95 / (2 * n)) ** 2) / (1 + Z_95**2 / n)
    # Rounding would leave the bound of an exact 0 or 1 a hair off.
    return np.where(share == 0, 0.0, centre - half), np.where(share == 1, 1.0, centre + half)


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
    probability, is_true = _decisions(probability, is_true)
    cuts = np.unique(probability)[::-1] if thresholds is None else np.asarray(thresholds, dtype=np.float64)
    hits, n_assigned = _counts_at(probability, is_true, cuts)
    return pd.DataFrame(
        {
            "threshold": cuts,
            "precision": _ratio(hits, n_assigned),
            "coverage": _ratio(hits, is_true.sum()),
            "assigned_share": _ratio(n_assigned, len(is_true)),
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
    probability, is_true = _decisions(probability, is_true)
    hits, n_assigned = _counts_at(probability, is_true, np.unique(probability))
    reached = (n_assigned >= max(1, min_assigned)) & (hits >= precision * n_assigned)
    found, total = (hits, is_true.sum()) if of == "true" else (n_assigned, len(is_true))
    return float(_ratio(found[reached].max(initial=0), total))


def _counts_at(probability: Floats, is_true: Bools, cuts: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(probability)
    below = np.searchsorted(probability[order], cuts, "left")
    hits_below = np.concatenate([[0], np.cumsum(is_true[order])])
    return hits_below[-1] - hits_below[below], len(order) - below


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
    >>> ranks = np.array([1, 2, 3, 4] * 10)
    >>> bootstrap_interval(share_exact, ranks, ranks, n_resamples=50)
    Estimate(value=1.0, low=1.0, high=1.0, n=40, n_undefined=0)
    """
    return _estimates(lambda *rows: np.array([metric(*rows)]), arrays, clusters, n_resamples, random_state)[0]


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
    estimate = _estimate(float(gap(*rows)[0]), gaps, len(codes))
    defined = gaps[~np.isnan(gaps)]
    tail = min((defined <= 0).sum(), (defined >= 0).sum())
    p = min(1.0, float(2 * (tail + 1) / (len(defined) + 1))) if len(defined) else float("nan")
    return Difference(estimate.value, estimate.low, estimate.high, p, estimate.n, estimate.n_undefined)


def _estimates(
    metric: Callable[..., Floats],
    arrays: Sequence[ArrayLike],
    clusters: ArrayLike | None,
    n_resamples: int,
    random_state: RandomState,
) -> list[Estimate]:
    rows, codes = _checked_rows(arrays, clusters, n_resamples)
    samples = _resampled(metric, rows, codes, n_resamples, random_state)
    return [_estimate(float(v), s, len(codes)) for v, s in zip(metric(*rows), samples.T, strict=True)]


def _estimate(value: float, samples: Floats, n: int) -> Estimate:
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


def _yes_no(truth: ArrayLike, predicted: ArrayLike) -> tuple[Bools, Bools]:
    matrices = np.asarray(truth), np.asarray(predicted)
    if matrices[0].shape != matrices[1].shape or matrices[0].ndim != 2:
        msg = (
            f"`truth` has shape {matrices[0].shape} and `predicted` {matrices[1].shape}. "
            "Expected one shape, (n_comments, n_competencies)."
        )
        raise ValueError(msg)
    for name, matrix in zip(("truth", "predicted"), matrices, strict=True):
        if matrix.dtype != bool and not np.isin(matrix, (0, 1)).all():
            msg = f"`{name}` holds other values than yes and no. Expected booleans; compare with a threshold first."
            raise ValueError(msg)
    return matrices[0].astype(bool), matrices[1].astype(bool)


def _same_shape(
    first: ArrayLike, second: ArrayLike, *, names: tuple[str, str] = ("truth", "predicted")
) -> tuple[Floats, Floats]:
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if first.shape != second.shape:
        msg = f"`{names[0]}` has shape {first.shape} and `{names[1]}` {second.shape}. Expected the same shape."
        raise ValueError(msg)
    return first, second


def _rated(truth: ArrayLike, predicted: ArrayLike) -> tuple[Floats, Floats]:
    truth, predicted = _same_shape(truth, predicted)
    in_both = ~(np.isnan(truth) | np.isnan(predicted))
    return truth[in_both], predicted[in_both]


def _decisions(probability: ArrayLike, is_true: ArrayLike, *, name: str = "is_true") -> tuple[Floats, Bools]:
    probability, truth = _same_shape(probability, is_true, names=("probability", name))
    if not ((truth == 0) | (truth == 1)).all():
        msg = f"`{name}` holds other values than yes and no. Expected booleans; leave out what is not known."
        raise ValueError(msg)
    if not ((probability >= 0) & (probability <= 1)).all():
        msg = "`probability` holds values outside 0 to 1, or nan. Expected probabilities; calibrate scores first."
        raise ValueError(msg)
    return probability.ravel(), truth.ravel().astype(bool)


def _f1(hits: ArrayLike, n_true: ArrayLike, n_predicted: ArrayLike) -> Floats:
    return _ratio(2 * np.asarray(hits), np.asarray(n_true) + np.asarray(n_predicted))


def _ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    shares: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return shares


def _mean_of_defined(values: Floats) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else float("nan")
