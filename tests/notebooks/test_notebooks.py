"""Notebooks are thin, in order, executed, and say the same when executed again."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MAX_LINES = 15


@pytest.fixture(scope="module")
def execute():
    """Give the script behind `make notebooks`."""
    spec = importlib.util.spec_from_file_location("execute", FOLDER / "execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            continue
        if len(source.splitlines()) > MAX_LINES:
            problems.append(f"Cell {number} has {len(source.splitlines())} lines; at most {MAX_LINES}.")
        if any(line.startswith(("def ", "class ", "%", "!")) for line in source.splitlines()):
            problems.append(f"Cell {number} defines something or calls the shell.")
        if any(output["output_type"] == "error" for output in cell["outputs"]):
            problems.append(f"Cell {number} ended in an error.")
        if any("/site-packages/" in json.dumps(output) for output in cell["outputs"]):
            problems.append(f"Cell {number} shows a path of a machine.")
    return problems


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[p.stem for p in NOTEBOOKS])
def test_notebook_is_clean(path):
    """In order, no definitions, no long cells, no errors, no machine paths."""
    assert hygiene_problems(json.loads(path.read_text(encoding="utf-8"))) == []


def test_the_hygiene_rules_bite():
    """A spoiled notebook breaks every one of them."""
    output = {"output_type": "error", "evalue": "/home/x/site-packages/y.py"}
    cell = {"cell_type": "code", "source": ["def f():\n"] + ["    pass\n"] * 20, "execution_count": 7, "outputs": [output]}

    assert len(hygiene_problems({"cells": [{**cell, "source": ["x"]}, cell]})) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem[:2] in ("01", "06")], ids=["01", "06"])
def test_a_notebook_executed_again_shows_the_same(path, execute):
    """Numbers, tables and figures; `python notebooks/execute.py --check` does all of them."""
    kept, again = (nbformat.read(path, as_version=4) for _ in range(2))
    NotebookClient(again, timeout=600, kernel_name="python3", resources={"metadata": {"path": path.parent}}).execute()

    assert execute.differences(kept, again) == []


def test_a_figure_that_changed_is_seen(execute):
    """The comparison looks at figures, not only at their names."""
    kept = nbformat.read(NOTEBOOKS[-1], as_version=4)
    again = nbformat.read(NOTEBOOKS[-1], as_version=4)
    figure = next(o for c in again.cells for o in c.get("outputs", []) if "image/svg+xml" in o.get("data", {}))
    figure["data"]["image/svg+xml"] = figure["data"]["image/svg+xml"].replace("<path", "<path ", 1)

    assert len(execute.differences(kept, again)) == 1


def test_your_own_comments_has_one_cell_to_fill_in():
    """Tagged as papermill looks for it; with names only."""
    cells = [c for c in nbformat.read(NOTEBOOKS[-1], as_version=4).cells if "parameters" in c.metadata.get("tags", [])]

    assert len(cells) == 1
    assert [line.partition(" =")[0] for line in cells[0].source.splitlines()] == [
        "COMMENTS", "FRAMEWORK", "TEXT_COLUMN", "MIN_PRECISION", "PERSON", "OUTPUT",
    ]  # fmt: skip


def test_notebooks_of_results_end_with_hashes_of_data_and_results():
    """What came out can be compared on another machine at a glance."""
    last = nbformat.read(NOTEBOOKS[-1], as_version=4).cells[-1]
    said = last.outputs[0]["data"]["text/plain"]

    assert "sample.csv" in said
    assert "model" in said
    assert "uitkomst: toewijzingen" in said
