"""Values into cells and back: nothing runs as a formula, nothing is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kempen_nlp.assignments import escape_excel

if TYPE_CHECKING:
    from openpyxl.styles import Alignment

MAX_UNITS = 32_767
"""What a cell of Excel holds, in units of UTF-16."""
_LIVE = ("=", "+", "-", "@")


def new_cell(sheet: Any, value: object, alignment: Alignment) -> Any:  # noqa: ANN401 - openpyxl gives its cells no type
    """
    Return a cell that holds a value as what it is; None for a missing value.

    Texts are texts also where they begin as a formula does, and stay so when an analyst edits
    the cell. What XML or Excel would change (a carriage return, ``_x000D_``) is escaped as
    Excel does it; characters that no XML may hold become U+FFFD.
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, cut_text(escape_excel(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))))
        # Set after the value: openpyxl takes a text that begins with "=" for a formula.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_LIVE)
    else:
        cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]  # numbers of pandas count as numbers
    cell.alignment = alignment
    return cell


def cut_text(text: str) -> str:
    """Return as much of a text as a cell of Excel holds, never half a character."""
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * MAX_UNITS else units[: 2 * MAX_UNITS].decode("utf-16-le", errors="ignore")
