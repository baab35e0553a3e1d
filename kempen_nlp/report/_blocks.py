"""The parts of a page about a group, as plain values for the template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kempen_nlp import plots
from kempen_nlp.dutch import POLARITY_TERMS, counted, in_dutch_words, listed
from kempen_nlp.framework import Framework, Status
from kempen_nlp.profiles import (
    MIN_PERSONS,
    PERSON_COLUMNS,
    PROFILE_COLUMNS,
    TOO_LITTLE,
    compare_groups,
    compare_persons,
    find_column,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_UNSURE = 60
"""Doubtful quotes on the page; the workbook has them all."""


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


def summary(frame: pd.DataFrame) -> str:
    """Say how many comments held what, in one Dutch sentence."""
    unread = int((frame["state"] == "problem").sum())
    states = frame[frame["state"] != "problem"].groupby("id", sort=False)["state"].agg(set)
    assigned = sum("assigned" in found for found in states)
    unsure = sum(found == {"abstained"} for found in states)
    nothing = sum(found == {"none"} for found in states)
    quotes = int((frame["state"] == "assigned").sum())
    return (
        f"{counted(len(states) + unread, 'opmerking')}: in {assigned} staat bewijs ({counted(quotes, 'citaat')}), "
        f"in {unsure} is alles te onzeker, in {nothing} staat geen bewijs en {unread} "
        f"{'kon' if unread == 1 else 'konden'} niet worden gelezen."
    )


def cell_table(frame: pd.DataFrame, framework: Framework, anchor: str) -> list[dict[str, Any]]:
    """Return a row a competency with a cell a rank: numbers of quotes, a shade from 0 to 4, and where they stand."""
    counts = {polarity: count_assignments(frame, framework, polarity) for polarity in POLARITY_TERMS}
    highest = max(int((counts["strength"] + counts["development"]).to_numpy().max(initial=0)), 1)
    rows = []
    for number, name in enumerate(framework.names):
        cells = []
        for rank in range(1, framework.n_ranks + 1):
            strengths, developments = (int(counts[p].to_numpy()[number, rank - 1]) for p in POLARITY_TERMS)
            shade = -(-4 * (strengths + developments) // highest)
            cells.append(
                {
                    "anchor": f"{anchor}c{number}n{rank}",
                    "strengths": strengths,
                    "developments": developments,
                    "said": f"{counted(strengths, 'sterk punt')}, {counted(developments, 'ontwikkelpunt')}",
                    "shade": shade,
                }
            )
        rows.append({"name": name, "cells": cells})
    return rows


def quote_blocks(frame: pd.DataFrame, framework: Framework, anchor: str) -> list[dict[str, Any]]:
    """Return the quotes of every competency, in groups by rank, most certain first."""
    blocks = []
    for number, name in enumerate(framework.names):
        mine = frame[(frame["competency"] == name) & (frame["state"] == "assigned")]
        groups = [
            {
                "anchor": f"{anchor}c{number}n{rank}",
                "rank": str(rank),
                "said": counted(len(rows), "citaat"),
                "rows": quote_rows(rows),
            }
            for rank, rows in mine.groupby("rank")
        ]
        if groups:
            blocks.append({"title": f"{name}: {counted(len(mine), 'citaat')}", "groups": groups})
    return blocks


def quote_rows(rows: pd.DataFrame) -> list[dict[str, str]]:
    """Return quotes as the template prints them."""
    return [
        {
            "quote": row["quote"],
            "competency": row["competency"],
            "rank": str(row["rank"]),
            "polarity": POLARITY_TERMS[row["polarity"]],
            "kind": row["polarity"],
            # Whoever decided about it took the place of the model's probability.
            "probability": "nagekeken"
            if pd.isna(row["probability"])
            else f"{row['probability']:.2f}".replace(".", ","),
            "evidence": "" if pd.isna(row["evidence_text"]) else row["evidence_text"],
        }
        for row in rows.sort_values("probability", ascending=False, na_position="first").to_dict("records")
    ]


def group_blocks(frame: pd.DataFrame, framework: Framework) -> dict[str, Any]:
    """Return figures of found against required ranks for groups that are large enough, or why there are none."""
    person, profile = find_column(frame, PERSON_COLUMNS), find_column(frame, PROFILE_COLUMNS)
    if not framework.profiles:
        return {"figures": [], "note": "Dit raamwerk heeft geen functieprofielen, dus er is geen vereist niveau."}
    if person is None or profile is None:
        note = (
            "Het bestand heeft geen kolommen medewerker en profiel, dus er is geen vereist niveau om naast te leggen."
        )
        return {"figures": [], "note": note}
    persons = compare_persons(frame, framework)
    unknown = persons.loc[persons["note"].notna(), "profile"].unique()
    verb = "staat het profiel" if len(unknown) == 1 else "staan de profielen"
    note = f"Niet in het raamwerk {verb} {listed(list(unknown))}. " if len(unknown) else ""
    counts = compare_groups(persons)
    if counts.empty:
        note += f"Er zijn minder dan {MIN_PERSONS} medewerkers met een profiel; zij worden niet apart getoond."
        return {"figures": [], "note": note}
    figures = []
    for (group, n_persons), rows in counts.groupby(["group", "n_persons"], sort=False):
        ax = plots.new_axes(rows=len(rows))
        title = f"{group or 'Alle medewerkers met een profiel'} (n = {n_persons})"
        shown = plots.plot_group(rows, title=title, ax=ax)
        figures.append(figure(shown, f"Gevonden naast vereist niveau: {title}", _group_table(rows)))
    n_profiles = persons["profile"].nunique() - len(unknown)
    small = n_profiles - (counts["group"].nunique() - 1)
    if n_profiles > 1 and small:
        why = f"anders stonden er minder dan {MIN_PERSONS} medewerkers apart"
        verb = "telt" if small == 1 else "tellen"
        note += f"{counted(small, 'profiel')} {verb} alleen in het geheel mee; {why}."
    return {"figures": figures, "note": note}


def _group_table(rows: pd.DataFrame) -> pd.DataFrame:
    headings = {
        "competency": "competentie",
        **{s.value: plots.STATUS_TERMS[s] for s in reversed(Status)},
        "too_little": TOO_LITTLE,
    }
    return rows[list(headings)].rename(columns=headings)


def unjudged(frame: pd.DataFrame, framework: Framework) -> dict[str, Any]:
    """Return what the page cannot say: doubtful quotes, unread rows, competencies without any quote."""
    unsure = frame[frame["state"] == "abstained"]
    shown = unsure.sort_values("probability", ascending=False).head(N_UNSURE)
    unread = frame[frame["state"] == "problem"]
    said = set(frame.loc[frame["state"] == "assigned", "competency"])
    return {
        "unsure": quote_rows(shown),
        "n_unsure": counted(len(unsure), "citaat"),
        "n_more": counted(len(unsure) - len(shown), "citaat") if len(unsure) > len(shown) else "",
        "unread": [{"id": row["id"], "problems": in_dutch_words(row["problems"])} for row in unread.to_dict("records")],
        "n_unread": counted(len(unread), "opmerking"),
        "silent": listed([name for name in framework.names if name not in said]),
    }


def figure(ax: Axes, label: str, table: pd.DataFrame) -> dict[str, Any]:
    """Return a figure for the template, with what a screen reader says of it and the same as a table."""
    from markupsafe import Markup

    svg = plots.svg_of(ax)
    # matplotlib escapes the texts that it draws; what precedes the element is not HTML.
    rows = [["" if pd.isna(value) else value for value in row] for row in table.itertuples(index=False, name=None)]
    return {"label": label, "svg": Markup(svg[svg.index("<svg") :]), "headings": list(table.columns), "rows": rows}  # noqa: S704
