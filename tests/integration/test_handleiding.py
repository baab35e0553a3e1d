"""The manual for analysts: every command in it is run, every picture is there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import openpyxl
import pytest

from kempen_nlp.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "handleiding.md").read_text(encoding="utf-8")


def _commands(text):
    blocks = re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


COMMANDS = _commands(TEXT)
README = (ROOT / "README.md").read_text(encoding="utf-8")
TASKS = dict(re.findall(r"^## (Taak \d)(.*?)(?=^## |\Z)", TEXT, flags=re.DOTALL | re.MULTILINE))


def _reviewed(source, target):
    """Do what the manual asks the analyst to do by hand."""
    book = openpyxl.load_workbook(source)
    sheet = book["Toewijzingen"]
    column = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, column["besluit"]).value = "accepteren"
        sheet.cell(row, column["beoordelaar"]).value = "Els"
    book.save(target)


def _run(task):
    """Run the commands of a task in order, as an analyst would; the long training is asked for its options instead."""
    for command in _commands(TASKS[task]):
        program, *args = shlex.split(command)
        assert program == "kempen", command
        if args[0] == "review":
            _reviewed("uit.xlsx", "nagekeken.xlsx")
        assert main([args[0], "--help"] if args[0] == "train" else args) == 0, command
        for option in ("-o", "--html", "--outline", "--figure"):
            if option in args and args[0] != "train":
                assert Path(args[args.index(option) + 1]).stat().st_size > 0, command


@pytest.mark.slow
def test_every_command_on_comments_does_what_the_manual_says(tmp_path, monkeypatch, corpus_dir):
    """From the analyst's own file to the workbook, back, and out to other programs, all in one folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(corpus_dir / "feedback" / "sample.csv", "opmerkingen.csv")

    _run("Taak 1")

    assert Path("gelabeld.besluiten.jsonl").exists()


@pytest.mark.slow
def test_every_command_on_frameworks_does_what_the_manual_says(tmp_path, monkeypatch):
    """With a handbook of a page, so that checking it takes seconds."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "tests" / "handbooks" / "documents" / "genummerd_afgebroken.txt", "handboek.txt")

    _run("Taak 2")

    assert "Veilig varen" in Path("raamwerk.json").read_text(encoding="utf-8")


def test_commands_that_are_not_run_exist(capsys):
    """Targets of make, the script behind the notebooks, the options of training."""
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    for command in COMMANDS:
        program, *args = shlex.split(command)
        match program:
            case "py" | "pip" | "source" | r".venvScriptsactivate":
                # Installing is the README's, and done anew by continuous integration; the manual says the same.
                assert command in README
            case "make":
                assert args[0] in targets
            case "python":
                assert (ROOT / args[0]).is_file()
            case "kempen" if args[0] == "train":
                assert main(["train", "--help"]) == 0
                shown = capsys.readouterr().out
                assert all(option in shown for option in args if option.startswith("--"))
            case "kempen" if args[-1] == "--help":
                assert main(args) == 0
            case _:
                assert program == "kempen"


def test_every_picture_and_link_of_the_manual_is_there():
    """A manual with a hole in it is worse than none."""
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert (ROOT / "docs" / target).is_file(), target
