"""From a row that a reviewer filled in to a decision, or to what is wrong with it, in Dutch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kempen_nlp.dutch import DECISION_TERMS, HEADINGS, KEY_HEADING, POLARITY_TERMS, REVIEW_HEADINGS, STATE_TERMS
from kempen_nlp.framework import Framework
from kempen_nlp.review._reading import ReviewRow
from kempen_nlp.workbook import row_key

_NEW = ("new_competency", "new_rank", "new_polarity", "new_quote")
_FIELDS = ("competency", "rank", "polarity", "quote")


@dataclass(frozen=True, slots=True)
class Finding:
    """A competency at a rank with a polarity, and the words that show it."""

    competency: str
    rank: int
    polarity: str
    quote: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer said of one row."""

    key: str
    row: int
    comment_id: str
    text: str
    state: str
    """One of ``assignments.STATES``: what the model made of it."""
    model: Finding | None
    """What the model found; None when it found nothing."""
    decision: str
    """``accept``, ``change`` or ``reject``."""
    final: Finding | None
    """What holds after the decision; None when there is no evidence here."""
    reviewer: str
    date: str
    """ISO date, empty when the reviewer gave none."""
    reason: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row whose decision cannot be used: where, what was found, what was expected; all in Dutch."""

    row: int
    comment_id: str
    column: str
    found: str
    expected: str
    cell: str = ""
    """Sheet and cell, ``Toewijzingen!L7``; empty where there is no sheet."""


class _Unusable(Exception):  # noqa: N818 - caught where it is raised, never seen outside
    def __init__(self, column: str, found: object, expected: str) -> None:
        super().__init__(column)
        self.column, self.found, self.expected = column, found, expected


def decide(rows: Iterable[ReviewRow], framework: Framework) -> Iterator[Decision | SetAside | None]:
    """Yield for each row a decision, what is wrong with it, or None where nothing was decided."""
    first_row_of: dict[str, int] = {}
    for row in rows:
        identifier = _text(row.cells.get("id"))
        try:
            found = _decision(row, framework)
        except _Unusable as problem:
            yield SetAside(row.number, identifier, problem.column, _shown(problem.found), problem.expected)
            continue
        first = first_row_of.setdefault(found.key, row.number) if found else row.number
        if first == row.number:
            yield found
        else:
            yield SetAside(row.number, identifier, KEY_HEADING, f"dezelfde rij als rij {first}", "elke rij één keer")


def _decision(row: ReviewRow, framework: Framework) -> Decision | None:
    cells = row.cells
    filled = [name for name in (*_NEW, "reason") if cells.get(name) is not None]
    if cells.get("decision") is None:
        if filled:
            raise _Unusable(
                REVIEW_HEADINGS["decision"], None, f"een van {_listed(DECISION_TERMS)}, want er is wel iets ingevuld"
            )
        return None
    decision = _term(cells["decision"], DECISION_TERMS, REVIEW_HEADINGS["decision"])
    known = _as_found(row)
    if cells.get("reviewer") is None:
        raise _Unusable(REVIEW_HEADINGS["reviewer"], None, "de naam van wie besloot")
    model = _model_finding(known)
    return Decision(
        key=str(cells["key"]).strip(), row=row.number, comment_id=_text(cells["id"]), text=_text(known["text"]),
        state=known["state"], model=model, decision=decision, final=_final(decision, row, model, known, framework),
        reviewer=_text(cells["reviewer"]).strip(), date=_date(cells.get("date")), reason=_text(cells.get("reason")),
    )  # fmt: skip


def _as_found(row: ReviewRow) -> dict[str, Any]:
    """Return what the model found, in the words of the code; refuse it when a cell of it was changed."""
    known = {name: row.cells.get(name) for name in ("id", "text", "start", *_FIELDS)}
    known["state"] = _term(row.cells.get("state"), STATE_TERMS, HEADINGS["state"])
    if known["polarity"] is not None:
        known["polarity"] = _term(known["polarity"], POLARITY_TERMS, HEADINGS["polarity"])
    if row_key(known) != _text(row.cells.get("key")).strip():
        expected = (
            "de cellen van het model zoals zij waren; gebruik de kolommen ‘juiste …’ en sorteer alle kolommen tegelijk"
        )
        raise _Unusable(KEY_HEADING, "de rij is veranderd", expected)
    if known["state"] == "problem":
        raise _Unusable(
            HEADINGS["state"], STATE_TERMS["problem"], "geen besluit: deze opmerking kon niet worden gelezen"
        )
    return known


def _model_finding(known: Mapping[str, Any]) -> Finding | None:
    if known["state"] == "none":
        return None
    return Finding(_text(known["competency"]), int(known["rank"]), known["polarity"], _text(known["quote"]))


def _final(
    decision: str, row: ReviewRow, model: Finding | None, known: Mapping[str, Any], framework: Framework
) -> Finding | None:
    given = [name for name in _NEW if row.cells.get(name) is not None]
    if decision != "change":
        if given:
            expected = f"een lege cel bij {DECISION_TERMS[decision]}, of het besluit {DECISION_TERMS['change']}"
            raise _Unusable(REVIEW_HEADINGS[given[0]], row.cells[given[0]], expected)
        if decision == "reject" and model is None:
            expected = "accepteren als er niets staat; anders wijzigen, met alle kolommen ‘juist …’ gevuld"
            raise _Unusable(REVIEW_HEADINGS["decision"], DECISION_TERMS["reject"], expected)
        if decision == "reject" or model is None:
            return None
        return replace(model, quote=_quote(model.quote, _text(known["text"])))
    final = _corrected(row, model, _text(known["text"]), framework)
    if final == model:
        raise _Unusable(
            REVIEW_HEADINGS["decision"], DECISION_TERMS["change"], "iets anders dan het model zei, of accepteren"
        )
    return final


def _corrected(row: ReviewRow, model: Finding | None, text: str, framework: Framework) -> Finding:
    value: dict[str, Any] = {}
    if row.cells.get("new_competency") is not None:
        # Before what is missing: a competency that does not exist is the mistake to mend first.
        _competency(row.cells["new_competency"], framework)
    for name, field in zip(_NEW, _FIELDS, strict=True):
        given = row.cells.get(name)
        if given is None and model is None:
            raise _Unusable(REVIEW_HEADINGS[name], None, "een waarde, want het model vond hier niets")
        value[field] = getattr(model, field) if given is None else given
    competency = _competency(value["competency"], framework)
    ranks = framework[competency].ranks
    return Finding(
        competency,
        _rank(value["rank"], competency, ranks),
        _term(value["polarity"], POLARITY_TERMS, REVIEW_HEADINGS["new_polarity"]),
        _quote(_text(value["quote"]), text),
    )


def _competency(value: object, framework: Framework) -> str:
    wanted = " ".join(_text(value).split()).casefold()
    for name in framework.names:
        if " ".join(name.split()).casefold() == wanted:
            return name
    raise _Unusable(REVIEW_HEADINGS["new_competency"], value, f"een van {', '.join(framework.names)}")


def _rank(value: object, competency: str, ranks: tuple[int, ...]) -> int:
    match = re.fullmatch(r"(?:niveau\s*)?(\d+)(?:[.,]0+)?", _text(value).strip().casefold())
    if match and int(match[1]) in ranks:
        return int(match[1])
    raise _Unusable(REVIEW_HEADINGS["new_rank"], value, f"een van {', '.join(map(str, ranks))} bij {competency}")


def _quote(quote: str, text: str) -> str:
    """Return the words as they stand in the text; white space may differ, as programs differ in it."""
    pattern = r"\s+".join(re.escape(word) for word in quote.split())
    match = re.search(pattern, text) if pattern else None
    if match is None:
        # The words themselves are of a comment, and stay out of messages.
        raise _Unusable(
            REVIEW_HEADINGS["new_quote"], "woorden die er niet staan", "woorden die letterlijk in de opmerking staan"
        )
    return match[0]


def _term(value: object, terms: Mapping[str, str], column: str) -> str:
    wanted = _text(value).strip().casefold()
    for name, term in terms.items():
        if wanted in (name, term):
            return name
    raise _Unusable(column, value, f"een van {_listed(terms)}")


def _date(value: object) -> str:
    from openpyxl.utils.datetime import from_excel

    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 1 <= value < 2_958_466:
        value = from_excel(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    for layout in ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y"):
        try:
            return datetime.strptime(_text(value).strip(), layout).date().isoformat()
        except ValueError:
            continue
    raise _Unusable(REVIEW_HEADINGS["date"], value, "een datum, bijvoorbeeld 24-11-2026, of niets")


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _shown(value: object) -> str:
    return "niets" if value is None else _text(value)[:60]


def _listed(terms: Mapping[str, str]) -> str:
    return ", ".join(terms.values())
