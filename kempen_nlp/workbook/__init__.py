"""One Excel workbook to read, filter and review: assignments, comments, profiles, quality, method."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from kempen_nlp.assignments import ClassifiedComment, to_frame, whole_file
from kempen_nlp.dutch import (
    KEY_HEADING,
    POLARITY_TERMS,
    REVIEW_HEADINGS,
    STATE_TERMS,
    counted,
    in_dutch,
    in_dutch_words,
)
from kempen_nlp.framework import Framework
from kempen_nlp.profiles import profile_sheet
from kempen_nlp.quality import count_marks, mark_comments
from kempen_nlp.workbook._keys import FIELDS, row_key
from kempen_nlp.workbook._sheets import NAME_PREFIX, add_sheet, make_reviewable, ordered
from kempen_nlp.workbook._steady import steady_package

__all__ = [
    "ASSIGNMENTS_SHEET", "COUNT_HEADINGS", "FIELDS", "FRAMEWORK_FACT", "METHOD_SHEET", "NAME_PREFIX", "Run",
    "framework_hash", "row_key", "write_sheets", "write_workbook",
]  # fmt: skip

ASSIGNMENTS_SHEET = "Toewijzingen"
COMMENTS_SHEET = "Opmerkingen"
PROFILES_SHEET = "Profielen"
QUALITY_SHEET = "Kwaliteit"
METHOD_SHEET = "Uitleg"
COUNT_HEADINGS = ("toewijzingen", STATE_TERMS["abstained"])
"""On the sheet with a row a comment: how many rows it has on the first sheet."""
FRAMEWORK_FACT = "raamwerk (sha256)"
_EXPLAINED = {
    "Let op": "Hulpmiddel bij het lezen. Neem geen beslissing over een medewerker zonder zelf de opmerkingen te lezen.",
    "uitkomst": "toegewezen · te onzeker: gevonden, maar te onzeker om mee te tellen · geen bewijs · niet gelezen",
    "citaat": "staat letterlijk in de opmerking",
    "competentie, niveau": "van het raamwerk",
    "oordeel": "sterk punt: het citaat laat dit niveau zien · ontwikkelpunt: het zegt dat dit niveau nog ontbreekt",
    "kans": "geijkte kans dat het citaat bewijs is voor deze competentie, 0 tot 1; zij zegt niets over het niveau",
    "indicator": "de zin uit het raamwerk die op het toegewezen niveau het dichtst bij het citaat ligt",
    "besluit": "accepteren: zo klopt het (bij ‘geen bewijs’: er staat niets) · wijzigen: vul in wat juist is · "
    "afwijzen: dit is geen bewijs",
    "juiste …": "alleen bij wijzigen; wat leeg blijft, blijft zoals het model het zei. "
    "Een juist citaat staat letterlijk in de opmerking",
    "beoordelaar, datum, reden": "wie besloot, wanneer en waarom; zonder beoordelaar telt een besluit niet",
    "Terug naar het model": "`kempen review import` leest dit bestand terug. Verander alleen de gele kolommen; "
    "sorteren, filteren en kolommen verplaatsen mag",
    "verborgen kolommen": "plaats in de tekst, kans per niveau, sleutel: nodig bij het teruglezen, niet bij het lezen",
    "Grenzen": "Alleen wat er geschreven staat, wordt gelezen. Een niveau kan er één naast zitten. De cijfers over "
    "juistheid komen uit verzonnen opmerkingen; lees een steekproef van uw eigen opmerkingen na voor u hierop bouwt.",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """With what comments were read, so that anyone can do it again."""

    framework: Framework | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    """Dutch names such as ``model (sha256)`` to values; they end on the sheet with the method."""


def framework_hash(framework: Framework) -> str:
    """Return the SHA-256 of a framework's JSON, by which a workbook says what it was made with."""
    return hashlib.sha256(framework.to_json().encode()).hexdigest()


def write_workbook(
    comments: Iterable[ClassifiedComment],
    path: str | Path,
    run: Run | None = None,
    *,
    decisions: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """
    Write all sheets of one workbook, whole or not at all.

    The first sheet has the columns of ``assignments.to_frame`` in Dutch, and empty ones for a
    reviewer. Texts are stored as texts, so no cell can run as a formula.

    Parameters
    ----------
    comments : iterable of ClassifiedComment
    path : path
    run : Run, optional
        Its framework gives the lists to choose from and the profiles.
    decisions : mapping, optional
        Key of a row (see ``row_key``) to what a reviewer filled in: fields of
        ``dutch.REVIEW_HEADINGS`` to values as the workbook shows them.
    """
    comments, run = list(comments), run or Run()
    frame = to_frame(comments)
    sheets = {ASSIGNMENTS_SHEET: _for_review(frame, decisions or {}), COMMENTS_SHEET: _overview(comments)}
    if run.framework is not None:
        sheets[PROFILES_SHEET] = profile_sheet(frame, run.framework)
    marked = mark_comments(comments)
    sheets |= {QUALITY_SHEET: marked, METHOD_SHEET: _method(comments, marked, run)}
    write_sheets(sheets, path, review=run)


def write_sheets(sheets: Mapping[str, pd.DataFrame], path: str | Path, *, review: Run | None = None) -> None:
    """
    Write tables as sheets with a frozen header and filters, whole or not at all.

    The same tables give the same bytes. With ``review`` the first sheet gets drop-downs and what it takes to read
    decisions back.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, frame in sheets.items():
        sheet = add_sheet(book, name, frame)
        if name == ASSIGNMENTS_SHEET and review is not None:
            # The lists come last in the book, so that the sheets to read stand first.
            first, table = sheet, frame
    if review is not None:
        make_reviewable(book, first, list(table.columns), len(table), review.framework)
    with whole_file(path) as partial:
        book.save(partial)
        steady_package(partial)


def _for_review(frame: pd.DataFrame, decisions: Mapping[str, Mapping[str, object]]) -> pd.DataFrame:
    keys = [row_key(row) for row in frame.to_dict("records")]
    table = in_dutch(frame)
    table[KEY_HEADING] = keys
    for name, heading in REVIEW_HEADINGS.items():
        table[heading] = pd.Series([decisions.get(key, {}).get(name) for key in keys], index=table.index, dtype=object)
    return ordered(table)


def _overview(comments: Sequence[ClassifiedComment]) -> pd.DataFrame:
    rows = []
    for comment in comments:
        found = "; ".join(f"{a.competency} {a.rank} ({POLARITY_TERMS[a.polarity]})" for a in comment.assignments)
        counts = (len(comment.assignments), len(comment.abstained))
        problems = in_dutch_words(" ".join(comment.problems))
        rows.append((comment.id, comment.text, STATE_TERMS[comment.state], found, *counts, problems))
    columns = ["nummer", "opmerking", "uitkomst", "gevonden", *COUNT_HEADINGS, "problemen"]
    table = pd.DataFrame(rows, columns=columns)
    extra = dict.fromkeys(name for comment in comments for name in comment.extra)
    for name in extra:
        heading = f"{name} (invoer)" if name in columns else name
        table[heading] = [comment.extra.get(name) for comment in comments]
    return table


def _method(comments: Sequence[ClassifiedComment], marked: pd.DataFrame, run: Run) -> pd.DataFrame:
    counts = {term: sum(c.state == state for c in comments) for state, term in STATE_TERMS.items()}
    all_of_them = counted(len(comments), "opmerking")
    rows = [
        *_EXPLAINED.items(),
        ("opmerkingen", f"{len(comments)}: " + ", ".join(f"{n} {term}" for term, n in counts.items())),
        *((f"kwaliteit: {mark}", f"{n} van {all_of_them}") for mark, n in count_marks(marked).items()),
        *([(FRAMEWORK_FACT, framework_hash(run.framework))] if run.framework else []),
        *run.facts.items(),
    ]
    return pd.DataFrame(rows, columns=["onderwerp", "betekenis"])
