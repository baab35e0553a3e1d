"""What is kept of a review: labelled feedback, every decision for good, and what could not be used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from kempen_nlp.assignments import whole_file
from kempen_nlp.corpus import sha256_of
from kempen_nlp.errors import ReviewError
from kempen_nlp.review._decisions import Decision
from kempen_nlp.review._reading import read_workbook
from kempen_nlp.review._review import Review, read_review

_ASIDE_HEADINGS = {
    "cell": "cel", "row": "rij", "comment_id": "nummer", "column": "kolom", "found": "gevonden", "expected": "verwacht",
}  # fmt: skip


def import_review(
    path: str | Path, output: str | Path, *, framework: str | None = None, writer_column: str | None = None
) -> Review:
    """
    Read a filled-in workbook and write labelled feedback, the decisions, and what was set aside.

    Beside ``output`` stand a file ending in ``.besluiten.jsonl``, to which new decisions are added
    and from which none goes, and, when rows were set aside, one ending in ``.terzijde.csv``.

    Parameters
    ----------
    path, framework, writer_column
        As in ``read_review``.
    output : path
        Labelled feedback, JSON Lines, for ``kempen train --feedback``.

    Raises
    ------
    ReviewError
        As in ``read_review``.
    """
    output = Path(output)
    review = read_review(path, framework=framework, writer_column=writer_column)
    with whole_file(output) as partial:
        partial.write_text(_json_lines(review.feedback), encoding="utf-8")
    kept = output.with_name(f"{output.stem}.besluiten.jsonl")
    _add_decisions(kept, review)
    if review.set_aside:
        table = pd.DataFrame([asdict(item) for item in review.set_aside]).rename(columns=_ASIDE_HEADINGS)
        with whole_file(aside_path(output)) as partial:
            table[list(_ASIDE_HEADINGS.values())].to_csv(partial, sep=";", index=False, encoding="utf-8-sig")
    return review


def aside_path(output: str | Path) -> Path:
    """Return where ``import_review`` lists the rows that cannot be used."""
    output = Path(output)
    return output.with_name(f"{output.stem}.terzijde.csv")


def _add_decisions(path: Path, review: Review) -> None:
    """Add what is new; a decision that was taken back later stays in the file, as it was taken."""
    known = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    source = {
        "workbook": review.workbook.path.name, "workbook_sha256": sha256_of(review.workbook.path),
        "workbook_saved": review.workbook.saved.isoformat() if review.workbook.saved else None,
        "framework": review.framework.id, "model_sha256": review.workbook.facts.get("model (sha256 van manifest.json)"),
    }  # fmt: skip
    told = {_decided(json.loads(line)) for line in known if line.strip()}
    new = [{**_plain(decision), **source} for decision in review.decisions]
    lines = [*known, *_json_lines(row for row in new if _decided(row) not in told).splitlines()]
    with whole_file(path) as partial:
        partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _plain(decision: Decision) -> dict[str, Any]:
    return {k: v for k, v in asdict(decision).items() if k not in ("text", "row")}


def _decided(row: Mapping[str, Any]) -> str:
    return json.dumps(
        {k: v for k, v in row.items() if not k.startswith(("workbook", "framework", "model_"))}, sort_keys=True
    )


def _json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def count_decided(path: str | Path) -> int:
    """Return how many rows of a workbook have a decision; 0 for any other file."""
    try:
        rows = read_workbook(path).rows if Path(path).suffix.lower() == ".xlsx" else ()
    except ReviewError:
        return 0
    return sum(row.cells.get("decision") is not None for row in rows)


def require_no_decisions(path: Path) -> None:
    """
    Refuse to write over a workbook in which people decided about rows; any other file may go.

    Raises
    ------
    ReviewError
        If it holds decisions.
    """
    if n_decided := count_decided(path):
        msg = (
            f"{path} holds {n_decided} decisions of reviewers, which would be lost. "
            "Name another file with -o, or move that one away."
        )
        raise ReviewError(msg)
