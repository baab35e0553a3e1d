"""What is wrong with comments as material: no behaviour, only praise, only wishes, too short, said twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

import pandas as pd

from kempen_nlp.assignments import ClassifiedComment
from kempen_nlp.language.cues import QUALIFIERS, find_cues
from kempen_nlp.language.terms import load_terms

MIN_WORDS = 5
"""Comments of fewer words rarely name behaviour."""
MARKS = {
    "niet gelezen": "De opmerking kon niet worden gelezen; de kolom problemen zegt waarom.",
    "geen gedrag gevonden": "Het model vond niets dat bij een competentie van dit raamwerk hoort. Lees zelf; "
    "staat er geen gedrag, vraag dan naar een voorbeeld.",
    "alleen lof": "Er staat waardering, maar niet waarvoor. Vraag wat de medewerker deed.",
    "alleen wens of plan": "Er staat wat iemand wil, gaat doen of vroeger deed, niet wat iemand doet.",
    "over een ander": "De opmerking lijkt over iemand anders te gaan.",
    "alles te onzeker": "Er is iets gevonden, maar niets zeker genoeg om mee te tellen. Lees de opmerking zelf.",
    "heel kort": f"Minder dan {MIN_WORDS} woorden.",
    "staat er vaker": "Dezelfde tekst staat bij een eerdere opmerking; zij telt nu twee keer mee.",
}
"""What a comment can be marked with, and what it means, in Dutch; in order of importance."""
_DOUBTFUL = ("wish", "hypothetical", "past")


def mark_comments(comments: Iterable[ClassifiedComment]) -> pd.DataFrame:
    """
    Mark every comment that an analyst had better look at.

    The marks rest on lists of words and on what the classifier found; they say something of the
    text, nothing of the person.

    Returns
    -------
    DataFrame
        Columns ``nummer, kenmerken, toelichting, opmerking``, one row a marked comment in input
        order; ``kenmerken`` are keys of ``MARKS``, joined by `` · ``.
    """
    seen: set[str] = set()
    rows = []
    for comment in comments:
        marks = marks_of(comment)
        text = " ".join(comment.text.casefold().split())
        if text and text in seen:
            marks.append("staat er vaker")
        seen.add(text)
        if marks:
            rows.append((comment.id, " · ".join(marks), " ".join(MARKS[mark] for mark in marks), comment.text))
    return pd.DataFrame(rows, columns=["nummer", "kenmerken", "toelichting", "opmerking"])


def marks_of(comment: ClassifiedComment) -> list[str]:
    """Return the marks of one comment by itself, keys of ``MARKS``; empty when there is nothing to say."""
    if comment.state == "problem":
        return ["niet gelezen"]
    marks = ["alles te onzeker"] if comment.state == "abstained" else []
    if comment.state == "none":
        marks.append(_reason(comment.text))
    if len(comment.text.split()) < MIN_WORDS:
        marks.append("heel kort")
    return marks


def count_marks(marked: pd.DataFrame) -> dict[str, int]:
    """Return how many comments have each mark, marks without any left out."""
    found = [mark for marks in marked["kenmerken"] for mark in marks.split(" · ")]
    return {mark: found.count(mark) for mark in MARKS if mark in found}


def _reason(text: str) -> str:
    cues = find_cues(text)
    if _praise().search(text):
        return "alleen lof"
    if any(cues[kind] for kind in _DOUBTFUL):
        return "alleen wens of plan"
    return "over een ander" if cues[QUALIFIERS[-1]] else "geen gedrag gevonden"


@cache
def _praise() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_alternatives(load_terms('praise'))})(?!\w)", re.IGNORECASE)


def _alternatives(terms: Sequence[str]) -> str:
    return "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
