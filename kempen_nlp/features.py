"""From segments to the arrays that the estimators read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.competencies import CompetencyClassifier, damped, expit
from kempen_nlp.framework_vectors import FrameworkVectors
from kempen_nlp.language.cues import cue_features

N_POSITIONS = 4
"""Similarity to levels is expressed at four positions from lowest to highest, whatever their number."""
_MOST_EVIDENCE = 10.0
"""Log odds of evidence are cut here, and divided by it to have the size of a cosine."""
CUE_WEIGHT = 0.25
"""Scales cue counts to the size of the entries of a unit vector, so that one penalty suits both."""


def segment_features(texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """
    Join vectors and cue counts.

    Returns
    -------
    ndarray of shape (n_segments, n_dims + n_cue_kinds)
    """
    return np.hstack([vectors, CUE_WEIGHT * cue_features(texts)]).astype(np.float64)


def level_features(
    features: NDArray[np.float64],
    similarities: NDArray[np.float32],
    competency: int,
    known: FrameworkVectors,
) -> NDArray[np.float64]:
    """
    Add to segment features how near the segment is to each level of one competency.

    Parameters
    ----------
    features : ndarray of shape (n_segments, n_features)
    similarities : ndarray of shape (n_segments, n_indicators)
    competency : int
        Position in the framework.
    known : FrameworkVectors

    Returns
    -------
    ndarray of shape (n_segments, n_features + 4)
        The similarity to the nearest indicator at four positions from lowest to highest,
        relative to their mean; levels in between are interpolated.
    """
    mine = known.competency_of == competency
    ranks = np.unique(known.rank_of[mine])
    if len(ranks) == 0:
        return np.hstack([features, np.zeros((len(features), N_POSITIONS))])
    best = np.column_stack([similarities[:, mine & (known.rank_of == r)].max(axis=1) for r in ranks])
    all_ranks = known.framework.competencies[competency].levels
    scale = max(all_ranks[-1].rank - 1, 1)
    found_at = (ranks - 1) / scale * (N_POSITIONS - 1)
    at = np.arange(N_POSITIONS)
    resampled = np.array([np.interp(at, found_at, row) for row in best]).reshape(-1, N_POSITIONS)
    return np.hstack([features, resampled - resampled.mean(axis=1, keepdims=True)])


def match_features(vectors: NDArray[np.float32], known: FrameworkVectors) -> NDArray[np.float64]:
    """
    Describe how well each segment matches each competency, without reference to its name.

    Parameters
    ----------
    vectors : ndarray of shape (n_segments, n_dims)
    known : FrameworkVectors
        Encoded by the same encoder.

    Returns
    -------
    ndarray of shape (n_segments, n_competencies, 6)
        Nearest indicator, mean of the three nearest, nearest headline, and the same three
        less the best of the other competencies.
    """
    n = len(known.framework)
    similarities, headline = known.similarities(vectors), vectors @ known.headline_vectors.T
    columns = []
    for position in range(n):
        mine = np.sort(similarities[:, known.competency_of == position], axis=1)[:, ::-1]
        heads = headline[:, known.headline_competency == position]
        if mine.shape[1] == 0:
            mine = heads
        columns.append(np.column_stack([mine[:, 0], mine[:, :3].mean(axis=1), heads.max(axis=1)]))
    own = np.stack(columns, axis=1).astype(np.float64)
    if n == 1:
        return np.concatenate([own, np.zeros_like(own)], axis=2)
    top = np.sort(own, axis=1)
    # For the leader the best other is the runner-up, for the rest it is the leader.
    best_other = np.where(own >= top[:, -1:, :], top[:, -2:-1, :], top[:, -1:, :])
    return np.concatenate([own, own - best_other], axis=2)


def pair_features(
    general: NDArray[np.float64], own: NDArray[np.float64], evidence: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Join what is known of each pair of a segment and a competency that was not in training.

    Parameters
    ----------
    general, own : ndarrays of shape (n_segments, n_competencies, 6)
        From ``match_features``, by the general encoder and by the model's own.
    evidence : ndarray of shape (n_segments,)
        Log odds that the segment is evidence for anything.

    Returns
    -------
    ndarray of shape (n_segments, n_competencies, 13)
    """
    bounded = np.clip(evidence, -_MOST_EVIDENCE, _MOST_EVIDENCE) / _MOST_EVIDENCE
    return np.concatenate([general, own, np.broadcast_to(bounded[:, None, None], (*general.shape[:2], 1))], axis=2)


def match_scores(matcher: CompetencyClassifier, pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return log odds that a segment evidences a competency, lowered where it hardly evidences anything.

    Without the latter a bare name of a competency, or a remark without any behaviour, would still
    match something best.

    Parameters
    ----------
    matcher : CompetencyClassifier
    pairs : ndarray of shape (n_segments, n_competencies, 13)
        From ``pair_features``.

    Returns
    -------
    ndarray of shape (n_segments, n_competencies)
    """
    scores = matcher.decision_function(pairs.reshape(-1, pairs.shape[2])).reshape(pairs.shape[:2])
    evidence = pairs[:, 0, -1] * _MOST_EVIDENCE
    return damped(scores, 1 - expit(evidence))
