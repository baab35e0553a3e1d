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
    with pytest.raises(CommentsError, match=r"is not here, so nothing is known of uit\.csv"):
        verify_output(tmp_path / "uit.csv")
    for text in ("[]", "{}", '{"output": {"sha256": 3}}'):
        (tmp_path / "uit.csv.run.json").write_text(text, encoding="utf-8")
        with pytest.raises(CommentsError):
            verify_output(tmp_path / "uit.csv")


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda f, _: (f / "uit.csv").unlink(), 1, "uit.csv is not a file"),
        (lambda f, _: (f / "uit.csv").write_bytes(b""), 1, "contents: DIFFERS"),
        (lambda f, _: (f / "uit.csv.run.json").write_text("{"), 1, "is not JSON"),
        (lambda _, r: r.pop("model"), 1, "was changed: it lacks 'model'"),
        (lambda _, r: r.update(format=9), 1, "has format 9, and this version reads 1"),
        (lambda _, r: r["output"]["states"].update(problem=5), 1, "recorded were 3 rows and 5 set aside"),
        (lambda _, r: r["model"].update(manifest_sha256="0"), 0, "the run had another model (base)"),
        (lambda _, r: r["framework"].update(sha256="0"), 0, "the run had another framework (welzijn)"),
        (lambda _, r: r["package"].update(sha256="0"), 0, "another version now: kempen_nlp"),
        (lambda _, r: r["input"].update(file="../../elders.csv"), 0, "comments: not compared"),
    ],
    ids=["no output", "empty output", "no JSON", "lacks a part", "other format", "other counts", "other model",
         "other framework", "other program", "comments elsewhere"],
)  # fmt: skip
def test_each_fault_has_a_message_and_a_code_of_its_own(run, tmp_path, spoil, code, said, capsys):
    """1 where something differs, 0 where it could only not be compared; never a fault of the program."""
    for path in run.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    record = json.loads((tmp_path / "uit.csv.run.json").read_text(encoding="utf-8"))
    before = json.dumps(record)
    spoil(tmp_path, record)
    if json.dumps(record) != before:
        (tmp_path / "uit.csv.run.json").write_text(json.dumps(record), encoding="utf-8")

    found = main(["verify", str(tmp_path / "uit.csv")])

    output = capsys.readouterr()
    assert said in output.out + output.err
    assert found == code


def test_what_was_named_and_is_not_there_is_an_error_of_the_input(run, tmp_path, capsys):
    """Not a fault of the program: comments, framework, model, or a folder for the output."""
    output = str(run / "uit.csv")

    assert main(["verify", output, "--comments", str(tmp_path / "weg.csv")]) == 1
    assert main(["verify", output, "--framework", str(tmp_path / "weg.json")]) == 1
    assert main(["verify", output, "--model", str(tmp_path / "weg")]) == 1
    assert main(["verify", str(tmp_path)]) == 1
    assert "is not a file" in capsys.readouterr().err


def test_a_changed_threshold_in_the_record_is_found_by_making_the_output_again(run, tmp_path):
    """Hashes alone would not tell."""
    for path in run.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "uit.csv.run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["model"]["thresholds"] = dict.fromkeys(record["model"]["thresholds"], 0.1)
    path.write_text(json.dumps(record), encoding="utf-8")

    finding = verify_output(tmp_path / "uit.csv", again=True).findings[-1]

    assert finding.holds is False
    assert "thresholds" in finding.detail


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_same_input_and_model_give_the_same_bytes(run, tmp_path, ending):
    """Whatever the format, times and names of persons left out of account; a workbook holds no moment of writing."""
    outputs = [tmp_path / f"{n}.{ending}" for n in "ab"]
    for output in outputs:
        command = ["classify", str(run / "in.csv"), "--framework", "welzijn", "-o", str(output), "--keep-persons"]
        assert main(command) == 0

    assert outputs[0].read_bytes() == outputs[1].read_bytes()


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
