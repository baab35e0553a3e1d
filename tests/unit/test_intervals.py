"""Intervals against textbooks and simulation."""

import numpy as np
import pandas as pd
import pytest

from kempen_nlp.evaluation import lenient_ranks, macro_f1, share_exact
from kempen_nlp.intervals import bootstrap_interval, paired_difference, wilson_interval

nan = float("nan")


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
