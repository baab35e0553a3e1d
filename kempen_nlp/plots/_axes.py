"""What every figure shares: sizes that leave room for all words, one style, the same bytes each time."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK = "#222222"
GREY = "#bdbdbd"
GREEN, PURPLE, BLUE, RED, BROWN = "#1b7837", "#762a83", "#4393c3", "#d6604d", "#8c510a"
"""Told apart by lightness as well as hue; a marker, hatch or line style always goes with them."""
WRAP = 22
MANY_COLUMNS = 7
"""From so many columns on, headings stand on their side."""
_MARGINS, _PER_ROW = 1.9, 0.45
_WIDE, _NARROW, _LEAST = 1.2, 0.55, 5.0


def new_axes(
    *, width: float | None = None, height: float | None = None, rows: int | None = None, columns: int | None = None
) -> Axes:
    """
    Return the axes of a fresh figure that belongs to no window.

    Parameters
    ----------
    width, height : float, optional
        In inches; by default 8 and 4.5, or what ``rows`` and ``columns`` need.
    rows, columns : int, optional
        How many rows or columns with a name of its own the figure will have.
    """
    from matplotlib.figure import Figure

    if rows is not None and height is None:
        height = _MARGINS + _PER_ROW * max(rows, 1)
    if columns is not None and width is None:
        width = max(_LEAST, 2.4 + (_WIDE if columns < MANY_COLUMNS else _NARROW) * columns)
    return Figure(figsize=(width or 8.0, height or 4.5), layout="constrained").add_subplot()


def figure_of(ax: Axes) -> Figure:
    """Return the figure that axes of ``new_axes`` stand in."""
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - axes of `new_axes` always have one
    return figure


def set_title(ax: Axes, title: str, *, small: bool = False) -> None:
    """Set a title of as many lines as the width of the figure asks for, so that none is cut off."""
    per_inch = 8 if small else 7
    ax.set_title(
        fill(title, max(20, int(figure_of(ax).get_figwidth() * per_inch))),
        loc="left",
        fontsize="medium" if small else "large",
    )


def name_rows(ax: Axes, names: Iterable[object], *, width: int = WRAP) -> None:
    """Give each row its name, the first on top, without empty space above and below."""
    names = list(names)
    ax.set_yticks(range(len(names)), [fill(str(name), width) for name in names])
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.spines[["top", "right"]].set_visible(False)


def say_nothing(ax: Axes, text: str = "Er is niets om te tonen.") -> Axes:
    """Put a sentence where a figure would have no rows: an empty frame looks like a failure."""
    ax.text(0.5, 0.5, text, ha="center", va="center", style="italic", color=INK, transform=ax.transAxes)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    return ax


def decimal(value: float, digits: int = 2) -> str:
    """
    Return a number as the Dutch write it.

    Examples
    --------
    >>> decimal(-0.5, 1), decimal(0.256)
    ('\N{MINUS SIGN}0,5', '0,26')
    """
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}").replace(".", ",")


def dutch_decimals(*axes: Axis) -> None:
    """Write the numbers along axes with a comma, with as many decimals as tell them apart."""
    from matplotlib.ticker import FuncFormatter

    for axis in axes:
        ticks = axis.get_major_locator()()
        digits = 1 if all(abs(round(float(t), 1) - float(t)) < 1e-6 for t in ticks) else 2
        axis.set_major_formatter(FuncFormatter(lambda value, _position, digits=digits: decimal(value, digits)))


def legend_below(ax: Axes, handles: Sequence[Artist] | None = None) -> None:
    """Put the legend under the axis label, whatever the height of the figure."""
    shown = list(handles or ax.get_legend_handles_labels()[0])
    columns = 2 if max((len(str(h.get_label())) for h in shown), default=0) > 20 else 4
    figure_of(ax).legend(handles=shown, loc="outside lower center", ncols=columns, frameon=False, fontsize="small")


def shaded_table(
    table: pd.DataFrame, *, rows: Iterable[object], columns: Iterable[object], title: str, ax: Axes
) -> Axes:
    """Draw numbers in cells, the darker the higher; whole numbers as they are, a dash for nothing."""
    if table.empty:
        set_title(ax, title)
        return say_nothing(ax)
    values = table.to_numpy(dtype=float)
    is_count = all(pd.api.types.is_integer_dtype(t) for t in table.dtypes)
    known = values[~pd.isna(values)]
    highest = max(float(known.max(initial=0.0)), 1.0 if is_count else 0.01)
    ax.imshow(values, cmap="Blues", vmin=0, vmax=highest, aspect="auto")
    on_side = table.shape[1] >= MANY_COLUMNS
    ax.set_xticks(
        range(table.shape[1]),
        [fill(str(name), 30 if on_side else 13, break_long_words=False) for name in columns],
        rotation=90 if on_side else 0,
    )
    ax.set_yticks(range(table.shape[0]), [fill(str(name), WRAP) for name in rows])
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            is_nothing = pd.isna(value) or (is_count and value == 0)
            shown = "–" if is_nothing else f"{value:.0f}" if is_count else decimal(value)
            ink = "white" if value > 0.6 * highest else INK
            ax.text(column, row, shown, ha="center", va="center", color=ink, fontsize="small")
    set_title(ax, title, small=figure_of(ax).get_figwidth() < 6)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


def save_png(ax: Axes, path: str | Path) -> None:
    """Write the figure of these axes as PNG, 150 dots an inch, the same bytes each time."""
    figure_of(ax).savefig(path, dpi=150, metadata={"Software": None})


def svg_of(ax: Axes) -> str:
    """
    Return the figure of these axes as SVG text that is the same each time and on each machine.

    Letters are drawn as outlines of the font that matplotlib brings, so that no font of the
    machine plays a part; the file names no date and no version.
    """
    import matplotlib as mpl

    stream = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "kempen_nlp", "svg.fonttype": "path"}):
        figure_of(ax).savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


@dataclass(frozen=True)
class Drawing:
    """A figure that a notebook shows; its text holds the title and a hash of the picture."""

    title: str
    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        """Name the figure, and what anyone can compare it by."""
        return f"figuur: {self.title} (sha256 {hashlib.sha256(self.svg.encode()).hexdigest()[:12]})"


def drawing(ax: Axes) -> Drawing:
    """Return the figure of these axes for a notebook; give it as the last thing of a cell."""
    return Drawing(" ".join(ax.get_title(loc="left").split()), svg_of(ax))
