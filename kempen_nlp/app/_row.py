"""One line of the review page: what was found, and what the reviewer says of it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as w

from kempen_nlp.app._session import DECISIONS, POLARITIES, Item, ReviewSession
from kempen_nlp.dutch import DECISION_TERMS, POLARITY_TERMS

_NARROW, _WIDE = w.Layout(width="11rem"), w.Layout(width="22rem")
_SAME = "zoals gevonden"


class ItemRow:
    """Buttons for one item; every change is kept at once."""

    def __init__(
        self, item: Item, session: ReviewSession, reviewer: Callable[[], str], then: Callable[[], None]
    ) -> None:
        self.item, self.session, self.reviewer, self.then = item, session, reviewer, then
        kept: dict[str, Any] = session.decisions.get(item.key, {})
        framework = session.framework
        names = list(framework.names) if framework else []
        ranks = [(str(r), r) for r in range(1, framework.n_ranks + 1)] if framework else []
        options = list(DECISIONS.items())
        if item.found is None:
            options = [o for o in options if o[1] != DECISION_TERMS["reject"]]
        self.decision = w.ToggleButtons(
            options=options, value=kept.get("decision", ""), style={"button_width": "7.5rem"}
        )
        self.decision.add_class("kempen-decision")
        self.fields = {
            "new_competency": _choice(names, kept.get("new_competency", "")),
            "new_rank": _choice(ranks, kept.get("new_rank", "")),
            "new_polarity": _choice(POLARITIES, kept.get("new_polarity", "")),
            "new_quote": w.Text(value=kept.get("new_quote", ""), placeholder="juist citaat, letterlijk", layout=_WIDE),
            "reason": w.Text(value=kept.get("reason", ""), placeholder="reden", layout=_WIDE),
        }
        self.changes = w.HBox(
            [self.fields[name] for name in list(self.fields)[:4]], layout=w.Layout(flex_flow="row wrap")
        )
        for widget in (self.decision, *self.fields.values()):
            widget.observe(self._keep, "value")
        self._show()
        line = w.HBox([self.decision, self.fields["reason"]], layout=w.Layout(flex_flow="row wrap"))
        self.widget = w.VBox([w.HTML(_described(item)), line, self.changes], layout=w.Layout(padding="0 0 .3rem 1rem"))

    def _show(self) -> None:
        self.changes.layout.display = "" if self.decision.value == DECISION_TERMS["change"] else "none"

    def _keep(self, _change: object) -> None:
        self._show()
        is_change = self.decision.value == DECISION_TERMS["change"]
        given = {name: field.value for name, field in self.fields.items() if is_change or name == "reason"}
        self.session.decide(self.item.key, self.reviewer(), {"decision": self.decision.value, **given})
        self.then()


def _choice(options: Any, value: object) -> w.Dropdown:  # noqa: ANN401 - what ipywidgets takes
    pairs = [(_SAME, ""), *(o if isinstance(o, tuple) else (o, o) for o in options)]
    return w.Dropdown(options=pairs, value=value, layout=_NARROW)


def _described(item: Item) -> str:
    if item.found is None:
        return (
            "<em>Geen bewijs gevonden. Klopt dat? Accepteren; staat er toch iets: wijzigen, en alle velden vullen.</em>"
        )
    found, state = item.found
    chance = f"{found.probability:.2f}".replace(".", ",")
    doubt = "" if state == "assigned" else " · <em>te onzeker</em>"
    return (
        f"<strong>{escape(found.competency)} {found.rank}</strong> · {POLARITY_TERMS[found.polarity]} · "
        f"kans {chance}{doubt} · “{escape(found.quote)}”<br><small>indicator: {escape(found.evidence.text)}</small>"
    )
