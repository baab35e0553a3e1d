"""Metrics against hand-computed values and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

from kempen_nlp.evaluation import (
    f1_per_class,
    f1_table,
    joint_f1,
    lenient_ranks,
    macro_f1,
    mean_rank_error,
    micro_f1,
    none_auc,
    off_topic_assigned_share,
    quadratic_kappa,
    rank_table,
    share_exact,
    share_off_by_two,
)

nan = float("nan")
NAMES = ["Klantgerichtheid", "Resultaatgericht", "Samenwerken"]


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
