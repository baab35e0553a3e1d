"""What the review page does, without a browser."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kempen_nlp.errors import KempenError
from kempen_nlp.framework import Framework
from kempen_nlp.review import read_review

pytest.importorskip("ipywidgets", reason="the extra `app` is not installed")

CSV = "id;opmerking\n1;Belt klanten altijd terug en denkt met ze mee.\n2;Prima jaar.\n3;\n".encode("cp1252")


@pytest.fixture(scope="module")
def read():
    from kempen_nlp.app._session import ReviewSession

    session = ReviewSession()
    session.read("mijn.csv", CSV, "kempen", min_precision=None, tick=lambda _done, _total: None)
    return session


def test_every_comment_is_there_and_filters_narrow(read):
    """All, none, unread; a competency leaves out what holds none."""
    shown = {
        name: {i[0].comment.id for i in read.selected(outcome=name)}
        for name in ("alles", "geen bewijs", "niet gelezen")
    }

    assert shown == {"alles": {"1", "2", "3"}, "geen bewijs": {"2"}, "niet gelezen": {"3"}}
    assert {i[0].comment.id for i in read.selected(competency="Klantgerichtheid")} == {"1"}
    assert read.selected(competency="Klantgerichtheid", rank="4") == []


def test_decisions_travel_in_the_workbook_and_come_back(read, tmp_path):
    """What is decided on the page is what `kempen review import` reads."""
    for item, *_more in read.selected(outcome="nog geen besluit"):
        read.decide(item, "Els", {"decision": "accepteren", "reason": ""})
    (tmp_path / "nagekeken.xlsx").write_bytes(read.workbook())

    review = read_review(tmp_path / "nagekeken.xlsx")

    assert {(d.comment_id, d.decision, d.reviewer) for d in review.decisions} == {
        ("1", "accept", "Els"),
        ("2", "accept", "Els"),
    }
    assert review.set_aside == ()


def test_a_decision_can_be_taken_back(read):
    """Choosing no decision again leaves nothing."""
    item = read.items[0]
    read.decide(item, "Els", {"decision": "afwijzen"})
    read.decide(item, "Els", {"decision": None})

    assert item.key not in read.decisions


@pytest.mark.parametrize(
    ("name", "content", "framework", "message"),
    [
        ("../../x.xlsx", b"geen zip", "kempen", r"^x\.xlsx cannot be opened"),
        ("x.csv", CSV, b"\xff\xfe", "no text in UTF-8"),
        ("x.csv", CSV, b"{}", "no list `competencies`"),
        ("x.docx", b"", "kempen", "ending '.docx' is not known"),
    ],
    ids=["workbook", "bytes", "framework", "ending"],
)
def test_what_cannot_be_read_is_named_as_the_user_named_it(name, content, framework, message):
    """Without a folder of this machine."""
    from kempen_nlp.app._session import ReviewSession

    with pytest.raises(KempenError, match=message):
        ReviewSession().read(name, content, framework, min_precision=None, tick=lambda _d, _t: None)


def test_a_line_of_the_page_keeps_every_change_at_once(read):
    """A change opens its fields; what they say is in the decision."""
    from kempen_nlp.app._row import ItemRow

    told = []
    row = ItemRow(read.items[0], read, lambda: "Bart", lambda: told.append(1))
    assert row.changes.layout.display == "none"
    assert (row.decision.index, row.fields["new_rank"].index) == (0, 0)

    row.decision.value = "wijzigen"
    row.fields["new_rank"].value = 1
    row.fields["reason"].value = "eenvoudig"

    kept = read.decisions[read.items[0].key]
    assert row.changes.layout.display == ""
    assert (kept["decision"], kept["new_rank"], kept["reason"], kept["reviewer"]) == (
        "wijzigen",
        1,
        "eenvoudig",
        "Bart",
    )
    assert len(told) == 3


def test_the_page_shows_progress_while_it_reads_and_hides_it_after(monkeypatch):
    """At most about a hundred times a file, up to the last comment."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "integration")
    from stand_in import load

    from kempen_nlp.app._page import ReviewPage

    page, seen = ReviewPage(load), []
    page.progress.observe(lambda change: seen.append((change["new"], page.progress.layout.visibility)), "value")
    page.upload.value = (_uploaded("id;opmerking\n" + "".join(f"{n};Belt klanten terug.\n" for n in range(1000))),)
    page.start.click()

    assert "1000 opmerkingen gelezen" in page.message.value
    assert 50 <= len(seen) <= 110
    assert seen[-1] == (1000, "visible")
    assert page.progress.layout.visibility == "hidden"


def test_an_error_nobody_expected_is_told_without_what_was_in_the_file():
    """The page does not seem to be reading for ever, and shows no comment."""
    from kempen_nlp.app._page import ReviewPage

    def broken(*_args, **_options):
        msg = "Belt klanten terug"
        raise RuntimeError(msg)

    page = ReviewPage(broken)
    page.upload.value = (_uploaded("id;opmerking\n1;Belt klanten terug.\n"),)
    page.start.click()

    assert "RuntimeError" in page.message.value
    assert "klanten" not in page.message.value
    assert not page.start.disabled


@pytest.mark.parametrize(
    ("name", "content", "framework", "dutch"),
    [
        ("x.xls", b"", "kempen", "De uitgang .xls is niet bekend"),
        ("x.xlsx", b"geen zip", "kempen", "geen leesbaar Excel-bestand"),
        ("x.csv", b"", "kempen", "Het bestand is leeg"),
        ("x.csv", b"naam;plaats\nJan;Gent\n", "kempen", "Geen kolom heet zoals"),
        ("x.jsonl", b"geen json", "kempen", "geen JSON"),
        ("x.parquet", b"geen", "kempen", "geen heel Parquet-bestand"),
        ("x.csv", CSV, b"{", "Het raamwerk kan niet worden gelezen"),
    ],
    ids=["ending", "workbook", "empty", "column", "json", "parquet", "framework"],
)
def test_what_an_analyst_can_do_is_said_in_dutch(name, content, framework, dutch):
    """Each message is one that the package really gives."""
    from kempen_nlp.app._messages import in_dutch
    from kempen_nlp.app._session import ReviewSession

    with pytest.raises(KempenError) as refused:
        ReviewSession().read(name, content, framework, min_precision=None, tick=lambda _d, _t: None)

    assert dutch in in_dutch(str(refused.value))


def _uploaded(text):
    """Give what the browser hands over."""
    return {
        "name": "mijn.csv",
        "type": "text/csv",
        "size": len(text),
        "content": memoryview(text.encode()),
        "last_modified": datetime.now(UTC),
    }


@pytest.fixture
def begun(monkeypatch):
    """A sitting of which two decisions were saved, one of them a change."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "integration")
    from stand_in import load

    from kempen_nlp.app._session import ReviewSession

    def sit(name, content, framework="kempen"):
        session = ReviewSession(load)
        session.read(name, content, framework, min_precision=None, tick=lambda _d, _t: None)
        return session

    text = (
        "id;opmerking;team\n1;Belt een klant terug met een collega.;Noord\n2;Prima jaar.;Zuid\n3;;\n2;Nog eens.;Zuid\n"
    )
    session = sit("mijn.csv", text.encode())
    session.decide(session.items[0], "Els", {"decision": "wijzigen", "new_rank": 3, "reason": "meer dan dit"})
    session.decide(session.items[2], "", {"decision": "accepteren"})
    return sit, session


def test_a_workbook_of_an_earlier_sitting_goes_on_where_it_was(begun):
    """Same findings, same decisions with name and reason, same other columns; unread rows stay unread."""
    sit, session = begun
    assert session.sign("Bart")

    again = sit("nagekeken.xlsx", session.workbook(), "welzijn")

    assert again.framework.id == "kempen"
    assert [item.key for item in again.items] == [item.key for item in session.items]
    assert again.decisions.keys() == session.decisions.keys()
    first, second = again.decisions.values()
    assert (first["decision"], first["new_rank"], first["reviewer"], first["reason"]) == (
        "wijzigen", 3, "Els", "meer dan dit",
    )  # fmt: skip
    assert (second["decision"], second["reviewer"]) == ("accepteren", "Bart")
    assert again.comments[0].extra == {"team": "Noord"}
    assert [c.problems for c in again.comments] == [c.problems for c in session.comments]
    assert again.comments[2].problems == ("The row has no text.",)
    assert (again.n_done, again.n_to_decide, again.n_left_out) == (2, 3, 0)


def test_decisions_about_what_is_not_found_any_more_are_counted(begun):
    """Another certainty, another model: nothing is lost without a word."""
    _, session = begun
    session.sign("Bart")
    content = session.workbook()
    from stand_in import StandIn

    from kempen_nlp.app._session import ReviewSession

    class Silent(StandIn):
        def _assignment(self, text, word):
            return dataclasses.replace(super()._assignment(text, word), probability=0.1)

    again = ReviewSession(lambda framework, **_options: Silent(framework))
    again.read("nagekeken.xlsx", content, "kempen", min_precision=None, tick=lambda _d, _t: None)

    assert (again.n_done, again.n_left_out) == (1, 1)


def test_a_workbook_of_an_unknown_framework_is_answered(begun, kempen):
    """Unless it is the one that was chosen."""
    sit, _ = begun
    own = Framework.from_dict({**kempen.to_dict(), "title": "Eigen"})
    content = sit("mijn.csv", b"id;opmerking\n1;Belt een klant.\n", own.to_json().encode()).workbook()

    with pytest.raises(KempenError, match="made with another framework"):
        sit("nagekeken.xlsx", content)
    assert sit("nagekeken.xlsx", content, own.to_json().encode()).framework.title == "Eigen"


def test_a_decision_that_cannot_be_used_is_said_at_once_and_does_not_count(begun):
    """In the words of `kempen review import`, so that nothing is set aside later."""
    _, session = begun
    nothing = session.items[2]
    full = {"new_competency": "Samenwerken", "new_rank": 1, "new_polarity": "sterk punt"}
    said = {}
    for name, more in (
        ("leeg", {}), ("half", {"new_rank": 2}), ("fout citaat", {**full, "new_quote": "staat er niet"}),
        ("goed", {**full, "new_quote": "Prima  jaar"}),
    ):  # fmt: skip
        session.decide(nothing, "Els", {"decision": "wijzigen", **more})
        said[name] = session.mistakes.get(nothing.key, "")

    assert said["leeg"] == "Vul in wat juist is."
    assert "juiste competentie" in said["half"]
    assert "letterlijk in de opmerking" in said["fout citaat"]
    assert (said["goed"], session.n_done) == ("", 2)


def test_without_a_name_no_workbook_is_made(begun):
    """A decision that nobody made counts for nothing; the name may come last."""
    _, session = begun

    assert not session.sign("")
    assert session.sign("Bart")
    assert {kept["reviewer"] for kept in session.decisions.values()} == {"Els", "Bart"}
