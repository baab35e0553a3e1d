"""The spaCy component in a pipeline of one's own."""

from __future__ import annotations

import pytest
import spacy
from spacy import displacy

from kempen_nlp.assignments import Assignment, Evidence
from kempen_nlp.components import _span

TEXT = "Belt klanten dezelfde dag terug. Zijn rooster klopt nooit: hij plant drie afspraken op hetzelfde uur."


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.blank("nl")
    nlp.add_pipe("kempen_competencies", config={"framework": "welzijn"})
    return nlp


def _said(doc):
    return [(s.label_, s._.rank, s._.polarity, round(s._.probability, 2), s.text) for s in doc.spans["competencies"]]


def test_spans_carry_competency_rank_polarity_and_evidence(nlp):
    """The label is the competency; the evidence is an indicator of the framework."""
    doc = nlp(TEXT)

    assert "Plannen en organiseren" in {s.label_ for s in doc.spans["competencies"]}
    for span in doc.spans["competencies"]:
        assert span._.polarity in ("strength", "development")
        assert span._.evidence["indicator_id"].split("/")[1] == str(span._.evidence["rank"])


def test_pipe_says_what_calling_says(nlp):
    """Batches change nothing that can be seen."""
    one = [_said(nlp(text))[:1] for text in (TEXT, "Prima jaar.", TEXT)]
    many = [_said(doc)[:1] for doc in nlp.pipe([TEXT, "Prima jaar.", TEXT], batch_size=2)]

    assert [[s[0] for s in said] for said in one] == [[s[0] for s in said] for said in many]


def test_a_pipeline_read_back_from_disk_says_the_same(nlp, tmp_path):
    """Framework and model are found again by name."""
    nlp.to_disk(tmp_path / "pijplijn")

    again = spacy.load(tmp_path / "pijplijn")

    assert _said(again(TEXT)) == _said(nlp(TEXT))


def test_two_competencies_of_one_stretch_keep_their_own_rank(nlp):
    """SpaCy keeps what is set on a span by its ends alone."""
    doc = nlp("Hij deed het zelf.")
    evidence = Evidence("a/1/1", "x", 1, 0.5)
    both = [
        Assignment(name, rank, "strength", 0, 18, doc.text, 0.9, {rank: 1.0}, evidence)
        for name, rank in (("Coachen", 2), ("Samenwerken", 3))
    ]

    spans = [_span(doc, assignment) for assignment in both]

    assert [s._.rank for s in spans] == [2, 3]


def test_spans_render_with_displacy(nlp):
    """Labels appear, markup in the comment is escaped."""
    html = displacy.render(
        nlp("<b>Belt klanten dezelfde dag terug.</b>"), style="span", options={"spans_key": "competencies"}
    )

    assert "<b>Belt" not in html
    assert not any(nlp.analyze_pipes()["problems"].values())
