"""Metrics with intervals, calibration, and coverage against precision; arrays in, numbers out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_ASSIGNED = 30


def best_f1_threshold(probability: NDArray[np.float64], is_true: NDArray[np.bool_]) -> float:
    """
    Return the probability at or above which deciding "yes" gives the highest F1.

    Both arrays have shape (n_decisions,); without any true decision the answer is 1.
    """
    order = np.argsort(-probability, kind="stable")
    hits = np.cumsum(is_true[order])
    if not len(hits) or hits[-1] == 0:
        return 1.0
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + hits[-1])
    return float(probability[order][np.argmax(f1)])


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
    order = np.argsort(-probability, kind="stable")
    found = np.cumsum(is_true[order]) / np.arange(1, len(order) + 1)
    usable = np.flatnonzero((found >= precision) & (np.arange(1, len(order) + 1) >= min_assigned))
    return float(probability[order][usable[-1]]) if len(usable) else None
