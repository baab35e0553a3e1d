"""Assignments as objects, JSON Lines, tables and files."""

from __future__ import annotations

import json

import openpyxl
import pandas as pd
import pytest

from kempen_nlp.assignments import (
    TABLE_COLUMNS,
    Assignment,
    ClassifiedComment,
    Evidence,
    read_assignments,
    state_counts,
    to_frame,
    whole_file,
    write_csv,
    write_jsonl,
    write_parquet,
)
from kempen_nlp.errors import CommentsError
from kempen_nlp.workbook import write_workbook

TEXT = "=Belt altijd terug, maar plant niets."


def _assignment(start, end, competency, polarity):
    return Assignment(
        competency=competency, rank=1, polarity=polarity, start=start, end=end, quote=TEXT[start:end], probability=0.87654,
        rank_probabilities={1: 0.75, 2: 0.25}, evidence=Evidence("x/1/1", "Is goed bereikbaar.", 1, 0.61),
    )  # fmt: skip


def test_line_ends_of_word_inside_a_comment_do_not_break_json_lines(tmp_path):
    """U+2028 is a line end to some readers."""
    write_jsonl([ClassifiedComment("1", "Een\u2028twee")], tmp_path / "uit.jsonl")

    assert len(read_assignments(tmp_path / "uit.jsonl")) == 1


@pytest.fixture
def comments():
    return [
        ClassifiedComment(
            "001", TEXT, (_assignment(0, 18, "Klantgerichtheid", "strength"),),
            (_assignment(20, 37, "Plannen en organiseren", "development"),), extra={"medewerker": "@Noor", "rank": "zelf"},
        ),
        ClassifiedComment("2", "Prima jaar.", extra={"medewerker": "Bilal"}),
        ClassifiedComment("3", " ", problems=("The row has no text.",), extra={"medewerker": "Bilal"}),
    ]  # fmt: skip


def test_json_lines_follow_the_contract(comments, tmp_path):
    """One object a comment, in order, with exactly the keys that others rely on."""
    write_jsonl(comments, tmp_path / "uit.jsonl")

    first, second, third = map(json.loads, (tmp_path / "uit.jsonl").read_text(encoding="utf-8").splitlines())

    assert list(first) == ["id", "text", "assignments", "abstained", "problems"]
    (found,) = first["assignments"]
    assert list(found) == [
        "competency", "rank", "polarity", "start", "end", "quote", "probability", "rank_probabilities", "evidence",
    ]  # fmt: skip
    assert list(found["evidence"]) == ["indicator_id", "text", "rank", "similarity"]
    assert found["quote"] == first["text"][found["start"] : found["end"]]
    assert found["rank_probabilities"] == {"1": 0.75, "2": 0.25}
    assert second["assignments"] == second["abstained"] == []
    assert third["problems"] == ["The row has no text."]


def test_table_keeps_a_row_for_every_comment_and_other_columns(comments):
    """None and problem are answers; a column that clashes with ours is kept under another name."""
    frame = to_frame(comments)

    assert list(frame.columns) == [*TABLE_COLUMNS, "medewerker", "rank (invoer)"]
    assert frame["state"].tolist() == ["assigned", "abstained", "none", "problem"]
    assert state_counts(comments) == {"assigned": 1, "abstained": 0, "none": 1, "problem": 1}


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl"])
def test_every_format_can_be_read_back(comments, tmp_path, ending):
    """The same table, ids with leading zeros included; JSON Lines hold no other columns."""
    writers = {"csv": write_csv, "xlsx": write_workbook, "parquet": write_parquet, "jsonl": write_jsonl}
    path = tmp_path / f"uit.{ending}"
    writers[ending](comments, path)

    frame = read_assignments(path)

    assert frame["id"].tolist() == ["001", "001", "2", "3"]
    assert frame["rank"].tolist()[:2] == [1, 1]
    assert frame["rank"].isna().tolist()[2:] == [True, True]
    assert frame["probability"].tolist()[:2] == pytest.approx([0.8765, 0.8765])
    assert ("medewerker" in frame.columns) == (ending != "jsonl")


def test_csv_opens_in_dutch_excel_and_runs_no_formula(comments, tmp_path):
    """Semicolons, a byte order mark, and an apostrophe before what a sheet would calculate."""
    write_csv(comments, tmp_path / "uit.csv")

    content = (tmp_path / "uit.csv").read_bytes()

    assert content.startswith("\ufeffid;text;state".encode())
    assert b"'=Belt" in content
    assert b"'@Noor" in content


def test_bulleted_comments_come_back_from_csv_with_exact_quotes(tmp_path):
    """The apostrophe that keeps a sheet from calculating is taken off again; headers are neutral too."""
    text = "- Luistert goed."
    found = Assignment("Samenwerken", 1, "strength", 2, 16, text[2:16], 0.9, {1: 1.0}, Evidence("x", "y", 1, 0.5))
    write_csv([ClassifiedComment("1", text, (found,), extra={"=1+1": "x"})], tmp_path / "uit.csv")

    row = read_assignments(tmp_path / "uit.csv").iloc[0]

    assert row["text"][row["start"] : row["end"]] == row["quote"]
    assert ";'=1+1" in (tmp_path / "uit.csv").read_text(encoding="utf-8-sig").splitlines()[0]


def test_workbook_stores_texts_as_texts(comments, tmp_path):
    """A comment that begins with "=" is no formula; every comment is on the second sheet."""
    write_workbook(comments, tmp_path / "uit.xlsx")

    book = openpyxl.load_workbook(tmp_path / "uit.xlsx")

    assert book.sheetnames == ["Toewijzingen", "Opmerkingen", "Kwaliteit", "Uitleg", "Lijsten"]
    assert book["Toewijzingen"]["B2"].data_type == "s"
    assert book["Toewijzingen"]["B2"].value == TEXT
    assert book["Opmerkingen"].max_row == 4
    assert book["Toewijzingen"].freeze_panes == "B2"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    """A reader never meets half a file."""
    path = tmp_path / "uit.csv"
    path.write_text("oud", encoding="utf-8")

    def spoil():
        with whole_file(path) as partial:
            partial.write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spoil()

    assert path.read_text(encoding="utf-8") == "oud"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """Nothing is made that nobody asked for."""
    with pytest.raises(CommentsError, match="is not a folder"), whole_file(tmp_path / "weg" / "uit.csv"):
        pass


def test_a_file_that_is_no_assignments_is_refused(tmp_path):
    """The missing columns are named."""
    pd.DataFrame({"id": ["1"]}).to_csv(tmp_path / "iets.csv", sep=";", index=False)

    with pytest.raises(CommentsError, match=r"lacks the columns.*competency"):
        read_assignments(tmp_path / "iets.csv")
    with pytest.raises(CommentsError, match="Run `kempen classify` first"):
        read_assignments(tmp_path / "weg.csv")
