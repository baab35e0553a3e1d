"""Find out whether and how a table holds levels."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kempen_nlp.parsing.blocks import Block
from kempen_nlp.parsing.grid import Grid
from kempen_nlp.parsing.grid_columns import holds_ticks, label_columns, level_head
from kempen_nlp.parsing.grid_rows import grid_of_bands, grid_of_rows


def read_grid(
    rows: Sequence[Block],
    *,
    shared_labels: Collection[str] = (),
    has_own_heading: bool = False,
    shared_rows: Collection[str] = (),
) -> Grid:
    """
    Find out whether and how a table holds levels.

    Parameters
    ----------
    rows : sequence of Block
        The rows of one table.
    shared_labels : collection of str
        Labels of the first column that other tables have too, in lower case: aspects, not competencies.
    has_own_heading : bool
        True when the document has several tables, each under a heading of its own.
    shared_rows : collection of str
        Rows that other tables have too, in lower case: they title columns.
    """
    heads = {n: head for n, row in enumerate(rows) if (head := level_head(rows, n))}
    if heads and not holds_ticks(rows, heads):
        grid = Grid(rows, "columns", heads=heads, repeated={*shared_labels, *shared_rows})
        label_columns(grid, shared_labels, has_own_heading=has_own_heading)
        return grid
    return grid_of_rows(rows, shared_rows) or grid_of_bands(rows, shared_rows) or Grid(rows, repeated=shared_rows)
