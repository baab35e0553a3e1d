"""Fit and measure the matcher, which serves competencies that were not in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.calibration import best_f1_threshold, precision_threshold
from kempen_nlp.classifier import Matching
from kempen_nlp.competencies import CompetencyClassifier, SigmoidCalibrator
from kempen_nlp.corpus import LabelledComment
from kempen_nlp.encoders import Encoder, encode_spans, encode_unique, load_encoder
from kempen_nlp.features import match_features, match_scores, pair_features, segment_features
from kempen_nlp.framework import Framework
from kempen_nlp.framework_vectors import MATCHING_ENCODER, FrameworkVectors
from kempen_nlp.training import OFFERED_PRECISIONS, in_comments, segment_examples

Report = Callable[[str], None]
_PENALTY = 1.0


@dataclass(frozen=True)
class Fold:
    """An encoder, and the competencies whose labels it never saw."""

    encoder: Encoder
    held_out: tuple[str, ...]


@dataclass(frozen=True)
class Pairs:
    """Segments of comments beside competencies, each by an encoder that never saw a label of the competency."""

    names: tuple[str, ...]
    comments: Sequence[LabelledComment]
    features: NDArray[np.float64]
    """Shape (n_segments, n_names, 13); see ``features.pair_features``."""
    is_true: NDArray[np.bool_]
    """Shape (n_segments, n_names)."""
    comment_of: NDArray[np.intp]
    """Position of each segment's comment."""

    def by_comment(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the highest value of any segment of each comment, -inf without segments; (n_comments, n_names)."""
        found = np.full((len(self.comments), len(self.names)), -np.inf)
        np.maximum.at(found, self.comment_of, values)
        return found

    @property
    def truth(self) -> NDArray[np.bool_]:
        """What the labels say of each comment, shape (n_comments, n_names)."""
        has = [[any(x.competency == name for x in c.labels) for name in self.names] for c in self.comments]
        return np.array(has, dtype=bool)


def held_out_pairs(
    comments: Sequence[LabelledComment],
    train: Sequence[LabelledComment],
    frameworks: Sequence[Framework],
    folds: Sequence[Fold],
) -> Pairs:
    """
    Describe every pair of a segment and a competency as if the competency had not been in training.

    Parameters
    ----------
    comments : sequence of LabelledComment
        Not in training.
    train : sequence of LabelledComment
        What the encoders were fine-tuned on; tells evidence from the rest.
    frameworks : sequence of Framework
        Where a competency occurs in several, the first describes it.
    folds : sequence of Fold
        Every competency is held out in one.
    """
    names = tuple(dict.fromkeys(name for framework in frameworks for name in framework.names))
    examples = segment_examples(comments)
    general = load_encoder(MATCHING_ENCODER)
    general_vectors = encode_unique(general, [e.text for e in examples])
    in_general = [match_features(general_vectors, FrameworkVectors.of(f, general)) for f in frameworks]
    features = np.zeros((len(examples), len(names), in_general[0].shape[2] * 2 + 1))
    for fold in folds:
        vectors = encode_spans(fold.encoder, *in_comments(examples))
        inputs = segment_features([e.text for e in examples], vectors)
        evidence = fit_evidence(_without(train, fold.held_out), fold.encoder).decision_function(inputs)
        for framework, beside in zip(frameworks, in_general, strict=True):
            own = match_features(vectors, FrameworkVectors.of(framework, fold.encoder))
            joined = pair_features(beside, own, evidence)
            for name in set(framework.names) & set(fold.held_out):
                if framework is next(f for f in frameworks if name in f):
                    features[:, names.index(name)] = joined[:, framework.names.index(name)]
    position = {comment.id: row for row, comment in enumerate(comments)}
    return Pairs(
        names=names,
        comments=comments,
        features=features,
        is_true=np.array([[any(x.competency == n for x in e.labels) for n in names] for e in examples], dtype=bool),
        comment_of=np.array([position[e.comment.id] for e in examples], dtype=np.intp),
    )


def _without(comments: Sequence[LabelledComment], names: Sequence[str]) -> list[LabelledComment]:
    return [c for c in comments if not any(x.competency in names for x in c.labels)]


def fit_evidence(comments: Sequence[LabelledComment], encoder: Encoder) -> CompetencyClassifier:
    """Fit what tells segments that evidence something from those that evidence nothing."""
    examples = segment_examples(comments)
    inputs = segment_features([e.text for e in examples], encode_spans(encoder, *in_comments(examples)))
    return CompetencyClassifier(C=1.0).fit(inputs, np.array([bool(e.labels) for e in examples], dtype=np.int64))


def fit_matching(
    validation: Pairs, train: Sequence[LabelledComment], encoder: Encoder, *, report: Report = lambda _: None
) -> Matching:
    """
    Fit the matcher on validation comments, with calibration and thresholds of its own.

    Calibration and thresholds rest on scores of matchers that never saw a label of the competency that
    they score.
    """
    report("matching")
    scores = np.stack([_score(_fit(validation, without=i), validation)[:, i] for i in range(len(validation.names))], 1)
    calibrator = SigmoidCalibrator().fit(scores.ravel(), validation.is_true.ravel())
    probability = validation.by_comment(calibrator.transform(scores)).clip(min=0).ravel()
    truth = validation.truth.ravel()
    assign = best_f1_threshold(probability, truth)
    thresholds = {"match_assign": assign, "match_abstain": round(assign / 2, 4)}
    for precision in OFFERED_PRECISIONS:
        threshold = precision_threshold(probability, truth, precision)
        if threshold is not None:
            thresholds[f"match_{precision:.2f}"] = threshold
    return Matching(fit_evidence(train, encoder), _fit(validation), calibrator, thresholds)


def leave_one_out_scores(validation: Pairs, test: Pairs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Match every competency with encoder, matcher and threshold that never saw a label of it.

    Returns
    -------
    scores : ndarray of shape (n_test_comments, n_names)
        Log odds, highest of any segment.
    thresholds : ndarray of shape (n_names,)
        The best in F1 for the *other* competencies on validation comments.
    """
    scores, thresholds = np.zeros(test.truth.shape), np.zeros(len(test.names))
    for column in range(len(test.names)):
        others = [i for i in range(len(test.names)) if i != column]
        matcher = _fit(validation, without=column)
        known = validation.by_comment(_score(matcher, validation))[:, others]
        thresholds[column] = best_f1_threshold(known.ravel(), validation.truth[:, others].ravel())
        scores[:, column] = test.by_comment(_score(matcher, test))[:, column]
    return scores, thresholds


def _fit(pairs: Pairs, *, without: int | None = None) -> CompetencyClassifier:
    columns = [i for i in range(len(pairs.names)) if i != without]
    inputs = np.concatenate([pairs.features[:, i] for i in columns])
    return CompetencyClassifier(C=_PENALTY).fit(inputs, np.concatenate([pairs.is_true[:, i] for i in columns]) * 1)


def _score(matcher: CompetencyClassifier, pairs: Pairs) -> NDArray[np.float64]:
    return match_scores(matcher, pairs.features)
