"""The workbook that an analyst reads and reviews."""

from __future__ import annotations

import openpyxl
import pytest

from kempen_nlp.assignments import Assignment, ClassifiedComment, Evidence, read_assignments, to_frame
from kempen_nlp.comments import read_comments
from kempen_nlp.quality import count_marks, mark_comments
from kempen_nlp.workbook import Run, row_key, write_workbook

TEXT = "=Belt klanten\r\naltijd terug _x0041_, maar haalt zijn planning zelden."


def _comment(number, text, *found, **extra):
    made = []
    for competency, rank, polarity, quote in found:
        start = text.index(quote)
        evidence = Evidence("x/1/1", "Levert de gevraagde dienst.", rank, 0.5)
        chances = {1: 0.75, 2: 0.25}
        made.append(Assignment(competency, rank, polarity, start, start + len(quote), quote, 0.81, chances, evidence))
    return ClassifiedComment(str(number), text, tuple(made), extra=extra)


@pytest.fixture
def comments():
    noor = {"medewerker": "Noor", "profiel": "Adviseur A", "datum": "vorig jaar"}
    return [
        _comment(
            "01", TEXT, ("Klantgerichtheid", 2, "strength", TEXT[:26]),
            ("Resultaatgericht", 3, "development", "haalt zijn planning zelden"), **noor,
        ),
        _comment("02", "Topcollega, fijn mens!", medewerker="Bilal", profiel="Wethouder Z"),
        _comment("03", "Wil volgend jaar graag projecten leiden.", medewerker="", profiel=""),
        ClassifiedComment("04", "", problems=("The row has no text.",)),
        _comment("05", "topcollega,  fijn mens!"),
    ]  # fmt: skip


@pytest.fixture
def path(comments, kempen, tmp_path):
    write_workbook(comments, tmp_path / "uit.xlsx", Run(kempen, {"model (sha256)": "abc"}))
    return tmp_path / "uit.xlsx"


def test_sheets_headings_and_words_are_dutch(path):
    """Nothing that an analyst reads on the first sheets is a name from the code."""
    book = openpyxl.load_workbook(path)

    assert book.sheetnames == ["Toewijzingen", "Opmerkingen", "Profielen", "Kwaliteit", "Uitleg", "Lijsten"]
    assert [c.value for c in book["Toewijzingen"][1]][:12] == [
        "nummer", "opmerking", "uitkomst", "citaat", "competentie", "niveau", "oordeel", "kans", "indicator", "besluit",
        "juiste competentie", "juist niveau",
    ]  # fmt: skip
    assert [c.value for c in book["Toewijzingen"][2]][2] == "toegewezen"
    assert [c.value for c in book["Toewijzingen"]["G"]][1:3] == ["sterk punt", "ontwikkelpunt"]
    assert book["Lijsten"].sheet_state == "hidden"
    assert book["Toewijzingen"].freeze_panes == "B2"
    assert book["Toewijzingen"].auto_filter.ref.startswith("A1:")


def test_reviewers_choose_from_lists_of_the_framework(path, kempen):
    """Decision, competency, rank and judgement; the lists stand on a hidden sheet."""
    book = openpyxl.load_workbook(path)
    choices = {str(v.sqref): v.formula1 for v in book["Toewijzingen"].data_validations.dataValidation}

    assert choices["J2:J7"] == "Lijsten!$A$2:$A$4"
    assert [c.value for c in book["Lijsten"]["A"]][:4] == ["besluit", "accepteren", "wijzigen", "afwijzen"]
    assert [c.value for c in book["Lijsten"]["B"]][1:4] == list(kempen.names)
    assert [c.value for c in book["Lijsten"]["C"]][1:5] == [1, 2, 3, 4]


def test_texts_stay_texts_also_when_a_cell_is_edited(path):
    """Stored as text, and marked so that Excel does not calculate after F2 and Enter."""
    cell = openpyxl.load_workbook(path)["Toewijzingen"]["B2"]

    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_carriage_returns_and_escapes_come_back_exactly(path, comments):
    """A quote is the text between its offsets, also after Excel's own escapes."""
    frame = read_assignments(path)

    row = frame.iloc[0]
    assert row["text"] == TEXT
    assert row["text"][row["start"] : row["end"]] == row["quote"]
    assert frame["state"].tolist() == to_frame(comments)["state"].tolist()
    assert frame["polarity"].tolist()[:2] == ["strength", "development"]
    assert "datum (invoer)" in frame.columns
    assert "besluit" not in frame.columns


def test_a_text_longer_than_a_cell_is_cut_at_a_whole_character(kempen, tmp_path):
    """32,767 units of UTF-16, not characters; else Excel repairs the file."""
    write_workbook([_comment("1", "😀" * 20_000)], tmp_path / "uit.xlsx", Run(kempen))

    text = openpyxl.load_workbook(tmp_path / "uit.xlsx")["Toewijzingen"]["B2"].value
    assert text == "😀" * 16_383


def test_profiles_show_status_too_little_evidence_and_unknown_profiles(path):
    """One strength is too little; a profile that does not exist is said to."""
    rows = [[c.value for c in row] for row in openpyxl.load_workbook(path)["Profielen"]]

    assert rows[1][:6] == ["Noor", "Adviseur A", "Klantgerichtheid", 3, None, "te weinig bewijs"]
    assert rows[-1][-1] == "Het raamwerk heeft geen profiel Wethouder Z."
    counts = [cell for row in rows[1:] for cell in row[6:8] if cell is not None]
    assert counts
    assert all(isinstance(cell, int) for cell in counts)


def test_comments_are_marked_for_what_they_lack(comments):
    """Praise, wishes, empty rows and doubles; a comment with behaviour has no mark."""
    marked = mark_comments(comments).set_index("nummer")["kenmerken"]

    assert marked.to_dict() == {
        "02": "alleen lof · heel kort",
        "03": "alleen wens of plan",
        "04": "niet gelezen",
        "05": "alleen lof · heel kort · staat er vaker",
    }
    assert count_marks(mark_comments(comments))["alleen lof"] == 2


def test_method_sheet_carries_hashes_and_limits(path):
    """What is needed to do it again, and why not to lean on it."""
    rows = dict(r[:2] for r in openpyxl.load_workbook(path)["Uitleg"].iter_rows(values_only=True))

    assert rows["model (sha256)"] == "abc"
    assert "geen beslissing" in rows["Let op"]
    assert rows["opmerkingen"].startswith("5: 1 toegewezen")


def test_a_key_changes_with_the_finding_and_not_with_white_space(comments):
    """Sorting and saving keep it; editing what the model found does not."""
    row = to_frame(comments).iloc[0].to_dict()

    assert row_key(row) == row_key({**row, "text": row["text"].replace("\r\n", "\n"), "rank": 2.0})
    assert row_key(row) != row_key({**row, "rank": 3})
    assert row_key(row) != row_key({**row, "quote": "iets anders"})


def test_why_a_comment_was_not_read_is_said_in_dutch_and_read_back(tmp_path, kempen):
    """Every reason that reading a file can give, with what it names; Python gets back what it knew."""
    (tmp_path / "o.csv").write_text(
        'id;opmerking\n1;\n2;"Belt terug."\n2;"Luistert."\n3;te;veel\n4;' + "a" * 70_000, encoding="utf-8"
    )
    (tmp_path / "o.jsonl").write_text('{"text": "Belt."}\nkapot\n[1]\n', encoding="utf-8")
    found = [
        ClassifiedComment(f"{name}{c.id}", c.text[:9], problems=c.problems)
        for name in ("o.csv", "o.jsonl")
        for c in read_comments(tmp_path / name)
    ]
    found.append(
        ClassifiedComment(
            "x", "", problems=("The comment has 70,000 characters; at most 65,000 can be read. Split it.",)
        )
    )
    write_workbook(found, tmp_path / "uit.xlsx", Run(kempen))

    sheet = openpyxl.load_workbook(tmp_path / "uit.xlsx")["Opmerkingen"]
    said = [row[-1] for row in sheet.iter_rows(values_only=True)][1:]
    assert [s for s in said if s] == [
        "De rij heeft geen tekst.",
        "Nummer '2' stond al op rij 3; geef elke opmerking een eigen nummer.",
        "De rij heeft 3 velden en de kopregel 2; zet tekst met een scheidingsteken tussen dubbele aanhalingstekens.",
        "De regel is geen JSON.",
        "Op de regel staat een list, geen object.",
        "De opmerking heeft 70.000 tekens; er kunnen er hoogstens 65.000 worden gelezen. Maak er meer opmerkingen van.",
    ]
    assert (
        read_assignments(tmp_path / "uit.xlsx")["problems"].fillna("").tolist() == to_frame(found)["problems"].tolist()
    )


def test_hidden_columns_do_not_make_rows_high(path):
    """A row of one line is one line high, whatever the chances per level take."""
    sheet = openpyxl.load_workbook(path)["Toewijzingen"]

    assert [sheet.row_dimensions[n].height for n in (2, 4)] == [30, 15]
    assert sheet.print_area.startswith("'Toewijzingen'!$A$1:$I$")
