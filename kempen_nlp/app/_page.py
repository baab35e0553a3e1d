"""How the review page looks: widgets for a session, in Dutch, nothing asked of the network."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import ipywidgets as w

from kempen_nlp.app._messages import in_dutch
from kempen_nlp.app._row import ItemRow
from kempen_nlp.app._session import ALL, OUTCOMES, Load, ReviewSession
from kempen_nlp.app._widgets import LABELS, WIDE, beside, button, choice, close_all, name_file, upload_button, wrapping
from kempen_nlp.assignments import spans_of, state_counts
from kempen_nlp.comments import READABLE_SUFFIXES
from kempen_nlp.corpus import framework_names
from kempen_nlp.display import comment_html
from kempen_nlp.dutch import STATE_TERMS, counted, in_dutch_words
from kempen_nlp.errors import KempenError

PER_PAGE = 8
_OWN = "eigen raamwerk (JSON)"
_INTRO = """<h1>Opmerkingen nakijken</h1>
<p class="kempen-note">Hulpmiddel bij het lezen. De toewijzingen zijn schattingen; neem geen beslissing over een
medewerker zonder zelf de opmerkingen te lezen. Uw bestand blijft op deze computer en verdwijnt als u dit venster
sluit of opnieuw laadt: <strong>haal het werkboek op voordat u stopt</strong>. Kiest u een volgende keer dat werkboek
als bestand, dan gaat u verder waar u was.</p>"""
_HOW = """<p class="kempen-hint">Elke kleur is een competentie. Een doorgetrokken lijn onder het citaat is een sterk
punt, een streepjeslijn een ontwikkelpunt, een stippellijn (met ? erachter) te onzeker om mee te tellen.</p>"""


class ReviewPage:
    """The page; ``widget`` is what a notebook shows."""

    def __init__(self, load: Load | None = None) -> None:
        self.session = ReviewSession(load) if load else ReviewSession()
        self.page = 0
        self.upload = upload_button("Kies bestand…", ",".join(READABLE_SUFFIXES), "kempen-upload")
        self.chosen = w.HTML()
        self.framework = choice("Raamwerk", [*framework_names(), _OWN], "kempen-framework")
        self.own = upload_button("Kies raamwerk…", ".json", "kempen-own")
        self.own_chosen = w.HTML()
        self.precision = choice(
            "Zekerheid", [("gewoon", 0.0), ("8 van de 10 juist", 0.8), ("9 van de 10 juist", 0.9)], "kempen-precision"
        )
        self.reviewer = w.Text(description="Uw naam", placeholder="staat bij uw besluiten", style=LABELS, layout=WIDE)
        self.reviewer.add_class("kempen-reviewer")
        self.start = button("Lees de opmerkingen", "kempen-start", self._read, "primary")
        self.progress = w.IntProgress(layout=w.Layout(width="22rem", visibility="hidden"))
        self.message = w.HTML()
        self.message.add_class("kempen-message")
        self.competency = choice("Competentie", [ALL], "kempen-competency", self._filter)
        self.rank = choice("Niveau", [ALL], "kempen-rank", self._filter)
        self.outcome = choice("Uitkomst", list(OUTCOMES), "kempen-outcome", self._filter)
        self.counter = w.HTML()
        self.counter.add_class("kempen-counter")
        self.todo = w.HTML()
        self.todo.add_class("kempen-todo")
        self.previous = button("‹ vorige", "kempen-previous", lambda _: self._turn(-1))
        self.next = button("volgende ›", "kempen-next", lambda _: self._turn(1))
        self.next_below = button("volgende ›", "kempen-next", lambda _: self._turn(1))
        self.list = w.VBox()
        self.make = button("Maak het werkboek", "kempen-make", self._make, "success")
        self.link = w.HTML()
        self.link.add_class("kempen-link")
        self.review = w.VBox(layout=w.Layout(display="none"))
        self.framework.observe(lambda _: self._show_own(), "value")
        self.upload.observe(lambda _: name_file(self.upload, self.chosen), "value")
        self.own.observe(lambda _: name_file(self.own, self.own_chosen), "value")
        self.widget = self._arranged()

    def _arranged(self) -> w.Widget:
        self._show_own()
        self.review.children = (
            w.HTML(f"<h2>2. Nakijken</h2>{_HOW}"), self.todo,
            w.HBox([self.competency, self.rank, self.outcome], layout=wrapping()),
            w.HBox([self.previous, self.next, self.counter], layout=wrapping()), self.list,
            self.next_below,
            w.HTML("<h2>3. Bewaren</h2>"), w.HBox([self.make, self.link], layout=wrapping()),
        )  # fmt: skip
        files = w.HBox([w.Label("Opmerkingen", layout=beside()), self.upload, self.chosen])
        return w.VBox(
            [w.HTML(f"{_INTRO}<h2>1. Kiezen</h2>"), files, w.HBox([self.framework, self.own, self.own_chosen]),
             self.precision, self.reviewer, w.HBox([self.start, self.progress]), self.message, self.review]
        )  # fmt: skip

    def _show_own(self) -> None:
        for widget in (self.own, self.own_chosen):
            widget.layout.display = "" if self.framework.value == _OWN else "none"

    def _read(self, _button: object) -> None:
        self.message.value, self.start.disabled = "", True
        self.progress.layout.visibility = "visible"
        try:
            self._read_upload()
        except KempenError as error:
            self._refuse(str(error))
        except Exception as error:
            # Without a word the page would seem to be reading for ever; the error's text may hold a comment.
            self._refuse(f"Er ging iets mis in het programma ({type(error).__name__}). Meld dit bij de beheerder.")
        finally:
            self.start.disabled, self.progress.layout.visibility = False, "hidden"

    def _refuse(self, message: str) -> None:
        dutch = in_dutch(message)
        whole = "" if dutch == message else f"<br><small>{escape(message)}</small>"
        self._say(f"<strong>Dit kan niet worden gelezen.</strong> {escape(dutch)}{whole}", is_bad=True)
        self.review.layout.display = "none"

    def _read_upload(self) -> None:
        if not self.upload.value or (self.framework.value == _OWN and not self.own.value):
            msg = "Er is nog geen bestand gekozen. Kies een bestand met opmerkingen, en bij een eigen raamwerk ook dat."
            raise KempenError(msg)
        file = self.upload.value[0]
        framework = bytes(self.own.value[0]["content"]) if self.framework.value == _OWN else self.framework.value
        self.session.read(
            file["name"], bytes(file["content"]), framework, min_precision=self.precision.value or None, tick=self._tick
        )
        self._say(self._read_sentences())
        known = self.session.framework
        if known and self.framework.value != _OWN and known.id in framework_names():
            # A workbook of an earlier sitting knows its own.
            self.framework.value = known.id
        self.competency.options = [ALL, *known.names] if known else [ALL]
        self.rank.options = [ALL, *(str(r) for r in range(1, known.n_ranks + 1))] if known else [ALL]
        self.outcome.value = ALL
        self.link.value, self.review.layout.display = "", ""
        self._filter(None)

    def _read_sentences(self) -> str:
        session = self.session
        counts = ", ".join(f"{n} {STATE_TERMS[s]}" for s, n in state_counts(session.comments).items())
        said = f"{counted(len(session.comments), 'opmerking')} gelezen: {counts}."
        if session.framework:
            said += f" Raamwerk: {escape(session.framework.title)}."
        if session.decisions or session.n_left_out:
            said += f" Uit het werkboek: {counted(len(session.decisions), 'besluit')}."
        if session.n_left_out:
            said += (
                f" Niet overgenomen: {counted(session.n_left_out, 'besluit')}, want het klopt niet of er is nu iets "
                "anders gevonden is (ander model of andere zekerheid). In uw werkboek staat het nog."
            )
        return said

    def _tick(self, done: int, total: int) -> None:
        # A message a comment would make the browser slower than the model.
        if done == total or done % max(1, total // 100) == 0:
            self.progress.max, self.progress.value = total, done

    def _say(self, html: str, *, is_bad: bool = False) -> None:
        kind = "kempen-bad" if is_bad else "kempen-good"
        self.message.value = f'<p role="status" class="{kind}">{html}</p>'

    def _filter(self, _change: object) -> None:
        self.page = 0
        self._show()

    def _turn(self, step: int) -> None:
        self.page += step
        self._show()

    def _show(self) -> None:
        groups = self.session.selected(
            competency=self.competency.value, rank=self.rank.value, outcome=self.outcome.value
        )
        n_pages = max(1, -(-len(groups) // PER_PAGE))
        self.page = min(max(self.page, 0), n_pages - 1)
        shown = groups[self.page * PER_PAGE : (self.page + 1) * PER_PAGE]
        old = self.list.children
        self.list.children = tuple(self._block(items) for items in shown)
        for block in old:
            close_all(block)
        self.previous.disabled = self.page == 0
        self.next.disabled = self.next_below.disabled = self.page == n_pages - 1
        where = f"bladzijde {self.page + 1} van {n_pages}"
        found = counted(len(groups), "opmerking") if groups else "geen opmerking past bij deze keuze"
        self.counter.value = f"{found} · {where}"
        self._count(is_saved=True)

    def _block(self, items: list[Any]) -> w.Widget:
        comment, names = items[0].comment, self.session.framework.names if self.session.framework else ()
        spans = [*spans_of(comment.assignments, names), *spans_of(comment.abstained, names, doubtful=True)]
        problems = [in_dutch_words(problem) for problem in comment.problems]
        shown = comment_html(comment.text, spans, problems, comment.state)
        text = w.HTML(f"<strong>{escape(comment.id)}</strong>{shown}")
        text.add_class("kempen-comment")
        decidable = [] if comment.problems else items
        rows = [ItemRow(item, self.session, self._reviewer, self._count).widget for item in decidable]
        return w.VBox([text, *rows], layout=w.Layout(border_top="1px solid #ddd", padding=".4rem 0"))

    def _reviewer(self) -> str:
        return str(self.reviewer.value).strip()

    def _count(self, *, is_saved: bool = False) -> None:
        done, total = self.session.n_done, self.session.n_to_decide
        left = total - done
        said = (
            f"<strong>{counted(done, 'besluit')} van {total}</strong>, nog {left} te gaan"
            if left
            else (f"<strong>Alle {total} besluiten zijn genomen.</strong> Maak het werkboek")
        )
        half = counted(len(self.session.mistakes), "besluit")
        wrong = f"; {half} nog niet klaar" if self.session.mistakes else ""
        if not is_saved and self.link.value:
            self.link.value = "<em>Er is iets veranderd: maak het werkboek opnieuw.</em>"
        # The page asks before it is closed while this class is there.
        unsaved = "kempen-unsaved" if self.session.decisions and "<a" not in self.link.value else ""
        self.todo.value = (
            f'<p role="status" class="{unsaved}"><progress max="{max(total, 1)}" value="{done}" '
            f'aria-label="besluiten genomen"></progress> {said}{wrong}.</p>'
        )

    def _make(self, _button: object) -> None:
        if not self.session.sign(self._reviewer()):
            self.link.value = (
                "<strong>Vul eerst boven aan de bladzijde uw naam in:</strong> zonder naam telt een besluit niet."
            )
            return
        content = base64.b64encode(self.session.workbook()).decode()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        n_done = counted(len(self.session.decisions), "besluit")
        self.link.value = (
            f'<a download="nagekeken.xlsx" href="data:{kind};base64,{content}">nagekeken.xlsx bewaren ({n_done})</a>'
        )
        self._count(is_saved=True)
