"""Found ranks against the ranks that a job profile requires, per person or group."""

from __future__ import annotations

import pandas as pd

from kempen_nlp.framework import Framework, Profile, Status

MIN_QUOTES = 2
"""Fewer strengths than this say too little to name a rank."""
COLUMNS = ("competency", "required", "found", "status", "n_strengths", "n_developments")


def compare_with_profile(
    assignments: pd.DataFrame,
    framework: Framework,
    profile: Profile,
    *,
    min_quotes: int = MIN_QUOTES,
) -> pd.DataFrame:
    """
    Compare what comments show with what a profile requires, one row per required competency.

    The found rank is the highest rank that at least ``min_quotes`` strengths reach or pass;
    development points are counted but lower nothing: they say what is asked for, not what is.

    Parameters
    ----------
    assignments : DataFrame
        As ``assignments.to_frame`` gives; rows with another state than ``assigned`` are left out.
    framework : Framework
    profile : Profile
        One of the framework.
    min_quotes : int
        At least 1.

    Returns
    -------
    DataFrame of shape (n_required, 6)
        Columns ``competency, required, found, status, n_strengths, n_developments``. ``found`` and
        ``status`` are missing where there is too little evidence.
    """
    counted = assignments[assignments["state"] == "assigned"]
    rows = []
    for name in framework.names:
        if name not in profile.required:
            continue
        mine = counted[counted["competency"] == name]
        strengths = sorted(mine.loc[mine["polarity"] == "strength", "rank"], reverse=True)
        found = int(strengths[min_quotes - 1]) if len(strengths) >= min_quotes else None
        required = profile.required[name]
        status = None if found is None else Status.of(found, required).value
        rows.append((name, required, found, status, len(strengths), len(mine) - len(strengths)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"required": "Int64", "found": "Int64"})
