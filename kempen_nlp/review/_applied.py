"""Assignments as people decided about them, for a report that shows what holds after reviewing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from kempen_nlp.assignments import TABLE_COLUMNS
from kempen_nlp.dutch import POLARITY_TERMS, STATE_TERMS, from_dutch_words
from kempen_nlp.review._decisions import Decision
from kempen_nlp.review._reading import ReviewRow

_TYPES = {
    **dict.fromkeys(("rank", "start", "end", "evidence_rank"), "Int64"),
    **dict.fromkeys(("probability", "evidence_similarity"), "float64"),
}
_OF_A_FINDING = tuple(name for name in TABLE_COLUMNS if name not in ("id", "text", "state", "problems"))


def reviewed_table(rows: Sequence[ReviewRow], decisions: Iterable[Decision]) -> pd.DataFrame:
    """
    Return the rows of a filled-in workbook with the decisions carried out.

    Accepted and changed findings are assigned, rejected ones are gone, and what nobody decided
    about stays as the model found it. A finding that a person decided about has no probability:
    that was the model's.

    Returns
    -------
    DataFrame
        As ``assignments.to_frame`` gives, at least one row a comment.
    """
    decided = {decision.row: decision for decision in decisions}
    kept: list[dict[str, Any]] = []
    emptied: dict[str, tuple[int, dict[str, Any]]] = {}
    for row in rows:
        found, decision = _as_found(row), decided.get(row.number)
        after = found if decision is None else _after(found, decision)
        if after is None:
            emptied.setdefault(str(found["id"]), (len(kept), found))
        else:
            kept.append(after)
    left = {str(row["id"]) for row in kept}
    for place, found in sorted(emptied.values(), key=lambda pair: -pair[0]):
        if str(found["id"]) not in left:
            kept.insert(place, {**found, **dict.fromkeys(_OF_A_FINDING), "state": "none"})
    extra = dict.fromkeys(name for row in kept for name in row if name not in TABLE_COLUMNS)
    columns = [*TABLE_COLUMNS, *extra]
    return pd.DataFrame(kept, columns=columns).astype({name: _TYPES.get(name, "str") for name in columns})


def _as_found(row: ReviewRow) -> dict[str, Any]:
    """Return a row with the words of the code."""
    values: dict[str, Any] = {**row.extra, **{name: row.cells.get(name) for name in TABLE_COLUMNS}}
    for name, terms in (("state", STATE_TERMS), ("polarity", POLARITY_TERMS)):
        values[name] = {term: key for key, term in terms.items()}.get(str(values[name]), values[name])
    values["problems"] = from_dutch_words(str(values["problems"] or ""))
    return values


def _after(found: Mapping[str, Any], decision: Decision) -> dict[str, Any] | None:
    final = decision.final
    if final is None:
        return dict(found) if decision.model is None else None
    same = decision.model is not None and (final.competency, final.rank) == (
        decision.model.competency,
        decision.model.rank,
    )
    start = _start(final.quote, decision, found)
    about = {} if same else dict.fromkeys(name for name in TABLE_COLUMNS if name.startswith("evidence_"))
    return {
        **found, **about, "text": decision.text, "state": "assigned",
        "competency": final.competency, "rank": final.rank, "polarity": final.polarity,
        "quote": final.quote, "start": start, "end": start + len(final.quote),
        "probability": None, "rank_probabilities": None,
    }  # fmt: skip


def _start(quote: str, decision: Decision, found: Mapping[str, Any]) -> int:
    """Return where a quote begins: where the model found it, else the first place that has these words."""
    place = found["start"]
    # Programs that save a workbook may end lines in another way, and then every place behind them shifts.
    if decision.model and isinstance(place, int) and decision.text.startswith(quote, place):
        return place
    return decision.text.find(quote)
