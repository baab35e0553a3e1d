"""Files that were made to do harm, or that nobody meant: refused or read, in little time and memory, and never a traceback."""

from __future__ import annotations

import io
import json
import time
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kempen_nlp.assignments import ClassifiedComment, read_assignments
from kempen_nlp.comments import read_comments
from kempen_nlp.corpus import read_feedback
from kempen_nlp.errors import CommentsError, CorpusError, ModelError, ReviewError
from kempen_nlp.outputs import MAX_CELL, Tally, fitting, write_output
from kempen_nlp.persistence import verify_model
from kempen_nlp.review import read_review

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
) + "]>"  # fmt: skip


def _workbook(rows=(("id", "tekst"), (1, "Goed."))):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _changed(part, change, rows=(("id", "tekst"), (1, "Goed."))):
    """Return a workbook of which one part was changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_workbook(rows))) as given_,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in given_.namelist():
            content = given_.read(name)
            out.writestr(name, change(content) if name == part else content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_an_xml_bomb_anywhere_in_a_workbook_does_not_go_off(tmp_path, part):
    """Refused, or read without its entities; in a moment."""
    (tmp_path / "o.xlsx").write_bytes(_changed(part, lambda c: LAUGHS.encode() + b"<x>&j;</x>" + c))
    started = time.process_time()

    try:
        texts = [comment.text for comment in read_comments(tmp_path / "o.xlsx")]
    except CommentsError as error:
        texts = [str(error)]

    assert max(map(len, texts)) < 1000
    assert time.process_time() - started < 5


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    """Two hundred megabytes of nothing in two hundred kilobytes."""
    (tmp_path / "o.xlsx").write_bytes(_changed("xl/worksheets/sheet1.xml", lambda c: c + b" " * 200_000_000))

    with pytest.raises(CommentsError, match="unpacks to 200,"):
        read_comments(tmp_path / "o.xlsx")


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is(tmp_path):
    """A stated "A1" hides no cells, and the last cell of Excel makes up none."""
    for size in (b"A1", b"A1:XFD1048576"):
        content = _changed("xl/worksheets/sheet1.xml", lambda c, s=size: c.replace(b"A1:B2", s))
        (tmp_path / "o.xlsx").write_bytes(content)

        assert [(c.id, c.text) for c in read_comments(tmp_path / "o.xlsx")] == [("1", "Goed.")]


def test_a_row_number_beyond_excel_ends_the_reading(tmp_path):
    """Else the rows between would be counted until the end of time."""
    content = _changed("xl/worksheets/sheet1.xml", lambda c: c.replace(b'r="2"', b'r="99999999999"'))
    (tmp_path / "o.xlsx").write_bytes(content)

    with pytest.raises(CommentsError):
        read_comments(tmp_path / "o.xlsx")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("o.csv", b"a," * 1_000_000 + b"tekst\n1"),
        ("o.jsonl", json.dumps({f"k{n}": n for n in range(100_000)}).encode()),
    ],
)
def test_a_million_columns_are_refused_in_a_moment(tmp_path, name, content):
    """With how many there may be."""
    (tmp_path / name).write_bytes(content)
    started = time.process_time()

    with pytest.raises(CommentsError, match="more than 16,384 columns"):
        read_comments(tmp_path / name)

    assert time.process_time() - started < 10


def test_a_line_that_never_ends_is_refused(tmp_path):
    """It would have to be held whole."""
    (tmp_path / "o.jsonl").write_bytes(b'{"text": "' + b"x" * 20_000_000)

    with pytest.raises(CommentsError, match="a line of more than"):
        read_comments(tmp_path / "o.jsonl")


def test_nul_bytes_and_mixed_line_ends_are_read(tmp_path):
    """A row with a byte that no text has is set aside; line ends inside a comment become one kind."""
    (tmp_path / "o.csv").write_bytes(b'id;tekst\r\n1;"Een\r\ntwee"\n2;Dr\x00ie\r3;Vier\n')

    comments = read_comments(tmp_path / "o.csv")

    assert [c.text for c in comments] == ["Een\ntwee", "Dr\ufffdie", "Vier"]
    assert [bool(c.problems) for c in comments] == [False, True, False]


def test_deep_and_huge_json_values_set_one_row_aside(tmp_path):
    """Neither recursion nor a number with ten thousand digits ends the reading."""
    lines = ['{"text": "Goed."}', "[" * 100_000, '{"text": ' + "9" * 10_000 + "}", '{"text": "\\ud800"}', "NaN", "[]"]
    (tmp_path / "o.jsonl").write_text("\n".join(lines), encoding="utf-8")

    comments = read_comments(tmp_path / "o.jsonl")

    assert len(comments) == 6
    assert not comments[0].problems
    assert all(c.problems for c in (comments[1], comments[2], *comments[4:]))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("text", ["=1+1", "+31", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "'=1"])
def test_no_cell_and_no_column_name_runs_as_a_formula(tmp_path, ending, text):
    """Texts are texts in every sheet, and come back as they were."""
    path = tmp_path / f"uit.{ending}"
    write_output([ClassifiedComment("1", text, extra={text: text})], path, extra=[text], n_rows=1)

    if ending == "xlsx":
        cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
    else:
        import csv

        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), delimiter=";"))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert read_assignments(path)["text"].tolist() == [text]


def test_a_text_too_long_for_a_cell_is_set_aside_in_excel_and_kept_elsewhere(tmp_path):
    """Nothing is cut without a word."""
    long = ClassifiedComment("1", "x" * (MAX_CELL + 1), extra={"noot": "y" * 40_000})
    tally = Tally()

    (kept,) = tally.passing(fitting([long], tmp_path / "uit.xlsx"))
    (whole,) = fitting([long], tmp_path / "uit.parquet")

    assert "an Excel cell holds 32,767" in kept.problems[0]
    assert len(kept.text) == MAX_CELL
    assert kept.text.endswith("[…]")
    assert tally.counts["problem"] == 1
    assert whole == long


def test_a_model_folder_that_names_files_elsewhere_is_refused(tmp_path):
    """A manifest says what is in its own folder."""
    for name in ("../model.skops", "/etc/hostname", "sub/x", "..\\x"):
        (tmp_path / "manifest.json").write_text(
            json.dumps({"sha256": {name: "0" * 64}, "encoder": "general"}), encoding="utf-8"
        )
        with pytest.raises(ModelError, match="outside its folder"):
            verify_model(tmp_path)


def test_parquet_of_any_types_is_read_or_refused(tmp_path):
    """Lists, structs, binary, dates, repeated names."""
    table = pa.table(
        {"tekst": pa.array([b"\xff\xfe", None]), "l": pa.array([[1], []]), "s": pa.array([{"a": 1}, None])}
    )
    pq.write_table(table, tmp_path / "o.parquet")
    assert len(read_comments(tmp_path / "o.parquet")) == 2
    double = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["tekst", "tekst"])
    pq.write_table(double, tmp_path / "dubbel.parquet")
    (comment,) = read_comments(tmp_path / "dubbel.parquet")
    assert (comment.text, comment.extra) == ("a", {"tekst (2)": "b"})


def test_damaged_assignments_are_refused_as_such(tmp_path):
    """XML that ends too soon inside a workbook, and letters where a number should be."""
    write_output([ClassifiedComment("1", "Belt terug.")], tmp_path / "o.csv", extra=[], n_rows=1)
    content = (tmp_path / "o.csv").read_text(encoding="utf-8-sig").replace("none;;;", "none;;A;")
    (tmp_path / "o.csv").write_text(content, encoding="utf-8-sig")
    write_output([ClassifiedComment("1", "Belt terug.")], tmp_path / "o.xlsx", extra=[], n_rows=1)
    with zipfile.ZipFile(tmp_path / "o.xlsx") as given, zipfile.ZipFile(tmp_path / "kapot.xlsx", "w") as out:
        for name in given.namelist():
            out.writestr(name, given.read(name)[: -9 if name.startswith("xl/worksheets/") else None])

    with pytest.raises(CommentsError, match="column 'rank' holds other things than whole numbers"):
        read_assignments(tmp_path / "o.csv")
    with pytest.raises(CommentsError, match="cannot be read as assignments"):
        read_assignments(tmp_path / "kapot.xlsx")
    with pytest.raises(ReviewError, match="cannot be opened as an Excel workbook"):
        read_review(tmp_path / "kapot.xlsx")


def test_feedback_that_is_not_utf_8_is_refused_with_the_byte(tmp_path):
    """Else the reader of labels would end in a traceback."""
    (tmp_path / "f.jsonl").write_bytes(b'{"id": "\xe9"}')

    with pytest.raises(CorpusError, match="byte 8 is not UTF-8"):
        read_feedback(tmp_path / "f.jsonl")
