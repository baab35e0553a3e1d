"""What a notebook shows of results: readable, coloured, escaped."""

from __future__ import annotations

import copy
import html
import pickle
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempen_nlp.assignments import Assignment, Assignments, ClassifiedComment, Evidence, spans_of
from kempen_nlp.display import Span, color_of, marked_text
from kempen_nlp.framework import Framework

TEXT = "Belt <b>klanten</b> terug & haalt\nzijn planning zelden."


def _found(start, end, competency="Samenwerken", polarity="strength"):
    evidence = Evidence("x", "Levert <i>altijd</i>.", 2, 0.5)
    return Assignment(competency, 2, polarity, start, end, TEXT[start:end], 0.9, {1: 0.25, 2: 0.75}, evidence)


class _Reader(HTMLParser):
    """Collects text outside labels, and every tag."""

    def __init__(self):
        super().__init__()
        self.text, self.tags, self.open = "", [], []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - as the parser calls it
        self.tags.append(tag)
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += "" if "sup" in self.open else data


def _read(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5))
def test_marked_text_keeps_every_character_whatever_overlaps(text, pairs):
    """Tags are closed in order, and what a reader sees is the text."""
    spans = [Span(min(p), min(max(p), len(text)), "<x>", "#fff") for p in pairs if min(p) < min(max(p), len(text))]

    shown = _read(marked_text(text, spans))

    # Parsers read a carriage return as a line end.
    assert shown.text.replace("\r\n", "\n").replace("\r", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")
    assert set(shown.tags) <= {"mark", "sup", "br"}


def test_a_result_is_still_a_tuple():
    """Equal to a plain one, unpacked, copied, pickled; empty is false."""
    one = _found(0, 4)
    result = Assignments([one], TEXT)

    assert result == (one,)
    assert result[0] is one
    assert (not Assignments([], TEXT), len(result)) == (True, 1)
    assert copy.copy(result).text == pickle.loads(pickle.dumps(result)).text == TEXT  # noqa: S301 - its own bytes


def test_a_result_shows_text_and_table_with_everything_escaped():
    """Nothing of a comment or an indicator becomes a tag."""
    shown = Assignments([_found(0, 24), _found(19, 33, "Resultaatgericht", "development")], TEXT)._repr_html_()

    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "Levert &lt;i&gt;altijd" in shown
    assert "0,90" in shown
    assert "1: 0,25 · 2: 0,75" in shown
    assert "ontwikkelpunt" in shown
    assert "dashed" in shown
    _read(shown)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        (ClassifiedComment("1", "Prima."), "geen bewijs"),
        (ClassifiedComment("1", TEXT, (), (_found(0, 4),)), "te onzeker"),
        (ClassifiedComment("1", "", problems=("The row has <no> text.",)), "The row has &lt;no&gt; text."),
    ],
    ids=["none", "abstained", "problem"],
)
def test_none_and_doubt_are_shown_as_answers(comment, said):
    """An empty box would look like a failure."""
    assert said in comment._repr_html_()


def test_the_same_competency_has_the_same_colour():
    """Also among doubtful ones, when the names are given."""
    names = ["Resultaatgericht", "Samenwerken"]

    first, second = (spans_of([_found(0, 4)], names, doubtful=d)[0] for d in (False, True))

    assert first.color == second.color
    assert (first.label, second.label) == ("Samenwerken 2", "Samenwerken 2?")


@pytest.mark.parametrize("doubtful", [(0, 24), (5, 24), (2, 40)], ids=["same place", "inside", "crossing"])
def test_what_counts_is_never_hidden_by_what_is_doubtful(doubtful):
    """Where both lie, the colour and the line are of the assigned one; dots are for doubt alone."""
    comment = ClassifiedComment("1", TEXT, (_found(0, 24),), (_found(*doubtful, "Resultaatgericht"),))
    marks = re.findall(r"background:(#\w+);color:#111;border-bottom:2px (\w+) #555[^>]*>([^<]*)", comment._repr_html_())

    sure = color_of("Samenwerken", ["Samenwerken", "Resultaatgericht"])
    over = "".join(text for color, line, text in marks if (color, line) == (sure, "solid"))
    assert over == html.escape(TEXT[:24])
    assert {line for color, line, _ in marks if color != sure} <= {"dotted"}


def test_a_framework_shows_every_indicator_once(welzijn, kempen):
    """With profiles where it has them; titles and texts escaped."""
    rows = re.findall(r"<tr>", welzijn._repr_html_())
    evil = Framework.from_dict({**kempen.to_dict(), "title": "<script>"})

    assert len(rows) >= len(welzijn.to_frame()) + 1
    assert "Adviseur A" in kempen._repr_html_()
    assert "<script>" not in evil._repr_html_()
