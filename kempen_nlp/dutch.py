"""The Dutch words that an analyst reads for the names in the code, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HEADINGS = {
    "id": "nummer",
    "text": "opmerking",
    "state": "uitkomst",
    "quote": "citaat",
    "competency": "competentie",
    "rank": "niveau",
    "polarity": "oordeel",
    "probability": "kans",
    "evidence_text": "indicator",
    "rank_probabilities": "kans per niveau",
    "evidence_indicator_id": "indicatornummer",
    "evidence_rank": "niveau indicator",
    "evidence_similarity": "gelijkenis",
    "start": "begin",
    "end": "eind",
    "problems": "problemen",
}
"""Columns of a table of assignments."""
STATE_TERMS = {
    "assigned": "toegewezen",
    "abstained": "te onzeker",
    "none": "geen bewijs",
    "problem": "niet gelezen",
}
POLARITY_TERMS = {"strength": "sterk punt", "development": "ontwikkelpunt"}
REVIEW_HEADINGS = {
    "decision": "besluit",
    "new_competency": "juiste competentie",
    "new_rank": "juist niveau",
    "new_polarity": "juist oordeel",
    "new_quote": "juist citaat",
    "reviewer": "beoordelaar",
    "date": "datum",
    "reason": "reden",
}
"""Columns that a reviewer fills in."""
DECISION_TERMS = {"accept": "accepteren", "change": "wijzigen", "reject": "afwijzen"}
KEY_HEADING = "sleutel"
"""Column that ties a row to what the model found; see ``workbook.row_key``."""
_MANY = {
    "besluit": "besluiten",
    "bevinding": "bevindingen",
    "citaat": "citaten",
    "medewerker": "medewerkers",
    "ontwikkelpunt": "ontwikkelpunten",
    "opmerking": "opmerkingen",
    "paar": "paren",
    "sterk punt": "sterke punten",
}
"""Nouns that are counted on pages, in figures and in messages."""


def counted(n: int, noun: str) -> str:
    """
    Return a number with its noun, one or more of it.

    Examples
    --------
    >>> counted(1, "citaat"), counted(0, "citaat"), counted(2, "sterk punt")
    ('1 citaat', '0 citaten', '2 sterke punten')
    """
    return f"{n} {agreeing(n, noun, plural(noun))}"


def plural(noun: str) -> str:
    """
    Return a noun for more than one.

    Examples
    --------
    >>> plural("sterk punt")
    'sterke punten'
    """
    return _MANY[noun]


def agreeing(n: int, one: str, many: str) -> str:
    """
    Return the form of a word that goes with a number.

    Examples
    --------
    >>> agreeing(1, "bevat", "bevatten"), agreeing(0, "bevat", "bevatten")
    ('bevat', 'bevatten')
    """
    return one if n == 1 else many


def in_dutch(assignments: pd.DataFrame) -> pd.DataFrame:
    """Return a table of assignments with Dutch headings, outcomes and judgements."""
    taken = {*HEADINGS.values(), *REVIEW_HEADINGS.values(), KEY_HEADING}
    other = {c: f"{c} (invoer)" for c in assignments.columns if str(c).strip().casefold() in taken}
    table = assignments.rename(columns=other)
    table["state"] = table["state"].replace(STATE_TERMS)
    table["polarity"] = table["polarity"].replace(POLARITY_TERMS)
    return table.rename(columns=HEADINGS)


def from_dutch(table: pd.DataFrame) -> pd.DataFrame:
    """Return what ``in_dutch`` was given; columns for the reviewer are left out."""
    left_out = [c for c in table.columns if c in {*REVIEW_HEADINGS.values(), KEY_HEADING}]
    frame = table.drop(columns=left_out).rename(columns={dutch: name for name, dutch in HEADINGS.items()})
    for column, terms in (("state", STATE_TERMS), ("polarity", POLARITY_TERMS)):
        if column in frame.columns:
            frame[column] = frame[column].replace({dutch: name for name, dutch in terms.items()})
    return frame
