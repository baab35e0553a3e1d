"""
Inter-annotator agreement: Krippendorff's alpha, with intervals; arrays in, numbers out.

Ratings have one row an annotator and one column a unit, None or nan where an annotator did not
rate a unit. Alpha is 1 when all agree, 0 when they agree as often as chance would have it, below
0 when they disagree more often than that.

References
----------
Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. University of Pennsylvania.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from kempen_nlp.intervals import Floats, RandomState, estimates

Scale = Literal["nominal", "ordinal", "interval"]
POOLED = "all"


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha with its 95 % interval."""

    value: float
    """At most 1; nan when all pairable values are one and the same: there is nothing to tell apart."""
    low: float
    """nan when no resample is defined, or there is only one unit to resample."""
    high: float
    n_units: int
    """Units that at least two annotators rated; the others carry no information."""
    n_values: int
    """Ratings in those units."""
    n_undefined: int = 0
    """Resamples without any variation; the interval leaves them out."""


def krippendorff_alpha(ratings: ArrayLike, scale: Scale = "nominal") -> float:
    """
    Return Krippendorff's alpha of two or more annotators, missing ratings allowed.

    Parameters
    ----------
    ratings : array-like of shape (n_annotators, n_units)
        Anything hashable on the nominal scale, numbers on the others; None or nan is missing.
    scale : {"nominal", "ordinal", "interval"}
        What a disagreement weighs: the same for any two values; by how many ratings lie between
        them; by their squared difference.

    Returns
    -------
    float
        At most 1. Exactly 1 without any disagreement; nan when all pairable values are one and the
        same, as then agreement cannot be told from a rule "always say this".

    Raises
    ------
    ValueError
        If no unit is rated by two annotators, or a value is no number where it should be.

    Examples
    --------
    >>> round(krippendorff_alpha([["a", "b", "b", None], ["a", "b", "a", "a"]]), 3)
    0.444
    """
    values, counts = _pairable(_matrix(ratings), scale)
    return _alpha(counts, values, scale)


def coincidence_matrix(ratings: ArrayLike, scale: Scale = "nominal") -> pd.DataFrame:
    """
    Return how often each value meets each other value within a unit.

    Parameters
    ----------
    ratings : array-like of shape (n_annotators, n_units)
        As in ``krippendorff_alpha``.
    scale : {"nominal", "ordinal", "interval"}
        On the last two, values are read as numbers and ordered.

    Returns
    -------
    DataFrame of shape (n_distinct, n_distinct)
        Symmetric, index and columns are the values; a unit of m ratings counts each pair 1 / (m - 1)
        times, so that the sum of all cells is the number of pairable ratings.
    """
    values, counts = _pairable(_matrix(ratings), scale)
    used = counts.sum(axis=0) > 0
    labels = pd.Index(values[used])
    return pd.DataFrame(_coincidences(counts[:, used]), index=labels, columns=labels)


def alpha_interval(
    ratings: ArrayLike, scale: Scale = "nominal", *, n_resamples: int = 1000, random_state: RandomState = 0
) -> Alpha:
    """
    Return alpha with a percentile 95 % interval, resampling units.

    Units are drawn with replacement and chance is recomputed for every draw. Krippendorff's own
    bootstrap draws single disagreements instead, so other software may print other bounds.

    Parameters
    ----------
    ratings : array-like of shape (n_annotators, n_units) or (n_annotators, n_comments, n_units_each)
        With three dimensions whole comments are drawn, as units of one comment go together.
    scale : {"nominal", "ordinal", "interval"}
        As in ``krippendorff_alpha``.
    n_resamples : int
        At least 1.
    random_state : int or Generator
        The same number gives the same interval.

    Raises
    ------
    ValueError
        As in ``krippendorff_alpha``, or if there are no resamples.
    """
    table = _matrix(ratings, n_dims=(2, 3))
    comment = np.repeat(np.arange(table.shape[1]), table[0].size // max(1, table.shape[1]))
    values, counts, unit = _value_counts(table.reshape(len(table), -1), scale)
    (found,) = estimates(
        lambda drawn: np.array([_alpha(drawn, values, scale)]), (counts,), comment[unit], n_resamples, random_state
    )
    return Alpha(found.value, found.low, found.high, found.n, int(counts.sum()), found.n_undefined)


def competency_alpha(
    labels: ArrayLike, names: Sequence[str], *, n_resamples: int = 1000, random_state: RandomState = 0
) -> pd.DataFrame:
    """
    Return how well annotators agree on which comment evidences which competency.

    Every competency is a yes/no variable of each comment, on the nominal scale. The pooled row
    treats all of them as one variable: knowing which competencies are frequent then counts as
    agreement, so that it can lie above the alpha of each.

    Parameters
    ----------
    labels : array-like of shape (n_annotators, n_comments, n_competencies)
        1 or True where the annotator found evidence, 0 or False where not, None or nan where the
        annotator did not read the comment.
    names : sequence of str
        The competencies, in the order of the last axis.
    n_resamples, random_state
        As in ``alpha_interval``; comments are resampled.

    Returns
    -------
    DataFrame
        Columns ``competency, alpha, low, high, n_units, n_values, n_undefined``; the last row,
        ``all``, pools every competency. ``alpha`` is nan where all say the same of every comment.

    Raises
    ------
    ValueError
        If a label is neither yes nor no, there is not one name a competency, or no comment was
        read by two annotators.
    """
    table = _numbers(_cube(labels, names), "Expected 1, 0, or nan where the comment was not read.")
    if not np.isin(table[~np.isnan(table)], (0, 1)).all():
        msg = "`labels` holds other values than 0 and 1. Expected yes or no; for ranks use `rank_alpha`."
        raise ValueError(msg)
    return _alpha_table(table, names, "nominal", n_resamples, random_state)


def rank_alpha(
    ranks: ArrayLike, names: Sequence[str], *, n_resamples: int = 1000, random_state: RandomState = 0
) -> pd.DataFrame:
    """
    Return how well annotators agree on the rank, where at least two name the competency.

    Parameters
    ----------
    ranks : array-like of shape (n_annotators, n_comments, n_competencies)
        None or nan where the annotator did not assign the competency.
    names : sequence of str
        The competencies, in the order of the last axis.
    n_resamples, random_state
        As in ``alpha_interval``; comments are resampled.

    Returns
    -------
    DataFrame
        The columns of ``competency_alpha``, on the ordinal scale; a competency that no two
        annotators named together has ``n_units`` 0 and nan.

    Raises
    ------
    ValueError
        If a rank is no number, there is not one name a competency, or no two annotators ever
        named the same competency of a comment.
    """
    table = _numbers(_cube(ranks, names), "Expected ranks, or nan where the competency is not assigned.")
    return _alpha_table(table, names, "ordinal", n_resamples, random_state)


def _alpha_table(
    table: Floats, names: Sequence[str], scale: Scale, n_resamples: int, random_state: RandomState
) -> pd.DataFrame:
    pooled = alpha_interval(table, scale, n_resamples=n_resamples, random_state=random_state)
    found = [
        alpha_interval(ratings, scale, n_resamples=n_resamples, random_state=random_state)
        if ((~np.isnan(ratings)).sum(axis=0) >= 2).any()
        else Alpha(np.nan, np.nan, np.nan, 0, 0, n_resamples)
        for ratings in np.moveaxis(table, 2, 0)
    ]
    return pd.DataFrame(
        [
            (name, a.value, a.low, a.high, a.n_units, a.n_values, a.n_undefined)
            for name, a in zip([*names, POOLED], [*found, pooled], strict=True)
        ],
        columns=["competency", "alpha", "low", "high", "n_units", "n_values", "n_undefined"],
    )


def _alpha(counts: Floats, values: NDArray[Any], scale: Scale) -> float:
    totals = counts.sum(axis=0)
    distances = _squared_distances(values, totals, scale)
    expected = (np.outer(totals, totals) * distances).sum()
    if expected == 0:
        return float("nan")
    return float(1 - (totals.sum() - 1) * (_coincidences(counts) * distances).sum() / expected)


def _squared_distances(values: NDArray[Any], totals: Floats, scale: Scale) -> Floats:
    if scale == "nominal":
        return 1 - np.eye(len(values))
    # On the ordinal scale a value stands at the middle of its ratings, all ratings lined up.
    positions = np.cumsum(totals) - totals / 2 if scale == "ordinal" else values
    return np.asarray((positions[:, None] - positions) ** 2)


def _coincidences(counts: Floats) -> Floats:
    shares = counts / (counts.sum(axis=1, keepdims=True) - 1)
    # A rating never meets itself.
    return np.asarray(shares.T @ counts - np.diag(shares.sum(axis=0)))


def _pairable(table: NDArray[Any], scale: Scale) -> tuple[NDArray[Any], Floats]:
    values, counts, _ = _value_counts(table, scale)
    return values, counts


def _value_counts(table: NDArray[Any], scale: Scale) -> tuple[NDArray[Any], Floats, NDArray[np.intp]]:
    """Return the distinct values, the ratings of each in each pairable unit, and those units' columns."""
    if scale not in get_args(Scale):
        msg = f"`scale` is {scale!r}. Expected one of {', '.join(get_args(Scale))}."
        raise ValueError(msg)
    if scale != "nominal":
        table = _numbers(table, f"Expected numbers on the {scale} scale; give ranks, or use the nominal scale.")
    codes, values = pd.factorize(table.ravel(), sort=scale != "nominal")
    unit = np.tile(np.arange(table.shape[1]), len(table))
    counts = np.zeros((table.shape[1], len(values)))
    np.add.at(counts, (unit[codes >= 0], codes[codes >= 0]), 1)
    pairable = np.flatnonzero(counts.sum(axis=1) >= 2)
    if not len(pairable):
        msg = (
            f"`ratings` of {table.shape[0]} annotators and {table.shape[1]} units hold no unit with two ratings. "
            "Expected at least one; let two annotators rate the same comments."
        )
        raise ValueError(msg)
    return np.asarray(values), counts[pairable], pairable


def _matrix(ratings: ArrayLike, *, n_dims: tuple[int, ...] = (2,)) -> NDArray[Any]:
    table = np.asarray(ratings, dtype=object)
    if table.ndim not in n_dims:
        msg = (
            f"`ratings` has shape {table.shape}. Expected one row an annotator and one column a unit; "
            "write None where a rating is missing."
        )
        raise ValueError(msg)
    return table


def _cube(ratings: ArrayLike, names: Sequence[str]) -> NDArray[Any]:
    table = np.asarray(ratings, dtype=object)
    if table.ndim != 3 or table.shape[2] != len(names):
        msg = f"Got shape {table.shape} and {len(names)} names. Expected (n_annotators, n_comments, n_competencies)."
        raise ValueError(msg)
    return table


def _numbers(table: NDArray[Any], expected: str) -> Floats:
    try:
        return np.where(pd.isna(table), np.nan, table).astype(np.float64)
    except (TypeError, ValueError) as error:
        msg = f"A rating cannot be read as a number ({error}). {expected}"
        raise ValueError(msg) from error
