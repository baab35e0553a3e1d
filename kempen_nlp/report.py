"""One self-contained HTML page from assignments: figures, quotes, and what could not be judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kempen_nlp import plots
from kempen_nlp.assignments import whole_file
from kempen_nlp.corpus import framework_names, load_framework
from kempen_nlp.dutch import POLARITY_TERMS
from kempen_nlp.errors import CommentsError
from kempen_nlp.framework import Framework
from kempen_nlp.profiles import PERSON_COLUMNS, PROFILE_COLUMNS, compare_with_profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WARNING = (
    "Hulpmiddel bij het lezen van opmerkingen. De toewijzingen zijn schattingen; neem geen beslissing over een "
    "medewerker zonder zelf de opmerkingen te lezen en de betrokkene te horen."
)
_READING = (
    "Een citaat telt mee als de kans dat het bewijs is voor de competentie boven de grens van het model ligt; wat "
    "daaronder blijft, staat als te onzeker in het bestand en niet op deze bladzijde.",
    "Een gevonden niveau in een profiel is het hoogste niveau dat ten minste twee sterke punten halen. "
    "Minder is te weinig bewijs.",
    "Ontwikkelpunten staan bij het niveau van het gedrag dat ontbreekt; zij verlagen het gevonden niveau niet.",
    "De indicator is de zin uit het raamwerk die het dichtst bij het citaat ligt op het toegewezen niveau.",
)


@dataclass(frozen=True)
class ReportSection:
    """One framework's part of a page."""

    framework: Framework
    assignments: pd.DataFrame
    """As ``assignments.to_frame`` gives."""
    per_person: bool = False
    """Show a profile figure for each person whose profile the table gives."""


def write_report(sections: Sequence[ReportSection], path: str | Path, *, title: str) -> None:
    """
    Write the page, whole or not at all; it asks nothing of the network.

    Raises
    ------
    CommentsError
        If persons are asked for and no column holds them.
    """
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("kempen_nlp"), autoescape=True, trim_blocks=True)
    page = environment.get_template("report.html").render(
        title=title,
        warning=_WARNING,
        reading=_READING,
        sections=[_section(section) for section in sections],
    )
    with whole_file(path) as partial:
        partial.write_text(page, encoding="utf-8")


def count_assignments(assignments: pd.DataFrame, framework: Framework, polarity: str) -> pd.DataFrame:
    """
    Count assigned quotes per competency and rank.

    Returns
    -------
    DataFrame of shape (n_competencies, n_ranks)
        Index competency names in framework order, columns ranks from 1.
    """
    counted = assignments[(assignments["state"] == "assigned") & (assignments["polarity"] == polarity)]
    table = pd.crosstab(counted["competency"], counted["rank"])
    return table.reindex(index=list(framework.names), columns=range(1, framework.n_ranks + 1), fill_value=0).astype(int)


def _section(section: ReportSection) -> dict[str, Any]:
    frame = section.assignments
    _check_framework(frame, section.framework)
    figures = [_counts_figure(section, polarity) for polarity in POLARITY_TERMS]
    if section.per_person:
        figures += list(_person_figures(section))
    return {
        "title": section.framework.title,
        "summary": _summary(frame),
        "figures": figures,
        "quotes": [_quotes(frame, name) for name in section.framework.names if (frame["competency"] == name).any()],
    }


def _check_framework(frame: pd.DataFrame, framework: Framework) -> None:
    foreign = sorted(set(frame["competency"].dropna()) - set(framework.names))
    if foreign:
        msg = (
            f"The assignments name {', '.join(foreign)}, which {framework.id} does not have. "
            "Give the framework that they were made with by --framework."
        )
        raise CommentsError(msg)


def framework_of(assignments: pd.DataFrame) -> Framework:
    """
    Return the shipped framework that has every competency of a table of assignments.

    Raises
    ------
    CommentsError
        If none has, or more than one.
    """
    names = set(assignments["competency"].dropna())
    shipped = [load_framework(name) for name in framework_names()]
    fitting = [framework for framework in shipped if names <= set(framework.names)]
    if len(fitting) == 1:
        return fitting[0]
    state = "fit more than one shipped framework" if fitting else "fit no shipped framework"
    msg = f"The competencies of the assignments {state}. Name the right one with --framework."
    raise CommentsError(msg)


def _summary(frame: pd.DataFrame) -> str:
    unread = int((frame["state"] == "problem").sum())
    states = frame[frame["state"] != "problem"].groupby("id", sort=False)["state"].agg(set)
    assigned = sum("assigned" in found for found in states)
    unsure = sum(found == {"abstained"} for found in states)
    nothing = sum(found == {"none"} for found in states)
    quotes = int((frame["state"] == "assigned").sum())
    return (
        f"{len(states) + unread} opmerkingen: in {assigned} staat bewijs ({quotes} citaten), "
        f"in {unsure} is alles te onzeker, "
        f"{nothing} bevatten geen bewijs en {unread} konden niet worden gelezen."
    )


def _counts_figure(section: ReportSection, polarity: str) -> dict[str, Any]:
    counts = count_assignments(section.assignments, section.framework, polarity)
    ax = plots.new_axes(height=1.2 + 0.45 * len(counts))
    plots.plot_assignments(counts, polarity=polarity, ax=ax)
    return _figure(ax, f"Citaten per competentie en niveau, {POLARITY_TERMS[polarity]}")


def _person_figures(section: ReportSection) -> Iterator[dict[str, Any]]:
    frame, framework = section.assignments, section.framework
    person, profile = _column(frame, PERSON_COLUMNS), _column(frame, PROFILE_COLUMNS)
    # An empty cell in either column is no person with a profile; such rows are in the counts above.
    for (name, label), rows in frame[frame[profile] != ""].groupby([person, profile], sort=False):
        comparison = compare_with_profile(rows, framework, framework.profile(str(label)))
        ax = plots.new_axes(height=1.8 + 0.55 * len(comparison))
        plots.plot_profile(comparison, title=f"{name} ({label})", n_ranks=framework.n_ranks, ax=ax)
        yield _figure(ax, f"Gevonden en vereist niveau van {name}")


def _column(frame: pd.DataFrame, known: Sequence[str]) -> str:
    for column in frame.columns:
        if str(column).strip().casefold() in known:
            return str(column)
    msg = (
        f"The assignments have no column named one of {', '.join(known)}, so nobody can be shown apart. "
        f"They have {', '.join(map(str, frame.columns))}."
    )
    raise CommentsError(msg)


def _figure(ax: Axes, label: str) -> dict[str, Any]:
    from markupsafe import Markup

    svg = plots.svg_of(ax)
    # matplotlib escapes the texts that it draws; what precedes the element is not HTML.
    return {"label": label, "svg": Markup(svg[svg.index("<svg") :])}  # noqa: S704


def _quotes(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    mine = frame[(frame["competency"] == name) & (frame["state"] == "assigned")]
    mine = mine.sort_values(["rank", "probability"], ascending=[True, False])
    rows = [
        {
            "quote": row["quote"],
            "rank": row["rank"],
            "polarity": POLARITY_TERMS[row["polarity"]],
            "probability": f"{row['probability']:.2f}".replace(".", ","),
            "evidence": row["evidence_text"],
        }
        for row in mine.to_dict("records")
    ]
    return {"title": f"{name}: {len(rows)} citaten", "rows": rows}
