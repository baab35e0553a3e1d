"""The parts of a page about one person each; made only when asked for."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kempen_nlp import plots
from kempen_nlp.errors import FrameworkError
from kempen_nlp.framework import Framework
from kempen_nlp.profiles import PERSON_COLUMNS, PROFILE_COLUMNS, compare_with_profile, find_column, in_dutch_headings
from kempen_nlp.report._blocks import figure, quote_rows, summary


def person_blocks(frame: pd.DataFrame, framework: Framework) -> list[dict[str, Any]]:
    """Return for each person figure and quotes; rows without a name belong to nobody and are left out."""
    column, profile = find_column(frame, PERSON_COLUMNS) or "", find_column(frame, PROFILE_COLUMNS)
    named = frame[frame[column].fillna("") != ""]
    keys = [column, profile] if profile else [column]
    blocks = []
    for key, rows in named.assign(**{c: named[c].fillna("").astype(str) for c in keys}).groupby(keys, sort=False):
        label = str(key[1]) if profile else ""
        found = rows[rows["state"] == "assigned"].sort_values(["competency", "rank"])
        blocks.append(
            {
                "name": str(key[0]),
                "profile": label,
                "summary": summary(rows),
                "rows": quote_rows(found),
                **_against_profile(rows, framework, str(key[0]), label),
            }
        )
    return blocks


def _against_profile(rows: pd.DataFrame, framework: Framework, name: str, label: str) -> dict[str, Any]:
    if not label or not framework.profiles:
        return {"figures": [], "note": "Geen functieprofiel bekend, dus geen vereist niveau."}
    try:
        comparison = compare_with_profile(rows, framework, framework.profile(label))
    except FrameworkError:
        return {"figures": [], "note": f"Het raamwerk heeft geen profiel {label}."}
    ax = plots.new_axes(rows=len(comparison))
    plots.plot_profile(comparison, title=f"{name} ({label})", n_ranks=framework.n_ranks, ax=ax)
    return {
        "figures": [figure(ax, f"Gevonden en vereist niveau van {name}", in_dutch_headings(comparison))],
        "note": "",
    }
