"""
Execute every notebook from the top, keep its outputs, and leave nothing of this machine in it.

With ``--check`` nothing is written: what comes out is compared with the outputs that were kept. With the versions of
``requirements.lock`` on the same kind of processor they are the same to the byte, figures included. The encoder
computes in whole numbers of eight bits, which other processors round otherwise; so what differs in the last digits is
counted but does not fail the check.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
TIMEOUT_S = 900
SLACK = 0.02
"""Numbers in tables may differ by so much."""
SLACK_IN_FIGURES = 5.0
"""Coordinates in a figure may; a point is a 72nd of an inch."""
_NUMBER = re.compile(r"\d+[.,]\d+|\d+")
_VERSION = re.compile(r"^[^|]*\| \d[\d.]*$", re.MULTILINE)
_HASH = re.compile(r"sha256 [0-9a-f]{12}|^uitkomst: .*$", re.MULTILINE)
_DRAWN_ID = re.compile(r"[a-z][0-9a-f]{10}|DejaVuSans-3[0-9]")


def shown(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what each output of a notebook shows, texts and figures; warnings and versions left out."""
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.output_type != "stream"]
    return [_content(output.get("data", {})) for output in outputs]


def _content(data: dict[str, str]) -> str:
    plain = str(data.get("text/plain"))
    if "image/svg+xml" in data:
        return str(data["image/svg+xml"])
    if plain.startswith("<IPython"):
        return str(data.get("text/html"))
    return _VERSION.sub("", plain) if "versie of sha256" in plain else plain


def differences(kept: nbformat.NotebookNode, again: nbformat.NotebookNode, *, exact: bool = False) -> list[str]:
    """Return the outputs that did not come back, to the byte or but for last digits."""
    pairs = zip(shown(kept), shown(again), strict=True)
    return [before for before, after in pairs if before != after and (exact or not alike(before, after))]


def alike(before: str, after: str) -> bool:
    """Say whether two texts or figures differ in nothing but the last digits of numbers, and hashes of those."""
    slack = SLACK_IN_FIGURES if "<svg" in before else SLACK
    first, second = (_DRAWN_ID.sub("#", _HASH.sub("", text)) for text in (before, after))
    if _NUMBER.sub("0", first) != _NUMBER.sub("0", second):
        return False
    numbers = zip(*(_NUMBER.findall(text) for text in (first, second)), strict=True)
    return all(_near(a, b, slack) for a, b in numbers)


def _near(first: str, second: str, slack: float) -> bool:
    if first.isdigit() and second.isdigit() and slack < 1:
        return first == second
    return abs(float(first.replace(",", ".")) - float(second.replace(",", "."))) <= slack


def executed(path: Path, parameters: str = "") -> nbformat.NotebookNode:
    """
    Return a notebook with the outputs it has now.

    Parameters
    ----------
    path : Path
    parameters : str
        Python to run after the cell tagged ``parameters``, as papermill does.
    """
    notebook = nbformat.read(path, as_version=4)
    for position, cell in enumerate(notebook.cells if parameters else ()):
        if "parameters" in cell.metadata.get("tags", []):
            notebook.cells.insert(position + 1, nbformat.v4.new_code_cell(parameters))
            break
    NotebookClient(
        notebook, timeout=TIMEOUT_S, kernel_name="python3", resources={"metadata": {"path": FOLDER}}
    ).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def main(names: list[str]) -> int:
    """Execute the notebooks named, or all; stop at the first that fails."""
    is_check = "--check" in names
    paths = [FOLDER / name for name in names if name != "--check"] or sorted(FOLDER.glob("*.ipynb"))
    changed, began = 0, time.monotonic()
    for path in paths:
        started = time.monotonic()
        notebook = executed(path)
        said = ""
        if is_check:
            kept = nbformat.read(path, as_version=4)
            found, last_digits = differences(kept, notebook), differences(kept, notebook, exact=True)
            changed += len(found)
            said = f"{len(found)} outputs differ, {len(last_digits) - len(found)} more in last digits only, "
        else:
            nbformat.write(notebook, path)
        sys.stderr.write(f"{path.name}: {said}{time.monotonic() - started:.0f} s\n")
    sys.stderr.write(f"{len(paths)} notebooks: {time.monotonic() - began:.0f} s\n")
    return min(changed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
