"""Tables and progress as an analyst sees them in a notebook."""

from __future__ import annotations

import pandas as pd
import pytest

from kempen_nlp import progress, show, track
from kempen_nlp.dutch import agreeing, counted
from kempen_nlp.glossary import COLUMN_TERMS, VALUE_TERMS, term


def test_a_table_is_shown_in_dutch_whole_and_escaped():
    """Headings, coded values, commas; a long text is not cut off, and none becomes a tag."""
    text = "Belt <b>klanten</b> terug. " * 20
    table = show(pd.DataFrame({"quote": [text], "polarity": ["strength"], "probability": [0.256], "n_true": [3]}))

    assert "citaat | oordeel | kans | staan er" in str(table)
    assert text.strip() in str(table)
    assert "sterk punt | 0,26 | 3" in str(table)
    assert "<b>" not in table._repr_html_()
    assert "&lt;b&gt;klanten" in table._repr_html_()


def test_only_coded_columns_are_translated():
    """A comment that reads "none" stays what someone wrote."""
    table = show(pd.DataFrame({"text": ["none"], "class": ["none"], "measure": ["recall: pair flagged"]}))

    assert str(table).splitlines()[1] == "none | geen bewijs | gevonden: paar gevlagd"


@pytest.mark.parametrize(
    ("table", "shown"),
    [
        (pd.Series({"welzijn": 8}, name="competenties"), "  | competenties\nwelzijn | 8"),
        (pd.DataFrame({"rank": pd.array([1, None], dtype="Int64")}), "niveau\n1\n"),
        (pd.DataFrame({"gain": [-0.0001]}), "winst\n0,00"),
        (pd.DataFrame({"n_comments": [5121.0], "answers": [True]}), "opmerkingen | beantwoorden elkaar\n5121 | ja"),
        (pd.DataFrame({"votes": [("lexical", "markers")]}), "signalen\nwoorden, niveauwoorden"),
    ],
    ids=["series with names", "missing", "nothing has no sign", "counts and booleans", "several signals"],
)
def test_what_stands_in_a_cell(table, shown):
    """An index with names is a column, missing is empty, a count has no decimals."""
    assert [line.strip() for line in str(show(table)).split("\n")] == [line.strip() for line in shown.split("\n")]


def test_an_empty_table_says_so():
    """Headings alone look like a failure."""
    assert "geen rijen" in show(pd.DataFrame({"quote": []}))._repr_html_()


def test_what_the_check_and_the_crosswalk_find_has_dutch_headings(kempen):
    """Every column of every table; the same words in notebooks, workbooks and pages."""
    from kempen_nlp.distinctness import check_framework

    check = check_framework(kempen)
    tables = (check.competencies, check.summary, check.mend, check.order, check.put_back, check.lint)

    assert {str(c) for table in tables for c in table.columns} - set(COLUMN_TERMS) <= {"tau", "q", "p"}
    assert set(check.levels["verdict"]) | set(check.adjacent["verdict"]) <= set(VALUE_TERMS["verdict"])
    assert set(check.lint["rule"]) <= set(VALUE_TERMS["rule"])


def test_one_is_one():
    """Dutch has another form for one, and only for one."""
    assert [counted(n, "opmerking") for n in (0, 1, 2)] == ["0 opmerkingen", "1 opmerking", "2 opmerkingen"]
    assert agreeing(1, "bevat", "bevatten") == "bevat"
    assert term("annotators", "Coachen only") == "alleen Coachen"


class _Handle:
    """Stands for what a notebook shows in one place."""

    def __init__(self):
        self.shown = []

    def update(self, data, *, raw):
        assert raw
        self.shown.append(data)


def test_progress_ends_in_the_same_words_each_time(monkeypatch):
    """Rate and time left are shown meanwhile, and are not what a notebook keeps."""
    handle, clock = _Handle(), iter(range(100))
    monkeypatch.setattr(progress, "_display", lambda _text: handle)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))

    assert list(track("abc", 3)) == ["a", "b", "c"]

    assert "1 van 3 opmerkingen: 1 per seconde, nog 2 s" in handle.shown[0]["text/html"]
    assert '<progress max="3" value="1">' in handle.shown[0]["text/html"]
    assert handle.shown[-1] == {
        "text/plain": "3 opmerkingen gelezen",
        "text/html": '<p role="status">3 opmerkingen gelezen</p>',
    }


def test_outside_a_notebook_nothing_is_shown(capsys):
    """A script's output is its own."""
    assert list(track(["a"], 1)) == ["a"]
    assert capsys.readouterr() == ("", "")
