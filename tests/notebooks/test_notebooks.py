"""Notebooks are thin, in order, executed, and say the same when executed again."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
MAX_LINES = 15


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


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem.startswith("01")], ids=["01"])
def test_a_notebook_executed_again_shows_the_same(path):
    """Numbers, tables and figures; `make notebooks` does all of them."""
    kept = nbformat.read(path, as_version=4)
    again = nbformat.read(path, as_version=4)
    NotebookClient(again, timeout=300, kernel_name="python3", resources={"metadata": {"path": path.parent}}).execute()

    def shown(notebook):
        outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.output_type != "stream"]
        return [dict(o["data"]).get("text/plain") for o in outputs]

    different = [pair for pair in zip(shown(kept), shown(again), strict=True) if pair[0] != pair[1]]
    assert [a for a, b in different if "versie of sha256" not in a] == []
