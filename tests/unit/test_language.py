"""Segments with exact offsets, and cues that are whole words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kempen_nlp.corpus import load_feedback
from kempen_nlp.language import dutch_pipeline, find_cues, split_segments
from kempen_nlp.language.cues import CUE_KINDS, cue_features
from kempen_nlp.training import segment_examples


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("Luistert goed, maar maakt niets af.", ["Luistert goed", "maar maakt niets af."]),
        ("Belt dhr. De Vries i.o.m. het team terug. Netjes.", ["Belt dhr. De Vries i.o.m. het team terug.", "Netjes."]),
        ("Overlegt met J. Jansen. Prima.", ["Overlegt met J. Jansen.", "Prima."]),
        ("Plant strak. komt op tijd", ["Plant strak.", "komt op tijd"]),
        ("Sterk; laat anderen uitpraten.", ["Sterk; laat anderen uitpraten."]),
        ("Planning op orde en strak; belt klanten nooit meer terug", ["Planning op orde en strak",
                                                                      "belt klanten nooit meer terug"]),
        ("Mailt niet maar belt altijd.", ["Mailt niet maar belt altijd."]),
        ("Eerste regel\nTweede regel", ["Eerste regel", "Tweede regel"]),
        ("Zegt: „Dat doe ik.” En doet het.", ["Zegt: „Dat doe ik.”", "En doet het."]),
        ("", []),
        (" \n\t ", []),
        ("!!! … 😀", []),
    ],
    ids=["contrast", "abbreviations", "initial", "no capital", "short clause stays", "semicolon", "correction",
         "line break", "quotation", "empty", "white space", "no words"],
)  # fmt: skip
def test_comments_are_cut_where_a_new_judgement_may_begin(text, segments):
    """Sentences, and clauses after a contrast."""
    assert [s.text for s in split_segments(text)] == segments


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_offsets_are_exact_on_any_unicode(text):
    """Every segment is a slice of the comment, in order, without overlap."""
    end = 0
    for segment in split_segments(text):
        assert segment.text == text[segment.start : segment.end]
        assert segment.start >= end
        assert segment.sentence[0] <= segment.start
        assert segment.end <= segment.sentence[1]
        end = segment.end


def test_nothing_with_a_letter_is_lost_between_segments():
    """What lies between two segments holds no words."""
    for comment in load_feedback("validation"):
        covered = {i for s in split_segments(comment.text) for i in range(s.start, s.end)}

        assert not [c for i, c in enumerate(comment.text) if i not in covered and c.isalnum()]


def test_most_quotes_lie_in_one_segment():
    """At least nine in ten labelled quotes of the training part, for four fifths of their length."""
    covered = total = 0
    for comment in load_feedback("train"):
        segments = split_segments(comment.text)
        for label in comment.labels:
            shared = max(min(s.end, label.end) - max(s.start, label.start) for s in segments)
            covered += shared >= 0.8 * len(label.quote)
            total += 1

    assert covered / total >= 0.90


def test_pipeline_declares_what_it_sets():
    """SpaCy finds no problem in it."""
    nlp = dutch_pipeline()

    assert not any(nlp.analyze_pipes()["problems"].values())


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("Komt afspraken nog niet na.", "development", ("nog niet",)),
        ("Komt afspraken nog niet na.", "negation", ("niet",)),
        ("Laat nooit een klant wachten.", "double_negation", ("laat nooit",)),
        ("Hij hoopt ooit te coachen.", "wish", ("hoopt", "ooit")),
        ("Haar voorganger plande strak.", "other_person", ("haar voorganger",)),
        ("Nietsnut is hij geenszins.", "negation", ()),
    ],
)
def test_cues_are_found_as_whole_words_longest_first(text, kind, found):
    """Capitals do not matter; a part of a word does not count."""
    assert find_cues(text)[kind] == found


def test_cue_features_have_a_column_for_each_kind():
    """Counts are capped, so that one rant does not outweigh everything."""
    features = cue_features(["niet niet niet niet niet", ""])

    assert features.shape == (2, len(CUE_KINDS))
    assert features.max() == 3
    assert not features[1].any()


def test_a_qualifier_goes_to_the_segment_that_holds_its_cue():
    """Tags are given to a comment; the segment with the evidence is not qualified."""
    examples = segment_examples([c for c in load_feedback("train") if "wish" in c.tags and c.labels])

    assert not [e for e in examples if e.labels and e.qualifiers]
    assert any(e.qualifiers == ("wish",) for e in examples)
