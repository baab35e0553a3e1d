"""Tables as sheets: frozen header, filters, widths, colours, lists to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kempen_nlp.dutch import (
    DECISION_TERMS,
    HEADINGS,
    KEY_HEADING,
    POLARITY_TERMS,
    REVIEW_HEADINGS,
)
from kempen_nlp.framework import Framework
from kempen_nlp.workbook._cells import new_cell

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment as AlignmentOf

Sheet = Any
"""A sheet of a write-only book; its types do not say what it can do."""

LISTS_SHEET = "Lijsten"
NAME_PREFIX = "kempen_"
"""Of the defined names that follow a column when an analyst moves or renames it."""
_WIDTHS = {
    "text": 60, "quote": 50, "evidence_text": 50, "problems": 40, "opmerking": 60, "citaat": 50, "indicator": 50,
    "problemen": 40, "reden": 40, "juist citaat": 40, "juiste competentie": 24, "competentie": 24, "niveau": 9,
    "kans": 8, "nummer": 10, "uitkomst": 14, "betekenis": 90, "onderwerp": 28, "toelichting": 60, "gevonden": 50,
    "kenmerken": 34, "opmerking bij profiel": 40, "medewerker": 26, "profiel": 22, "functie": 22, "leidinggevende": 26,
}  # fmt: skip
_LINE_HEIGHT = 15
_MAX_LINES = 12
"""A row is never higher than this; whoever wants to read more of a very long text draws it open."""
_FILLS = {
    "toegewezen": "E5F5E0", "te onzeker": "FFF7BC", "niet gelezen": "FDE0DD",
    "sterk punt": "D6E6F4", "ontwikkelpunt": "FDDFC4",
    "groei": "A6DBA0", "gewenst": "1B7837", "ontstegen": "4393C3", "te weinig bewijs": "EEEEEE",
}  # fmt: skip
_WHITE_INK = {"gewenst", "ontstegen"}
_TO_FILL_IN = "FFFBE6"
_DECISION_FILLS = {"accept": "C7E9C0", "change": "FEE391", "reject": "D9D9D9"}
_TECHNICAL = (
    "rank_probabilities",
    "evidence_indicator_id",
    "evidence_rank",
    "evidence_similarity",
    "start",
    "end",
    "problems",
)
TECHNICAL_HEADINGS = (*(HEADINGS[name] for name in _TECHNICAL), KEY_HEADING)


def add_sheet(book: Workbook, name: str, frame: pd.DataFrame) -> Sheet:
    """Add a table to a write-only book, with frozen header, filters, wrapped texts and colours by word."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet = book.create_sheet(name)
    letters = [get_column_letter(n) for n in range(1, len(frame.columns) + 1)]
    wrapped = Alignment(wrap_text=True, vertical="top")
    hidden = _hidden(frame)
    # A write-only sheet writes its columns before its first row, so all that is said of them comes first.
    for letter, heading in zip(letters, frame.columns, strict=True):
        column = sheet.column_dimensions[letter]
        column.width = _width(heading)
        column.alignment = wrapped
        column.hidden = heading in hidden
        if heading in REVIEW_HEADINGS.values():
            column.fill = PatternFill("solid", start_color=_TO_FILL_IN)
        if heading == REVIEW_HEADINGS["date"]:
            column.number_format = "dd-mm-yyyy"
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.page_setup.paperSize = 9  # A4
    sheet.print_title_rows = "1:1"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.auto_filter.ref = f"A1:{letters[-1] if letters else 'A'}{len(frame) + 1}"
    header = [new_cell(sheet, str(heading), wrapped) for heading in frame.columns]
    for cell, heading in zip(header, frame.columns, strict=True):
        cell.font = Font(bold=True)
        if heading in REVIEW_HEADINGS.values():
            cell.fill = PatternFill("solid", start_color="FFE08A")
    sheet.append(header)
    _add_rows(sheet, frame, wrapped)
    return sheet


def _add_rows(sheet: Sheet, frame: pd.DataFrame, wrapped: AlignmentOf) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    fills = {word: PatternFill("solid", start_color=color) for word, color in _FILLS.items()}
    white = Font(color="FFFFFF")
    # In the middle: a number on the right stands against the text of the next column.
    middle = Alignment(horizontal="center", vertical="top")
    hidden = _hidden(frame)
    widths = [0 if heading in hidden else _width(heading) for heading in frame.columns]
    for number, values in enumerate(frame.itertuples(index=False, name=None), start=2):
        cells = [new_cell(sheet, value, wrapped if isinstance(value, str) else middle) for value in values]
        for cell, value in zip(cells, values, strict=True):
            if cell is None:
                continue
            if isinstance(value, float):
                cell.number_format = "0.00"
            elif isinstance(value, str) and value in fills:
                cell.fill = fills[value]
                if value in _WHITE_INK:
                    cell.font = white
        sheet.row_dimensions[number].height = _LINE_HEIGHT * _n_lines(values, widths)
        sheet.append(cells)


def _hidden(frame: pd.DataFrame) -> tuple[str, ...]:
    return TECHNICAL_HEADINGS if KEY_HEADING in frame.columns else ()


def _width(heading: object) -> int:
    # Beside the heading stands the button of its filter.
    return _WIDTHS.get(str(heading), min(max(16, len(str(heading)) + 5), 30))


def _n_lines(values: Sequence[object], widths: Sequence[int]) -> int:
    """Return how many lines the fullest cell of a row needs, at most ``_MAX_LINES``; hidden columns have width 0."""
    needed = 1
    for value, width in zip(values, widths, strict=True):
        if width and isinstance(value, str) and len(value) > width:
            needed = max(needed, sum(len(line) // width + 1 for line in value.splitlines()[:_MAX_LINES]))
    return min(needed, _MAX_LINES)


def make_reviewable(
    book: Workbook, sheet: Sheet, headings: Sequence[str], n_rows: int, framework: Framework | None
) -> None:
    """Add drop-downs, colours by decision, a hidden sheet with the lists, and a name for every column."""
    from openpyxl.utils import get_column_letter
    from openpyxl.workbook.defined_name import DefinedName

    letter_of = {str(heading): get_column_letter(n) for n, heading in enumerate(headings, start=1)}
    lists = _lists(framework)
    _add_lists(book, lists)
    last = max(2, n_rows + 1)
    for number, (field, values) in enumerate(lists.items(), start=1):
        column = letter_of[REVIEW_HEADINGS[field]]
        source = f"{LISTS_SHEET}!${get_column_letter(number)}$2:${get_column_letter(number)}${len(values) + 1}"
        _add_choice(sheet, f"{column}2:{column}{last}", source, values)
    # On paper all columns side by side are too small to read.
    sheet.print_area = f"A1:{letter_of[HEADINGS['evidence_text']]}{last}"
    # Only the reviewer's own columns: the colours of outcome and judgement stay readable.
    first, final = (letter_of[REVIEW_HEADINGS[name]] for name in ("decision", "reason"))
    _color_by_decision(sheet, first, f"{first}2:{final}{last}")
    names = {
        **{heading: field for field, heading in HEADINGS.items()},
        **{h: f for f, h in REVIEW_HEADINGS.items()},
        KEY_HEADING: "key",
    }
    for heading, field in names.items():
        name = f"{NAME_PREFIX}{field}"
        book.defined_names[name] = DefinedName(name, attr_text=f"'{sheet.title}'!${letter_of[heading]}$1")


def _lists(framework: Framework | None) -> Mapping[str, list[Any]]:
    known: dict[str, list[Any]] = {
        "decision": list(DECISION_TERMS.values()),
        "new_competency": list(framework.names) if framework else [],
        "new_rank": list(range(1, framework.n_ranks + 1)) if framework else [],
        "new_polarity": list(POLARITY_TERMS.values()),
    }
    return {field: values for field, values in known.items() if values}


def _add_lists(book: Workbook, lists: Mapping[str, list[Any]]) -> None:
    sheet = add_sheet(
        book, LISTS_SHEET, pd.DataFrame({REVIEW_HEADINGS[f]: pd.Series(v, dtype=object) for f, v in lists.items()})
    )
    sheet.sheet_state = "hidden"


def _add_choice(sheet: Sheet, cells: str, source: str, values: Sequence[object]) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    choice = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    choice.errorTitle, choice.error = (
        "Kies uit de lijst",
        f"Kies een van de {len(values)} mogelijkheden, of laat de cel leeg.",
    )
    choice.add(cells)
    sheet.data_validations.append(choice)


def _color_by_decision(sheet: Sheet, column: str, cells: str) -> None:
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    for decision, color in _DECISION_FILLS.items():
        formula = [f'${column}2="{DECISION_TERMS[decision]}"']
        fill = PatternFill("solid", start_color=color, end_color=color)
        rule = FormulaRule(formula=formula, fill=fill)  # type: ignore[no-untyped-call]
        sheet.conditional_formatting.add(cells, rule)


def ordered(assignments: pd.DataFrame) -> pd.DataFrame:
    """Return a Dutch table of assignments with its columns in the order of reading, technical ones last."""
    first = [h for name, h in HEADINGS.items() if name not in _TECHNICAL]
    known = [*first, *REVIEW_HEADINGS.values(), *TECHNICAL_HEADINGS]
    extra = [c for c in assignments.columns if c not in known]
    return assignments.reindex(columns=[*first, *REVIEW_HEADINGS.values(), *extra, *TECHNICAL_HEADINGS])
