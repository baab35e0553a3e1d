"""The estimators follow scikit-learn's contract and are ordered, multi-label and calibrated as promised."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from kempen_nlp.classifier import resample_ranks
from kempen_nlp.competencies import CompetencyClassifier, SigmoidCalibrator, damped, expit, qualified_share
from kempen_nlp.levels import LevelClassifier, median_rank
from kempen_nlp.polarity import PolarityClassifier


@parametrize_with_checks([CompetencyClassifier(), LevelClassifier(), PolarityClassifier()])
def test_scikit_learn_accepts_the_estimator(estimator, check):
    """The library's own checks."""
    check(estimator)


@pytest.fixture
def ordered():
    random = np.random.default_rng(1)
    ranks = random.integers(1, 5, 400)
    return np.column_stack([ranks + random.normal(0, 0.7, 400), random.normal(size=400)]), ranks


def test_level_probabilities_are_a_distribution_and_follow_the_order(ordered):
    """Never negative, summing to 1, and moving up with the feature that carries the rank."""
    features, ranks = ordered
    model = LevelClassifier().fit(features, ranks)

    probabilities = model.predict_proba(np.array([[0.0, 0.0], [2.5, 0.0], [5.0, 0.0]]))

    assert probabilities.min() >= 0
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert np.all(np.diff(probabilities @ model.classes_) > 0)


def test_one_level_is_refused():
    """There is nothing to order."""
    with pytest.raises(ValueError, match="at least 2 levels in `y`, got 1 class: 3"):
        LevelClassifier().fit(np.eye(3), [3, 3, 3])


def test_the_median_rank_stands_between_two_extremes():
    """Where the most probable rank would be off by three half of the time."""
    assert median_rank(np.array([[0.4, 0.1, 0.1, 0.4]])).tolist() == [1]
    assert median_rank(np.array([[0.1, 0.1, 0.1, 0.7]])).tolist() == [3]


def test_a_segment_may_evidence_several_competencies_or_none():
    """A row of zeros in the target is an answer."""
    features = np.array([[1, 0], [0, 1], [1, 1], [0, 0]] * 30, dtype=float)
    model = CompetencyClassifier(C=100).fit(features, features.astype(int))

    assert model.predict(features[:4]).tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]


def test_a_competency_without_examples_is_improbable_not_an_error():
    """It keeps the odds of never having been seen."""
    targets = np.zeros((40, 2), dtype=int)
    targets[::2, 0] = 1
    model = CompetencyClassifier().fit(np.random.default_rng(0).normal(size=(40, 3)), targets)

    assert model.predict_proba(np.zeros((1, 3)))[0, 1] < 0.05


def test_calibration_brings_overconfident_scores_back():
    """Scores three times too extreme come out with a slope near one third."""
    random = np.random.default_rng(0)
    honest = random.normal(0, 1.5, 5000)
    is_true = random.random(5000) < expit(honest)

    calibrator = SigmoidCalibrator().fit(3 * honest, is_true)

    assert calibrator.slope_ == pytest.approx(1 / 3, abs=0.03)
    assert np.abs(calibrator.transform(3 * honest).mean() - is_true.mean()) < 0.01


@pytest.mark.parametrize("n_levels", [1, 2, 3, 4, 5, 7, 10])
def test_four_ranks_are_spread_over_any_number_of_levels(n_levels):
    """Still a distribution, and its mean position on the scale stays where it was."""
    four = np.random.default_rng(2).dirichlet(np.ones(4), size=20)

    spread = resample_ranks(four, n_levels)

    assert spread.shape == (20, n_levels)
    assert np.allclose(spread.sum(axis=1), 1)
    if n_levels >= 4:
        before = four @ ((np.arange(4) + 0.5) / 4)
        after = spread @ ((np.arange(n_levels) + 0.5) / n_levels)
        assert np.abs(before - after).max() < 0.05


def test_a_qualifier_lowers_every_competency_only_when_it_is_more_likely_than_not():
    """Two half-sure qualifiers count together; certainty leaves nothing."""
    qualified = qualified_share(np.array([[0.1, 0.2, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]))
    scores = np.array([[2.0, -3.0], [2.0, -3.0], [2.0, -3.0]])

    lowered = expit(damped(scores, qualified))

    assert qualified.round(2).tolist() == [0.28, 0.75, 1.0]
    assert np.allclose(lowered[0], expit(scores[0]))
    assert np.allclose(lowered[1], expit(scores[1]) * 0.5)
    assert lowered[2].max() < 1e-6
    assert np.isfinite(damped(np.array([[-800.0], [800.0]]), np.array([0.0, 1.0]))).all()
