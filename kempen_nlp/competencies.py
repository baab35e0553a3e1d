"""Multi-label estimators: from features to a probability for each competency, "none" included."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data


class CompetencyClassifier(ClassifierMixin, BaseEstimator):
    """
    Say for each competency how probable it is that a segment evidences it.

    One logistic regression a competency. A segment may evidence several or none: the
    probabilities are independent and need not sum to 1 when the target was a matrix.

    Parameters
    ----------
    C : float
        Inverse strength of the L2 penalty, above 0.
    balance : float
        0 counts every segment alike, 1 gives both answers of a competency the same total
        weight. In between trades precision for recall; probabilities need calibration after.

    Attributes
    ----------
    classes_ : ndarray of shape (n_competencies,)
        Labels of a one-dimensional target, or column numbers of a matrix.
    coef_ : ndarray of shape (n_competencies, n_features)
    intercept_ : ndarray of shape (n_competencies,)
    """

    def __init__(self, C: float = 1.0, balance: float = 0.0) -> None:
        self.C = C
        self.balance = balance

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """
        Fit one regression per competency.

        Parameters
        ----------
        X : array of shape (n_segments, n_features)
        y : array of shape (n_segments,) or (n_segments, n_competencies)
            One label each, or a matrix of 0 and 1; a row of zeros is "none". In a matrix, -1 is
            unknown: nobody looked, and the cell takes no part.
        """
        inputs, labels = validate_data(self, X, y, multi_output=True)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = column_or_1d(labels, warn=True)
        self.is_matrix_ = labels.ndim == 2
        if self.is_matrix_:
            self.classes_ = np.arange(labels.shape[1])
            targets = labels > 0
            known = labels >= 0
        else:
            check_classification_targets(labels)
            self.classes_ = np.unique(labels)
            if len(self.classes_) < 2:
                msg = f"Expected at least 2 competencies in `y`, got 1 class: {self.classes_[0]}."
                raise ValueError(msg)
            targets = labels[:, None] == self.classes_
            known = np.ones(targets.shape, dtype=bool)
        fitted = [self._fit_one(inputs[rows], target[rows]) for target, rows in zip(targets.T, known.T, strict=True)]
        self.coef_ = np.vstack([coef for coef, _ in fitted])
        self.intercept_ = np.array([intercept for _, intercept in fitted])
        return self

    def _fit_one(self, X: NDArray[np.float64], target: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
        n, n_yes = len(target), int(target.sum())
        if n_yes in (0, n):
            # Never seen, or always: the odds of one more of the other kind.
            return np.zeros(X.shape[1]), float(np.log((n_yes + 0.5) / (n - n_yes + 0.5)))
        weight = np.where(target, (n / (2 * n_yes)) ** self.balance, (n / (2 * (n - n_yes))) ** self.balance)
        model = LogisticRegression(C=self.C, max_iter=2000).fit(X, target, sample_weight=weight)
        return model.coef_[0], float(model.intercept_[0])

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return log odds, shape (n_segments, n_competencies); (n_segments,) for two labels."""
        scores = self._scores(X)
        return scores[:, 1] if not self.is_matrix_ and len(self.classes_) == 2 else scores

    def _scores(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, reset=False) @ self.coef_.T + self.intercept_)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return probabilities, shape (n_segments, n_competencies); rows sum to 1 for labels only."""
        probabilities = expit(self._scores(X))
        if self.is_matrix_:
            return probabilities
        if len(self.classes_) == 2:
            return np.column_stack([1 - probabilities[:, 1], probabilities[:, 1]])
        totals = probabilities.sum(axis=1, keepdims=True)
        return np.where(totals > 0, probabilities / np.maximum(totals, 1e-300), 1 / len(self.classes_))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return labels, or a matrix of 0 and 1 (at a probability of one half), as in training."""
        scores = self._scores(X)
        if self.is_matrix_:
            return (scores > 0).astype(np.int64)
        if len(self.classes_) == 2:
            return np.asarray(self.classes_[(scores[:, 1] > 0).astype(np.intp)])
        return np.asarray(self.classes_[np.argmax(scores, axis=1)])

    def __sklearn_tags__(self) -> Tags:
        """Declare that a matrix is a possible target."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.classifier_tags.multi_label = True
        return tags


class SigmoidCalibrator(BaseEstimator):
    """
    Turn scores into probabilities that come true as often as they say.

    Parameters
    ----------
    prior_strength : float
        Weight of the L2 penalty that keeps the map near the identity when few examples speak.

    References
    ----------
    Platt, J. (1999). Probabilistic outputs for support vector machines.
    """

    def __init__(self, prior_strength: float = 1.0) -> None:
        self.prior_strength = prior_strength

    def fit(self, scores: NDArray[np.float64], is_true: NDArray[np.bool_]) -> Self:
        """Fit slope and offset; both arrays of one dimension and equal length, scores in log odds."""
        if len(np.unique(is_true)) < 2:
            self.slope_, self.offset_ = 1.0, 0.0
            return self
        # The penalty shrinks the change from the identity, so the score itself enters as given.
        model = LogisticRegression(C=10 / self.prior_strength, max_iter=1000)
        model.fit(np.asarray(scores).reshape(-1, 1), is_true)
        self.slope_, self.offset_ = float(model.coef_[0, 0]), float(model.intercept_[0])
        return self

    def transform(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities of the shape of ``scores``."""
        return expit(self.slope_ * np.asarray(scores) + self.offset_)


def expit(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logistic function of log odds, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(scores, dtype=np.float64))))


def qualified_share(qualifiers: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return the probability that at least one qualifier holds, shape (n_segments,).

    Parameters
    ----------
    qualifiers : ndarray of shape (n_segments, n_qualifiers)
        Probabilities, taken as independent.
    """
    return np.asarray(1 - np.prod(1 - qualifiers, axis=1))


def damped(scores: NDArray[np.float64], qualified: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Lower log odds where a segment only looks like evidence.

    Up to an even chance of a qualifier nothing changes; beyond, the probability falls in proportion to
    the chance that there is none.

    Parameters
    ----------
    scores : ndarray of shape (n_segments, n_competencies)
        Log odds.
    qualified : ndarray of shape (n_segments,)
        From ``qualified_share``.

    Examples
    --------
    >>> damped(np.array([[0.0], [0.0]]), np.array([0.2, 1.0])).round(1)
    array([[  0. ],
           [-21.4]])
    """
    share = np.clip(2 * (1 - qualified), 1e-9, 1.0)[:, None]
    # log(p s / (1 - p s)) for p = expit(score), without rounding p to 0 or 1 first.
    return np.asarray(np.log(share) - np.log(np.exp(-np.clip(scores, -500, 500)) + 1 - share))
