"""Notebooks are thin, in order, executed, and say the same when executed again."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from importlib.metadata import version
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from kempen_nlp import corpus, plots
from kempen_nlp.glossary import COLUMN_TERMS
from kempen_nlp.persistence import model_folder, stored_metrics

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MAX_LINES, MAX_WIDTH = 15, 130
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=[p.stem for p in NOTEBOOKS])


@pytest.fixture(scope="module")
def execute():
    """Give the script behind `make notebooks`."""
    spec = importlib.util.spec_from_file_location("execute", FOLDER / "execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    return [o.get("data", {}) for c in cells if c.cell_type == "code" for o in c.outputs]


def hygiene_problems(notebook: dict) -> list[str]:
    """Return one sentence per broken rule, in cell order; empty means clean."""
    problems = []
    cells = notebook["cells"]
    first = "".join(cells[0]["source"])
    if cells[0]["cell_type"] != "markdown" or "**Vraag.**" not in first or "**Antwoord.**" not in first:
        problems.append("The first cell does not give question and answer.")
    counts = [c["execution_count"] for c in cells if c["cell_type"] == "code"]
    if counts != list(range(1, len(counts) + 1)):
        problems.append(f"Cells were not executed once, in order: {counts}.")
    for number, cell in enumerate(cells):
        lines = "".join(cell["source"]).splitlines()
        if cell["cell_type"] != "code":
            continue
        if len(lines) > MAX_LINES:
            problems.append(f"Cell {number} has {len(lines)} lines; at most {MAX_LINES}.")
        if any(len(line) > MAX_WIDTH for line in lines):
            problems.append(f"Cell {number} has a line of more than {MAX_WIDTH} characters.")
        if any(line.startswith(("def ", "class ", "%", "!")) for line in lines):
            problems.append(f"Cell {number} defines something or calls the shell.")
        if any(re.search(r"\bimport _|\bkempen_nlp\.\S*\._|\bkn\._|\bplots\._", line) for line in lines):
            problems.append(f"Cell {number} uses a name that is not public.")
        if any(output["output_type"] == "error" for output in cell["outputs"]):
            problems.append(f"Cell {number} ended in an error.")
        if any(output["output_type"] == "stream" for output in cell["outputs"]):
            problems.append(f"Cell {number} kept a message that is no result.")
        if any("/site-packages/" in json.dumps(output) for output in cell["outputs"]):
            problems.append(f"Cell {number} shows a path of a machine.")
    return problems


@each_notebook
def test_notebook_is_clean(path):
    """In order, no definitions, no long cells or lines, public names only, no errors, no machine paths."""
    assert hygiene_problems(json.loads(path.read_text(encoding="utf-8"))) == []


def test_the_hygiene_rules_bite():
    """A spoiled notebook breaks every one of them."""
    outputs = [{"output_type": "error", "evalue": "/home/x/site-packages/y.py"}, {"output_type": "stream"}]
    source = ["def f():\n", "    kn._x\n", f"    '{'x' * MAX_WIDTH}'\n"] + ["    pass\n"] * 20
    cell = {"cell_type": "code", "source": source, "execution_count": 7, "outputs": outputs}

    assert len(hygiene_problems({"cells": [{**cell, "source": ["x"], "outputs": []}, cell]})) == 9


def _numbers(text):
    """Give value and number of decimals of each number; percentages as shares too."""
    for found in re.finditer(r"(?<![\w/.-])\d+(?:,\d+)?", text):
        whole, _, decimals = found[0].partition(",")
        yield float(f"{whole}.{decimals or 0}"), len(decimals)


@each_notebook
def test_every_number_in_the_answer_comes_from_a_cell(path):
    """Rounded as the answer rounds it; a percentage may stand in a table as a share."""
    first = nbformat.read(path, as_version=4).cells[0].source
    answer = first.partition("**Antwoord.**")[2].partition("\n\n")[0].replace("95 %", "")
    known = [value for data in _outputs(path) for value, _ in _numbers(str(data.get("text/plain", "")))]

    said = list(_numbers(answer))
    missing = [
        value
        for value, digits in said
        if not any(round(k, digits) == value or (digits == 0 and round(100 * k) == value) for k in known)
    ]
    assert said
    assert missing == []


@each_notebook
def test_hashes_at_the_end_are_those_of_the_data_and_the_model_that_are_here(path):
    """Else the notebook was executed with something else; results have a hash as well."""
    rows = [line.split(" | ") for line in _outputs(path)[-1]["text/plain"].splitlines()[1:]]
    named = dict(rows)
    known = {name: digest[:12] for name, digest in corpus.verify_corpus().items()}
    known |= {Path(name).name: digest for name, digest in known.items()}
    known["model"] = corpus.sha256_of(model_folder() / "manifest.json")[:12]

    data = {name: value for name, value in named.items() if name in known}
    assert data
    assert data == {name: known[name] for name in data}
    assert any(name.startswith("uitkomst: ") for name in named)


@each_notebook
def test_every_figure_stands_beside_its_hash(path):
    """The picture that was kept is the one whose hash was."""
    drawn = [data for data in _outputs(path) if "image/svg+xml" in data]

    for data in drawn:
        assert hashlib.sha256(data["image/svg+xml"].encode()).hexdigest()[:12] in data["text/plain"]
        assert data["text/plain"].startswith("figuur: ")
    assert drawn or path.stem[:2] == "04"


@each_notebook
def test_tables_have_dutch_headings(path):
    """No column has the name that the code gives it, where that is another."""
    english = {name for name, dutch in COLUMN_TERMS.items() if name != dutch and not name[0].isupper()} - {"n", "p"}
    headings = {h for data in _outputs(path) for h in str(data.get("text/plain", "")).splitlines()[0].split(" | ")}

    assert headings & english == set()


def test_a_figure_drawn_again_is_the_same_to_the_byte():
    """From the figures that the model carries, with the matplotlib that the notebook names."""
    outputs = _outputs(NOTEBOOKS[4])
    if f"matplotlib | {version('matplotlib')}\n" not in outputs[-1]["text/plain"]:
        pytest.skip("Another version of matplotlib draws other outlines.")
    curve = stored_metrics(model_folder())["learning_curve"]
    ax = plots.new_axes(width=7, height=4.5)
    plots.plot_learning_curve(pd.DataFrame(curve["measured"]), pd.DataFrame(curve["outlook"]), ax=ax)

    assert plots.svg_of(ax) in [data.get("image/svg+xml") for data in outputs]


@pytest.mark.slow
@pytest.mark.parametrize("number", ["01", "04", "06"])
def test_a_notebook_executed_again_shows_the_same(number, execute):
    """Numbers, tables and figures; `make soak` executes all of them."""
    (path,) = [p for p in NOTEBOOKS if p.stem.startswith(number)]

    assert execute.differences(nbformat.read(path, as_version=4), execute.executed(path)) == []


def test_a_figure_or_a_number_that_changed_is_seen(execute):
    """Last digits may differ, as processors do; anything else may not."""
    kept = nbformat.read(NOTEBOOKS[-1], as_version=4)
    again = nbformat.read(NOTEBOOKS[-1], as_version=4)
    figure = next(o for c in again.cells for o in c.get("outputs", []) if "image/svg+xml" in o.get("data", {}))
    figure["data"]["image/svg+xml"] = figure["data"]["image/svg+xml"].replace("<path", "<path ", 1)

    assert len(execute.differences(kept, again)) == 1
    assert execute.alike("kans | 0,50", "kans | 0,51")
    assert not execute.alike("kans | 0,50", "kans | 0,60")
    assert not execute.alike("aantal | 5", "aantal | 6")
    assert not execute.alike("Coachen | 0,50", "Klantgerichtheid | 0,50")


def test_your_own_comments_has_one_cell_to_fill_in():
    """Tagged as papermill looks for it; with names only."""
    cells = [c for c in nbformat.read(NOTEBOOKS[-1], as_version=4).cells if "parameters" in c.metadata.get("tags", [])]

    assert len(cells) == 1
    assert [line.partition(" =")[0] for line in cells[0].source.splitlines()] == [
        "COMMENTS", "FRAMEWORK", "TEXT_COLUMN", "MIN_PRECISION", "PERSON", "OUTPUT",
    ]  # fmt: skip


@pytest.mark.slow
def test_your_own_comments_takes_other_parameters(execute, tmp_path):
    """Another file, framework, precision and person, a workbook; rows without text; a framework without profiles."""
    comments = tmp_path / "mijn.csv"
    comments.write_text("nr;toelichting;medewerker;functie\n1;Komt afspraken na.;Ali;Adviseur A\n2;;Ali;Adviseur A\n")
    given = {"COMMENTS": str(comments), "FRAMEWORK": "welzijn", "MIN_PRECISION": 0.9, "PERSON": "Ali",
             "OUTPUT": str(tmp_path / "uit.xlsx")}  # fmt: skip

    notebook = execute.executed(NOTEBOOKS[-1], "\n".join(f"{name} = {value!r}" for name, value in given.items()))

    said = " ".join(execute.shown(notebook))
    assert "2 opmerkingen, waarvan 1 onleesbaar; 8 competenties" in said
    assert (tmp_path / "uit.xlsx").is_file()


def test_what_the_notebook_measures_is_what_the_card_says():
    """Every figure that was measured again is that of the model's card."""
    (table,) = [d["text/plain"] for d in _outputs(NOTEBOOKS[4]) if "gelijk aan de kaart" in d.get("text/plain", "")]
    rows = [line.split(" | ") for line in table.splitlines()[1:]]

    assert len(rows) > 15
    assert [name for name, is_same in rows if is_same != "ja"] == []


def test_jupyterlab_opens_in_dutch_and_fetches_no_news(monkeypatch):
    """What `make lab` points to is read, names the language pack of the extra, and can be changed in the menu."""
    from jupyter_server.services.config.manager import ConfigManager

    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(FOLDER / ".jupyter"))
    settings = ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")

    assert "notebooks/.jupyter" in (FOLDER.parent / "Makefile").read_text(encoding="utf-8")
    assert settings["@jupyterlab/translation-extension:plugin"] == {"locale": "nl_NL"}
    assert importlib.util.find_spec("jupyterlab_language_pack_nl_NL")
    assert settings["@jupyterlab/apputils-extension:notification"] == {"checkForUpdates": False, "fetchNews": "false"}
