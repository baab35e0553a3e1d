"""Comment files as Dutch office software writes them, whole and broken."""

from __future__ import annotations

import json

import openpyxl
import pandas as pd
import pytest

from kempen_nlp.comments import decode, read_comments
from kempen_nlp.errors import CommentsError

TEXTS = ["Eén café à la carte: coördineert zelf; belt terug.", 'Zegt: "doe ik", en doet het.', "Twee\nregels."]


def _csv(delimiter):
    quoted = ['"' + text.replace('"', '""') + '"' for text in TEXTS]
    return "\r\n".join([delimiter.join(["id", "opmerking", "medewerker"])] + [
        delimiter.join([f"a{n}", text, "Noor"]) for n, text in enumerate(quoted, start=1)
    ])  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_whatever_its_delimiter_and_encoding(tmp_path, delimiter, encoding):
    """Accents, quotes, delimiters and line breaks inside a comment survive."""
    path = tmp_path / "opmerkingen.csv"
    path.write_bytes(_csv(delimiter).encode(encoding))

    comments = read_comments(path)

    assert [c.text for c in comments] == TEXTS
    assert [c.id for c in comments] == ["a1", "a2", "a3"]
    assert comments[0].extra == {"medewerker": "Noor"}
    assert not any(c.problems for c in comments)


def test_the_line_with_which_excel_names_its_delimiter_is_skipped(tmp_path):
    """Dutch Excel writes `sep=;` at times; rows keep the number that they have in the file."""
    path = tmp_path / "opmerkingen.csv"
    path.write_text("sep=;\nid;tekst\n1;Goed.\n", encoding="utf-8")

    (comment,) = read_comments(path)

    assert (comment.text, comment.row) == ("Goed.", 3)


def test_excel_jsonl_and_parquet_give_the_same_comments(tmp_path):
    """Numbers as ids come out as people write them."""
    frame = pd.DataFrame({"id": [1, 2, 3], "tekst": TEXTS})
    frame.to_parquet(tmp_path / "o.parquet")
    frame.to_excel(tmp_path / "o.xlsx", index=False)
    lines = [json.dumps({"id": n, "tekst": text}) for n, text in enumerate(TEXTS, start=1)]
    (tmp_path / "o.jsonl").write_text("\n".join(lines), encoding="utf-8")

    found = [[(c.id, c.text) for c in read_comments(tmp_path / f"o.{end}")] for end in ("parquet", "xlsx", "jsonl")]

    assert found[0] == found[1] == found[2] == [(str(n), t) for n, t in enumerate(TEXTS, start=1)]


def test_unusable_rows_are_kept_in_place_with_their_problem(tmp_path):
    """No text, an id twice, and a delimiter outside quotes."""
    path = tmp_path / "o.csv"
    path.write_text("id;tekst\n1;Goed.\n2;\n1;Weer goed.\n4;Eerst dit; dan dat.\n5;Klaar.\n", encoding="utf-8")

    comments = read_comments(path)

    assert [bool(c.problems) for c in comments] == [False, True, True, True, False]
    assert "no text" in comments[1].problems[0]
    assert "row 2" in comments[2].problems[0]
    assert "3 fields and the header 2" in comments[3].problems[0]
    assert [c.row for c in comments] == [2, 3, 4, 5, 6]


def test_a_byte_that_nothing_explains_sets_one_row_aside(tmp_path):
    """The rest of a UTF-8 file is read as UTF-8."""
    path = tmp_path / "o.csv"
    path.write_bytes("id;tekst\n1;Eén.\n2;Coördineert.\n3;Kapot ".encode() + b"\xff\n")

    comments = read_comments(path)

    assert [c.text for c in comments[:2]] == ["Eén.", "Coördineert."]
    assert [bool(c.problems) for c in comments] == [False, False, True]


def test_dutch_cp1252_is_not_taken_for_a_central_european_page():
    """A detector would read `ŕ la carte`."""
    assert decode("à la carte, coördinatie, €".encode("cp1252")) == "à la carte, coördinatie, €"


def test_a_quote_that_never_closes_swallows_no_comments(tmp_path):
    """Else rows 3 and 4 would vanish into row 2."""
    path = tmp_path / "o.csv"
    path.write_text('id;tekst\n1;Goed.\n2;"Top werk\n3;Slecht.\n4;Prima.\n', encoding="utf-8")

    with pytest.raises(CommentsError, match=r"o\.csv:\d+: unexpected end of data"):
        read_comments(path)


def test_a_row_without_an_id_takes_nobody_elses(tmp_path):
    """The second row is not "2" when another row is."""
    path = tmp_path / "o.csv"
    path.write_text("id;tekst\n7;Een.\n;Twee.\n2;Drie.\n", encoding="utf-8")

    comments = read_comments(path)

    assert [c.id for c in comments] == ["7", "rij 3", "2"]
    assert not any(c.problems for c in comments)


@pytest.mark.parametrize("head", ["Opmerking\n", "sep=;\nOpmerking\n"])
def test_commas_belong_to_the_comments_of_a_table_with_one_column(tmp_path, head):
    """With or without the line that names the delimiter."""
    path = tmp_path / "o.csv"
    path.write_text(f"{head}Goed, maar traag.\n", encoding="utf-8")

    assert [(c.text, c.problems) for c in read_comments(path)] == [("Goed, maar traag.", ())]


def test_a_file_without_a_header_is_refused_without_showing_its_comments(tmp_path):
    """What stands in place of the names is personal."""
    path = tmp_path / "o.csv"
    path.write_text("Jansen komt zijn afspraken al jaren niet na;x\n", encoding="utf-8")

    with pytest.raises(CommentsError, match=r"\(column 1\)") as raised:
        read_comments(path)

    assert "Jansen" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("o.csv", b"a;b\n1;2\n", r"no column is named like a text column.*'a', 'b'.*--text-column"),
        ("o.csv", b"tekst;opmerking\n1;2\n", r"could both be the text"),
        ("o.csv", b"", r"is empty"),
        (
            "o.csv",
            b'id;tekst\n1;"nooit gesloten' + b"x" * 11_000_000,
            r"o\.csv:\d+: (field larger than field limit|unexpected end of data).*double quote",
        ),
        ("o.xlsx", b"geen zip", r"cannot be opened as an Excel workbook"),
        ("o.parquet", b"geen parquet", r"cannot be opened as Parquet"),
        ("o.jsonl", b"\n", r"holds no JSON object"),
        ("o.docx", b"", r"ending '.docx' is not known"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_clearly(tmp_path, name, content, message):
    """The message says what was found and what to do."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CommentsError, match=message):
        read_comments(tmp_path / name)


def test_errors_never_show_the_text_of_a_comment(tmp_path):
    """Comments may hold personal data."""
    path = tmp_path / "o.csv"
    path.write_text("a;b\nJansen is vaak ziek;x\n", encoding="utf-8")

    with pytest.raises(CommentsError) as raised:
        read_comments(path)

    assert "Jansen" not in str(raised.value)


def test_a_column_asked_for_by_name_wins(tmp_path):
    """And one that is not there is answered with those that are."""
    path = tmp_path / "o.csv"
    path.write_text("tekst;vrij veld\nx;Goed.\n", encoding="utf-8")

    assert read_comments(path, text_column="vrij veld")[0].text == "Goed."
    with pytest.raises(CommentsError, match=r"no column 'veld'.*'tekst', 'vrij veld'"):
        read_comments(path, text_column="veld")


def test_another_sheet_can_be_asked_for(tmp_path):
    """The first is read by default."""
    book = openpyxl.Workbook()
    book.active.append(["tekst"])
    book.active.append(["Eerste."])
    second = book.create_sheet("Ronde 2")
    second.append(["tekst"])
    second.append(["Tweede."])
    book.save(tmp_path / "o.xlsx")

    assert read_comments(tmp_path / "o.xlsx")[0].text == "Eerste."
    assert read_comments(tmp_path / "o.xlsx", sheet="Ronde 2")[0].text == "Tweede."
    with pytest.raises(CommentsError, match=r"no sheet 'Ronde 3'. It has Sheet, Ronde 2"):
        read_comments(tmp_path / "o.xlsx", sheet="Ronde 3")


def test_a_folder_of_partitions_is_one_table(tmp_path):
    """Part 10 after part 9, columns in any order, one numbering of rows, an id twice found across files."""
    names = ["part.9.csv", "part.10.csv", "part.11.jsonl", "_SUCCESS"]
    contents = ["id;tekst\na;Een.\n;Twee.\n", "tekst;id\nDrie.;a\n", '{"id": "", "tekst": "Vier."}\n', ""]
    for name, content in zip(names, contents, strict=True):
        (tmp_path / name).write_text(content, encoding="utf-8")

    comments = read_comments(tmp_path)

    assert [(c.id, c.text, c.row) for c in comments] == [
        ("a", "Een.", 2),
        ("2", "Twee.", 3),
        ("a", "Drie.", 5),
        ("4", "Vier.", 6),
    ]
    assert [bool(c.problems) for c in comments] == [False, False, True, False]
    assert "was used on row 2 already" in comments[2].problems[0]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no tables"),
        ({"a.csv": "id;tekst\n", "leesmij.txt": "Lees mij."}, r"holds leesmij\.txt, no table"),
        ({"a.csv": "id;tekst\n", "b.csv": "id;opmerking\n"}, "only one of them has 'opmerking', 'tekst'"),
    ],
    ids=["empty", "something else", "other columns"],
)
def test_a_folder_that_is_no_table_is_refused(tmp_path, files, said):
    """Leaving out a file without a word would leave out comments."""
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(CommentsError, match=said):
        read_comments(tmp_path)
