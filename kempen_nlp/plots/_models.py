"""Figures of how good a model is: probabilities, precision against coverage, ranks, parts, more labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from kempen_nlp.glossary import term
from kempen_nlp.plots._axes import (
    BLUE,
    BROWN,
    GREEN,
    GREY,
    INK,
    PURPLE,
    RED,
    WRAP,
    dutch_decimals,
    legend_below,
    name_rows,
    say_nothing,
    set_title,
    shaded_table,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLORS = (GREEN, PURPLE, BLUE, RED, BROWN, "#4d4d4d")
_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
_GROWN = {"macro-F1": ("competentie: macro-F1", GREEN, "o"), "rank kappa": ("niveau: kappa", "#2166ac", "s")}


def plot_reliability(bins: pd.DataFrame, *, ax: Axes) -> Axes:
    """
    Draw how often probabilities came true, with 95 % intervals.

    Parameters
    ----------
    bins : DataFrame
        As ``evaluation.reliability_table`` gives.
    ax : Axes
    """
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="volmaakt geijkt")
    spread = [bins["observed"] - bins["low"], bins["high"] - bins["observed"]]
    ax.errorbar(
        bins["mean_probability"], bins["observed"], yerr=spread, fmt="o-", color=GREEN, capsize=3,
        label="model, 95 %-interval",
    )  # fmt: skip
    ax.set_xlabel("kans die het model noemt")
    ax.set_ylabel("aandeel dat klopt")
    set_title(ax, "Komen de kansen uit?")
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    dutch_decimals(ax.xaxis, ax.yaxis)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, loc="upper left")
    return ax


def plot_coverage(tables: Mapping[str, pd.DataFrame], *, ax: Axes, chosen: pd.DataFrame | None = None) -> Axes:
    """
    Draw precision against the share of labels found, one line a model.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Name to what ``evaluation.coverage_table`` gives; the first is drawn heaviest.
    ax : Axes
    chosen : DataFrame, optional
        Points to mark on the first line, with columns ``coverage, precision``: what thresholds that were
        chosen beforehand give.
    """
    for number, (name, table) in enumerate(tables.items()):
        known = table[table["n_assigned"] >= 10]
        ax.plot(
            known["coverage"], known["precision"], label=name, color=_COLORS[number % len(_COLORS)],
            linestyle=_STYLES[number % len(_STYLES)], linewidth=2.5 if number == 0 else 1.3,
        )  # fmt: skip
    if chosen is not None:
        ax.plot(
            chosen["coverage"], chosen["precision"], linestyle="", marker="D", markersize=7, color="white",
            markeredgecolor=INK, label="grenzen die u kunt kiezen",
        )  # fmt: skip
    ax.set_xlabel("aandeel van de labels dat gevonden wordt")
    ax.set_ylabel("aandeel van de toewijzingen dat klopt")
    set_title(ax, "Dekking tegen precisie")
    ax.set_xlim(0, 1.01)
    ax.set_ylim(0, 1.02)
    dutch_decimals(ax.xaxis, ax.yaxis)
    ax.spines[["top", "right"]].set_visible(False)
    legend_below(ax)
    return ax


def plot_intervals(values: pd.DataFrame, *, title: str, label: str, ax: Axes, zero: bool = False) -> Axes:
    """
    Draw a dot with a 95 % interval in each row.

    Parameters
    ----------
    values : DataFrame
        Columns ``name, value, low, high``; rows from top to bottom. Without a value a row says so.
    title, label : str
        Label of the axis of values.
    ax : Axes
    zero : bool
        Values are differences: a line at zero, and an axis as wide as they are. Else the axis runs from 0 to 1.
    """
    set_title(ax, title)
    if values.empty:
        return say_nothing(ax)
    rows = range(len(values))
    spread = [(values["value"] - values["low"]).clip(lower=0), (values["high"] - values["value"]).clip(lower=0)]
    ax.errorbar(values["value"], rows, xerr=spread, fmt="o", color=GREEN, capsize=3)
    if zero:
        ax.axvline(0, color=GREY, linewidth=1)
    else:
        ax.set_xlim(0, 1.02)
    for row in rows:
        if pd.isna(values["value"].iloc[row]):
            ax.text(0.02, row, "niet te meten", va="center", style="italic", color=INK)
    name_rows(ax, [term("name", str(name)) for name in values["name"]], width=WRAP + 8)
    ax.set_xlabel(f"{label} (95 %-interval)")
    dutch_decimals(ax.xaxis)
    return ax


def plot_rank_confusion(counts: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw which rank the model gives for which rank of the annotators, as a table of shaded cells.

    Parameters
    ----------
    counts : DataFrame of shape (n_ranks, n_ranks)
        As ``yardstick.rank_confusion`` gives: rows what annotators said, columns what the model gives.
    title : str
    ax : Axes
    """
    names = [f"niveau {rank}" for rank in counts.index]
    shaded_table(counts, rows=names, columns=[f"niveau {rank}" for rank in counts.columns], title=title, ax=ax)
    ax.set_xlabel("volgens het model")
    ax.set_ylabel("volgens de lezers")
    return ax


def plot_learning_curve(measured: pd.DataFrame, outlook: pd.DataFrame, *, ax: Axes) -> Axes:
    """
    Draw how macro-F1 and rank kappa grow with labelled comments, and what twice as many may give.

    Parameters
    ----------
    measured : DataFrame
        Columns ``what, n_comments, value, low, high``, as ``learning.LearningCurve`` has; competencies
        are left out, as their lines cross.
    outlook : DataFrame
        Columns ``what, n_comments, value, gain, gain_low, gain_high``; nan where nothing can be told.
    ax : Axes
    """
    for what, (label, color, marker) in _GROWN.items():
        line = measured[measured["what"] == what]
        ax.plot(line["n_comments"], line["value"], marker=marker, color=color, label=label)
        ax.fill_between(line["n_comments"], line["low"], line["high"], color=color, alpha=0.15)
        told: list[Any] = list(outlook[(outlook["what"] == what) & outlook["gain"].notna()].itertuples())
        for row in told:
            ends = [row.n_comments, 2 * row.n_comments], [row.value, row.value + row.gain]
            ax.plot(*ends, linestyle="--", color=color)
            spread = [[max(0.0, row.gain - row.gain_low)], [max(0.0, row.gain_high - row.gain)]]
            ax.errorbar(ends[0][1:], ends[1][1:], yerr=spread, color=color, marker=marker, mfc="white", capsize=4)
    ax.set_ylim(0, 1)
    ax.set_xlim(left=0)
    ax.set_xlabel("aantal gelabelde opmerkingen; gestreept: verwacht bij twee keer zo veel")
    ax.set_ylabel("waarde (1 is volmaakt)")
    set_title(ax, "Hoeveel helpt meer labelen?")
    dutch_decimals(ax.yaxis)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, loc="lower right")
    return ax
