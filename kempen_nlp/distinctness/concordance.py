"""Do two orders agree: Kendall's tau by counting, without a table of all pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
TIE = 9
"""Readings equal to so many decimals are ties: equal texts read equal up to rounding, which is not an order."""
MAX_CELLS = 4_000_000
FEW = 100
"""Up to so many things a table of all pairs is quicker than counting."""


def balance(readings: Floats) -> Floats:
    """
    Return for each reading how many it exceeds less how many exceed it.

    Examples
    --------
    >>> balance(np.array([1.0, 2.0, 2.0])).tolist()
    [-2.0, 1.0, 1.0]
    """
    ordered = np.sort(np.round(readings, TIE))
    below = np.searchsorted(ordered, np.round(readings, TIE), side="left")
    above = len(ordered) - np.searchsorted(ordered, np.round(readings, TIE), side="right")
    return (below - above).astype(np.float64)


def climbs(ranks: ArrayLike, readings: Floats) -> Floats:
    """
    Return how many pairs rise with rank less how many fall, for each of several ways to rank the same readings.

    Parameters
    ----------
    ranks : array of shape (n_ways, n_things)
    readings : ndarray of shape (n_things,)

    Returns
    -------
    ndarray of shape (n_ways,)
    """
    every = np.asarray(ranks)
    return np.concatenate([
        _climbs(part, readings, np.ones(part.shape)) for part in _parts(every, len(np.unique(every)))
    ])  # fmt: skip


def weighted_tau(ranks: ArrayLike, readings: Floats, weights: Floats) -> Floats:
    """
    Return Kendall's tau-b for each of several ways to weigh things; nan where all ranks or all readings are equal.

    Parameters
    ----------
    ranks, readings : array of shape (n_things,)
    weights : ndarray of shape (n_ways, n_things)
        How often each thing counts.
    """
    place = np.asarray(ranks)
    rising = np.concatenate([
        _climbs(np.tile(place, (len(part), 1)), readings, part) for part in _parts(weights, len(np.unique(place)))
    ])  # fmt: skip
    ties = np.sqrt(_unequal(place, weights) * _unequal(np.round(readings, TIE), weights))
    return np.asarray(np.divide(2 * rising, ties, out=np.full(len(ties), np.nan), where=ties > 0))


def paired_tau(ranks: Floats, readings: Floats) -> Floats:
    """
    Return Kendall's tau-b of each row of ranks with the same row of readings; 0 where either is all equal.

    Parameters
    ----------
    ranks, readings : ndarray of shape (n_ways, n_things)

    Returns
    -------
    ndarray of shape (n_ways,)
    """
    n = ranks.shape[1]
    if n > FEW:
        once = np.ones((1, n))
        found = [weighted_tau(a, b, once)[0] for a, b in zip(ranks, readings, strict=True)]
        return np.asarray(np.nan_to_num(found), dtype=np.float64)
    first, second = np.triu_indices(n, 1)
    rises = np.sign(ranks[:, first] - ranks[:, second])
    rounded = np.round(readings, TIE)
    reads = np.sign(rounded[:, first] - rounded[:, second])
    ties = np.sqrt(np.abs(rises).sum(axis=1) * np.abs(reads).sum(axis=1))
    return np.asarray(np.divide((rises * reads).sum(axis=1), ties, out=np.zeros(len(ties)), where=ties > 0))


def _parts(table: NDArray[np.float64], n_ranks: int) -> list[NDArray[np.float64]]:
    at_once = max(1, MAX_CELLS // max(table.shape[1] * n_ranks, 1))
    return [table[begin : begin + at_once] for begin in range(0, len(table), at_once)]


def _climbs(ranks: NDArray[np.float64], readings: Floats, weights: Floats) -> Floats:
    rounded = np.round(readings, TIE)
    order = np.argsort(rounded, kind="stable")
    ordered = rounded[order]
    first, last = np.searchsorted(ordered, ordered, side="left"), np.searchsorted(ordered, ordered, side="right")
    levels, weights = np.unique(ranks), weights[:, order]
    member = ranks[:, order, None] == levels
    upto = np.zeros((len(ranks), len(order) + 1, len(levels)))
    np.cumsum(member * weights[:, :, None], axis=1, out=upto[:, 1:])
    # For each thing and level: weight of that level that reads lower, less what reads higher.
    lower = upto[:, first] + upto[:, last] - upto[:, -1:]
    below = np.cumsum(lower, axis=2) - lower
    return np.asarray((np.where(member, below, 0).sum(axis=2) * weights).sum(axis=1))


def _unequal(values: NDArray[np.float64], weights: Floats) -> Floats:
    """Return the weight of all ordered pairs of things with different values."""
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) > 0])
    groups = np.add.reduceat(weights[:, order], starts, axis=1)
    return np.asarray(weights.sum(axis=1) ** 2 - (groups**2).sum(axis=1))
