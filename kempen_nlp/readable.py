"""Tables as an analyst reads them: Dutch headings and terms, decimals with a comma, texts whole."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kempen_nlp.display import Figure, table_html
from kempen_nlp.glossary import COLUMN_TERMS, term

if TYPE_CHECKING:
    import pandas as pd

_MISSING = frozenset({"<NA>", "nan", "NaT"})


@dataclass(frozen=True)
class ReadableTable:
    """A table that a notebook shows when a cell ends in it; ``str()`` gives it as plain text."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def _repr_html_(self) -> str:
        return table_html(self.headings, self.rows) if self.rows else "<p><em>(geen rijen)</em></p>"

    def __repr__(self) -> str:
        """Return all of it as text, nothing cut off; a reader of the notebook's file sees the same figures."""
        lines = [self.headings, *(tuple(" ".join(cell.split()) for cell in row) for row in self.rows)]
        return "\n".join(" | ".join(line) for line in lines)


def show(
    table: pd.DataFrame | pd.Series, *, decimals: int = 2, headings: dict[str, str] | None = None
) -> ReadableTable:
    """
    Return a table for reading; give it as the last thing of a cell.

    Parameters
    ----------
    table : DataFrame or Series
        An index that is more than row numbers becomes columns.
    decimals : int
        Of numbers that are no counts.
    headings : dict, optional
        Names of columns to what stands above them, where the usual words would mislead.

    Examples
    --------
    >>> import pandas as pd
    >>> show(pd.DataFrame({"competency": ["Coachen"], "probability": [0.5], "polarity": ["development"]}))
    competentie | kans | oordeel
    Coachen | 0,50 | ontwikkelpunt
    """
    frame = _as_frame(table)
    names = [_heading(column) for column in frame.columns]
    known = {**COLUMN_TERMS, **(headings or {})}
    rows = [
        tuple(_cell(name, value, decimals) for name, value in zip(names, row, strict=True))
        for row in frame.itertuples(index=False, name=None)
    ]
    return ReadableTable(tuple(known.get(name, name) for name in names), tuple(rows))


def _heading(column: object) -> str:
    return " · ".join(str(part) for part in column if str(part)) if isinstance(column, tuple) else str(column)


def _as_frame(table: pd.DataFrame | pd.Series) -> pd.DataFrame:
    import pandas as pd

    frame = table.to_frame() if isinstance(table, pd.Series) else table
    is_numbered = frame.index.nlevels == 1 and frame.index.name is None and pd.api.types.is_integer_dtype(frame.index)
    if is_numbered:
        return frame
    frame = frame.rename_axis(index=[str(name or " " * n) for n, name in enumerate(frame.index.names, start=1)])
    return frame.set_axis(frame.columns.set_names([None] * frame.columns.nlevels), axis=1).reset_index()


def _cell(name: str, value: object, decimals: int) -> str:
    if isinstance(value, str):
        return term(name, value)
    if isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}:
        return "ja" if value else "nee"
    if value is None or str(value) in _MISSING:
        return ""
    if isinstance(value, numbers.Integral):
        return Figure(value)
    if isinstance(value, numbers.Real):
        digits = 0 if name == "n" or name.startswith("n_") else decimals
        # What rounds to nothing has no sign.
        return Figure(f"{round(float(value), digits) + 0.0:.{digits}f}".replace(".", ","))
    return ", ".join(term(name, str(part)) for part in value) if isinstance(value, (tuple, list)) else str(value)
