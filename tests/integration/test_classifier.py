"""From comments to assignments with the shipped model."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from kempen_nlp import load_classifier
from kempen_nlp.classifier import Classifier
from kempen_nlp.comments import Comment, read_comments
from kempen_nlp.corpus import load_framework
from kempen_nlp.errors import ModelError
from kempen_nlp.framework import Framework

sys.path.insert(0, str(Path(__file__).parent))
from quick_encoder import QuickEncoder

CLEAR = [
    ("Belt klanten dezelfde dag nog terug en vraagt of zij geholpen zijn.", "Klantgerichtheid", "strength"),
    ("Zijn rooster klopt nooit: hij plant drie afspraken op hetzelfde uur.", "Plannen en organiseren", "development"),
    ("Legt moeilijke dingen zo uit dat iedereen het begrijpt.", "Communicatieve vaardigheid", "strength"),
]
EMPTY = [
    "",
    "   ",
    "\n\t",
    "Top!",
    "Prima jaar.",
    "Jan de Vries",
    "😀😀😀",
    "12345",
    "!!!",
    "Contract verlengd tot 1 juli.",
    "Samenwerken",
    "Klantgerichtheid:",
    "Mw. A. Jansen-de Boer",
    "n.v.t.",
    "-",
    "zie vorig jaar",
    "<p></p><br/>&nbsp;",
    "{{naam}} [opmerking]",
    "https://example.com/pagina?id=3",
    "\ufeff",
    "\u200b\u200b",
    "\x00\x01\x02",
    "\ud800",
    "The meeting room on the third floor is closed until Monday.",
    "Der Parkplatz ist am Dienstag gesperrt.",
    "会议室星期一关闭。",
    "غرفة الاجتماعات مغلقة يوم الاثنين",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
    "asdf qwer zxcv",
]
ODD = [
    "<b>Belt</b> klanten &amp; collega's terug <script>alert(1)</script>",
    "He always calls customers back the same day.",
    "\x00\x07 Belt klanten terug \x1b[31m",
    "a" * 5000,
    "Belt klanten terug. " * 400,
    "\u202eBelt klanten terug\u202c",
    "Plant.\u00a0Belt\u2003klanten terug.\r\nVergeet\u0085niets.",
    "🧑‍🤝‍🧑 werkt 👍🏽 samen met ǆ ﬁ é (e + ́)",
]


@pytest.mark.parametrize(("text", "competency", "polarity"), CLEAR, ids=[c for _, c, _ in CLEAR])
def test_plain_cases_are_read_as_anyone_would(classifier, text, competency, polarity):
    """If these fail, nothing else matters."""
    found = {(a.competency, a.polarity) for a in classifier.classify(text)}

    assert (competency, polarity) in found


@pytest.mark.parametrize("text", EMPTY)
def test_text_that_says_nothing_gets_no_assignment(classifier, text):
    """None is an answer."""
    assert classifier.classify(text) == ()


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_text_gets_an_answer_with_exact_quotes(classifier, text):
    """Markup, other languages, control characters, very long text."""
    (result,) = classifier.classify_comments([text])

    for found in (*result.assignments, *result.abstained):
        assert found.quote == text[found.start : found.end]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_gets_an_answer_with_exact_quotes(classifier, text):
    """Never a crash, whatever the characters."""
    (result,) = classifier.classify_comments([text])

    for found in (*result.assignments, *result.abstained):
        assert found.quote == text[found.start : found.end]
        assert 0 <= found.probability <= 1
        assert sum(found.rank_probabilities.values()) == pytest.approx(1)


def test_a_text_that_is_too_long_is_a_problem_not_a_crash(classifier):
    """The comment comes back, set aside."""
    (result,) = classifier.classify_comments(["Belt terug. " * 10_000])

    assert "at most 100,000" in result.problems[0]
    assert result.assignments == ()


def test_half_a_character_sets_a_comment_aside(classifier):
    """No encoding has lone surrogates, so neither tokenizer nor file could take the text."""
    texts = ["Belt klanten altijd \ud83d terug.", "Belt klanten altijd terug."]

    spoiled, whole = classifier.classify_comments(texts)

    assert "half a character" in spoiled.problems[0]
    assert (spoiled.text, spoiled.assignments, whole.problems) == (texts[0], (), ())
    assert {influence for *_, influence in classifier.explain(texts[0], "Klantgerichtheid")} == {0.0}


def test_a_text_of_the_greatest_length_is_read(classifier):
    """100,000 characters in one comment: slow, but an answer, with quotes that are there."""
    text = ("Belt klanten terug. " * 5000)[:100_000]

    (result,) = classifier.classify_comments([text])

    assert result.problems == ()
    for found in (*result.assignments, *result.abstained):
        assert found.quote == text[found.start : found.end]


@pytest.mark.parametrize("text", [t for t in EMPTY if t.strip()])
def test_text_that_says_nothing_stays_empty_beside_a_strict_wish_and_another_framework(text):
    """Neither matching nor a lower threshold makes something of nothing."""
    own = load_framework("kempen").to_dict()
    for competency in own["competencies"]:
        competency["name"] += " bij ons"

    assert load_classifier(Framework.from_dict(own)).classify(text) == ()


@pytest.mark.parametrize("name", ["kempen", "welzijn"])
def test_every_comment_of_the_sample_comes_back_with_verbatim_quotes(name, corpus_dir):
    """40 comments in order; evidence from this framework, at a rank that the competency has."""
    classifier = load_classifier(name)
    comments = read_comments(corpus_dir / "feedback" / "sample.csv")
    indicators = {i.id: i.text for c in classifier.framework for i in c.indicators}

    results = list(classifier.classify_comments(comments))

    assert [r.id for r in results] == [c.id for c in comments]
    assert len(results) == 40
    for result in results:
        for found in (*result.assignments, *result.abstained):
            assert found.quote == result.text[found.start : found.end]
            assert indicators[found.evidence.indicator_id] == found.evidence.text
            assert found.rank in classifier.framework[found.competency].ranks
            assert set(found.rank_probabilities) == set(classifier.framework[found.competency].ranks)
    assert any(r.assignments for r in results)


def test_coachen_never_gets_the_level_that_does_not_exist(classifier):
    """Its lowest rank is 2."""
    for text in ("Helpt stagiairs op weg als ze erom vragen.", "Geeft collega's de ruimte om te leren."):
        assert all(a.rank >= 2 for a in classifier.classify(text) if a.competency == "Coachen")


def test_a_higher_wanted_precision_assigns_less_and_abstains_more(corpus_dir):
    """Nothing is lost: what is no longer assigned is abstained."""
    comments = read_comments(corpus_dir / "feedback" / "sample.csv")
    plain = load_classifier("welzijn")
    precision = max(plain.precisions)
    strict = load_classifier("welzijn", min_precision=precision)

    before, after = (list(c.classify_comments(comments)) for c in (plain, strict))

    assert sum(len(r.assignments) for r in after) < sum(len(r.assignments) for r in before)
    assert [len(r.assignments) + len(r.abstained) for r in after] == [
        len(r.assignments) + len(r.abstained) for r in before
    ]
    with pytest.raises(ModelError, match=r"No threshold is known for a precision of 0\.99"):
        load_classifier("welzijn", min_precision=0.99)


def test_another_framework_works_without_training(kempen):
    """Another name, other levels: matched with its own indicators, ranks within its own scale."""
    data = kempen.to_dict()
    data["competencies"] = [data["competencies"][2]]
    data["competencies"][0]["name"] = "Teamwerk"
    data["competencies"][0]["levels"] = data["competencies"][0]["levels"][:2]
    own = load_classifier(Framework.from_dict(data))

    (result,) = own.classify_comments(["Biedt uit zichzelf hulp aan en draagt bij aan het gezamenlijke resultaat."])

    assert own.matched == ("Teamwerk",)
    found = [*result.assignments, *result.abstained]
    assert {a.rank for a in found} <= {1, 2}
    assert {a.evidence.indicator_id for a in found} <= {i.id for i in own.framework["Teamwerk"].indicators}


@pytest.mark.parametrize("chunk", [1, 7, 512])
def test_neighbours_and_the_size_of_chunks_change_nothing(classifier, corpus_dir, chunk):
    """A comment is read the same whatever stands around it, to four decimals."""
    comments = read_comments(corpus_dir / "feedback" / "sample.csv")
    forward = [c.to_dict() for c in classifier.classify_comments(comments)]

    backward = [c.to_dict() for c in classifier.classify_comments(comments[::-1], chunk=chunk)]

    for one, other in zip(forward, backward[::-1], strict=True):
        assert [(a["quote"], a["competency"], a["rank"], a["polarity"]) for a in one["assignments"]] == [
            (a["quote"], a["competency"], a["rank"], a["polarity"]) for a in other["assignments"]
        ]
        assert [a["probability"] for a in one["assignments"]] == pytest.approx(
            [a["probability"] for a in other["assignments"]], abs=2e-4
        )


def test_the_number_of_cores_changes_no_bit_of_an_answer(classifier):
    """A product of large matrices that is shared out over cores ends in other last bits."""
    quick = Classifier(classifier.framework, classifier.heads, QuickEncoder())
    texts = [f"Plant strak {n}. Belt {n} terug. Helpt {n} mee. Legt {n} uit. Zegt {n} af." for n in range(300)]

    answers = []
    for cores in (1, 2, 3):
        with threadpool_limits(cores):
            answers.append(list(quick.classify_comments(texts)))

    assert answers[0] == answers[1] == answers[2]
    assert sum(len(a.assignments) + len(a.abstained) for a in answers[0]) > 300


def test_problem_rows_pass_through_unread(classifier):
    """A row that could not be read stays in its place."""
    rows = [Comment("1", "Belt terug.", 1), Comment("2", "kapot", 2, problems=("The row has 5 fields.",))]

    results = list(classifier.classify_comments(rows))

    assert [r.state == "problem" for r in results] == [False, True]


def test_frameworks_are_frozen(welzijn):
    """What is parsed cannot be changed behind a classifier's back."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        welzijn.title = "x"
    assert load_framework("welzijn").to_json() == welzijn.to_json()
