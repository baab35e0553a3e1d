"""What the review page does, without a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kempen_nlp.errors import KempenError
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
        read.decide(item.key, "Els", {"decision": "accepteren", "reason": ""})
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
    read.decide(item.key, "Els", {"decision": "afwijzen"})
    read.decide(item.key, "Els", {"decision": None})

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
