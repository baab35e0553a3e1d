"""What the page says in Dutch where the package says it in English."""

from __future__ import annotations

import re

_KNOWN = (
    (
        r"ending '(.*)' is not known",
        "De uitgang {0} is niet bekend. Kies een bestand in CSV, Excel (.xlsx), JSONL of Parquet.",
    ),
    (
        r"cannot be opened as an Excel workbook",
        "Dit is geen leesbaar Excel-bestand. Bewaar het opnieuw als .xlsx, zonder wachtwoord.",
    ),
    (
        r"no column is named like a text column",
        "Geen kolom heet zoals een kolom met opmerkingen. Noem die kolom ‘opmerking’.",
    ),
    (r"could both be the text", "Meer dan één kolom kan de opmerkingen bevatten. Noem alleen de juiste ‘opmerking’."),
    (r" is empty\. Expected a first row", "Het bestand is leeg. Verwacht werd een eerste rij met kolomnamen."),
    (r"the first row of the sheet is empty", "De eerste rij van het blad is leeg. Zet daar de kolomnamen."),
    (r"cannot be opened as Parquet", "Dit is geen heel Parquet-bestand. Kijk na of het volledig bewaard is."),
    (
        r"holds no JSON object",
        "In dit bestand staat geen JSON. Verwacht werd één object per regel, met een veld ‘text’.",
    ),
    (
        r"(framework is no text|not JSON|no list `competencies`|`competencies` is empty|has no `(name|levels)`)",
        "Het raamwerk kan niet worden gelezen. Kies een bestand dat `kempen parse` schreef.",
    ),
    (
        r"was made with another framework",
        "Dit werkboek is met een ander raamwerk gemaakt. Kies bij Raamwerk het raamwerk waarmee het gemaakt is.",
    ),
    (r"No threshold is known for a precision", "Het model biedt deze zekerheid niet. Kies een andere, of ‘gewoon’."),
)


def in_dutch(message: str) -> str:
    """
    Return what a Dutch reader can do about an error; the message itself where no Dutch is known.

    Examples
    --------
    >>> in_dutch("uit.xls: ending '.xls' is not known. Expected one of .csv, .xlsx.")
    'De uitgang .xls is niet bekend. Kies een bestand in CSV, Excel (.xlsx), JSONL of Parquet.'
    """
    for pattern, dutch in _KNOWN:
        if found := re.search(pattern, message):
            return dutch.format(*found.groups())
    return message
