"""Estimator for polarity: is a segment a strength or a development point."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

POLARITIES = ("development", "strength")


class PolarityClassifier(ClassifierMixin, BaseEstimator):
    """
    Tell development points from strengths with a logistic regression on scaled features.

    Parameters
    ----------
    C : float
        Inverse strength of the L2 penalty, above 0.

    Attributes
    ----------
    classes_ : ndarray of shape (n_polarities,)
    """

    def __init__(self, C: float = 0.05) -> None:
        self.C = C

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit on features (n_segments, n_features) and polarities (n_segments,)."""
        inputs, polarities = validate_data(self, X, y)
        check_classification_targets(polarities)
        if len(np.unique(polarities)) < 2:
            msg = f"Expected at least 2 polarities in `y`, got 1 class: {np.unique(polarities)[0]}."
            raise ValueError(msg)
        self.scaler_ = StandardScaler().fit(inputs)
        model = LogisticRegression(C=self.C, max_iter=2000)
        self.model_ = model.fit(self.scaler_.transform(inputs), polarities)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return probabilities in the order of ``classes_``, shape (n_segments, n_polarities)."""
        check_is_fitted(self)
        inputs = validate_data(self, X, reset=False)
        return np.asarray(self.model_.predict_proba(self.scaler_.transform(inputs)))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return the more probable polarity of each segment, shape (n_segments,)."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[np.argmax(probabilities, axis=1)])
