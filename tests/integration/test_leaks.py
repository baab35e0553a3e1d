"""The words of a comment never stand in what a command says, whatever goes wrong."""

from __future__ import annotations

import json
import zipfile

import pandas as pd
import pytest

from kempen_nlp import batch
from kempen_nlp.__main__ import main
from kempen_nlp.cli import app

COMMENT = "Quirijntje Zwanenburg vergat haar sleutels en huilde in kamer zeven"
WORDS = ("Quirijntje", "Zwanenburg", "sleutels", "kamer zeven")
ROW = {"id": "1", "text": COMMENT, "labels": [], "register": "form", "sector": "x", "writer": "w", "split": "train", "tags": []}  # fmt: skip
LABEL = {"quote": COMMENT, "competency": "Samenwerken", "rank": 1, "alt_rank": None, "polarity": "strength"}


def _said(capsys):
    output = capsys.readouterr()
    return output.out + output.err


def _assert_silent(said):
    assert said.strip()
    assert not [word for word in WORDS if word in said], said


def test_no_traceback_shows_the_values_of_variables():
    """Typer would print them in a frame of its own."""
    assert app.pretty_exceptions_enable is False
    assert app.pretty_exceptions_show_locals is False


@pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError, UnicodeError, MemoryError, RecursionError])
def test_a_fault_of_the_program_says_where_and_not_what(monkeypatch, tmp_path, capsys, error):
    """Libraries quote the cell that they stumble over."""

    def stumble(*_args, **_kwargs):
        raise error(COMMENT)

    (tmp_path / "in.csv").write_text(f"id;tekst\n1;{COMMENT}\n", encoding="utf-8")
    monkeypatch.setattr(batch, "load_classifier", stumble)

    code = main(["classify", str(tmp_path / "in.csv"), "--framework", "welzijn", "-o", str(tmp_path / "uit.csv")])

    said = _said(capsys)
    assert code == 3
    assert error.__name__ in said
    assert "batch.py:" in said
    _assert_silent(said)


def test_a_fault_is_shown_in_full_only_when_asked_for(monkeypatch, tmp_path):
    """For whoever may read the comments and mends the program."""

    def stumble(*_args, **_kwargs):
        raise ValueError(COMMENT)

    (tmp_path / "in.csv").write_text(f"id;tekst\n1;{COMMENT}\n", encoding="utf-8")
    monkeypatch.setattr(batch, "load_classifier", stumble)
    monkeypatch.setenv("KEMPEN_DEBUG", "1")

    with pytest.raises(ValueError, match="Quirijntje"):
        main(["classify", str(tmp_path / "in.csv"), "--framework", "welzijn", "-o", str(tmp_path / "uit.csv")])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("geen_kop.csv", f"{COMMENT}\n{COMMENT}\n"),
        ("geen_kop2.csv", f"{COMMENT};{COMMENT}\n{COMMENT};{COMMENT}\n"),
        ("aanhaling.csv", f'id;tekst\n1;"{COMMENT}\n2;{COMMENT}"x\n'),
        ("velden.csv", f"id;naam\n1;{COMMENT}\n"),
        ("stuk.jsonl", f'{{"tekst": "{COMMENT}\n{{"{COMMENT}": 1}}\n'),
        ("lijst.jsonl", json.dumps([COMMENT]) + "\n"),
        ("stuk.parquet", COMMENT),
        ("stuk.xlsx", COMMENT),
        ("onbekend.docx", COMMENT),
    ],
)
def test_comments_that_cannot_be_read_are_not_quoted(tmp_path, name, content, capsys):
    """A file without a header has a comment where the names of columns should stand."""
    (tmp_path / name).write_text(content, encoding="utf-8")

    code = main(["classify", str(tmp_path / name), "--framework", "welzijn", "-o", str(tmp_path / "uit.csv")])

    assert code == 1
    _assert_silent(_said(capsys))


TABLE = (
    "id;text;state;competency;rank;polarity;start;end;quote;probability;rank_probabilities;evidence_indicator_id;"
    "evidence_text;evidence_rank;evidence_similarity;problems\n"
)


@pytest.mark.parametrize("command", ["report", "verify", "export"])
@pytest.mark.parametrize(
    "row",
    [
        f"1;{COMMENT};assigned;{COMMENT};1;strength;0;5;x;0.9;{{}};a;b;1;0.5;\n",
        f"1;x;assigned;Samenwerken;{COMMENT};strength;0;5;x;0.9;{{}};a;b;1;0.5;\n",
        f"1;x;assigned;Samenwerken;1;{COMMENT};{COMMENT};5;x;0.9;{{}};a;b;1;0.5;\n",
        f"1;x;assigned;Samenwerken;1;strength;0;5;x;{COMMENT};{{}};a;b;1;{COMMENT};\n",
        f"1;x;{COMMENT};Samenwerken;1;strength;0;5;x;0.9;{{}};a;b;1;0.5;\n",
        f"1;x;assigned;Samenwerken;1;strength;0;5;x;0.9;{COMMENT};a;b;1;0.5;;{COMMENT};{COMMENT}\n",
    ],
    ids=["competency", "rank", "start", "probability", "state", "more fields"],
)
def test_moved_cells_of_assignments_are_not_quoted(tmp_path, command, row, capsys):
    """Somebody sorted one column of a sheet, or pasted a cell too far to the left."""
    path = tmp_path / "uit.csv"
    path.write_text(TABLE + row, encoding="utf-8-sig")
    arguments = {
        "report": ["report", str(path), "--framework", "welzijn", "-o", str(tmp_path / "r.html")],
        "verify": ["verify", str(path)],
        "export": ["export", str(path), "--format", "qdpx", "--framework", "welzijn", "-o", str(tmp_path / "r.qdpx")],
    }[command]

    main(arguments)

    _assert_silent(_said(capsys))


@pytest.mark.parametrize(
    "row",
    [
        {**ROW, "labels": [{**LABEL, "polarity": COMMENT}]},
        {**ROW, "labels": [{**LABEL, "rank": COMMENT}]},
        {**ROW, "labels": [{**LABEL, "competency": COMMENT}]},
        {**ROW, "labels": [{**LABEL, "quote": 3}]},
        {**ROW, "labels": [{COMMENT: 1}]},
        {**ROW, "labels": [COMMENT]},
        {**ROW, "labels": COMMENT},
        {**ROW, "text": [COMMENT]},
        {COMMENT: 1},
        COMMENT,
    ],
    ids=["polarity", "rank", "competency", "quote", "key", "a text", "no list", "text", "keys", "no object"],
)
def test_labelled_comments_that_cannot_be_used_are_not_quoted(tmp_path, row, capsys):
    """For training, the labels are written by hand."""
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")

    code = main(["evaluate", "--feedback", str(path), "--framework", "welzijn"])

    assert code != 0
    _assert_silent(_said(capsys))


ROWS = (
    "id;opmerking;medewerker;ploeg;achtergrond;ingevuld voor;team\n"
    "w.zwanenburg@zorg.example;Willemijn belt klanten dezelfde dag terug, ook mevrouw Zwanenburg (06-00001234).;"
    "Willemijn Zwanenburg;rood;Besproken met Quirijntje Zwanenburg op kantoor.;Lotte Zwanenburg;Noord\n"
    "2;Quirijntje plant haar werk zelden en Willemijns afspraken vergeet ze.;Quirijntje Zwanenburg;blauw;;Lotte;Zuid\n"
)
PERSONS = ("Willemijn", "Zwanenburg", "Quirijntje", "00001234")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_no_file_that_is_written_holds_who_was_replaced(tmp_path, ending, capsys):
    """Texts, ids, other columns, names of persons, the record, the page with figures, and what the commands say."""
    folder = tmp_path / "uit"
    folder.mkdir()
    (tmp_path / "in.csv").write_text(ROWS, encoding="utf-8")
    output = folder / f"uit.{ending}"

    assert (
        main(["classify", str(tmp_path / "in.csv"), "--framework", "welzijn", "-o", str(output), "--pseudonymise"]) == 0
    )
    per_person = [] if ending == "jsonl" else ["--per-person"]
    assert main(["report", str(output), "--framework", "welzijn", "-o", str(folder / "r.html"), *per_person]) == 0
    assert main(["verify", str(output), "--dpia", str(folder / "d.md"), "--register", str(folder / "r.md")]) == 0

    said = _said(capsys)
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        [output.name, f"{output.name}.run.json", "r.html", "d.md", "r.md"]
    )
    for path in folder.iterdir():
        said += _everything_in(path)
    assert not [word for word in PERSONS if word in said]
    assert "NAAM-1" in said


def _everything_in(path):
    """Return the contents of a file as text, whatever packs it."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as package:
            return "".join(package.read(name).decode("utf-8") for name in package.namelist())
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv() + path.read_bytes().decode("latin-1")
    return path.read_text(encoding="utf-8-sig")
