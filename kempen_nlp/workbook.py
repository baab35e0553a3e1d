"""One Excel workbook for reading and filtering: assignments, comments, and what the columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kempen_nlp.assignments import ClassifiedComment, to_frame, whole_file

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ASSIGNMENTS_SHEET = "Toewijzingen"
COMMENTS_SHEET = "Opmerkingen"
METHOD_SHEET = "Uitleg"
_WIDTHS = {
    "text": 60,
    "quote": 50,
    "evidence_text": 50,
    "problems": 40,
    "opmerking": 60,
    "indicator": 60,
    "betekenis": 90,
}
_STATE_COLORS = {"assigned": "E5F5E0", "abstained": "FFF7BC", "problem": "FDE0DD"}
_EXPLAINED = {
    "id": "nummer van de opmerking",
    "state": "assigned: toegewezen · abstained: gevonden, maar te onzeker · none: geen bewijs · problem: niet gelezen",
    "competency, rank": "competentie en niveau van het raamwerk",
    "polarity": "strength: sterk punt · development: ontwikkelpunt",
    "quote": "letterlijk citaat; start en end zijn de plaats in de tekst",
    "probability": "kans dat het citaat bewijs is voor deze competentie",
    "rank_probabilities": "kans per niveau",
    "evidence_…": "de gedragsindicator uit het raamwerk die er het dichtst bij ligt",
    "Let op": "Hulpmiddel bij het lezen. Neem geen beslissing over een medewerker zonder zelf de opmerkingen te lezen.",
}


def write_workbook(comments: Iterable[ClassifiedComment], path: str | Path) -> None:
    """
    Write assignments, comments and an explanation as sheets of one workbook, whole or not at all.

    The first sheet has the columns of ``assignments.to_frame``; texts are stored as texts, so no
    cell can run as a formula.
    """
    comments = list(comments)
    overview = [(c.id, c.text, c.state, len(c.assignments), len(c.abstained), " ".join(c.problems)) for c in comments]
    columns = ["id", "opmerking", "uitkomst", "toewijzingen", "te onzeker", "problemen"]
    write_sheets(
        {
            ASSIGNMENTS_SHEET: to_frame(comments),
            COMMENTS_SHEET: pd.DataFrame(overview, columns=columns),
            METHOD_SHEET: pd.DataFrame(list(_EXPLAINED.items()), columns=["kolom", "betekenis"]),
        },
        path,
    )


def write_sheets(sheets: Mapping[str, pd.DataFrame], path: str | Path) -> None:
    """Write tables as sheets with a frozen header and filters, whole or not at all."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, frame in sheets.items():
        _fill(book.create_sheet(name), frame)
    with whole_file(path) as partial:
        book.save(partial)


def _fill(sheet: Worksheet, frame: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for column, name in enumerate(frame.columns, start=1):
        _write(sheet, 1, column, str(name))
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(str(name), 16)
    for number, values in enumerate(frame.itertuples(index=False, name=None), start=2):
        for column, value in enumerate(values, start=1):
            _write(sheet, number, column, value)
            sheet.cell(number, column).alignment = Alignment(wrap_text=True, vertical="top")
        color = _STATE_COLORS.get(_state(frame.columns, values))
        if color:
            sheet.cell(number, 1).fill = PatternFill("solid", start_color=color)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _state(columns: Iterable[str], values: Iterable[object]) -> str:
    return str(dict(zip(columns, values, strict=True)).get("state", ""))


def _write(sheet: Worksheet, row: int, column: int, value: object) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = sheet.cell(row, column)
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:32_767]
        # Set after the value: openpyxl takes a text that begins with "=" for a formula.
        cell.data_type = "s"
    else:
        cell.value = value  # type: ignore[assignment]  # numbers of pandas count as numbers
