"""The record beside an output, and what verifying says of it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from kempen_nlp.__main__ import main
from kempen_nlp.errors import CommentsError
from kempen_nlp.verification import Sources, verify_output

ROWS = (
    "id;opmerking;Naam medewerker;personeelsnummer\n"
    "1;Noor belt klanten altijd dezelfde dag terug, ook mevrouw Jansen (06-12345678).;Noor Verhagen;104233\n"
    "2;;Bilal Aydın;104234\n"
    "3;Plant zijn werk zelden en 104234 vergeet afspraken.;Bilal Aydın;104234\n"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / "in.csv").write_text(ROWS, encoding="utf-8")
    code = main(
        ["classify", str(folder / "in.csv"), "--framework", "welzijn", "-o", str(folder / "uit.csv"), "--pseudonymise"]
    )
    assert code == 0
    return folder


def test_the_record_says_what_the_run_was_made_of(run):
    """Hashes, versions, threshold, counts, problems; no text and no name."""
    text = (run / "uit.csv.run.json").read_text(encoding="utf-8")
    record = json.loads(text)

    assert record["input"]["comments"] == record["output"]["comments"] == 3
    assert record["output"]["states"]["problem"] == 1
    assert record["output"]["problems"] == [{"problem": "The row has no text.", "comments": 1, "first_positions": [2]}]
    assert record["privacy"]["hashed_columns"] == ["Naam medewerker", "personeelsnummer"]
    assert {"numpy", "onnxruntime", "python", "spacy"} <= set(record["versions"])
    assert record["duration"]["seconds"] > 0
    assert not [word for word in ("Noor", "Verhagen", "104233", "klanten") if word in text]


def test_persons_are_placeholders_in_texts_and_hashes_in_columns(run):
    """The row's own names and numbers too; one person has one name in a run."""
    frame = pd.read_csv(run / "uit.csv", sep=";", encoding="utf-8-sig").drop_duplicates("id")
    texts, persons = frame["text"].fillna("").tolist(), frame["Naam medewerker"].tolist()

    assert texts[0] == "[NAAM-1] belt klanten altijd dezelfde dag terug, ook mevrouw [NAAM-2] ([TELEFOON-1])."
    assert "[PERSONEELSNUMMER-1]" in texts[2]
    assert persons[1] == persons[2] != persons[0]
    assert all(name.startswith("persoon-") for name in persons)
    assert "Verhagen" not in (run / "uit.csv").read_text(encoding="utf-8-sig")


def test_a_sound_output_is_confirmed_and_made_again(run):
    """Everything compared agrees; hashed columns have another key and are left out."""
    found = verify_output(run / "uit.csv", again=True)

    assert [f.holds for f in found.findings] == [True] * 7, list(found.lines())
    assert found.can_be_relied_on


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda f: (f / "uit.csv").write_bytes((f / "uit.csv").read_bytes() + b" "), "output file"),
        (lambda f: (f / "in.csv").write_text(ROWS.replace("dezelfde", "de andere"), encoding="utf-8"), "comments"),
    ],
)
def test_what_was_changed_is_named(run, tmp_path, spoil, what, capsys):
    """And the exit code says not to rely on it."""
    for path in run.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    spoil(tmp_path)

    assert main(["verify", str(tmp_path / "uit.csv")]) == 1
    assert f"{what}: DIFFERS" in capsys.readouterr().out


def test_what_is_not_here_is_said_not_guessed(run, tmp_path):
    """The output alone can be compared with its own hash only."""
    for name in ("uit.csv", "uit.csv.run.json"):
        (tmp_path / name).write_bytes((run / name).read_bytes())

    found = verify_output(tmp_path / "uit.csv", Sources(framework="kempen"))

    held = {f.what: f.holds for f in found.findings}
    assert held["output file"] is True
    assert held["comments"] is None
    assert held["framework"] is False


def test_an_output_without_a_record_or_with_another_is_refused(run, tmp_path):
    """Nothing is known of it."""
    (tmp_path / "uit.csv").write_bytes((run / "uit.csv").read_bytes())
    with pytest.raises(CommentsError, match="nothing is known"):
        verify_output(tmp_path / "uit.csv")
    for text in ("[]", "{}", '{"output": {"sha256": 3}}'):
        (tmp_path / "uit.csv.run.json").write_text(text, encoding="utf-8")
        with pytest.raises(CommentsError):
            verify_output(tmp_path / "uit.csv")


def test_papers_are_filled_from_the_record_and_leave_the_rest_open(run, tmp_path):
    """A draft for the Algoritmeregister and what a DPIA asks."""
    register, dpia = tmp_path / "register.md", tmp_path / "dpia.md"

    assert main(["verify", str(run / "uit.csv"), "--register", str(register), "--dpia", str(dpia)]) == 0

    for path in (register, dpia):
        text = path.read_text(encoding="utf-8")
        assert "[in te vullen]" in text
        assert "{{" not in text
    assert "3 opmerkingen" in register.read_text(encoding="utf-8")
    assert "Naam medewerker, personeelsnummer" in dpia.read_text(encoding="utf-8")
