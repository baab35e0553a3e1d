"""How the review page looks: widgets for a session, in Dutch, nothing asked of the network."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import ipywidgets as w

from kempen_nlp.app._messages import in_dutch
from kempen_nlp.app._row import ItemRow
from kempen_nlp.app._session import ALL, OUTCOMES, Load, ReviewSession
from kempen_nlp.assignments import spans_of, state_counts
from kempen_nlp.comments import READABLE_SUFFIXES
from kempen_nlp.corpus import framework_names
from kempen_nlp.display import comment_html
from kempen_nlp.dutch import STATE_TERMS, counted
from kempen_nlp.errors import KempenError

PER_PAGE = 8
_OWN = "eigen raamwerk (JSON)"
_INTRO = """<h1>Opmerkingen nakijken</h1>
<p style="background:#fff8e1;border-left:4px solid #f0b400;padding:.6rem 1rem;max-width:60rem">Hulpmiddel bij het
lezen. De toewijzingen zijn schattingen; neem geen beslissing over een medewerker zonder zelf de opmerkingen te lezen.
Uw bestand blijft op deze computer en verdwijnt als u dit venster sluit: haal het werkboek op voordat u stopt.</p>"""
_WIDE = w.Layout(width="22rem")
_LABELS = {"description_width": "8.5rem"}


class ReviewPage:
    """The page; ``widget`` is what a notebook shows."""

    def __init__(self, load: Load | None = None) -> None:
        self.session = ReviewSession(load) if load else ReviewSession()
        self.page = 0
        self.upload = _upload("Kies bestand…", ",".join(READABLE_SUFFIXES), "kempen-upload")
        self.framework = _choice("Raamwerk", [*framework_names(), _OWN], "kempen-framework")
        self.own = _upload("Kies raamwerk…", ".json", "kempen-own")
        self.precision = _choice(
            "Zekerheid", [("gewoon", 0.0), ("8 van de 10 juist", 0.8), ("9 van de 10 juist", 0.9)], "kempen-precision"
        )
        self.reviewer = w.Text(description="Uw naam", placeholder="staat bij uw besluiten", style=_LABELS, layout=_WIDE)
        self.reviewer.add_class("kempen-reviewer")
        self.start = _button("Lees de opmerkingen", "kempen-start", self._read, "primary")
        self.progress = w.IntProgress(layout=w.Layout(width="22rem", visibility="hidden"))
        self.message = w.HTML()
        self.message.add_class("kempen-message")
        self.competency = _choice("Competentie", [ALL], "kempen-competency", self._filter)
        self.rank = _choice("Niveau", [ALL], "kempen-rank", self._filter)
        self.outcome = _choice("Uitkomst", list(OUTCOMES), "kempen-outcome", self._filter)
        self.counter = w.HTML()
        self.counter.add_class("kempen-counter")
        self.previous = _button("‹ vorige", "kempen-previous", lambda _: self._turn(-1))
        self.next = _button("volgende ›", "kempen-next", lambda _: self._turn(1))
        self.list = w.VBox()
        self.make = _button("Maak het werkboek", "kempen-make", self._make, "success")
        self.link = w.HTML()
        self.link.add_class("kempen-link")
        self.review = w.VBox(layout=w.Layout(display="none"))
        self.framework.observe(lambda _: self._show_own(), "value")
        self.widget = self._arranged()

    def _arranged(self) -> w.Widget:
        self._show_own()
        self.review.children = (
            w.HTML("<h2>Nakijken</h2>"), w.HBox([self.competency, self.rank, self.outcome], layout=_wrapping()),
            w.HBox([self.previous, self.next, self.counter], layout=_wrapping()), self.list,
            w.HTML("<h2>Bewaren</h2>"), w.HBox([self.make, self.link], layout=_wrapping()),
        )  # fmt: skip
        files = w.HBox([w.Label("Opmerkingen", layout=_beside()), self.upload])
        return w.VBox(
            [w.HTML(_INTRO), files, w.HBox([self.framework, self.own]), self.precision, self.reviewer,
             w.HBox([self.start, self.progress]), self.message, self.review]
        )  # fmt: skip

    def _show_own(self) -> None:
        self.own.layout.display = "" if self.framework.value == _OWN else "none"

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
        counts = ", ".join(f"{n} {STATE_TERMS[s]}" for s, n in state_counts(self.session.comments).items())
        self._say(f"{counted(len(self.session.comments), 'opmerking')} gelezen: {counts}.")
        known = self.session.framework
        self.competency.options = [ALL, *known.names] if known else [ALL]
        self.rank.options = [ALL, *(str(r) for r in range(1, known.n_ranks + 1))] if known else [ALL]
        self.outcome.value = ALL
        self.link.value, self.review.layout.display = "", ""
        self._filter(None)

    def _tick(self, done: int, total: int) -> None:
        # A message a comment would make the browser slower than the model.
        if done == total or done % max(1, total // 100) == 0:
            self.progress.max, self.progress.value = total, done

    def _say(self, html: str, *, is_bad: bool = False) -> None:
        color = "#fde0dd" if is_bad else "#e5f5e0"
        self.message.value = (
            f'<p role="status" style="background:{color};padding:.6rem 1rem;max-width:60rem">{html}</p>'
        )

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
            _close(block)
        self.previous.disabled, self.next.disabled = self.page == 0, self.page == n_pages - 1
        where = f"{counted(len(groups), 'opmerking')} · bladzijde {self.page + 1} van {n_pages}"
        self.counter.value = f"{where} · {counted(len(self.session.decisions), 'besluit')}"

    def _block(self, items: list[Any]) -> w.Widget:
        comment, names = items[0].comment, self.session.framework.names if self.session.framework else ()
        spans = [*spans_of(comment.assignments, names), *spans_of(comment.abstained, names, doubtful=True)]
        shown = comment_html(comment.text, spans, comment.problems, comment.state)
        text = w.HTML(f"<strong>{escape(comment.id)}</strong>{shown}")
        text.add_class("kempen-comment")
        decidable = [] if comment.problems else items
        rows = [ItemRow(item, self.session, self._reviewer, self._count).widget for item in decidable]
        return w.VBox([text, *rows], layout=w.Layout(border_top="1px solid #ddd", padding=".4rem 0"))

    def _reviewer(self) -> str:
        return str(self.reviewer.value).strip() or "onbekend"

    def _count(self) -> None:
        head = self.counter.value.rpartition(" · ")[0]
        self.counter.value = f"{head} · {counted(len(self.session.decisions), 'besluit')}"

    def _make(self, _button: object) -> None:
        content = base64.b64encode(self.session.workbook()).decode()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        self.link.value = f'<a download="nagekeken.xlsx" href="data:{kind};base64,{content}">nagekeken.xlsx bewaren</a>'


def _upload(text: str, accept: str, name: str) -> w.FileUpload:
    made = w.FileUpload(accept=accept, multiple=False, description=text, layout=w.Layout(width="14rem"))
    made.add_class(name)
    return made


def _choice(text: str, options: list[Any], name: str, then: Any = None) -> w.Dropdown:  # noqa: ANN401 - what ipywidgets takes
    made = w.Dropdown(description=text, options=options, style=_LABELS, layout=_WIDE)
    made.add_class(name)
    if then is not None:
        made.observe(then, "value")
    return made


def _button(text: str, name: str, then: Any, style: str = "") -> w.Button:  # noqa: ANN401 - what ipywidgets takes
    made = w.Button(description=text, button_style=style, layout=w.Layout(width="14rem"))
    made.add_class(name)
    made.on_click(then)
    return made


def _beside() -> w.Layout:
    return w.Layout(width="8.5rem", display="flex", justify_content="flex-end")


def _wrapping() -> w.Layout:
    return w.Layout(flex_flow="row wrap", align_items="center")


def _close(widget: w.Widget) -> None:
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()
