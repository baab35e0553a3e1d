"""`kempen check` and `kempen crosswalk` from the command line."""

from __future__ import annotations

import pandas as pd
import pytest

from kempen_nlp.__main__ import main


def test_check_prints_what_to_mend_on_standard_output(capsys):
    """Talk goes to standard error."""
    assert main(["check", "kempen"]) == 0
    out, err = capsys.readouterr()

    assert out.startswith("urgentie,wat,competentie")
    assert "competenties is aangetoond" in " ".join(err.split())


def test_check_writes_a_page_and_a_workbook(tmp_path, capsys):
    """The page asks nothing of the network; the workbook holds all tables."""
    page, book = tmp_path / "verslag.html", tmp_path / "tabellen.xlsx"

    assert main(["check", "kempen", "--html", str(page), "-o", str(book)]) == 0

    text = page.read_text(encoding="utf-8")
    assert "Wat eerst verbeteren" in text
    assert "<script" not in text
    assert "src=" not in text.replace("xlink:href", "")
    assert set(pd.read_excel(book, sheet_name=None)) >= {"Verbeteren", "Buurniveaus", "Redactie"}
    assert capsys.readouterr().out == ""


def test_check_refuses_an_ending_that_it_cannot_write(tmp_path, capsys):
    """Exit code 1 and what to do."""
    assert main(["check", "kempen", "-o", str(tmp_path / "x.pdf")]) == 1
    assert "Expected .xlsx or .csv" in capsys.readouterr().err


def test_crosswalk_names_answers_and_writes_a_figure(tmp_path, capsys):
    """Levels on standard output, the heatmap as PNG."""
    figure = tmp_path / "kruistabel.png"

    assert main(["crosswalk", "kempen", "welzijn", "--figure", str(figure)]) == 0
    out, err = capsys.readouterr()

    assert out.startswith("raamwerk 1,niveau")
    assert "Klantgerichtheid → Klantgerichtheid" in " ".join(err.split())
    assert figure.stat().st_size > 10_000


@pytest.mark.parametrize("command", [["check", "nergens"], ["crosswalk", "kempen", "nergens"]])
def test_an_unknown_framework_is_named(command, capsys):
    """With the names that there are."""
    assert main(command) == 1
    assert "shipped framework (kempen, welzijn)" in capsys.readouterr().err
