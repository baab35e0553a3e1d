"""
How well competencies, "none" and ranks are found; arrays in, numbers out.

A matrix has one row a comment and one column a competency. Yes/no matrices hold booleans, rank
matrices hold ranks with nan where the competency is not assigned. Intervals come from
``intervals``, what concerns probabilities from ``calibration``; both can be had from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from kempen_nlp.calibration import (
    Bools,
    best_f1_threshold,
    brier_score,
    calibration_noise_floor,
    coverage_at_precision,
    coverage_table,
    decisions,
    expected_calibration_error,
    precision_threshold,
    reliability_table,
    same_shape,
)
from kempen_nlp.intervals import (
    Difference,
    Estimate,
    Floats,
    RandomState,
    bootstrap_interval,
    estimates,
    paired_difference,
    ratio,
    wilson_interval,
)

__all__ = [
    "NONE",
    "RANK_MEASURES",
    "Difference",
    "Estimate",
    "best_f1_threshold",
    "bootstrap_interval",
    "brier_score",
    "calibration_noise_floor",
    "coverage_at_precision",
    "coverage_table",
    "expected_calibration_error",
    "f1_per_class",
    "f1_table",
    "joint_f1",
    "lenient_ranks",
    "macro_f1",
    "mean_rank_error",
    "micro_f1",
    "none_auc",
    "off_topic_assigned_share",
    "paired_difference",
    "precision_threshold",
    "quadratic_kappa",
    "rank_table",
    "reliability_table",
    "share_exact",
    "share_off_by_two",
    "wilson_interval",
]

NONE = "none"


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

    found = estimates(_f1_with_means, (truth, predicted), clusters, n_resamples, random_state)
    hits, n_true, n_predicted = _class_counts(truth, predicted, include_none=True)
    precision, recall = ratio(hits, n_predicted), ratio(hits, n_true)
    return pd.DataFrame(
        {
            "class": [*names, NONE, "macro", "micro"],
            "f1": [e.value for e in found],
            "low": [e.low for e in found],
            "high": [e.high for e in found],
            "precision": [*precision, _mean_of_defined(precision), ratio(hits.sum(), n_predicted.sum())],
            "recall": [*recall, _mean_of_defined(recall), ratio(hits.sum(), n_true.sum())],
            "n_true": [*n_true, n_true.sum(), n_true.sum()],
            "n_predicted": [*n_predicted, n_predicted.sum(), n_predicted.sum()],
            "n_undefined": [e.n_undefined for e in found],
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
    truth, predicted = same_shape(truth, predicted)
    alt, _ = same_shape(alt, truth, names=("alt", "truth"))
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
    truth, predicted = same_shape(truth, predicted)
    readings = {"strict": truth} | ({} if alt is None else {"lenient": lenient_ranks(truth, predicted, alt)})
    n_compared = len(_rated(truth, predicted)[0])
    rows = [
        {"reading": reading, "measure": measure, "value": e.value, "low": e.low, "high": e.high, "n": n_compared,
         "n_undefined": e.n_undefined}
        for reading, right in readings.items()
        for measure, e in zip(
            RANK_MEASURES,
            estimates(_rank_measures, (right, predicted), clusters, n_resamples, random_state),
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
    truth, predicted = same_shape(truth, predicted)
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
    flat, is_true = decisions(probability, truth, name="truth")
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


def _rated(truth: ArrayLike, predicted: ArrayLike) -> tuple[Floats, Floats]:
    truth, predicted = same_shape(truth, predicted)
    in_both = ~(np.isnan(truth) | np.isnan(predicted))
    return truth[in_both], predicted[in_both]


def _f1(hits: ArrayLike, n_true: ArrayLike, n_predicted: ArrayLike) -> Floats:
    return ratio(2 * np.asarray(hits), np.asarray(n_true) + np.asarray(n_predicted))


def _mean_of_defined(values: Floats) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else float("nan")
