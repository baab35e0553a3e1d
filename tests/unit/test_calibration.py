"""Calibration, thresholds and coverage against hand-computed values and simulation."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from kempen_nlp.calibration import (
    best_f1_threshold,
    brier_score,
    calibration_noise_floor,
    coverage_at_precision,
    coverage_table,
    expected_calibration_error,
    precision_threshold,
    reliability_table,
)

nan = float("nan")


def test_best_threshold_is_the_one_with_the_highest_f1():
    """By hand: F1 is 2/3, 1/2, 4/5, 2/3 when deciding at each value in turn."""
    assert best_f1_threshold(np.array([0.9, 0.8, 0.6, 0.1]), np.array([True, False, True, False])) == 0.6


def test_best_threshold_assigns_nothing_when_nothing_is_true():
    """Without a true decision every threshold below 1 only costs."""
    assert best_f1_threshold(np.array([0.9, 0.2]), np.array([False, False])) == 1.0


def test_precision_threshold_is_the_lowest_that_keeps_the_precision():
    """At 0.6 two of three are right, at 0.5 three of four."""
    probability, is_true = np.array([0.9, 0.6, 0.8, 0.5, 0.1]), np.array([True, False, True, True, False])

    assert precision_threshold(probability, is_true, 0.75, min_assigned=1) == 0.5
    assert precision_threshold(probability, is_true, 0.99, min_assigned=3) is None


def test_calibration_error_is_the_mean_gap_over_bins_of_equal_count():
    """By hand: gaps of 0.15 and 0.35 in two bins of two."""
    probability, is_true = [0.1, 0.2, 0.7, 0.6], [False, False, True, True]

    assert expected_calibration_error(probability, is_true, n_bins=2) == pytest.approx(0.25)
    assert expected_calibration_error(probability, is_true, n_bins=1) == pytest.approx(0.1)


def test_calibration_error_does_not_depend_on_the_order_of_equal_probabilities(rng):
    """Ties share a bin; a sort that splits them would make the figure depend on the row order."""
    probability = rng.choice([0.05, 0.2, 0.7], size=500)
    is_true = rng.random(500) < 0.4
    shuffled = rng.permutation(500)

    before = expected_calibration_error(probability, is_true)
    after = expected_calibration_error(probability[shuffled], is_true[shuffled])

    assert before == pytest.approx(after)


def test_calibrated_probabilities_have_an_error_within_their_noise_floor(calibrated):
    """A perfect model shows a calibration error above 0, by chance alone, and this says how much."""
    probability, is_true = calibrated
    floor = calibration_noise_floor(probability)

    assert 0 < expected_calibration_error(probability, is_true) <= floor.high
    assert floor.low < floor.value < floor.high < 0.03
    assert floor.n == 4000


def test_noise_floor_holds_calibrated_data_about_as_often_as_it_says(rng):
    """Of 150 calibrated data sets about 95 % have an error between its bounds."""
    inside = 0
    for _ in range(150):
        probability = rng.beta(0.6, 1.5, size=400)
        floor = calibration_noise_floor(probability, random_state=rng)
        inside += floor.low <= expected_calibration_error(probability, rng.random(400) < probability) <= floor.high

    assert 0.89 <= inside / 150 <= 0.99


def test_noise_floor_is_the_mean_error_of_calibrated_data(rng):
    """Averaged over 200 calibrated data sets, with other probabilities of the same kind, it comes back."""
    floor = calibration_noise_floor(rng.random(300))
    errors = []
    for _ in range(200):
        probability = rng.random(300)
        errors.append(expected_calibration_error(probability, rng.random(300) < probability))

    assert np.mean(errors) == pytest.approx(floor.value, rel=0.06)


def test_overconfident_probabilities_lie_above_the_noise_floor(calibrated):
    """Pushing probabilities away from one half is what the error is there to show."""
    probability, is_true = calibrated
    bold = probability**2 / (probability**2 + (1 - probability) ** 2)

    assert expected_calibration_error(bold, is_true) > 2 * calibration_noise_floor(bold).high


def test_noise_floor_shrinks_with_more_decisions(rng):
    """Four times the decisions about halve it."""
    small, large = (calibration_noise_floor(rng.random(n)).value for n in (500, 2000))

    assert 1.6 < small / large < 2.5


def test_brier_score_agrees_with_scikit_learn(calibrated):
    """The mean squared distance, over all decisions of the matrix."""
    probability, is_true = calibrated

    assert brier_score(probability, is_true) == pytest.approx(brier_score_loss(is_true.ravel(), probability.ravel()))


def test_calibration_figures_of_nothing_are_undefined():
    """No decisions, no error."""
    assert np.isnan(brier_score([], []))
    assert np.isnan(expected_calibration_error([], []))


@pytest.mark.parametrize(
    ("probability", "is_true", "n_bins", "message"),
    [
        ([1.2], [True], 15, "outside 0 to 1"),
        ([nan], [True], 15, "outside 0 to 1, or nan"),
        ([0.2], [nan], 15, "`is_true` holds other values than yes and no"),
        ([0.2, 0.3], [True], 15, r"`probability` has shape \(2,\) and `is_true` \(1,\)"),
        ([0.2], [True], 0, "`n_bins` is 0"),
    ],
    ids=["a score", "missing", "truth missing", "shapes differ", "no bins"],
)
def test_calibration_refuses_what_are_no_probabilities(probability, is_true, n_bins, message):
    """The message names the argument and what it should hold."""
    with pytest.raises(ValueError, match=message):
        expected_calibration_error(probability, is_true, n_bins=n_bins)


def test_reliability_table_adds_up_to_the_calibration_error(calibrated):
    """The table is what the single figure summarises."""
    probability, is_true = calibrated

    table = reliability_table(probability, is_true)
    gaps = (table["mean_probability"] - table["observed"]).abs()

    assert len(table) == 15
    assert table["n"].between(4000 // 15, 4000 // 15 + 1).all()
    assert table["mean_probability"].is_monotonic_increasing
    assert (gaps * table["n"]).sum() / 4000 == pytest.approx(expected_calibration_error(probability, is_true))


def test_reliability_intervals_hold_the_probability_of_calibrated_data(calibrated):
    """Of 15 intervals at 95 %, rarely more than three miss."""
    table = reliability_table(*calibrated)

    assert table["mean_probability"].between(table["low"], table["high"]).sum() >= 12


def test_reliability_bins_have_equal_counts():
    """Thirty different probabilities make fifteen bins of two."""
    table = reliability_table(np.linspace(0.1, 0.9, 30), np.arange(30) % 2 == 0)

    assert table["n"].tolist() == [2] * 15


def test_reliability_table_of_one_probability_has_one_row():
    """Equal probabilities cannot be told apart, so they are one bin."""
    table = reliability_table([0.3] * 10, [True] * 3 + [False] * 7)

    assert table[["observed", "n"]].to_numpy().tolist() == [[0.3, 10]]


def test_coverage_table_counts_at_every_probability_that_occurs():
    """By hand, with two decisions at 0.6 that can only be assigned together."""
    probability, is_true = [0.9, 0.6, 0.6, 0.3, 0.1], [True, False, True, True, False]

    table = coverage_table(probability, is_true)

    assert table["threshold"].tolist() == [0.9, 0.6, 0.3, 0.1]
    assert table["n_assigned"].tolist() == [1, 3, 4, 5]
    assert table["precision"].tolist() == pytest.approx([1, 2 / 3, 3 / 4, 3 / 5])
    assert table["coverage"].tolist() == pytest.approx([1 / 3, 2 / 3, 1, 1])
    assert table["assigned_share"].tolist() == pytest.approx([0.2, 0.6, 0.8, 1])


def test_coverage_table_at_given_thresholds_keeps_their_order():
    """A threshold above all probabilities assigns nothing: precision is undefined, coverage is 0."""
    table = coverage_table([[0.9, 0.6], [0.3, 0.1]], [[True, False], [True, False]], [0.5, 0.95])

    assert table["threshold"].tolist() == [0.5, 0.95]
    assert table["coverage"].tolist() == [0.5, 0]
    assert table["precision"][0] == 0.5
    assert np.isnan(table["precision"][1])


def test_coverage_at_precision_is_the_largest_that_keeps_it():
    """Precision need not fall steadily: three of four at 0.3 beat two of three at 0.6."""
    probability, is_true = [0.9, 0.6, 0.6, 0.3, 0.1], [True, False, True, True, False]

    assert coverage_at_precision(probability, is_true, 0.75, min_assigned=1) == 1.0
    assert coverage_at_precision(probability, is_true, 0.75, of="decisions", min_assigned=1) == 0.8
    assert coverage_at_precision(probability, is_true, 0.8, min_assigned=1) == pytest.approx(1 / 3)
    assert coverage_at_precision(probability, is_true, 0.8, min_assigned=2) == 0.0
    assert np.isnan(coverage_at_precision([0.4], [False], 0.8, min_assigned=1))


def test_coverage_at_precision_does_not_cut_through_equal_probabilities():
    """Taking the right one of two equals first would reach a precision that no threshold has."""
    assert coverage_at_precision([0.6, 0.6], [True, False], 0.9, min_assigned=1) == 0.0
