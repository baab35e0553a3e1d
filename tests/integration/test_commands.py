"""The commands as people type them: exit codes, streams, files."""

from __future__ import annotations

import json
import subprocess
import sys

import openpyxl
import pytest

from kempen_nlp.__main__ import main


def _kempen(*args):
    return subprocess.run([sys.executable, "-m", "kempen_nlp", *map(str, args)], capture_output=True, text=True)  # noqa: PLW1510 - the exit code is what is tested


def test_parse_prints_the_framework_on_stdout_and_talk_on_stderr(corpus_dir):
    """So that `kempen parse X > X.json` works."""
    done = _kempen("parse", corpus_dir / "handbooks" / "welzijn.txt")

    assert done.returncode == 0
    assert done.stdout == (corpus_dir / "frameworks" / "welzijn.json").read_text(encoding="utf-8")
    assert "Coverage: 243 of 243 non-blank lines used" in done.stderr
    assert "8 competencies, 141 indicators" in done.stderr


def test_parse_of_a_broken_handbook_is_one_line_and_exit_1(tmp_path):
    """No traceback, nothing on stdout."""
    (tmp_path / "leeg.txt").write_text("", encoding="utf-8")

    done = _kempen("parse", tmp_path / "leeg.txt")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "is empty" in done.stderr


def test_dry_run_shows_the_tree_and_an_outline_is_read_back(tmp_path, corpus_dir):
    """What an analyst does with a handbook of her own."""
    handbook = corpus_dir / "handbooks" / "welzijn.txt"

    shown = _kempen("parse", handbook, "--dry-run")
    written = _kempen("parse", handbook, "--outline", tmp_path / "schets.xlsx")
    again = _kempen("parse", tmp_path / "schets.xlsx")

    assert "├─ Coachen" in shown.stdout
    assert (written.returncode, written.stdout) == (0, "")
    assert len(json.loads(again.stdout)["competencies"]) == 8


def test_a_template_needs_no_handbook_and_all_else_does(tmp_path):
    """An empty workbook on request; without either, a wrong command line."""
    assert _kempen("parse", "--template", tmp_path / "leeg.xlsx").returncode == 0
    assert (tmp_path / "leeg.xlsx").exists()
    assert _kempen("parse").returncode == 2


def test_a_wrong_command_line_is_exit_2():
    """As every tool does it."""
    assert _kempen("classify").returncode == 2
    assert _kempen("vertaal").returncode == 2


def test_help_of_every_command_names_what_it_does(capsys):
    """And none loads a model to say so."""
    for command in ("parse", "classify", "report", "train", "evaluate", "demo"):
        assert main([command, "--help"]) == 0
        assert command in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_a_file_of_dutch_excel_is_mapped_to_every_format(tmp_path, corpus_dir, ending):
    """Semicolons and cp1252 in; every comment back; the report reads each format."""
    text = (corpus_dir / "feedback" / "sample.csv").read_text(encoding="utf-8").replace("Ömer Yıldız", "Omér Yildiz")
    (tmp_path / "in.csv").write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    out = tmp_path / f"uit.{ending}"

    code = main(["classify", str(tmp_path / "in.csv"), "--framework", "kempen", "-o", str(out)])

    assert code == 0
    assert main(["report", str(out), "--framework", "kempen", "-o", str(tmp_path / "v.html")]) == 0
    assert "40 opmerkingen" in (tmp_path / "v.html").read_text(encoding="utf-8")


def test_json_lines_on_stdout_hold_every_comment_in_order(tmp_path):
    """The contract, from the outside."""
    (tmp_path / "in.csv").write_text("id,text\nb,Prima jaar.\na,\nc,Belt klanten altijd terug.\n", encoding="utf-8")

    done = _kempen("classify", tmp_path / "in.csv", "--framework", "welzijn")

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["b", "a", "c"]
    assert [bool(row["problems"]) for row in rows] == [False, True, False]
    assert "3 comments" in done.stderr
    assert "Belt klanten" not in done.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--framework", "nergens"], "neither a framework file nor a shipped framework (kempen, welzijn)"),
        (["--framework", "kempen", "-o", "uit.docx"], "its ending decides the format"),
        (["--framework", "kempen", "--text-column", "x"], "has no column 'x'"),
        (["--framework", "kempen", "--model", "geen"], "holds no usable manifest.json"),
        (["--framework", "kempen", "-o", "weg/uit.csv"], "is not a folder"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(tmp_path, monkeypatch, capsys, args, message):
    """Exit 1, one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("id,text\n1,Goed.\n", encoding="utf-8")

    assert main(["classify", "in.csv", *args]) == 1

    assert message in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_demo_writes_what_an_analyst_would_open(tmp_path):
    """Both frameworks as tables, the mapped sample twice, one page with profiles in three colours."""
    assert main(["demo", "-o", str(tmp_path)]) == 0

    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "raamwerken.xlsx", "toewijzingen-kempen.xlsx", "toewijzingen-welzijn.xlsx", "verslag.html",
    ]  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "raamwerken.xlsx")
    assert {s.title: s.max_row for s in book} == {"kempen": 35, "welzijn": 142}
    page = (tmp_path / "verslag.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 7
    assert "Noor Verhagen" in page
