"""A workbook of an earlier sitting: its comments, and the decisions in it that still fit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from kempen_nlp.comments import Comment
from kempen_nlp.corpus import framework_names, load_framework
from kempen_nlp.dutch import DECISION_TERMS, POLARITY_TERMS, STATE_TERMS, from_dutch_words
from kempen_nlp.errors import KempenError, ReviewError
from kempen_nlp.framework import Framework
from kempen_nlp.review import Decision, FilledWorkbook, decide, read_workbook
from kempen_nlp.workbook import FRAMEWORK_FACT, framework_hash


def earlier_workbook(path: Path) -> FilledWorkbook | None:
    """Return the workbook that this page or `kempen classify` wrote; None for any other file."""
    if path.suffix.lower() != ".xlsx":
        return None
    try:
        return read_workbook(path)
    except ReviewError:
        return None


def framework_of(workbook: FilledWorkbook, chosen: Framework) -> Framework:
    """
    Return the framework that a workbook was made with: the chosen one, else a shipped one.

    Raises
    ------
    KempenError
        If it is neither.
    """
    wanted = workbook.facts.get(FRAMEWORK_FACT)
    for framework in (chosen, *map(load_framework, framework_names())):
        if wanted in (None, framework_hash(framework)):
            return framework
    msg = f"{workbook.path.name} was made with another framework. Choose the one that it was made with."
    raise KempenError(msg)


def comments_of(workbook: FilledWorkbook) -> list[Comment]:
    """Return each comment of a workbook once, in order, with the other columns of the input."""
    found: dict[tuple[str, str], Comment] = {}
    for row in workbook.rows:
        # An id that was used twice is kept as a problem, beside the comment that had it first.
        identifier, text = str(row.cells.get("id") or ""), str(row.cells.get("text") or "")
        if (identifier, text) not in found:
            problem = from_dutch_words(str(row.cells.get("problems") or ""))
            unread = row.cells.get("state") == STATE_TERMS["problem"]
            found[identifier, text] = Comment(identifier, text, row.number, row.extra, (problem,) if unread else ())
    return list(found.values())


def decisions_of(
    workbook: FilledWorkbook, framework: Framework, keys: Iterable[str]
) -> tuple[dict[str, dict[str, object]], int]:
    """
    Return the decisions by key, as the page keeps them, and how many were left out.

    Left out is what cannot be used, and what is about a finding that is not there any more because
    another model, framework or certainty reads the comments.
    """
    results = [result for result in decide(workbook.rows, framework) if result is not None]
    known = set(keys)
    kept = {d.key: _as_kept(d) for d in results if isinstance(d, Decision) and d.key in known}
    return kept, len(results) - len(kept)


def _as_kept(decision: Decision) -> dict[str, object]:
    values: dict[str, object] = {"decision": DECISION_TERMS[decision.decision], "reviewer": decision.reviewer}
    if decision.date:
        values["date"] = datetime.fromisoformat(decision.date)
    if decision.reason:
        values["reason"] = decision.reason
    if decision.decision == "change" and decision.final is not None:
        for name in ("competency", "rank", "polarity", "quote"):
            value = getattr(decision.final, name)
            if decision.model is None or value != getattr(decision.model, name):
                values[f"new_{name}"] = POLARITY_TERMS[value] if name == "polarity" else value
    return values
