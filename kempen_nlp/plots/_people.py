"""Figures of what comments say about people: counts of quotes, and found ranks against required ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from kempen_nlp.dutch import POLARITY_TERMS, counted, plural
from kempen_nlp.framework import Status
from kempen_nlp.plots._axes import INK, legend_below, name_rows, say_nothing, set_title, shaded_table
from kempen_nlp.profiles import STATUS_WORDS, TOO_LITTLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

STATUS_COLORS = {Status.GROWTH: "#a6dba0", Status.DESIRED: "#1b7837", Status.SURPASSED: "#4393c3"}
STATUS_TERMS = {
    Status.GROWTH: f"boven vereist ({STATUS_WORDS[Status.GROWTH]})",
    Status.DESIRED: f"op vereist ({STATUS_WORDS[Status.DESIRED]})",
    Status.SURPASSED: f"onder vereist ({STATUS_WORDS[Status.SURPASSED]} niveau)",
}
"""Where someone stands comes first: who is found at an outgrown level has not outgrown anything."""
STATUS_HATCHES = {Status.GROWTH: "//", Status.DESIRED: "", Status.SURPASSED: ".."}
_SHOWN = (Status.SURPASSED, Status.DESIRED, Status.GROWTH)
_LITTLE_COLOR, _LITTLE_HATCH = "#f0f0f0", "xx"


def plot_assignments(counts: pd.DataFrame, *, polarity: str, ax: Axes) -> Axes:
    """
    Draw how many quotes each competency has at each rank, as a table of shaded cells.

    Parameters
    ----------
    counts : DataFrame of shape (n_competencies, n_ranks)
        Index competency names, columns ranks, values numbers of quotes.
    polarity : {"strength", "development"}
        Named in the title.
    ax : Axes
    """
    return shaded_table(
        counts.astype(int), rows=counts.index, columns=[f"niveau {rank}" for rank in counts.columns],
        title=f"Citaten per competentie en niveau: {plural(POLARITY_TERMS[polarity])}", ax=ax,
    )  # fmt: skip


def plot_profile(comparison: pd.DataFrame, *, title: str, n_ranks: int, ax: Axes) -> Axes:
    """
    Draw found ranks as bars in the handbook's colours, required ranks as marks, and numbers of quotes.

    Parameters
    ----------
    comparison : DataFrame
        As ``profiles.compare_with_profile`` gives, of a person or of a group.
    title : str
        Whose profile it is.
    n_ranks : int
        Highest rank of the framework; sets the axis.
    ax : Axes
    """
    set_title(ax, title)
    if comparison.empty:
        return say_nothing(ax, "Er is niemand met deze naam en een functieprofiel.")
    used: dict[Status, None] = {}
    for row, item in enumerate(comparison.to_dict("records")):
        if pd.isna(item["found"]):
            # Right of the mark where that stands so low that it would run through the words.
            left = 0.08 if item["required"] > 1 else 1.08
            ax.text(left, row, TOO_LITTLE, va="center", color=INK, style="italic")
        else:
            status = Status(item["status"])
            used[status] = None
            ax.barh(
                row, item["found"], height=0.55, color=STATUS_COLORS[status], hatch=STATUS_HATCHES[status],
                edgecolor=INK, linewidth=0.6,
            )  # fmt: skip
        ax.plot([item["required"]] * 2, [row - 0.42, row + 0.42], color=INK, linewidth=3)
        _quotes_beside(ax, row, item["n_strengths"], item["n_developments"])
    name_rows(ax, comparison["competency"])
    ax.set_xlim(0, n_ranks + 0.15)
    ax.set_xticks(range(1, n_ranks + 1))
    ax.set_xlabel("niveau")
    from matplotlib.lines import Line2D

    required = Line2D([], [], color=INK, linewidth=3, label="vereist niveau")
    legend_below(ax, [*_status_patches(status for status in Status if status in used), required])
    return ax


def _quotes_beside(ax: Axes, row: int, n_strengths: int, n_developments: int) -> None:
    """Write the numbers of quotes right of the axes; the layout makes room for them."""
    said = f"{counted(n_strengths, 'sterk punt')}\n{counted(n_developments, 'ontwikkelpunt')}"
    ax.annotate(said, (1.01, row), xycoords=("axes fraction", "data"), va="center", fontsize="small", color=INK)


def _status_patches(statuses: Iterable[Status]) -> list[Patch]:
    from matplotlib.patches import Patch

    return [
        Patch(facecolor=STATUS_COLORS[s], hatch=STATUS_HATCHES[s], edgecolor=INK, label=STATUS_TERMS[s])
        for s in statuses
    ]


def plot_group(counts: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw how many persons stand below, at and above the rank that their profile requires.

    Parameters
    ----------
    counts : DataFrame
        One group of ``profiles.compare_groups``.
    title : str
        Which group it is.
    ax : Axes
    """
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator

    set_title(ax, title)
    if counts.empty:
        return say_nothing(ax, "Geen groep om te tonen: geen functieprofielen, of minder dan vijf medewerkers.")
    parts = [(s.value, STATUS_COLORS[s], STATUS_HATCHES[s]) for s in _SHOWN]
    parts.append(("too_little", _LITTLE_COLOR, _LITTLE_HATCH))
    left = [0] * len(counts)
    for name, color, hatch in parts:
        values = [int(v) for v in counts[name]]
        heights = range(len(counts))
        ax.barh(heights, values, left=left, color=color, hatch=hatch, edgecolor=INK, linewidth=0.6, height=0.6)
        for row, value in enumerate(values):
            if value:
                ax.text(
                    left[row] + value / 2, row, str(value), ha="center", va="center", color=INK,
                    bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.9},
                )  # fmt: skip
        left = [a + b for a, b in zip(left, values, strict=True)]
    name_rows(ax, counts["competency"])
    ax.set_xlim(0, max([*left, 1]))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("aantal medewerkers")
    little = Patch(facecolor=_LITTLE_COLOR, hatch=_LITTLE_HATCH, edgecolor=INK, label=TOO_LITTLE)
    legend_below(ax, [*_status_patches(_SHOWN), little])
    return ax
