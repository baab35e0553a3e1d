"""Krippendorff's alpha against published worked examples, hand-computed values and its edge cases."""

import numpy as np
import pytest

from kempen_nlp.agreement import (
    alpha_interval,
    coincidence_matrix,
    competency_alpha,
    krippendorff_alpha,
    rank_alpha,
)

_ = None
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
]
"""Krippendorff (2011), example C."""
TWO_BINARY = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
"""Krippendorff (2011), example A."""
TWO_NOMINAL = [list("aabbdcccedda"), list("babbbccceddd")]
"""Krippendorff (2011), example B."""
NAMES = ["Samenwerken", "Resultaatgericht"]


@pytest.mark.parametrize(
    ("ratings", "scale", "published"),
    [
        (TWO_BINARY, "nominal", 0.095),
        (TWO_NOMINAL, "nominal", 0.692),
        (FOUR_OBSERVERS, "nominal", 0.743),
        (FOUR_OBSERVERS, "ordinal", 0.815),
        (FOUR_OBSERVERS, "interval", 0.849),
    ],
    ids=["A binary", "B nominal", "C nominal", "C ordinal", "C interval"],
)
def test_alpha_agrees_with_the_published_worked_examples(ratings, scale, published):
    """All figures of Krippendorff (2011) for these scales, to the three decimals printed."""
    assert round(krippendorff_alpha(ratings, scale), 3) == published


def test_coincidence_matrix_agrees_with_the_published_one():
    """Example C: 40 pairable values, with the margins 9, 13, 10, 5 and 3."""
    matrix = coincidence_matrix(FOUR_OBSERVERS, "ordinal")

    assert list(matrix.index) == list(matrix.columns) == [1, 2, 3, 4, 5]
    assert matrix.sum().round(9).tolist() == [9, 13, 10, 5, 3]
    assert np.diag(matrix).round(9).tolist() == [7, 10, 8, 4, 3]
    assert matrix.loc[1, 2] == matrix.loc[2, 1] == pytest.approx(4 / 3)


def test_coincidence_matrix_leaves_out_values_that_nobody_else_could_confirm():
    """The only 9 stands alone in its unit, so that it is not pairable."""
    matrix = coincidence_matrix([[1, 2, 9], [2, 2, None]])

    assert set(matrix.index) == {1, 2}
    assert matrix.to_numpy().sum() == 4


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_alpha_is_exactly_one_without_any_disagreement(scale):
    """Also with three annotators and with a rating missing."""
    assert krippendorff_alpha([[1, 2, 3, 4], [1, 2, 3, 4], [1, None, 3, 4]], scale) == 1.0


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_alpha_is_undefined_when_everyone_always_says_the_same(scale):
    """Without variation there is no chance disagreement to compare with."""
    assert np.isnan(krippendorff_alpha([[2, 2, 2], [2, 2, 2]], scale))


def test_alpha_is_undefined_when_only_unpairable_values_vary():
    """A 3 that one annotator gave to a unit of its own is no variation."""
    assert np.isnan(krippendorff_alpha([[2, 2, 3], [2, 2, None]]))


def test_alpha_is_below_zero_for_systematic_disagreement():
    """Two annotators who always say the opposite do worse than chance: 1 - 3 * 4 / 8."""
    assert krippendorff_alpha([[0, 1], [1, 0]]) == pytest.approx(-0.5)


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan], ids=["None", "nan of its own", "the nan of numpy"])
def test_none_and_nan_both_mean_missing(missing):
    """A rating that is not there is left out, not taken for a value."""
    ratings = [[missing if x is None else x for x in row] for row in FOUR_OBSERVERS]

    assert krippendorff_alpha(ratings) == krippendorff_alpha(FOUR_OBSERVERS)


def test_alpha_does_not_depend_on_the_order_of_annotators_and_units():
    """Annotators are interchangeable, and units too."""
    ratings = np.array(FOUR_OBSERVERS, dtype=float)
    shuffled = ratings[[2, 0, 3, 1]][:, np.random.default_rng(3).permutation(12)]

    assert krippendorff_alpha(shuffled, "ordinal") == pytest.approx(krippendorff_alpha(ratings, "ordinal"))


def test_ordinal_alpha_only_looks_at_the_order_of_values():
    """Stretching the scale changes the interval alpha, not the ordinal one."""
    ratings = np.array(FOUR_OBSERVERS, dtype=float)

    assert krippendorff_alpha(ratings**3, "ordinal") == pytest.approx(krippendorff_alpha(ratings, "ordinal"))
    assert krippendorff_alpha(ratings**3, "interval") != pytest.approx(krippendorff_alpha(ratings, "interval"))


def test_nominal_alpha_takes_words():
    """Renaming the values of the nominal scale changes nothing."""
    words = {1: "sterk", 2: "ontwikkelpunt", 3: "geen", 4: "vraag", 5: "wens", None: None}
    ratings = [[words[x] for x in row] for row in FOUR_OBSERVERS]

    assert krippendorff_alpha(ratings) == pytest.approx(krippendorff_alpha(FOUR_OBSERVERS))


@pytest.mark.parametrize(
    ("ratings", "scale", "message"),
    [
        ([[1, None], [None, 2]], "nominal", "2 annotators and 2 units hold no unit with two ratings"),
        ([[1, 2, 3]], "nominal", "1 annotators and 3 units hold no unit with two ratings"),
        ([[], []], "nominal", "2 annotators and 0 units hold no unit with two ratings"),
        ([[None, None], [None, None]], "ordinal", "hold no unit with two ratings"),
        ([1, 2, 3], "nominal", r"shape \(3,\)"),
        ([["hoog", "laag"], ["hoog", "hoog"]], "ordinal", "'hoog'.*Expected numbers on the ordinal scale"),
        ([[1, 2], [1, 2]], "ratio", "`scale` is 'ratio'. Expected one of nominal, ordinal, interval"),
    ],
    ids=["never the same unit", "one annotator", "no units", "all missing", "one dimension", "words", "scale"],
)
def test_alpha_refuses_what_it_cannot_compare(ratings, scale, message):
    """The message says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        krippendorff_alpha(ratings, scale)


def test_interval_holds_alpha_and_counts_what_it_rests_on():
    """Unit 12 of example C has a single rating and does not count."""
    alpha = alpha_interval(FOUR_OBSERVERS, "ordinal", n_resamples=200)

    assert alpha.low < alpha.value < alpha.high
    assert alpha.value == krippendorff_alpha(FOUR_OBSERVERS, "ordinal")
    assert (alpha.n_units, alpha.n_values, alpha.n_undefined) == (11, 40, 0)


def test_interval_comes_back_the_same_for_the_same_seed():
    """Any figure can be reproduced."""
    first, again, other = (alpha_interval(FOUR_OBSERVERS, n_resamples=50, random_state=seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_interval_leaves_out_and_counts_resamples_without_variation():
    """With one deviating unit of four, (3/4) ** 4 of the resamples never see it."""
    alpha = alpha_interval([[1, 1, 1, 2], [1, 1, 1, 2]], n_resamples=400)

    assert (alpha.value, alpha.low, alpha.high) == (1.0, 1.0, 1.0)
    assert 0.25 < alpha.n_undefined / 400 < 0.38


def test_interval_of_a_single_unit_has_no_bounds():
    """Nothing varies between resamples of one unit; a width of zero would be a lie."""
    alpha = alpha_interval([[1], [2]], n_resamples=10)

    assert alpha.value == 0.0
    assert np.isnan([alpha.low, alpha.high]).all()
    assert alpha.n_undefined == 10


def test_interval_needs_resamples():
    """Zero resamples would give an interval from nothing."""
    with pytest.raises(ValueError, match="`n_resamples` is 0"):
        alpha_interval(FOUR_OBSERVERS, n_resamples=0)


def test_interval_holds_the_long_run_alpha_about_as_often_as_it_says():
    """Two annotators who each misread one in ten yes/no units have alpha 1 - 2 * 0.1 * 0.9 / 0.5 = 0.64."""
    rng = np.random.default_rng(11)
    covered = 0
    for _round in range(100):
        truth = rng.random(80) < 0.5
        ratings = truth ^ (rng.random((2, 80)) < 0.1)
        alpha = alpha_interval(ratings, n_resamples=100, random_state=rng)
        covered += alpha.low <= 0.64 <= alpha.high

    assert 86 <= covered <= 100


def test_comments_are_resampled_whole():
    """Ten copies of every unit in the same comment make the interval no narrower, as units they do."""
    rng = np.random.default_rng(5)
    once = rng.random((2, 40)) < 0.5
    copies = np.repeat(once[:, :, None], 10, axis=2)

    whole = alpha_interval(copies, n_resamples=200)
    loose = alpha_interval(copies.reshape(2, -1), n_resamples=200)

    assert whole.n_units == loose.n_units == 400
    assert whole.value == pytest.approx(loose.value)
    assert whole.high - whole.low > 2 * (loose.high - loose.low)


def test_competency_alpha_is_binary_alpha_per_competency_and_over_all():
    """Each row equals alpha on its own column; the pooled row equals alpha on all of them side by side."""
    first, second = np.array(TWO_BINARY), np.array(TWO_BINARY)[:, ::-1] | np.array([[1] * 5 + [0] * 5])
    labels = np.stack([first, second], axis=2)

    table = competency_alpha(labels, NAMES, n_resamples=50).set_index("competency")

    assert list(table.index) == [*NAMES, "all"]
    assert table.loc["Samenwerken", "alpha"] == pytest.approx(krippendorff_alpha(first))
    assert table.loc["Resultaatgericht", "alpha"] == pytest.approx(krippendorff_alpha(second))
    assert table.loc["all", "alpha"] == pytest.approx(krippendorff_alpha(np.hstack([first, second])))
    assert table["n_units"].tolist() == [10, 10, 20]


def test_competency_alpha_leaves_out_comments_that_only_one_annotator_read():
    """Missing means "not read", which is not "no evidence"; pooled by hand: 1 - 39 * 8 / (28 * 12)."""
    labels = np.stack([np.array(TWO_BINARY, dtype=float)] * 2, axis=2)
    extra = np.full((2, 1, 2), np.nan)
    extra[0] = 1

    table = competency_alpha(np.concatenate([labels, extra], axis=1), NAMES, n_resamples=20)

    assert table["n_units"].tolist() == [10, 10, 20]
    assert table["alpha"].round(3).tolist() == [0.095, 0.095, 0.071]


def test_competency_that_nobody_sees_has_no_alpha():
    """Agreement on "never" cannot be told from not looking, so that cell is empty and not 1."""
    labels = np.stack([np.array(TWO_BINARY), np.zeros((2, 10))], axis=2)

    table = competency_alpha(labels, NAMES, n_resamples=20).set_index("competency")

    assert np.isnan(table.loc["Resultaatgericht", "alpha"])
    assert table.loc["Resultaatgericht", "n_undefined"] == 20
    assert not np.isnan(table.loc["all", "alpha"])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.full((2, 3, 2), 3), "other values than 0 and 1.*use `rank_alpha`"),
        (np.zeros((2, 3, 3)), r"Got shape \(2, 3, 3\) and 2 names"),
        (np.zeros((2, 3)), r"Got shape \(2, 3\) and 2 names"),
        (np.full((2, 3, 2), "ja"), "'ja'.*Expected 1, 0, or nan"),
        (np.full((2, 3, 2), np.nan), "hold no unit with two ratings"),
    ],
    ids=["ranks", "names", "dimensions", "words", "nothing read"],
)
def test_competency_alpha_refuses_what_is_no_yes_or_no(labels, message):
    """The message says what was found and what to give instead."""
    with pytest.raises(ValueError, match=message):
        competency_alpha(labels, NAMES, n_resamples=5)


def test_rank_alpha_compares_ranks_where_two_annotators_name_the_competency():
    """Example C as a competency of its own; one that was never named together stays empty."""
    ranks = np.full((4, 12, 2), np.nan)
    ranks[:, :, 0] = np.array(FOUR_OBSERVERS, dtype=float)
    ranks[0, 0, 1] = 2

    table = rank_alpha(ranks, NAMES, n_resamples=50).set_index("competency")

    assert table["alpha"].round(3).fillna(-9).tolist() == [0.815, -9, 0.815]
    assert table["n_units"].tolist() == [11, 0, 11]
    assert table["n_values"].tolist() == [40, 0, 40]


def test_rank_alpha_refuses_words():
    """A rank is a number, also in the message."""
    with pytest.raises(ValueError, match=r"'hoog'.*Expected ranks"):
        rank_alpha(np.full((2, 3, 2), "hoog"), NAMES, n_resamples=5)
