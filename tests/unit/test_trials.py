"""What a card's figures rest on: pooled trials, thresholds held to their promise, mistakes, growth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kempen_nlp.ablations import EVERYTHING, ablation_table
from kempen_nlp.card_tables import measured_sections
from kempen_nlp.corpus import Label, LabelledComment
from kempen_nlp.encoders import RememberedEncoder, encode_spans
from kempen_nlp.learning import HARDLY, LITTLE, UNTOLD, WORTH, CurvePlan, _gain, _verdict, learning_curve
from kempen_nlp.mistakes import confusion_table, rank_error_table
from kempen_nlp.splitting import Fold
from kempen_nlp.training import fit_heads
from kempen_nlp.trials import Trial
from kempen_nlp.yardstick import Scores, Truth, measure_thresholds, to_plain

nan = float("nan")
NAMES = ("Klantgerichtheid", "Samenwerken")


def _labelled(text, *labels, writer="w1"):
    own = tuple(Label(q, name, rank, alt, "strength", text.index(q)) for q, name, rank, alt in labels)
    return LabelledComment(text, text, own, "form", "zorg", writer, "test", ())


@pytest.fixture
def comments():
    return [
        _labelled("Belt klanten terug.", ("Belt klanten terug", "Klantgerichtheid", 1, None)),
        _labelled("Helpt collega's. Belt niemand.", ("Helpt collega's", "Samenwerken", 4, 2)),
        _labelled("Contract verlengd."),
        _labelled("Deelt kennis met iedereen.", ("Deelt kennis met iedereen", "Samenwerken", 1, None)),
    ]


@pytest.fixture
def scores():
    """Return what a model says: a confusion, a hit, an invention, a rank off by two."""
    return Scores(
        probability=np.array([[0.2, 0.9], [0.1, 0.8], [0.7, 0.1], [0.0, 0.6]]),
        rank=np.array([[1, 2], [1, 2], [3, 1], [1, 3]], dtype=float),
        is_development=np.zeros((4, 2)),
        start=np.array([[0, 0], [17, 0], [0, 0], [0, 0]], dtype=float),
        end=np.array([[18, 18], [29, 15], [18, 18], [25, 25]], dtype=float),
        threshold=0.5,
    )


def test_a_confusion_is_what_was_missed_and_what_was_given_on_the_same_words(comments, scores):
    """What has no counterpart is none; the quote of the surest one is the example."""
    table = confusion_table(Truth.of(comments, NAMES), scores).set_index(["annotators", "model"])

    assert table["n"].to_dict() == {("Klantgerichtheid", "Samenwerken"): 1, ("none", "Klantgerichtheid"): 1}
    assert table.loc[("Klantgerichtheid", "Samenwerken"), "example"] == "Belt klanten terug"
    assert table.loc[("none", "Klantgerichtheid"), "example"] == "Contract verlengd."


def test_a_rank_that_an_annotator_called_right_as_well_is_no_error(comments, scores):
    """Samenwerken 4 may be 2; 1 may not be 3."""
    table = rank_error_table(Truth.of(comments, NAMES), scores)

    assert table[["annotators", "model", "n"]].to_numpy().tolist() == [["Samenwerken 1", "Samenwerken 3", 1]]


def test_thresholds_from_elsewhere_give_what_they_give_here(comments, scores):
    """Precision and labels found at each; keys of other kinds are left out."""
    thresholds = {"assign": 0.5, "0.90": 0.75, "match_0.90": 0.3, "abstain": 0.1}

    table = measure_thresholds(Truth.of(comments, NAMES), scores, thresholds, n_resamples=20)

    assert table["threshold"].tolist() == [0.5, 0.75]
    assert table["wanted"].isna().tolist() == [True, False]
    assert table["precision"].tolist() == [0.5, 0.5]
    assert table["coverage"].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_pooled_trials_keep_the_thresholds_of_their_models(comments, scores):
    """A precision that one fold cannot offer assigns nothing there."""
    truth = Truth.of(comments, NAMES)
    strict = replace(scores, threshold=0.85)

    both = Trial.pooled([Trial(truth, scores, {"0.90": 0.7}), Trial(truth, strict, {})])

    assert both.scores.assigned.tolist() == [*scores.assigned.tolist(), *strict.assigned.tolist()]
    assert np.asarray(both.thresholds["0.90"])[:, 0].tolist() == [0.7] * 4 + [2.0] * 4
    assert len(both.truth.comments) == 8


def test_figures_of_own_comments_name_no_writer_and_quote_nothing(comments, scores):
    """Numbers stand for writers."""
    own = [replace(c, writer="Jannie") for c in comments]

    figures = Trial(Truth.of(own, NAMES), scores, {}).figures(show_text=False, n_resamples=4)
    plain = str(to_plain(figures))

    assert "Jannie" not in plain
    assert "Belt klanten" not in plain
    assert figures["groups"].query("kind == 'writer'")["group"].tolist() == ["1"]


def test_a_remembered_encoder_answers_the_same_and_asks_once(words):
    """Also for spans in another order, and for none."""

    class Counting:
        name = "words"
        n_texts = 0

        def transform(self, texts):
            self.n_texts += len(texts)
            return words.transform(texts)

        def transform_spans(self, texts, spans):
            self.n_texts += len(texts)
            return words.transform_spans(texts, spans)

    counting = Counting()
    remembered = RememberedEncoder(counting)
    texts, spans = ["Belt terug.", "Plant goed. Vergeet niets."], [[(0, 11)], [(0, 11), (12, 26)]]

    first = encode_spans(remembered, texts, spans)
    again = encode_spans(remembered, texts[::-1], spans[::-1])

    assert counting.n_texts == 2
    assert first == pytest.approx(words.transform_spans(texts, spans))
    assert again == pytest.approx(first[[1, 2, 0]])
    assert encode_spans(remembered, [], []).shape == (0, 64)
    assert RememberedEncoder(words, in_context=False).transform_spans(texts, spans) == pytest.approx(first)


def test_the_gain_of_a_known_curve_is_found():
    """0.8 - 2 / sqrt(n) gains 2 / sqrt(1000) - 2 / sqrt(2000) between 1000 and 2000."""
    sizes = np.array([100.0, 200, 400, 1000])

    assert _gain(sizes, 0.8 - 2 / np.sqrt(sizes)) == pytest.approx(2 / np.sqrt(1000) - 2 / np.sqrt(2000))
    assert np.isnan(_gain(sizes, np.array([nan, nan, 0.5, 0.6])))


@pytest.mark.parametrize(
    ("low", "high", "n_labels", "verdict"),
    [(0.02, 0.08, 200, WORTH), (-0.01, 0.01, 200, HARDLY), (-0.01, 0.06, 200, UNTOLD), (0.005, 0.03, 200, LITTLE), (0.02, 0.08, 10, UNTOLD), (nan, nan, 99, UNTOLD)],
    ids=["grows for sure", "flat for sure", "either", "grows for sure, not by how much", "few test labels", "no curve"],
)  # fmt: skip
def test_a_verdict_is_only_given_where_it_can_be_told(low, high, n_labels, verdict):
    """An interval that allows both says neither."""
    assert _verdict(low, high, n_sizes=5, n_test_labels=n_labels) == verdict


@pytest.fixture(scope="module")
def fold(kempen):
    """Return comments on two competencies, by two writers to fit on and one to measure."""
    sayings = [("Belt klant {} dezelfde dag terug.", "Klantgerichtheid"), ("Helpt collega {} uit zichzelf.", "Samenwerken"),
               ("Contract {} verlengd.", None)]  # fmt: skip
    made = []
    for n in range(120):
        text, name = sayings[n % 3]
        text, rank = text.format(n), 1 + n // 3 % 4
        label = (Label(text, name, rank, None, "strength" if n // 3 % 2 else "development", 0),) if name else ()
        made.append(LabelledComment(f"c{n}", text, label, "form", "zorg", f"w{n % 4}", "train", (), (kempen,)))
    parts = [[c for c in made if c.writer in own] for own in (("w0", "w1"), ("w2",), ("w3",))]
    return Fold(*parts)


def test_an_ablation_fits_anew_without_each_part(fold, kempen, words, toy_matching):
    """Everything comes first; leaving out a part changes what is left, by no more than the interval allows to say."""
    heads = fit_heads(fold.train, fold.validation, [kempen], words, toy_matching)

    table = ablation_table(heads, words, fold, [kempen], n_resamples=10)

    assert table["part"].iloc[0] == EVERYTHING
    assert {"cues", "level texts", "indicators", "qualifiers", "calibration"} <= set(table["part"])
    assert table["macro_difference"].isna().tolist() == [True] + [False] * (len(table) - 1)
    assert (table["macro_low"].dropna() <= table["macro_high"].dropna()).all()
    for what in ("macro", "kappa"):
        value = table[{"macro": "macro_f1", "kappa": "kappa"}[what]]
        assert table[f"{what}_difference"].iloc[1:].tolist() == pytest.approx((value.iloc[0] - value.iloc[1:]).tolist())


def test_without_cues_a_model_does_not_look_at_them(fold, kempen, words, toy_matching):
    """A column that is constant in training has no weight afterwards."""
    heads = fit_heads(
        fold.train, fold.validation, [kempen], words, toy_matching, without=frozenset({"cues", "level texts"})
    )

    assert not heads.competency.coef_[:, 64:].any()
    assert not any(b.coef_[:, 64:].any() for b in heads.level.boundaries_)


def test_a_learning_curve_grows_with_labels_and_is_the_same_for_the_same_seed(fold, kempen, words, toy_matching):
    """Parts too small to fit are left out."""

    def fit(part):
        return fit_heads(part.train, part.validation, [kempen], words, toy_matching)

    plan = CurvePlan(shares=(0.02, 0.4, 0.7, 1.0), n_repeats=1, n_resamples=20)
    curve = learning_curve([fold], fit, words, [kempen], plan)
    again = learning_curve([fold], fit, words, [kempen], plan)

    assert curve.measured["n_comments"].unique().tolist() == [24, 42, 60]
    assert set(curve.outlook["verdict"]) == {UNTOLD}
    pd.testing.assert_frame_equal(curve.outlook, again.outlook)


def test_a_card_leaves_out_sections_without_figures_and_names_every_threshold(comments, scores):
    """Whatever a threshold is called."""
    figures = Trial(Truth.of(comments, NAMES), scores, {"assign": 0.5}).figures(show_text=True, n_resamples=4)
    figures["thresholds"] = {"assign": 0.5, "abstain": 0.1, "0.90": 0.8, "match_0.85": 0.4, "match_assign": 0.3}

    card = "\n".join(measured_sections(dict(to_plain(figures)), on="synthetic"))

    assert "## What each part contributes" not in card
    assert "| match_0.85 | 0.400 | competencies that were not in training: precision 0.85 |" in card
    assert "| abstain | 0.100 | trained competencies: not even named below |" in card
    assert "| Klantgerichtheid | Samenwerken | 1 | Belt klanten terug |" in card
