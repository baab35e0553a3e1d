"""Figures of handbooks: what levels hold, whether they are distinct and in order, how two frameworks compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kempen_nlp.glossary import FAULT_TERMS, SIGNAL_TERMS
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

_SHADES = ("#deebf7", "#9ecae1", "#4292c6", "#08519c", "#08306b")
_SIGNAL_STYLES = {"lexical": ("s", PURPLE), "semantic": ("o", GREEN), "markers": ("^", BLUE)}
_SERIES = (("o", GREEN), ("s", PURPLE), ("^", BLUE), ("D", BROWN))


def plot_indicator_counts(counts: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw how many indicators each level has, one row a competency.

    Parameters
    ----------
    counts : DataFrame of shape (n_competencies, n_ranks)
        Index competency names, columns ranks.
    title : str
    ax : Axes
    """
    set_title(ax, title)
    if counts.empty:
        return say_nothing(ax)
    left = [0] * len(counts)
    for number, rank in enumerate(counts.columns):
        values = [int(v) for v in counts[rank]]
        shade = _SHADES[min(number, len(_SHADES) - 1)]
        ax.barh(range(len(counts)), values, left=left, color=shade, edgecolor="white", label=f"niveau {rank}")
        for row, value in enumerate(values):
            if value:
                ink = "white" if number > 1 else INK
                middle = left[row] + value / 2
                ax.text(middle, row, str(value), ha="center", va="center", color=ink, fontsize="small")
        left = [a + b for a, b in zip(left, values, strict=True)]
    name_rows(ax, counts.index, width=WRAP + 6)
    ax.set_xlabel("aantal gedragsindicatoren")
    legend_below(ax)
    return ax


def plot_level_similarity(similarity: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw how alike the levels of one competency are, as a table of shaded cells.

    Parameters
    ----------
    similarity : DataFrame of shape (n_ranks, n_ranks)
        As ``distinctness.level_similarity`` gives; nan where a level has too few indicators.
    title : str
    ax : Axes
    """
    names = [f"niveau {rank}" for rank in similarity.index]
    return shaded_table(similarity, rows=names, columns=names, title=title, ax=ax)


def plot_confusable(counts: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw where sentences say the same, as a table of shaded cells.

    Parameters
    ----------
    counts : DataFrame of shape (n_competencies, n_competencies)
        As ``distinctness.count_confusable`` gives: pairs of sentences, those within a competency on the diagonal.
    title : str
    ax : Axes
    """
    return shaded_table(counts, rows=counts.index, columns=counts.columns, title=title, ax=ax)


def plot_crosswalk(matrix: pd.DataFrame, answers: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw how alike the competencies of two frameworks are; those that answer to each other are framed.

    Parameters
    ----------
    matrix : DataFrame of shape (n_first, n_second)
        As ``Crosswalk.matrix`` gives.
    answers : DataFrame
        ``Crosswalk.competencies``.
    title : str
    ax : Axes
    """
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import Normal, Stroke

    shaded_table(matrix, rows=matrix.index, columns=matrix.columns, title=title, ax=ax)
    for pair in answers[answers["answers"]].to_dict("records"):
        column, row = list(matrix.columns).index(pair["second"]), list(matrix.index).index(pair["first"])
        # A white line inside the red one, so that the frame shows on dark blue without colour as well.
        frame = Rectangle((column - 0.44, row - 0.44), 0.88, 0.88, fill=False, edgecolor="white", linewidth=1.5)
        frame.set_path_effects([Stroke(linewidth=5.0, foreground=RED), Normal()])
        ax.add_patch(frame)
    return ax


def plot_level_order(order: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw Kendall's tau between rank and reading with its interval, three signals a competency.

    Parameters
    ----------
    order : DataFrame
        ``Check.order``; a competency where nothing can be read says so.
    title : str
    ax : Axes
    """
    names = list(dict.fromkeys(order["competency"]))
    for number, (signal, (marker, color)) in enumerate(_SIGNAL_STYLES.items()):
        mine = order[order["signal"] == signal].set_index("competency").reindex(names)
        heights = [row + 0.24 * (number - 1) for row in range(len(names))]
        spread = [(mine["tau"] - mine["low"]).clip(lower=0), (mine["high"] - mine["tau"]).clip(lower=0)]
        ax.errorbar(
            mine["tau"], heights, xerr=spread, fmt=marker, color=color, capsize=2, label=SIGNAL_TERMS[signal],
            linewidth=1.2, markersize=5,
        )  # fmt: skip
    for row, name in enumerate(names):
        if order.loc[order["competency"] == name, "tau"].isna().all():
            ax.text(0.02, row, "te weinig niveaus om iets te zeggen", va="center", style="italic", color=INK)
    ax.axvline(0, color=GREY, linewidth=1)
    name_rows(ax, names, width=WRAP + 6)
    ax.set_xlim(-1.05, 1.05)
    ax.set_xticks([-1, -0.5, 0, 0.5, 1])
    dutch_decimals(ax.xaxis)
    ax.set_xlabel("samenhang van gelezen niveau met niveau in het handboek\n(Kendalls tau, 95 %-interval)")
    set_title(ax, title)
    legend_below(ax)
    return ax


def plot_rank_answers(levels: pd.DataFrame, *, title: str, n_ranks: int, ax: Axes) -> Axes:
    """
    Draw at which rank of the other framework each level reads, with 95 % intervals.

    Parameters
    ----------
    levels : DataFrame
        ``Crosswalk.levels``.
    title : str
    n_ranks : int
        Highest rank of the other framework.
    ax : Axes
    """
    set_title(ax, title)
    known = levels[levels["answers_to"].notna()]
    if known.empty:
        return say_nothing(ax)
    heights = list(range(len(known)))
    spread = [known["answers_to"] - known["low"], known["high"] - known["answers_to"]]
    ax.errorbar(
        known["answers_to"], heights, xerr=spread, fmt="o", color=GREEN, capsize=3,
        label="gelezen niveau, 95 %-interval",
    )  # fmt: skip
    ax.plot(known["rank"], heights, linestyle="", marker="|", markersize=14, color=INK, label="eigen niveau")
    name_rows(ax, [f"{row['first']} {row['rank']}" for row in known.to_dict("records")], width=WRAP + 10)
    # A level of one's own may lie beyond the highest of the other.
    highest = max(n_ranks, int(known["rank"].max()))
    ax.set_xlim(0.7, highest + 0.3)
    ax.set_xticks(range(1, highest + 1))
    ax.set_xlabel("niveau in het andere raamwerk")
    legend_below(ax)
    return ax


def plot_power(study: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw the share of planted faults that the check found, with 95 % intervals, frameworks apart.

    Parameters
    ----------
    study : DataFrame
        As ``distinctness.power_study`` gives, one or more frameworks below each other.
    title : str
    ax : Axes
    """
    recall = study[study["measure"].str.startswith("recall: ")]
    faults = list(dict.fromkeys(recall["fault"]))
    for number, (name, mine) in enumerate(recall.groupby("framework", sort=False)):
        marker, color = _SERIES[number % len(_SERIES)]
        heights = [faults.index(fault) + 0.18 * number for fault in mine["fault"]]
        spread = [mine["share"] - mine["low"], mine["high"] - mine["share"]]
        ax.errorbar(mine["share"], heights, xerr=spread, fmt=marker, color=color, capsize=2, label=str(name))
    name_rows(ax, [FAULT_TERMS.get(fault, fault) for fault in faults], width=WRAP + 20)
    ax.set_xlim(-0.02, 1.02)
    dutch_decimals(ax.xaxis)
    ax.set_xlabel("aandeel van de ingeplante fouten dat gevonden wordt (95 %-interval)")
    set_title(ax, title)
    legend_below(ax)
    return ax
