"""What training reads from labels: unknown stays unknown, and ranks of any scale find their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kempen_nlp.classifier import resample_ranks
from kempen_nlp.competencies import CompetencyClassifier
from kempen_nlp.corpus import Label, LabelledComment
from kempen_nlp.errors import ModelError
from kempen_nlp.levels import median_rank
from kempen_nlp.training import UNKNOWN, comment_probabilities, common_ranks, fit_heads, trainable, tuning_data


def _comment(number, text, labels, frameworks, writer):
    own = tuple(
        Label(text, name, rank, None, "strength" if number // 2 % 2 else "development", 0) for name, rank in labels
    )
    return LabelledComment(f"c{number}", text, own, "form", "industrie", writer, "train", (), frameworks)


@pytest.fixture(scope="module")
def comments(gilde, kempen):
    """Return comments of two sources; each was labelled with its own framework only."""
    craft = [f"Last naad {n} zonder poriën en vijlt het werkstuk." for n in range(12)]
    service = [f"Belt klant {n} dezelfde dag terug en luistert." for n in range(12)]
    mine = [_comment(n, t, [("Vakmanschap", 1 + n % 5)], (gilde,), f"g{n % 2}") for n, t in enumerate(craft)]
    theirs = [
        _comment(n, t, [("Klantgerichtheid", 1 + n % 4)], (kempen,), f"k{n % 2}")
        for n, t in enumerate(service, start=50)
    ]
    empty = [_comment(90 + n, f"Contract {n} verlengd.", [], (gilde,), f"g{n % 2}") for n in range(4)]
    return [*mine, *theirs, *empty]


@pytest.fixture(scope="module")
def heads(comments, gilde, kempen, words, toy_matching):
    train = [c for c in comments if c.writer.endswith("0")]
    validation = [c for c in comments if c.writer.endswith("1")]
    return fit_heads(train, validation, [gilde, kempen], words, toy_matching)


def test_an_unknown_cell_takes_no_part_in_fitting():
    """A competency nobody looked for in the second half is fitted as if that half were not there."""
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 2, size=(60, 2))
    masked = y.copy()
    masked[30:, 1] = UNKNOWN

    fitted = CompetencyClassifier().fit(X, masked)

    assert fitted.coef_[0] == pytest.approx(CompetencyClassifier().fit(X, y).coef_[0])
    assert fitted.coef_[1] == pytest.approx(CompetencyClassifier().fit(X[:30], y[:30]).coef_[1])


def test_only_competencies_with_labels_enough_are_trained(comments, gilde, kempen, heads):
    """The rest is left to matching with indicators."""
    assert trainable(comments, [gilde, kempen]) == ("Vakmanschap", "Klantgerichtheid")
    assert heads.trained_on == ("Vakmanschap", "Klantgerichtheid")


def test_a_comment_says_nothing_of_a_framework_it_was_not_labelled_with(comments, gilde, kempen, heads, words):
    """Neither in what the thresholds are chosen on, nor in what an encoder is tuned on."""
    mine = [c for c in comments if c.speaks_of(gilde)]
    _, is_true = comment_probabilities(heads, comments, [gilde, kempen], words)
    texts, _, targets = tuning_data(comments, [gilde, kempen])

    assert len(is_true) == len(comments)
    assert np.isnan(targets.competency[texts.index(mine[0].text), 1:]).all()
    assert np.isnan(targets.competency[texts.index("Vijlt een werkstuk op maat."), 1:]).all()
    assert targets.competency[texts.index(mine[0].text), 0] == 1


def test_an_answer_for_one_framework_does_not_change_with_empty_cells_of_another(
    comments, gilde, kempen, heads, words, toy_matching
):
    """Taken for negatives, the shipped comments would push the competency of the other framework down."""
    wrongly = [replace(c, frameworks=None) for c in comments]
    train, validation = ([c for c in wrongly if c.writer.endswith(n)] for n in "01")
    as_negatives = fit_heads(train, validation, [gilde, kempen], words, toy_matching)

    unknown, negative = (
        np.linalg.norm(h.competency.coef_[h.trained_on.index("Vakmanschap")]) for h in (heads, as_negatives)
    )

    assert unknown != pytest.approx(negative, rel=1e-3)


@pytest.mark.parametrize("n_levels", [2, 3, 4, 5, 6])
def test_a_rank_put_on_the_common_scale_comes_back(n_levels):
    """For any number of levels that occurs in handbooks; sharper scales than six lose their neighbours."""
    there = np.array([common_ranks(rank, n_levels) for rank in range(1, n_levels + 1)])

    assert there.sum(axis=1) == pytest.approx(np.ones(n_levels))
    assert (median_rank(resample_ranks(there, n_levels)) + 1).tolist() == list(range(1, n_levels + 1))


def test_the_level_estimator_always_knows_the_whole_common_scale(heads):
    """Five levels and four train the same estimator."""
    assert heads.level.classes_.tolist() == [1, 2, 3, 4]


def test_a_rank_that_the_framework_does_not_have_is_refused(gilde, words, toy_matching):
    """With the comment's id, not its text."""
    wrong = _comment(1, "Last een naad.", [("Vakmanschap", 6)], (gilde,), "g0")

    with pytest.raises(ModelError, match=r"Comment c1: Vakmanschap is given rank 6\. Its levels go up to 5"):
        fit_heads([wrong], [], [gilde], words, toy_matching)


def test_a_label_of_another_framework_is_refused(gilde, kempen, words, toy_matching):
    """It was not looked for there."""
    wrong = _comment(1, "Belt klanten terug.", [("Klantgerichtheid", 1)], (gilde,), "g0")

    with pytest.raises(ModelError, match=r"'Klantgerichtheid'\. The framework has Vakmanschap"):
        fit_heads([wrong], [], [gilde, kempen], words, toy_matching)


def test_the_same_writer_may_be_in_both_parts_only_when_they_are_called_blocks(comments, gilde, words, toy_matching):
    """Else accuracy looks better than it is."""
    half = [c for c in comments if c.writer == "g0"]

    with pytest.raises(ModelError, match="in training and validation"):
        fit_heads(half, half, [gilde], words, toy_matching)
    assert fit_heads(half, half, [gilde], words, toy_matching, blocks=True).trained_on == ("Vakmanschap",)
