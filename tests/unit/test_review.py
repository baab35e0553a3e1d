"""A filled-in workbook comes back: checked row by row, measured, kept, and turned into labels."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from kempen_nlp.__main__ import main
from kempen_nlp.assignments import Assignment, ClassifiedComment, Evidence
from kempen_nlp.corpus import read_feedback
from kempen_nlp.errors import ReviewError
from kempen_nlp.review import import_review, read_review
from kempen_nlp.workbook import Run, write_workbook

SAVED_BY_LIBREOFFICE = Path(__file__).resolve().parents[1] / "data" / "nagekeken-libreoffice.xlsx"
"""The workbook of ``_filled``, opened and saved by LibreOffice Calc 7.4 without further changes."""
TEXTS = [
    "Belt klanten altijd terug,\r\nmaar haalt zijn planning zelden.",
    "=Denkt mee met bewoners & zegt <eerlijk> wat niet kan.",
    "Prima jaar.",
    "Kreeg twee afdelingen aan één tafel.",
]
REVIEW = [
    "besluit",
    "juiste competentie",
    "juist niveau",
    "juist oordeel",
    "juist citaat",
    "beoordelaar",
    "datum",
    "reden",
]


def _found(text, quote, competency, rank, polarity="strength", probability=0.9):
    start = text.index(quote)
    evidence = Evidence("samenwerken/1/1", "Levert.", rank, 0.5)
    return Assignment(competency, rank, polarity, start, start + len(quote), quote, probability, {1: 1.0}, evidence)


def _comments():
    one, two, three, four = TEXTS
    return [
        ClassifiedComment(
            "01",
            one,
            (
                _found(one, one[:26], "Klantgerichtheid", 2),
                _found(one, "haalt zijn planning zelden", "Resultaatgericht", 3, "development"),
            ),
            extra={"leidinggevende": "Anna"},
        ),
        ClassifiedComment(
            "02",
            two,
            (_found(two, "Denkt mee met bewoners", "Klantgerichtheid", 1),),
            (_found(two, "zegt <eerlijk> wat niet kan", "Samenwerken", 1, probability=0.2),),
            extra={"leidinggevende": "Bram"},
        ),
        ClassifiedComment("03", three, extra={"leidinggevende": "Anna"}),
        ClassifiedComment("04", four, extra={"leidinggevende": "Bram"}),
        ClassifiedComment("05", "", problems=("The row has no text.",), extra={"leidinggevende": ""}),
    ]


DECISIONS = {
    2: ("accepteren", None, None, None, None, "Els", dt.datetime(2026, 11, 24), None),
    3: ("Wijzigen ", None, "niveau 2", None, None, "Els", "24-11-2026", "planning is eigen werk"),
    4: ("afwijzen", None, None, None, None, "Els", 46350, "te vaag"),
    5: ("accepteren", None, None, None, None, "Bart", None, None),
    6: ("accepteren", None, None, None, None, "Bart", None, None),
    7: ("wijzigen", "samenwerken", 3.0, "sterk punt", "Kreeg  twee afdelingen\naan één tafel", "Bart", None, "gemist"),
}


def _column(sheet, heading):
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def _fill(path, decisions):
    book = openpyxl.load_workbook(path)
    sheet = book["Toewijzingen"]
    for row, values in decisions.items():
        for heading, value in zip(REVIEW, values, strict=True):
            sheet.cell(row, _column(sheet, heading)).value = value
    book.save(path)
    return path


@pytest.fixture
def empty(kempen, tmp_path):
    write_workbook(_comments(), tmp_path / "uit.xlsx", Run(kempen, {"model (sha256 van manifest.json)": "abc"}))
    return tmp_path / "uit.xlsx"


@pytest.fixture
def filled(empty):
    return _fill(empty, DECISIONS)


def _as_excel_leaves_it(path):
    """Change what Excel changes when an analyst renames, hides, moves and sorts; return the path."""
    book = openpyxl.load_workbook(path)
    sheet = book["Toewijzingen"]
    sheet.title = "Nagekeken door Els"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    last = len(rows[0])
    header = [[None] + ["Besluit van de commissie" if h == "besluit" else str(h).upper() for h in rows[0]]]
    sheet.delete_rows(1, len(rows))
    sheet._current_row = 0
    for line in [[None] * (last + 1)] * 2 + header + [["x", *line] for line in reversed(rows[1:])]:
        sheet.append(line)
    for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
        cell.data_type = "s"  # openpyxl makes a formula of what Excel keeps as text
    for name in list(book.defined_names):
        letter = openpyxl.utils.get_column_letter
        column = openpyxl.utils.column_index_from_string(book.defined_names[name].attr_text.split("$")[1])
        book.defined_names[name] = DefinedName(name, attr_text=f"'Nagekeken door Els'!${letter(column + 1)}$3")
    sheet.column_dimensions["C"].hidden = True
    book.save(path)
    return path


@pytest.fixture(params=["openpyxl", "excel", "libreoffice"])
def nagekeken(request, filled):
    if request.param == "libreoffice":
        return SAVED_BY_LIBREOFFICE
    return filled if request.param == "openpyxl" else _as_excel_leaves_it(filled)


def test_decisions_come_back_whoever_saved_the_file(nagekeken):
    """Texts with line ends, formulas and tags; dates as dates, numbers and text; ranks as text; rows sorted, columns moved."""
    review = read_review(nagekeken)

    assert review.set_aside == ()
    found = {
        (d.comment_id, d.state): (d.decision, d.final and (d.final.competency, d.final.rank), d.reviewer, d.date)
        for d in review.decisions
        if d.final is None or d.final.competency != "Resultaatgericht"
    }
    assert found == {
        ("01", "assigned"): ("accept", ("Klantgerichtheid", 2), "Els", "2026-11-24"),
        ("02", "assigned"): ("reject", None, "Els", "2026-11-24"),
        ("02", "abstained"): ("accept", ("Samenwerken", 1), "Bart", ""),
        ("03", "none"): ("accept", None, "Bart", ""),
        ("04", "none"): ("change", ("Samenwerken", 3), "Bart", ""),
    }
    (changed,) = [d for d in review.decisions if d.final and d.final.competency == "Resultaatgericht"]
    assert (changed.model.rank, changed.final.rank, changed.reason) == (3, 2, "planning is eigen werk")


def test_feedback_is_what_training_reads(nagekeken, tmp_path):
    """Quotes stand in the texts, comments without evidence have no labels, writers come from the input."""
    import_review(nagekeken, tmp_path / "gelabeld.jsonl")

    comments = {c.id: c for c in read_feedback(tmp_path / "gelabeld.jsonl")}
    assert set(comments) == {"01", "02", "03", "04"}
    assert [(x.competency, x.rank, x.polarity) for x in comments["01"].labels] in (
        [("Klantgerichtheid", 2, "strength"), ("Resultaatgericht", 2, "development")],
        [("Resultaatgericht", 2, "development"), ("Klantgerichtheid", 2, "strength")],
    )
    assert comments["03"].labels == ()
    assert comments["04"].labels[0].quote == "Kreeg twee afdelingen aan één tafel"
    assert [comments[i].writer for i in ("01", "02")] == ["Anna", "Bram"]
    assert comments["02"].text == TEXTS[1]


WRONG = [
    (2, {"besluit": "misschien"}, "besluit", "een van accepteren, wijzigen, afwijzen"),
    (2, {"beoordelaar": None}, "beoordelaar", "de naam van wie besloot"),
    (2, {"besluit": None, "reden": "mooi"}, "besluit", "want er is wel iets ingevuld"),
    (2, {"juist niveau": 3}, "juist niveau", "een lege cel bij accepteren"),
    (2, {"datum": "vorige week"}, "datum", "een datum, bijvoorbeeld 24-11-2026"),
    (3, {"juist niveau": 9}, "juist niveau", "een van 1, 2, 3, 4 bij Resultaatgericht"),
    (3, {"juist niveau": None}, "besluit", "iets anders dan het model zei"),
    (
        3,
        {"juiste competentie": "Moed"},
        "juiste competentie",
        "een van Klantgerichtheid, Resultaatgericht, Samenwerken",
    ),
    (3, {"juist citaat": "staat er niet"}, "juist citaat", "letterlijk in de opmerking"),
    (6, {"besluit": "afwijzen"}, "besluit", "accepteren als er niets staat"),
    (7, {"juist oordeel": None}, "juist oordeel", "want het model vond hier niets"),
    (2, {"niveau": 4}, "sleutel", "de cellen van het model zoals zij waren"),
    (8, {"besluit": "accepteren", "beoordelaar": "Els"}, "uitkomst", "kon niet worden gelezen"),
]


@pytest.mark.parametrize(
    ("row", "cells", "column", "expected"), WRONG, ids=[next(iter(w[1])) + f"-{w[0]}" for w in WRONG]
)
def test_a_bad_row_is_set_aside_with_where_and_what(filled, tmp_path, row, cells, column, expected):
    """The other rows count; its comment teaches nothing; no text of a comment is repeated."""
    book = openpyxl.load_workbook(filled)
    for heading, value in cells.items():
        book["Toewijzingen"].cell(row, _column(book["Toewijzingen"], heading)).value = value
    book.save(filled)

    review = import_review(filled, tmp_path / "g.jsonl")

    (aside,) = review.set_aside
    assert (aside.row, aside.column) == (row, column)
    assert expected in aside.expected
    assert aside.comment_id not in {c["id"] for c in review.feedback}
    assert len(review.decisions) == (6 if row == 8 else 5)
    listed = (tmp_path / "g.terzijde.csv").read_text(encoding="utf-8-sig")
    assert listed.splitlines()[0] == "cel;rij;nummer;kolom;gevonden;verwacht"
    letter = openpyxl.utils.get_column_letter(_column(openpyxl.load_workbook(filled)["Toewijzingen"], column))
    assert aside.cell == f"Toewijzingen!{letter}{row}"
    assert "Belt klanten" not in listed


def test_a_copied_row_counts_once(filled):
    """An analyst who copies a line has not decided twice."""
    book = openpyxl.load_workbook(filled)
    sheet = book["Toewijzingen"]
    sheet.append([cell.value for cell in sheet[2]])
    book.save(filled)

    review = read_review(filled)

    assert [(s.column, s.found) for s in review.set_aside] == [("sleutel", "dezelfde rij als rij 2")]


def test_undecided_rows_are_no_rejections(empty):
    """A comment teaches only when all of it was decided."""
    review = read_review(_fill(empty, {2: DECISIONS[2], 6: DECISIONS[6]}))

    assert [c["id"] for c in review.feedback] == ["03"]
    assert review.n_unfinished == 1


def test_who_decided_what_when_and_why_is_kept_for_good(filled, tmp_path):
    """A second import adds what changed and takes nothing away."""
    out = tmp_path / "g.jsonl"
    import_review(filled, out)
    first = (tmp_path / "g.besluiten.jsonl").read_text(encoding="utf-8").splitlines()
    _fill(filled, {2: ("afwijzen", None, None, None, None, "Bart", "2026-11-30", "bij nader inzien")})

    import_review(filled, out)

    second = (tmp_path / "g.besluiten.jsonl").read_text(encoding="utf-8").splitlines()
    assert second[: len(first)] == first
    added = json.loads(second[-1])
    assert len(second) == len(first) + 1
    assert (added["reviewer"], added["date"], added["reason"]) == ("Bart", "2026-11-30", "bij nader inzien")
    assert added["model_sha256"] == "abc"
    assert len(added["workbook_sha256"]) == 64


def test_agreement_has_intervals_and_says_when_there_is_too_little(kempen, tmp_path):
    """Ten of twenty accepted: one half, with an interval around it; two rows of doubt are too few."""
    text = "Belt klanten altijd terug."
    found = _found(text, text, "Klantgerichtheid", 2)
    write_workbook([ClassifiedComment(str(n), text, (found,)) for n in range(20)], tmp_path / "u.xlsx", Run(kempen))
    accept, reject = ("accepteren", *[None] * 4, "Els", None, None), ("afwijzen", *[None] * 4, "Els", None, None)
    _fill(tmp_path / "u.xlsx", {row: accept if row % 2 else reject for row in range(2, 22)})

    table = read_review(tmp_path / "u.xlsx").agreement.set_index("measure")

    right = table.loc["competentie klopt, van wat is toegewezen"]
    assert (right["value"], right["n"]) == (0.5, 20)
    assert 0.2 < right["low"] < 0.5 < right["high"] < 0.8
    assert table.loc["te onzeker, en toch juist", ["n"]].tolist() == [0]
    assert table["value"].isna()["te onzeker, en toch juist"]


def test_the_command_prints_agreement_and_writes_three_files(filled, tmp_path, capsys):
    """Figures on stdout, talk on stderr, exit 0; a workbook without decisions is exit 1."""
    assert main(["review", "import", str(filled), "-o", str(tmp_path / "g.jsonl")]) == 0

    out, err = capsys.readouterr()
    assert "te weinig gegevens" in out
    assert "6 decisions read, 0 rows set aside. 4 comments were decided as a whole" in err
    assert {p.name for p in tmp_path.iterdir()} == {"uit.xlsx", "g.jsonl", "g.besluiten.jsonl"}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda _: None, "holds no decisions"),
        (lambda book: book["Toewijzingen"].delete_cols(10), "the columns .* are gone"),
        (lambda book: book.remove(book["Uitleg"]), "does not say which framework"),
        (lambda book: [book.remove(s) for s in book.worksheets[:3]], "no sheet with a column 'sleutel'"),
    ],
    ids=["undecided", "column gone", "method gone", "other workbook"],
)  # fmt: skip
def test_a_workbook_that_cannot_be_used_is_answered(empty, spoil, message):
    """Where, what was found, what to do."""
    book = openpyxl.load_workbook(empty)
    spoil(book)
    if message.startswith(("the columns", "no sheet")):
        for name in list(book.defined_names):
            del book.defined_names[name]
    book.save(empty)

    with pytest.raises(ReviewError, match=message):
        read_review(empty)


def test_what_is_no_workbook_is_answered(tmp_path):
    """A renamed CSV, and nothing at all."""
    (tmp_path / "x.xlsx").write_text("a;b", encoding="utf-8")

    with pytest.raises(ReviewError, match="cannot be opened as an Excel workbook"):
        read_review(tmp_path / "x.xlsx")
    with pytest.raises(ReviewError, match="is not a file"):
        read_review(tmp_path / "y.xlsx")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_libreoffice_of_this_machine_keeps_what_is_needed(filled, tmp_path):
    """The file in tests/data was made like this."""
    (tmp_path / "lo").mkdir()
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", tmp_path / "lo", filled], check=True, capture_output=True, timeout=120)

    assert zipfile.is_zipfile(tmp_path / "lo" / "uit.xlsx")
    assert len(read_review(tmp_path / "lo" / "uit.xlsx").decisions) == 6


def test_a_competency_that_does_not_exist_is_named_before_what_is_missing(empty):
    """The first thing to mend is said first."""
    review = read_review(_fill(empty, {7: ("wijzigen", "Leiderschap", None, None, None, "Els", None, None)}))

    assert [(s.column, s.found) for s in review.set_aside] == [("juiste competentie", "Leiderschap")]


def test_a_report_can_show_what_holds_after_the_decisions(nagekeken, tmp_path, capsys):
    """Accepted and changed count, rejected is gone, doubt that was accepted counts; who reviewed is said."""
    table = read_review(nagekeken).applied()

    found = {
        (r["id"], r["state"], r["competency"], r["rank"])
        for r in table.astype(object).where(table.notna(), None).to_dict("records")
    }
    assert found == {
        ("01", "assigned", "Klantgerichtheid", 2),
        ("01", "assigned", "Resultaatgericht", 2),
        ("02", "assigned", "Samenwerken", 1),
        ("03", "none", None, None),
        ("04", "assigned", "Samenwerken", 3),
        ("05", "problem", None, None),
    }
    for row in table[table["state"] == "assigned"].to_dict("records"):
        assert row["text"][row["start"] : row["end"]] == row["quote"]
    assert main(["report", str(nagekeken), "--reviewed", "-o", str(tmp_path / "v.html")]) == 0
    page = (tmp_path / "v.html").read_text(encoding="utf-8")
    assert "Nagekeken door Bart en Els: 6 besluiten." in page
    assert page.count(">nagekeken</td>") == 4
    assert "haalt zijn planning zelden" in page
    assert "Denkt mee met bewoners" not in page
    assert "holds" not in capsys.readouterr().err


def test_a_comment_of_which_all_was_rejected_is_still_counted(empty):
    """It holds no evidence; it is not gone."""
    reject = ("afwijzen", None, None, None, None, "Els", None, None)

    table = read_review(_fill(empty, {2: reject, 3: reject, 4: reject})).applied()

    assert table["id"].drop_duplicates().tolist() == ["01", "02", "03", "04", "05"]
    assert table.loc[table["id"] == "01", "state"].tolist() == ["none"]
    assert table.loc[table["id"] == "02", "state"].tolist() == ["abstained"]


def test_a_report_that_does_not_count_the_decisions_says_so(filled, tmp_path, capsys):
    """Else an analyst takes what the model found for what was decided."""
    assert main(["report", str(filled), "--framework", "kempen", "-o", str(tmp_path / "v.html")]) == 0

    assert "holds 6 decisions" in capsys.readouterr().err


def test_a_workbook_with_decisions_is_not_written_over(filled, tmp_path, capsys):
    """Hours of reading are not lost to the same command given twice."""
    (tmp_path / "o.csv").write_text("opmerking\nBelt klanten altijd terug.\n", encoding="utf-8")
    before = filled.read_bytes()

    assert main(["classify", str(tmp_path / "o.csv"), "--framework", "kempen", "-o", str(filled)]) == 1

    assert "holds 6 decisions of reviewers" in capsys.readouterr().err
    assert filled.read_bytes() == before
