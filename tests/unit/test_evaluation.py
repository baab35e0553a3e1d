"""Metrics against hand-computed values and scikit-learn; intervals and calibration against simulation."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, cohen_kappa_score, f1_score, roc_auc_score

from kempen_nlp.evaluation import (
    best_f1_threshold,
    bootstrap_interval,
    brier_score,
    calibration_noise_floor,
    coverage_at_precision,
    coverage_table,
    expected_calibration_error,
    f1_per_class,
    f1_table,
    joint_f1,
    lenient_ranks,
    macro_f1,
    mean_rank_error,
    micro_f1,
    none_auc,
    off_topic_assigned_share,
    paired_difference,
    precision_threshold,
    quadratic_kappa,
    rank_table,
    reliability_table,
    share_exact,
    share_off_by_two,
    wilson_interval,
)

nan = float("nan")
NAMES = ["Klantgerichtheid", "Resultaatgericht", "Samenwerken"]


@pytest.fixture
def rng():
    """Return a seeded generator, the same for every test."""
    return np.random.default_rng(20261122)


@pytest.fixture
def decisions(rng):
    """Return truth and predictions of 200 comments, more than half of them without evidence."""
    truth = rng.random((200, 3)) < [0.25, 0.15, 0.1]
    return truth, truth ^ (rng.random((200, 3)) < 0.1)


@pytest.fixture
def calibrated(rng):
    """Return 4000 probabilities and a truth that was drawn from them."""
    probability = rng.beta(0.6, 1.5, size=(1000, 4))
    return probability, rng.random(probability.shape) < probability


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


def test_f1_counts_comments_without_evidence_as_a_class():
    """By hand: two of three "none" comments found, one "none" too many."""
    truth = np.array([[1, 0], [0, 1], [0, 0], [0, 0], [0, 0]], dtype=bool)
    predicted = np.array([[1, 0], [0, 0], [0, 0], [0, 0], [1, 0]], dtype=bool)

    assert f1_per_class(truth, predicted) == pytest.approx([2 / 3, 0, 2 / 3])
    assert macro_f1(truth, predicted) == pytest.approx(4 / 9)
    assert micro_f1(truth, predicted) == pytest.approx(2 * 3 / (5 + 5))
    assert micro_f1(truth, predicted, include_none=False) == pytest.approx(2 * 1 / (2 + 2))


@pytest.mark.parametrize("include_none", [True, False], ids=["with none", "without none"])
def test_f1_agrees_with_scikit_learn(decisions, include_none):
    """Per class, macro and micro, with "none" as a further column or without."""
    truth, predicted = decisions
    columns = [np.column_stack([m, ~m.any(axis=1)]) if include_none else m for m in (truth, predicted)]

    assert f1_per_class(truth, predicted, include_none=include_none) == pytest.approx(f1_score(*columns, average=None))
    assert macro_f1(truth, predicted, include_none=include_none) == pytest.approx(f1_score(*columns, average="macro"))
    assert micro_f1(truth, predicted, include_none=include_none) == pytest.approx(f1_score(*columns, average="micro"))


def test_macro_f1_leaves_out_a_class_that_neither_side_names():
    """A competency that is absent from the data is not a failure of the model."""
    truth = predicted = np.array([[1, 0], [0, 0]], dtype=bool)

    assert np.isnan(f1_per_class(truth, predicted)[1])
    assert macro_f1(truth, predicted) == 1.0
    assert np.isnan(macro_f1(truth[:, 1:], predicted[:, 1:], include_none=False))


@pytest.mark.parametrize(
    ("truth", "predicted", "message"),
    [
        ([[True]], [[True, False]], r"shape \(1, 1\) and `predicted` \(1, 2\)"),
        ([True], [True], r"Expected one shape, \(n_comments, n_competencies\)"),
        ([[True]], [[0.4]], "`predicted` holds other values than yes and no"),
    ],
    ids=["shapes differ", "one dimension", "probabilities"],
)
def test_f1_refuses_what_are_no_decisions(truth, predicted, message):
    """A probability taken for a yes would look like a very bold model."""
    with pytest.raises(ValueError, match=message):
        f1_per_class(truth, predicted)


def test_f1_table_has_a_row_a_class_with_interval_and_counts(decisions):
    """Point values are those of the single functions; every interval holds its value."""
    truth, predicted = decisions

    table = f1_table(truth, predicted, NAMES, n_resamples=200).set_index("class")

    assert list(table.index) == [*NAMES, "none", "macro", "micro"]
    assert table["f1"].tolist() == pytest.approx(
        [*f1_per_class(truth, predicted), macro_f1(truth, predicted), micro_f1(truth, predicted)]
    )
    assert ((table["low"] < table["f1"]) & (table["f1"] < table["high"])).all()
    assert table["n_true"].tolist()[:4] == [*truth.sum(axis=0), (~truth.any(axis=1)).sum()]
    assert table.loc["micro", "n_true"] == table["n_true"].iloc[:4].sum()


def test_f1_table_follows_from_its_own_precision_and_recall(decisions):
    """F1 is the harmonic mean, per class and pooled."""
    table = f1_table(*decisions, NAMES, n_resamples=5).set_index("class").drop(index="macro")

    harmonic = 2 * table["precision"] * table["recall"] / (table["precision"] + table["recall"])

    assert harmonic.tolist() == pytest.approx(table["f1"].tolist())


def test_f1_table_wants_one_name_a_column(decisions):
    """A missing name would shift all others."""
    with pytest.raises(ValueError, match="`names` has 2 entries and `truth` 3 columns"):
        f1_table(*decisions, NAMES[:2])


def test_kappa_agrees_with_scikit_learn(rng):
    """Quadratic weights over ranks 1 to 4, all of them present."""
    truth = rng.integers(1, 5, size=300)
    predicted = np.clip(truth + rng.integers(-1, 2, size=300), 1, 4)

    expected = cohen_kappa_score(truth, predicted, weights="quadratic", labels=[1, 2, 3, 4])

    assert quadratic_kappa(truth, predicted) == pytest.approx(expected)


def test_kappa_weighs_a_miss_by_its_distance_also_when_a_rank_never_occurs(rng):
    """Ranks are numbers: with 1, 2 and 4 only, the step from 2 to 4 stays a step of two."""
    truth, predicted = rng.choice([1, 2, 4], size=(2, 100))

    expected = cohen_kappa_score(truth, predicted, weights="quadratic", labels=[1, 2, 3, 4])

    assert quadratic_kappa(truth, predicted) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("truth", "predicted"),
    [([2, 2, 2], [2, 2, 2]), ([], []), ([nan, 1], [1, nan])],
    ids=["one and the same rank", "no ranks", "never the same competency"],
)
def test_kappa_is_undefined_without_variation_or_pairs(truth, predicted):
    """Not 1: nothing was told apart."""
    assert np.isnan(quadratic_kappa(truth, predicted))


def test_rank_metrics_only_look_where_the_competency_is_right():
    """By hand: of five labels three are found, with errors 0, 1 and 2."""
    truth = np.array([[1, nan], [2, 3], [4, nan], [nan, 1]])
    predicted = np.array([[1, 2], [3, nan], [2, nan], [nan, nan]])

    assert mean_rank_error(truth, predicted) == 1.0
    assert share_exact(truth, predicted) == pytest.approx(1 / 3)
    assert share_off_by_two(truth, predicted) == pytest.approx(1 / 3)


def test_rank_metrics_are_undefined_without_pairs():
    """An empty mean is not zero error."""
    assert np.isnan([f([nan], [2]) for f in (mean_rank_error, share_exact, share_off_by_two)]).all()


def test_lenient_reading_takes_the_nearer_of_two_right_ranks():
    """Exact on the other rank, nearer to it, nearer to the first, at equal distance, and no other rank."""
    truth, predicted = np.array([1, 1, 1, 1, 3, nan]), np.array([2, 3, 1, 2, 1, 2])
    alt = np.array([2, 2, 2, 3, nan, 2])

    assert lenient_ranks(truth, predicted, alt).tolist()[:5] == [2, 2, 1, 1, 3]
    assert np.isnan(lenient_ranks(truth, predicted, alt)[5])


def test_rank_table_reads_strictly_and_leniently():
    """By hand on four pairs; the lenient rows are never worse."""
    truth, predicted = np.array([1, 2, 3, 4]), np.array([1, 3, 3, 2])
    alt = np.array([nan, 3, nan, 3])

    table = rank_table(truth, predicted, alt, n_resamples=50)
    value = table.set_index(["reading", "measure"])["value"]

    assert value["strict"].to_dict() == pytest.approx(
        {"quadratic_kappa": 1 - 1.25 / (1.25 + 0.6875 + 0.0625),
         "mean_rank_error": 0.75, "share_exact": 0.5, "share_off_by_two": 0.25}
    )  # fmt: skip
    assert value["lenient"][["mean_rank_error", "share_exact", "share_off_by_two"]].tolist() == [0.25, 0.75, 0]
    assert (table["n"] == 4).all()
    assert set(rank_table(truth, predicted, n_resamples=5)["reading"]) == {"strict"}


def test_rank_metrics_refuse_shapes_that_differ():
    """Broadcasting would compare ranks that have nothing to do with each other."""
    with pytest.raises(ValueError, match=r"`truth` has shape \(2,\) and `predicted` \(1,\)"):
        quadratic_kappa([1, 2], [1])


def test_joint_f1_needs_competency_and_rank():
    """By hand: four labels, three assignments; one hit strictly, two with the other right rank."""
    truth = np.array([[1, nan], [2, 3], [nan, 1]])
    predicted = np.array([[1, nan], [3, nan], [2, nan]])
    alt = np.array([[nan, nan], [3, nan], [nan, nan]])

    assert joint_f1(truth, predicted) == pytest.approx(2 / 7)
    assert joint_f1(truth, predicted, alt) == pytest.approx(4 / 7)
    assert joint_f1(truth, predicted, average="macro") == pytest.approx((2 / 5 + 0) / 2)
    assert np.isnan(joint_f1([[nan]], [[nan]]))


def test_none_auc_agrees_with_scikit_learn_with_ties(rng):
    """The score of "none" is what the most probable competency leaves over."""
    truth = rng.random((150, 3)) < 0.2
    probability = np.round(np.clip(truth * 0.3 + rng.random((150, 3)) * 0.7, 0, 1), 1)

    expected = roc_auc_score(~truth.any(axis=1), 1 - probability.max(axis=1))

    assert none_auc(truth, probability) == pytest.approx(expected)


def test_none_auc_is_undefined_when_all_comments_are_of_one_kind():
    """There is nothing to set apart."""
    assert np.isnan(none_auc([[False], [False]], [[0.1], [0.2]]))
    assert np.isnan(none_auc([[True], [True]], [[0.1], [0.2]]))


def test_off_topic_share_counts_comments_not_assignments():
    """By hand: three comments hold no evidence, one of them is assigned two competencies."""
    truth = np.array([[0, 0], [0, 0], [0, 0], [1, 0]], dtype=bool)
    predicted = np.array([[1, 1], [0, 0], [0, 0], [1, 0]], dtype=bool)

    assert off_topic_assigned_share(truth, predicted) == pytest.approx(1 / 3)
    assert np.isnan(off_topic_assigned_share(truth[3:], predicted[3:]))


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


@pytest.mark.parametrize(
    ("n_right", "n", "expected"),
    [(5, 10, (0.2366, 0.7634)), (0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662))],
    ids=["half", "none right", "all right", "Newcombe 1998"],
)
def test_wilson_interval_agrees_with_published_values(n_right, n, expected):
    """81 of 263 is the worked example of Newcombe (1998), method 3."""
    low, high = wilson_interval(n_right, n)

    assert (float(low), float(high)) == pytest.approx(expected, abs=5e-5)


def test_wilson_interval_of_no_trials_is_undefined():
    """Nothing was tried, so every share is possible."""
    assert np.isnan(wilson_interval([0], [0])).all()


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


def _mean(values):
    return float(np.mean(values))


def test_bootstrap_agrees_with_the_textbook_interval_of_a_mean(rng):
    """Mean plus and minus 1.96 standard errors, for 400 independent rows."""
    values = rng.normal(size=400)
    half = 1.96 * values.std() / 20

    estimate = bootstrap_interval(_mean, values, n_resamples=1000)

    assert estimate.value == pytest.approx(values.mean())
    assert estimate.low == pytest.approx(values.mean() - half, abs=0.015)
    assert estimate.high == pytest.approx(values.mean() + half, abs=0.015)
    assert (estimate.n, estimate.n_undefined) == (400, 0)


def test_bootstrap_covers_the_truth_with_clusters_and_not_without(rng):
    """40 comments of 5 equal-minded rows: 95 % intervals hold the true mean, unless rows count as independent."""
    clusters = np.repeat(np.arange(40), 5)
    by_comment = by_row = 0
    for _ in range(150):
        values = np.repeat(rng.normal(size=40), 5) + 0.1 * rng.normal(size=200)
        whole = bootstrap_interval(_mean, values, clusters=clusters, n_resamples=100, random_state=rng)
        loose = bootstrap_interval(_mean, values, n_resamples=100, random_state=rng)
        by_comment += whole.low <= 0 <= whole.high
        by_row += loose.low <= 0 <= loose.high

    assert 0.87 <= by_comment / 150 <= 0.99
    assert by_row / 150 < 0.75


def test_bootstrap_draws_clusters_whole_and_rows_together():
    """Rows of a comment stand apart in the input; every resample holds all of them, with their own values."""
    clusters = pd.Series(["a", "b", "a", "c", "b", "a"])
    size = clusters.map(clusters.value_counts()).to_numpy()
    seen = []

    def record(names, sizes):
        seen.append((names, sizes))
        return 0.0

    bootstrap_interval(record, clusters, size, clusters=clusters, n_resamples=50)

    for names, sizes in seen:
        for name, count in zip(*np.unique(names.astype(str), return_counts=True), strict=True):
            assert set(sizes[names == name]) == {{"a": 3, "b": 2, "c": 1}[name]}
            assert count % {"a": 3, "b": 2, "c": 1}[name] == 0
    assert len({len(names) for names, _ in seen}) > 1


def test_bootstrap_comes_back_the_same_for_the_same_seed(decisions):
    """Any figure can be reproduced."""
    first, again, other = (
        bootstrap_interval(macro_f1, *decisions, n_resamples=30, random_state=seed) for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_bootstrap_leaves_out_and_counts_undefined_resamples():
    """One comment of four holds evidence, so that (3/4) ** 4 of the resamples have none, and no kappa."""
    truth = np.array([[1.0], [nan], [nan], [nan]])

    estimate = bootstrap_interval(share_exact, truth, np.ones((4, 1)), n_resamples=400)

    assert (estimate.value, estimate.low, estimate.high) == (1.0, 1.0, 1.0)
    assert 0.25 < estimate.n_undefined / 400 < 0.38


def test_bootstrap_of_a_single_cluster_has_no_bounds():
    """Nothing varies between resamples of one comment; a width of zero would be a lie."""
    estimate = bootstrap_interval(_mean, [1.0, 2.0], clusters=["a", "a"], n_resamples=10)

    assert estimate.value == 1.5
    assert np.isnan([estimate.low, estimate.high]).all()
    assert estimate.n_undefined == 10


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        (([1, 2], [1]), {}, r"lengths \[2, 1\]"),
        (([1, 2],), {"clusters": ["a"]}, r"lengths \[2, 1\].*`clusters` included"),
        (([],), {}, r"lengths \[0\]"),
        (([1, 2],), {"clusters": ["a", None]}, "`clusters` has no value in 1 of 2 rows"),
        (([1, 2],), {"n_resamples": 0}, "`n_resamples` is 0"),
    ],
    ids=["lengths differ", "clusters too short", "no rows", "cluster missing", "no resamples"],
)
def test_bootstrap_refuses_rows_that_do_not_belong_together(arrays, options, message):
    """The message says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(lambda *_: 0.0, *arrays, **options)


def test_paired_difference_shows_what_two_separate_intervals_hide(rng):
    """The better model is right on the same comments and a few more, which pairing sees."""
    truth = rng.random((200, 3)) < 0.3
    second = truth ^ (rng.random((200, 3)) < 0.15)
    first = np.where(rng.random((200, 3)) < 0.2, truth, second)

    difference = paired_difference(macro_f1, truth, (first, second), n_resamples=300)
    apart = [bootstrap_interval(macro_f1, truth, model, n_resamples=300) for model in (first, second)]

    assert difference.value == pytest.approx(macro_f1(truth, first) - macro_f1(truth, second))
    assert 0 < difference.low < difference.value < difference.high
    assert difference.p < 0.05
    assert apart[0].low < apart[1].high


def test_paired_difference_changes_sign_when_the_models_change_places(decisions):
    """Same resamples, same p, mirrored interval."""
    truth, predicted = decisions
    forward = paired_difference(macro_f1, truth, (predicted, ~truth), n_resamples=50)
    backward = paired_difference(macro_f1, truth, (~truth, predicted), n_resamples=50)

    assert (forward.value, forward.low, forward.high) == pytest.approx((-backward.value, -backward.high, -backward.low))
    assert forward.p == backward.p == pytest.approx(2 / 51)


def test_paired_difference_of_a_model_with_itself_is_nothing(decisions):
    """No difference, no width, and a p of 1."""
    truth, predicted = decisions

    difference = paired_difference(macro_f1, truth, (predicted, predicted), n_resamples=30)

    assert (difference.value, difference.low, difference.high, difference.p) == (0.0, 0.0, 0.0, 1.0)


def test_paired_difference_seldom_finds_what_is_not_there(rng):
    """Of two models that are equally good, about one in twenty pairs looks different at 5 %."""
    found = 0
    for _ in range(150):
        truth = rng.integers(1, 5, size=60)
        models = tuple(np.clip(truth + rng.integers(-1, 2, size=60), 1, 4) for _ in range(2))
        found += paired_difference(share_exact, truth, models, n_resamples=100, random_state=rng).p <= 0.05

    assert found / 150 <= 0.12


def test_paired_difference_hands_shared_arrays_to_the_metric_by_comment():
    """Other right ranks are resampled with the comments; each comment here is two rows."""
    truth, alt = np.array([1, 2, 3, 4]), np.array([2, nan, nan, 3])

    def lenient_share(true, found, other):
        return share_exact(lenient_ranks(true, found, other), found)

    difference = paired_difference(
        lenient_share, truth, ([2, 2, 3, 3], [1, 1, 1, 1]), alt, clusters=list("aabb"), n_resamples=50
    )

    assert difference.value == 0.75
    assert (difference.low, difference.high) == (0.5, 1.0)
    assert difference.n == 4
