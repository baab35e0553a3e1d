"""
Execute every notebook from the top, keep its outputs, and leave nothing of this machine in it.

With ``--check`` nothing is written: what comes out is compared with the outputs that were kept.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
TIMEOUT_S = 900


def shown(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what each output of a notebook shows, texts and figures, warnings left out."""
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.output_type != "stream"]
    return [str(data.get("image/svg+xml") or data.get("text/plain")) for data in (o.get("data", {}) for o in outputs)]


def differences(kept: nbformat.NotebookNode, again: nbformat.NotebookNode) -> list[str]:
    """Return the outputs that did not come back; the cell with versions may differ in them."""
    pairs = zip(shown(kept), shown(again), strict=True)
    return [before for before, after in pairs if before != after and "versie of sha256" not in before]


def main(names: list[str]) -> int:
    """Execute the notebooks named, or all; stop at the first that fails."""
    is_check = "--check" in names
    paths = [FOLDER / name for name in names if name != "--check"] or sorted(FOLDER.glob("*.ipynb"))
    changed = 0
    for path in paths:
        started = time.monotonic()
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources={"metadata": {"path": FOLDER}})
        client.execute()
        if is_check:
            found = differences(nbformat.read(path, as_version=4), notebook)
            changed += len(found)
            sys.stderr.write(f"{path.name}: {len(found)} outputs differ, {time.monotonic() - started:.0f} s\n")
            continue
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
        notebook.metadata = {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
        nbformat.write(notebook, path)
        sys.stderr.write(f"{path.name}: {time.monotonic() - started:.0f} s\n")
    return min(changed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
