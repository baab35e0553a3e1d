"""The Dutch words that an analyst reads for the names in the code, and the way back."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
PLURALS = {
    "opmerking": "opmerkingen", "citaat": "citaten", "besluit": "besluiten", "sterk punt": "sterke punten",
    "ontwikkelpunt": "ontwikkelpunten", "medewerker": "medewerkers", "profiel": "profielen",
    "paar": "paren", "bevinding": "bevindingen",
}  # fmt: skip
_PROBLEMS = (
    ("The row has no text.", "De rij heeft geen tekst."),
    ("The comment has no text.", "De opmerking heeft geen tekst."),
    (
        "The comment has {} characters; at most {} can be read. Split it.",
        "De opmerking heeft {} tekens; er kunnen er hoogstens {} worden gelezen. Maak er meer opmerkingen van.",
    ),
    (
        "The comment has {} characters and an Excel cell holds {}; write to .csv, .parquet or .jsonl to have it read.",
        "De opmerking heeft {} tekens en in een cel van Excel passen er {}; schrijf naar .csv, .parquet of .jsonl.",
    ),
    (
        "Id {} was used on row {} already; give every comment its own id.",
        "Nummer {} stond al op rij {}; geef elke opmerking een eigen nummer.",
    ),
    (
        "The text has bytes that are neither UTF-8 nor cp1252; save the file again as UTF-8.",
        "In de tekst staan tekens die niet te lezen zijn; bewaar het bestand opnieuw als CSV UTF-8.",
    ),
    (
        "The row has {} cells and the header {}; give every column a name.",
        "De rij heeft {} cellen en de kopregel {}; geef elke kolom een naam.",
    ),
    (
        "The row has {} fields and the header {}; put text that holds the delimiter between double quotes.",
        "De rij heeft {} velden en de kopregel {}; zet tekst met een scheidingsteken tussen dubbele aanhalingstekens.",
    ),
    ("The line is not JSON.", "De regel is geen JSON."),
    ("The line holds a {}, not an object.", "Op de regel staat een {}, geen object."),
    (
        "The line holds a value that cannot be read as text.",
        "Op de regel staat een waarde die niet als tekst te lezen is.",
    ),
)
"""Why a comment was not read, in the words of the code and of an analyst; what was found stands in the same order."""
KEY_HEADING = "sleutel"
"""Column that ties a row to what the model found; see ``workbook.row_key``."""


def plural(noun: str) -> str:
    """
    Return a noun for more than one.

    Examples
    --------
    >>> plural("sterk punt")
    'sterke punten'
    """
    return PLURALS[noun]


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
    table["problems"] = table["problems"].map(in_dutch_words, na_action="ignore")
    return table.rename(columns=HEADINGS)


def from_dutch(table: pd.DataFrame) -> pd.DataFrame:
    """Return what ``in_dutch`` was given; columns for the reviewer are left out."""
    left_out = [c for c in table.columns if c in {*REVIEW_HEADINGS.values(), KEY_HEADING}]
    frame = table.drop(columns=left_out).rename(columns={dutch: name for name, dutch in HEADINGS.items()})
    for column, terms in (("state", STATE_TERMS), ("polarity", POLARITY_TERMS)):
        if column in frame.columns:
            frame[column] = frame[column].replace({dutch: name for name, dutch in terms.items()})
    if "problems" in frame.columns:
        frame["problems"] = frame["problems"].map(from_dutch_words, na_action="ignore")
    return frame


def counted(number: int, noun: str) -> str:
    """
    Return a number with its noun, a key of ``PLURALS``.

    Examples
    --------
    >>> counted(1, "opmerking"), counted(0, "citaat")
    ('1 opmerking', '0 citaten')
    """
    return f"{number} {noun if number == 1 else PLURALS[noun]}"


def listed(names: Sequence[str]) -> str:
    """
    Return names as a sentence has them; empty when there are none.

    Examples
    --------
    >>> listed(["Moed", "Samenwerken", "Coachen"])
    'Moed, Samenwerken en Coachen'
    """
    return " en ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def in_dutch_words(problems: str) -> str:
    """
    Return why a comment was not read in Dutch; what no Dutch is known of stays as it is.

    Examples
    --------
    >>> in_dutch_words("The row has no text. The comment has 70,000 characters; at most 65,000 can be read. Split it.")
    'De rij heeft geen tekst. De opmerking heeft 70.000 tekens; er kunnen er hoogstens 65.000 worden gelezen. \
Maak er meer opmerkingen van.'
    """
    return _in_words(problems, 0, 1)


def from_dutch_words(problems: str) -> str:
    """Return what ``in_dutch_words`` was given."""
    return _in_words(problems, 1, 0)


def _in_words(problems: str, known: int, wanted: int) -> str:
    for pattern, pair in zip(_patterns(known), _PROBLEMS, strict=True):
        for found in reversed(list(pattern.finditer(problems))):
            said = pair[wanted].format(*map(_other_mark, found.groups()))
            problems = problems[: found.start()] + said + problems[found.end() :]
    return problems


@cache
def _patterns(known: int) -> list[re.Pattern[str]]:
    return [re.compile(re.escape(pair[known]).replace(r"\{\}", "(.+?)")) for pair in _PROBLEMS]


def _other_mark(found: str) -> str:
    """Return a number with the mark of thousands of the other language."""
    return found.translate({44: ".", 46: ","}) if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", found) else found
