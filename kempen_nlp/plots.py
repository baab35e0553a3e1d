"""Figures: DataFrames in, matplotlib axes out; labels in Dutch, legible in print and without colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import pandas as pd

from kempen_nlp.dutch import POLARITY_TERMS
from kempen_nlp.framework import Status

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.patches import Patch

STATUS_COLORS = {Status.GROWTH: "#a6dba0", Status.DESIRED: "#1b7837", Status.SURPASSED: "#4393c3"}
STATUS_TERMS = {
    Status.GROWTH: "groei (boven vereist)",
    Status.DESIRED: "gewenst (op vereist)",
    Status.SURPASSED: "ontstegen (onder vereist)",
}
STATUS_HATCHES = {Status.GROWTH: "//", Status.DESIRED: "", Status.SURPASSED: ".."}
_GREY = "#bdbdbd"
_INK = "#222222"
_WRAP = 22
_LINE_COLORS = ("#1b7837", "#762a83", "#4393c3", "#d6604d", "#8c510a", "#4d4d4d")
_MARKERS = "os^Dv"


def new_axes(*, width: float = 8.0, height: float = 4.5) -> Axes:
    """Return the axes of a fresh figure that belongs to no window; sizes in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained").add_subplot()


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
    highest = max(int(counts.to_numpy().max(initial=0)), 1)
    ax.imshow(counts.to_numpy(), cmap="Blues", vmin=0, vmax=highest, aspect="auto")
    ax.set_xticks(range(counts.shape[1]), [f"niveau {rank}" for rank in counts.columns])
    ax.set_yticks(range(counts.shape[0]), [fill(str(name), _WRAP) for name in counts.index])
    for row, values in enumerate(counts.to_numpy()):
        for column, value in enumerate(values):
            ax.text(
                column, row, str(value) if value else "–", ha="center", va="center",
                color="white" if 2 * value > highest else _INK,
            )  # fmt: skip
    _set_title(ax, f"Citaten per competentie en niveau: {POLARITY_TERMS[polarity]}")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


def plot_profile(comparison: pd.DataFrame, *, title: str, n_ranks: int, ax: Axes) -> Axes:
    """
    Draw found ranks as bars in the handbook's colours, required ranks as marks.

    Parameters
    ----------
    comparison : DataFrame
        As ``profiles.compare_with_profile`` gives.
    title : str
        Whose profile it is.
    n_ranks : int
        Highest rank of the framework; sets the axis.
    ax : Axes
    """
    used: dict[Status, None] = {}
    for row, item in enumerate(comparison.to_dict("records")):
        n_quotes = f"{item['n_strengths']} sterk, {item['n_developments']} ontwikkel"
        if pd.isna(item["found"]):
            # Right of the mark where that stands so low that it would run through the words.
            left = 0.08 if item["required"] > 1 else 1.08
            ax.text(left, row, "te weinig bewijs", va="center", color=_INK, style="italic")
        else:
            status = Status(item["status"])
            used[status] = None
            ax.barh(
                row, item["found"], height=0.55, color=STATUS_COLORS[status], hatch=STATUS_HATCHES[status],
                edgecolor=_INK, linewidth=0.6,
            )  # fmt: skip
        ax.plot([item["required"]] * 2, [row - 0.42, row + 0.42], color=_INK, linewidth=3)
        ax.text(n_ranks + 0.12, row, n_quotes, va="center", fontsize="small", color=_INK)
    ax.set_yticks(range(len(comparison)), [fill(name, _WRAP) for name in comparison["competency"]])
    ax.set_ylim(len(comparison) - 0.4, -0.6)
    ax.set_xlim(0, n_ranks + 1.6)
    ax.set_xticks(range(1, n_ranks + 1))
    ax.set_xlabel("niveau")
    _set_title(ax, title)
    ax.spines[["top", "right"]].set_visible(False)
    from matplotlib.lines import Line2D

    required = Line2D([], [], color=_INK, linewidth=3, label="vereist niveau")
    _legend_below(ax, [*_status_patches(status for status in Status if status in used), required])
    return ax


def _status_patches(statuses: Iterable[Status]) -> list[Patch]:
    from matplotlib.patches import Patch

    return [
        Patch(facecolor=STATUS_COLORS[s], hatch=STATUS_HATCHES[s], edgecolor=_INK, label=STATUS_TERMS[s])
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

    shown = (Status.SURPASSED, Status.DESIRED, Status.GROWTH)
    parts = [(s.value, STATUS_COLORS[s], STATUS_HATCHES[s]) for s in shown]
    parts.append(("too_little", "#f0f0f0", "xx"))
    left = [0] * len(counts)
    for name, color, hatch in parts:
        values = [int(v) for v in counts[name]]
        ax.barh(
            range(len(counts)), values, left=left, color=color, hatch=hatch, edgecolor=_INK, linewidth=0.6, height=0.6
        )
        for row, value in enumerate(values):
            if value:
                ax.text(
                    left[row] + value / 2, row, str(value), ha="center", va="center", color=_INK,
                    bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
                )  # fmt: skip
        left = [a + b for a, b in zip(left, values, strict=True)]
    ax.set_yticks(range(len(counts)), [fill(str(name), _WRAP) for name in counts["competency"]])
    ax.invert_yaxis()
    ax.set_xlim(0, max([*left, 1]))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("aantal medewerkers")
    _set_title(ax, title)
    ax.spines[["top", "right"]].set_visible(False)
    little = Patch(facecolor="#f0f0f0", hatch="xx", edgecolor=_INK, label="te weinig bewijs")
    _legend_below(ax, [*_status_patches(shown), little])
    return ax


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
    left = [0] * len(counts)
    shades = ["#deebf7", "#9ecae1", "#4292c6", "#08519c", "#08306b"]
    for number, rank in enumerate(counts.columns):
        values = [int(v) for v in counts[rank]]
        shade = shades[min(number, len(shades) - 1)]
        ax.barh(
            range(len(counts)),
            values,
            left=left,
            color=shade,
            edgecolor="white",
            label=f"niveau {rank}",
        )
        for row, value in enumerate(values):
            if value:
                ink = "white" if number > 1 else _INK
                ax.text(
                    left[row] + value / 2,
                    row,
                    str(value),
                    ha="center",
                    va="center",
                    color=ink,
                    fontsize="small",
                )
        left = [a + b for a, b in zip(left, values, strict=True)]
    ax.set_yticks(range(len(counts)), [fill(str(name), _WRAP + 6) for name in counts.index])
    ax.invert_yaxis()
    ax.set_xlabel("aantal gedragsindicatoren")
    _set_title(ax, title)
    ax.spines[["top", "right"]].set_visible(False)
    _legend_below(ax)
    return ax


def plot_reliability(bins: pd.DataFrame, *, ax: Axes) -> Axes:
    """
    Draw how often probabilities came true, with 95 % intervals.

    Parameters
    ----------
    bins : DataFrame
        As ``evaluation.reliability_table`` gives.
    ax : Axes
    """
    ax.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle="--", label="volmaakt geijkt")
    spread = [bins["observed"] - bins["low"], bins["high"] - bins["observed"]]
    ax.errorbar(
        bins["mean_probability"], bins["observed"], yerr=spread, fmt="o-", color="#1b7837", capsize=3, label="model"
    )
    ax.set_xlabel("kans die het model noemt")
    ax.set_ylabel("aandeel dat klopt")
    _set_title(ax, "Komen de kansen uit?")
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    _dutch_decimals(ax.xaxis, ax.yaxis)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, loc="upper left")
    return ax


def plot_coverage(tables: Mapping[str, pd.DataFrame], *, ax: Axes) -> Axes:
    """
    Draw precision against the share of labels found, one line a model.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Name to what ``evaluation.coverage_table`` gives; the first is drawn heaviest.
    ax : Axes
    """
    styles = ["-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1))]
    colors = _LINE_COLORS
    for number, (name, table) in enumerate(tables.items()):
        known = table[table["n_assigned"] >= 10]
        ax.plot(
            known["coverage"], known["precision"], label=name, color=colors[number % len(colors)],
            linestyle=styles[number % len(styles)], linewidth=2.5 if number == 0 else 1.3,
        )  # fmt: skip
    ax.set_xlabel("aandeel van de labels dat gevonden wordt")
    ax.set_ylabel("aandeel van de toewijzingen dat klopt")
    _set_title(ax, "Dekking tegen precisie")
    ax.set_xlim(0, 1.01)
    ax.set_ylim(0, 1.01)
    _dutch_decimals(ax.xaxis, ax.yaxis)
    ax.spines[["top", "right"]].set_visible(False)
    _legend_below(ax)
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
    shown = {"macro-F1": ("competentie: macro-F1", "#1b7837", "o"), "rank kappa": ("niveau: kappa", "#2166ac", "s")}
    for what, (label, color, marker) in shown.items():
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
    ax.set_title("Hoeveel helpt meer labelen?", loc="left")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, loc="lower right")
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
    return _shaded_table(
        similarity, rows=[f"niveau {rank}" for rank in similarity.index],
        columns=[f"niveau {rank}" for rank in similarity.columns], title=title, ax=ax,
    )  # fmt: skip


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

    names = [fill(str(name), _WRAP) for name in matrix.index]
    _shaded_table(
        matrix,
        rows=names,
        columns=[fill(str(name), 13, break_long_words=False) for name in matrix.columns],
        title=title,
        ax=ax,
    )
    for pair in answers[answers["answers"]].to_dict("records"):
        column, row = list(matrix.columns).index(pair["second"]), list(matrix.index).index(pair["first"])
        ax.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fill=False, edgecolor="#d6604d", linewidth=3))
    ax.tick_params(axis="x", labelsize="x-small")
    return ax


def _shaded_table(table: pd.DataFrame, *, rows: list[str], columns: list[str], title: str, ax: Axes) -> Axes:
    values = table.to_numpy(dtype=float)
    highest = max(float(pd.Series(values.ravel()).max(skipna=True)), 0.01) if values.size else 1.0
    ax.imshow(values, cmap="Blues", vmin=0, vmax=highest, aspect="auto")
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            label = "–" if pd.isna(value) else f"{value:.2f}".replace(".", ",")
            ink = "white" if value > 0.6 * highest else _INK
            ax.text(column, row, label, ha="center", va="center", color=ink, fontsize="small")
    _set_title(ax, title, small=True)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


_SIGNAL_STYLES = {"lexical": ("s", "#762a83", "woorden"), "semantic": ("o", "#1b7837", "betekenis"),
                  "markers": ("^", "#4393c3", "niveauwoorden")}  # fmt: skip


def plot_level_order(order: pd.DataFrame, *, title: str, ax: Axes) -> Axes:
    """
    Draw Kendall's tau between rank and reading with its interval, three signals a competency.

    Parameters
    ----------
    order : DataFrame
        ``Check.order``.
    title : str
    ax : Axes
    """
    names = list(dict.fromkeys(order["competency"]))
    for number, (signal, (marker, color, label)) in enumerate(_SIGNAL_STYLES.items()):
        mine = order[order["signal"] == signal].set_index("competency").reindex(names)
        heights = [row + 0.24 * (number - 1) for row in range(len(names))]
        spread = [(mine["tau"] - mine["low"]).clip(lower=0), (mine["high"] - mine["tau"]).clip(lower=0)]
        ax.errorbar(
            mine["tau"],
            heights,
            xerr=spread,
            fmt=marker,
            color=color,
            capsize=2,
            label=label,
            linewidth=1.2,
            markersize=5,
        )
    ax.axvline(0, color=_GREY, linewidth=1)
    ax.set_yticks(range(len(names)), [fill(str(name), _WRAP + 6) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(-1.05, 1.05)
    _dutch_decimals(ax.xaxis)
    ax.set_xlabel("samenhang van gelezen niveau met niveau in het handboek (Kendalls tau, 95 %-interval)")
    _set_title(ax, title)
    ax.spines[["top", "right"]].set_visible(False)
    _legend_below(ax)
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
    known = levels[levels["answers_to"].notna()]
    heights = list(range(len(known)))
    spread = [known["answers_to"] - known["low"], known["high"] - known["answers_to"]]
    ax.errorbar(
        known["answers_to"],
        heights,
        xerr=spread,
        fmt="o",
        color="#1b7837",
        capsize=3,
        label="gelezen niveau, 95 %-interval",
    )
    ax.plot(known["rank"], heights, linestyle="", marker="|", markersize=14, color=_INK, label="eigen niveau")
    ax.set_yticks(heights, [f"{row['first']} {row['rank']}" for row in known.to_dict("records")])
    ax.invert_yaxis()
    ax.set_xlim(0.7, n_ranks + 0.3)
    ax.set_xticks(range(1, n_ranks + 1))
    ax.set_xlabel("niveau in het andere raamwerk")
    _set_title(ax, title)
    ax.spines[["top", "right"]].set_visible(False)
    _legend_below(ax)
    return ax


_FAULTS = {
    "ranks shuffled": "niveaus door elkaar (niets te vinden)", "nothing": "handboek zoals het is",
    "levels exchanged": "twee buurniveaus verwisseld", "levels merged": "twee buurniveaus vermengd",
    "lowest and highest level exchanged": "laagste en hoogste niveau verwisseld",
    "indicator moved by 1": "indicator 1 niveau verplaatst", "indicator moved by 2": "indicator 2 niveaus verplaatst",
    "indicator moved by 3": "indicator 3 niveaus verplaatst", "duplicate: copy": "indicator gekopieerd",
    "duplicate: degree word": "kopie met ander graadwoord", "duplicate: words dropped": "kopie met woorden minder",
    "duplicate: clauses exchanged": "kopie met delen omgewisseld",
    "duplicate: other words": "zelfde gedrag in heel andere woorden", "duplicate: denied": "kopie met ‘niet’",
    "indicators mixed over competencies": "indicatoren over competenties gehusseld",
}  # fmt: skip


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
    styles = [("o", "#1b7837"), ("s", "#762a83"), ("^", "#4393c3"), ("D", "#8c510a")]
    for number, (name, mine) in enumerate(recall.groupby("framework", sort=False)):
        marker, color = styles[number % len(styles)]
        heights = [faults.index(fault) + 0.18 * number for fault in mine["fault"]]
        spread = [mine["share"] - mine["low"], mine["high"] - mine["share"]]
        ax.errorbar(mine["share"], heights, xerr=spread, fmt=marker, color=color, capsize=2, label=str(name))
    ax.set_yticks(range(len(faults)), [_FAULTS.get(fault, fault) for fault in faults])
    ax.invert_yaxis()
    ax.set_xlim(-0.02, 1.02)
    _dutch_decimals(ax.xaxis)
    ax.set_xlabel("aandeel van de ingeplante fouten dat gevonden wordt (95 %-interval)")
    _set_title(ax, title)
    ax.spines[["top", "right"]].set_visible(False)
    _legend_below(ax)
    return ax


def _set_title(ax: Axes, title: str, *, small: bool = False) -> None:
    """Set a title of as many lines as the width of the figure asks for, so that none is cut off."""
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - axes of `new_axes` always have one
    per_inch = 8 if small else 7
    ax.set_title(
        fill(title, max(20, int(figure.get_figwidth() * per_inch))), loc="left", fontsize="medium" if small else "large"
    )


def _dutch_decimals(*axes: Axis) -> None:
    """Write the numbers along axes with a comma."""
    from matplotlib.ticker import FuncFormatter

    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:.1f}".replace(".", ",")))


def _legend_below(ax: Axes, handles: Sequence[Artist] | None = None) -> None:
    """Put the legend under the axis label, whatever the height of the figure."""
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - axes of `new_axes` always have one
    shown = list(handles or ax.get_legend_handles_labels()[0])
    columns = 2 if max((len(str(h.get_label())) for h in shown), default=0) > 20 else 4
    figure.legend(handles=shown, loc="outside lower center", ncols=columns, frameon=False, fontsize="small")


def save_png(ax: Axes, path: str | Path) -> None:
    """Write the figure of these axes as PNG, 150 dots an inch, the same bytes each time."""
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - axes of `new_axes` always have one
    figure.savefig(path, dpi=150, metadata={"Software": None})


def svg_of(ax: Axes) -> str:
    """Return the figure of these axes as SVG text that is the same each time."""
    import io

    import matplotlib as mpl

    figure = ax.get_figure(root=True)
    stream = io.StringIO()
    assert figure is not None  # noqa: S101 - axes of `new_axes` always have one
    with mpl.rc_context({"svg.hashsalt": "kempen_nlp", "svg.fonttype": "path"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()
