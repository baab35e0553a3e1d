"""What people decided, of a workbook or an export of Label Studio: checked, measured, turned into labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from kempen_nlp.corpus import framework_names, load_framework
from kempen_nlp.dutch import HEADINGS, counted, listed
from kempen_nlp.errors import ReviewError
from kempen_nlp.exchange import read_annotations
from kempen_nlp.framework import Framework
from kempen_nlp.review._annotations import decide_task
from kempen_nlp.review._applied import reviewed_table
from kempen_nlp.review._decisions import Decision, SetAside, decide
from kempen_nlp.review._measures import agreement_table
from kempen_nlp.review._reading import FilledWorkbook, read_workbook
from kempen_nlp.workbook import FRAMEWORK_FACT, framework_hash

WRITER_COLUMNS = ("schrijver", "auteur", "leidinggevende", "writer", "author")
UNKNOWN_WRITER = "onbekend"


@dataclass(frozen=True)
class Review:
    """What a filled-in workbook holds."""

    framework: Framework
    workbook: FilledWorkbook
    decisions: tuple[Decision, ...]
    set_aside: tuple[SetAside, ...]
    feedback: tuple[dict[str, Any], ...]
    """Labelled comments as ``corpus.read_feedback`` reads them, of comments decided as a whole."""
    n_unfinished: int
    """Comments with some decisions, of which a row is undecided or set aside; they teach nothing."""
    agreement: pd.DataFrame
    """As ``agreement_table`` gives."""

    def applied(self) -> pd.DataFrame:
        """
        Return the assignments with the decisions carried out, see ``reviewed_table``.

        Raises
        ------
        ReviewError
            If they come of no workbook.
        """
        if not self.workbook.rows:
            msg = f"{self.workbook.path} holds decisions, but not what was found. Expected a filled-in workbook."
            raise ReviewError(msg)
        return reviewed_table(self.workbook.rows, self.decisions)

    def who(self) -> str:
        """Say in Dutch who decided about how much, for a report."""
        names = listed(sorted({decision.reviewer for decision in self.decisions}))
        n_rows, n_decided = len(self.workbook.rows), len(self.decisions)
        rest = f"{n_rows - n_decided} van de {n_rows} rijen zijn niet nagekeken en staan er zoals het model ze vond."
        return (
            f"Nagekeken door {names}: {counted(n_decided, 'besluit')}. Wat is afgewezen, staat er niet in; wat is "
            "gewijzigd, staat er zoals het volgens de beoordelaar is. "
            + (rest if n_rows > n_decided else "Alle rijen zijn nagekeken.")
        )

    def sentences(self) -> str:
        """Say what came of it, in a few English sentences."""
        writers = {row["writer"] for row in self.feedback}
        hint = ""
        if self.feedback and len(writers) < 2:
            hint = (
                " They have one writer; `kempen train` needs two, to measure on one it never saw: "
                "name the column that says who wrote a comment with --writer-column."
            )
        return (
            f"{len(self.decisions)} decisions read, {len(self.set_aside)} rows set aside. "
            f"{len(self.feedback)} comments were decided as a whole and became labelled feedback; "
            f"{self.n_unfinished} were not finished.{hint}"
        )


def read_review(path: str | Path, *, framework: str | None = None, writer_column: str | None = None) -> Review:
    """
    Read and check a workbook that reviewers filled in.

    Parameters
    ----------
    path : path
        Workbook that ``kempen classify`` wrote, or a ``.json`` export of Label Studio with tasks of
        ``kempen export``.
    framework : str, optional
        Name or path; by default the shipped one that the file names.
    writer_column : str, optional
        Column of the input that says who wrote a comment; by default one of ``WRITER_COLUMNS``.

    Raises
    ------
    ReviewError
        If the workbook cannot be read, has no decisions, or was made with another framework.
    """
    path = Path(path)
    if path.suffix.lower() == ".json":
        return _from_label_studio(path, framework, writer_column)
    workbook = read_workbook(path)
    known = _framework(workbook, framework)
    results = [_placed(result, workbook) for result in decide(workbook.rows, known)]
    ids = [str(row.cells.get("id") or "") for row in workbook.rows]
    _require(any(result is not None for result in results), path, "Choose one from the list in the column `besluit`.")
    extra = {identifier: row.extra for identifier, row in zip(ids, workbook.rows, strict=True)}
    told = [*zip(ids, results, strict=True), *_incomplete(workbook, ids)]
    return _review(known, workbook, told, _writers(extra, path, writer_column))


def _placed(result: Decision | SetAside | None, workbook: FilledWorkbook) -> Decision | SetAside | None:
    if isinstance(result, SetAside):
        return replace(result, cell=workbook.cell(result.row, result.column))
    return result


def _incomplete(workbook: FilledWorkbook, ids: Sequence[str]) -> list[_Result]:
    """Set aside comments of which rows were taken out; what is gone was not judged, so the rest teaches nothing."""
    found = Counter(ids)
    lacking = {i: n for i, n in workbook.n_rows.items() if 0 < found[i] < n}
    first = {i: row.number for i, row in reversed(list(zip(ids, workbook.rows, strict=True)))}
    expected = "alle rijen van deze opmerking; wis geen rijen, maar wijs af of laat leeg"
    results: list[_Result] = []
    for identifier, n_rows in lacking.items():
        said = f"{found[identifier]} van de {n_rows} rijen"
        aside = SetAside(first[identifier], identifier, HEADINGS["id"], said, expected)
        results.append((identifier, _placed(aside, workbook)))
    return results


def _from_label_studio(path: Path, framework: str | None, writer_column: str | None) -> Review:
    tasks = read_annotations(path)
    wanted = {task.framework for task in tasks}
    known = next(
        (f for f in map(load_framework, [framework] if framework else framework_names()) if {f.id} == wanted), None
    )
    if known is None:
        msg = f"{path} was made with the framework {', '.join(sorted(wanted))}. Name it with --framework."
        raise ReviewError(msg)
    results: list[_Result] = []
    for task in tasks:
        results += [(task.comment_id, result) for result in decide_task(task, known)] or [(task.comment_id, None)]
    _require(any(result is not None for _, result in results), path, "Submit at least one task in Label Studio.")
    source = FilledWorkbook(path, (), {}, None)
    return _review(known, source, results, _writers({t.comment_id: t.extra for t in tasks}, path, writer_column))


_Result = tuple[str, Decision | SetAside | None]


def _review(
    framework: Framework, source: FilledWorkbook, results: Sequence[_Result], writers: Mapping[str, str]
) -> Review:
    decisions = tuple(r for _, r in results if isinstance(r, Decision))
    aside = tuple(r for _, r in results if isinstance(r, SetAside))
    complete, n_unfinished = _complete(results)
    of_comment: dict[str, list[Decision]] = {identifier: [] for identifier in complete}
    for decision in decisions:
        if decision.comment_id in of_comment:
            of_comment[decision.comment_id].append(decision)
    feedback = tuple(_labelled(i, found, writers) for i, found in of_comment.items())
    agreement = agreement_table(decisions, complete, framework.names)
    return Review(framework, source, decisions, aside, feedback, n_unfinished, agreement)


def _require(has_decisions: bool, path: Path, remedy: str) -> None:
    if not has_decisions:
        msg = f"{path} holds no decisions. {remedy}"
        raise ReviewError(msg)


def _framework(workbook: FilledWorkbook, name: str | None) -> Framework:
    wanted = workbook.facts.get(FRAMEWORK_FACT)
    candidates = [load_framework(n) for n in ([name] if name else framework_names())]
    for framework in candidates:
        if framework_hash(framework) == wanted or (name and wanted is None and _has_all(framework, workbook)):
            return framework
    what = f"was made with a framework of SHA-256 {wanted[:12]}…" if wanted else "does not say which framework it has"
    tried = f"{name} is another one" if name else "none of the shipped ones is that" if wanted else "its sheet is gone"
    msg = f"{workbook.path} {what}; {tried}. Name the framework that it was made with by --framework."
    raise ReviewError(msg)


def _has_all(framework: Framework, workbook: FilledWorkbook) -> bool:
    """Say whether every competency that the model named is of this framework; the sheet that would tell is gone."""
    named = {row.cells.get("competency") for row in workbook.rows} - {None}
    return named <= set(framework.names)


def _complete(results: Sequence[_Result]) -> tuple[list[str], int]:
    """Return the ids of comments that were decided as a whole, and how many were only begun."""
    decided: dict[str, list[bool]] = {}
    for identifier, result in results:
        decided.setdefault(identifier, []).append(isinstance(result, Decision))
    complete = [identifier for identifier, rows in decided.items() if all(rows)]
    return complete, sum(any(rows) and not all(rows) for rows in decided.values())


def _writers(extra: Mapping[str, Mapping[str, str]], path: Path, column: str | None) -> Mapping[str, str]:
    known = list(dict.fromkeys(name for cells in extra.values() for name in cells))
    if column is not None and column not in known:
        msg = f"{path} has no column {column!r} for the writer. It has {', '.join(known) or 'no other columns'}."
        raise ReviewError(msg)
    found = column or next((c for c in known if c.casefold() in WRITER_COLUMNS), "")
    return {identifier: cells.get(found) or UNKNOWN_WRITER for identifier, cells in extra.items()}


def _labelled(identifier: str, decisions: Sequence[Decision], writers: Mapping[str, str]) -> dict[str, Any]:
    labels = [{**asdict(d.final), "alt_rank": None} for d in decisions if d.final is not None]
    return {
        "id": identifier, "text": decisions[0].text, "labels": labels, "register": "form", "sector": "eigen",
        "writer": writers[identifier], "split": "train", "tags": [],
    }  # fmt: skip
