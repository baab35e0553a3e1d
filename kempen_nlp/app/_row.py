"""One line of the review page: what was found, and what the reviewer says of it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as w

from kempen_nlp.app._session import DECISIONS, POLARITIES, Item, ReviewSession
from kempen_nlp.dutch import DECISION_TERMS, POLARITY_TERMS

_SAME = "zoals gevonden"
_NOTHING = "kies…"


class ItemRow:
    """Buttons for one item; every change is kept at once, and said to be wrong at once."""

    def __init__(
        self, item: Item, session: ReviewSession, reviewer: Callable[[], str], then: Callable[[], None]
    ) -> None:
        self.item, self.session, self.reviewer, self.then = item, session, reviewer, then
        kept: dict[str, Any] = session.decisions.get(item.key, {})
        options = list(DECISIONS.items())
        if item.found is None:
            options = [o for o in options if o[1] != DECISION_TERMS["reject"]]
        self.decision = w.ToggleButtons(
            options=options, value=kept.get("decision", ""), style={"button_width": "7.5rem"}
        )
        self.decision.add_class("kempen-decision")
        self.fields = self._fields(kept)
        self.changes = w.HBox(list(self.fields.values())[:4], layout=w.Layout(flex_flow="row wrap"))
        self.wrong = w.HTML()
        self.wrong.add_class("kempen-wrong")
        for widget in (self.decision, *self.fields.values()):
            widget.observe(self._keep, "value")
        self._show()
        line = w.HBox([self.decision, self.fields["reason"]], layout=w.Layout(flex_flow="row wrap"))
        self.widget = w.VBox(
            [w.HTML(_described(item)), line, self.changes, self.wrong], layout=w.Layout(padding="0 0 .3rem 1rem")
        )

    def _fields(self, kept: dict[str, Any]) -> dict[str, Any]:
        framework = self.session.framework
        names = list(framework.names) if framework else []
        ranks = [(str(r), r) for r in range(1, framework.n_ranks + 1)] if framework else []
        first = _NOTHING if self.item.found is None else _SAME
        chosen = {
            "new_competency": _choice("competentie", first, names, kept.get("new_competency", "")),
            "new_rank": _choice("niveau", first, ranks, kept.get("new_rank", "")),
            "new_polarity": _choice("oordeel", first, POLARITIES, kept.get("new_polarity", "")),
        }
        written = {
            "new_quote": _written("citaat", "woorden uit de opmerking, letterlijk", kept.get("new_quote", "")),
            "reason": _written("reden", "mag leeg blijven", kept.get("reason", "")),
        }
        return {**chosen, **written}

    def _show(self) -> None:
        self.changes.layout.display = "" if self.decision.value == DECISION_TERMS["change"] else "none"
        mistake = self.session.mistakes.get(self.item.key, "")
        self.wrong.value = f'<p role="status">Nog niet klaar. {escape(mistake)}</p>' if mistake else ""
        self.wrong.layout.display = "" if mistake else "none"

    def _keep(self, _change: object) -> None:
        is_change = self.decision.value == DECISION_TERMS["change"]
        given = {name: field.value for name, field in self.fields.items() if is_change or name == "reason"}
        self.session.decide(self.item, self.reviewer(), {"decision": self.decision.value, **given})
        self._show()
        self.then()


def _choice(text: str, first: str, options: Any, value: object) -> w.Dropdown:  # noqa: ANN401 - what ipywidgets takes
    pairs = [(first, ""), *(o if isinstance(o, tuple) else (o, o) for o in options)]
    style, layout = {"description_width": "6rem"}, w.Layout(width="19rem")
    return w.Dropdown(description=text, options=pairs, value=value, style=style, layout=layout)


def _written(text: str, hint: str, value: str) -> w.Text:
    style, layout = {"description_width": "4rem"}, w.Layout(width="24rem")
    # Told when the field is left: while someone types, the words do not stand in the comment yet.
    return w.Text(description=text, value=value, placeholder=hint, style=style, layout=layout, continuous_update=False)


def _described(item: Item) -> str:
    if item.found is None:
        return (
            "<em>Hier is geen bewijs gevonden.</em> Klopt dat, dan <strong>accepteren</strong>. "
            "Staat er toch iets, dan <strong>wijzigen</strong> en alle vier de velden vullen."
        )
    found, state = item.found
    chance = f"{found.probability:.2f}".replace(".", ",")
    doubt = "" if state == "assigned" else " · <em>te onzeker om mee te tellen</em>"
    return (
        f"<strong>{escape(found.competency)} {found.rank}</strong> · {POLARITY_TERMS[found.polarity]} · "
        f"kans {chance}{doubt} · “{escape(found.quote)}”<br><small>indicator: {escape(found.evidence.text)}</small>"
    )
