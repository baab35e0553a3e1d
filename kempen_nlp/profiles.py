"""Found ranks against the ranks that a job profile requires, per person or group."""

from __future__ import annotations

import pandas as pd

from kempen_nlp.framework import Framework, Profile, Status

MIN_QUOTES = 2
"""Fewer strengths than this say too little to name a rank."""
MIN_GROUP = 5
"""Of fewer persons than this nothing is said as a group."""
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


def suppress_small_groups(counts: pd.DataFrame, sizes: pd.Series, *, least: int = MIN_GROUP) -> pd.DataFrame:
    """
    Blank what is said of groups that are so small that it is said of persons.

    If one group only is blanked, the next smallest is too, or the total would give it away.

    Parameters
    ----------
    counts : DataFrame
        One row a group.
    sizes : Series
        Number of persons of each group; its index holds that of ``counts``.
    least : int
        Groups of fewer persons are blanked.

    Returns
    -------
    DataFrame
        The same rows and columns; missing values where a group was blanked.

    Examples
    --------
    >>> counts = pd.DataFrame({"sterk": [9, 4, 7]}, index=["a", "b", "c"])
    >>> suppress_small_groups(counts, pd.Series({"a": 12, "b": 3, "c": 6}))["sterk"].tolist()
    [9, <NA>, <NA>]
    """
    own = sizes.reindex(counts.index)
    if own.isna().any():
        msg = f"No size is known for {own[own.isna()].index.tolist()[:5]}. Expected one for each group."
        raise ValueError(msg)
    small = own < least
    if small.sum() == 1 and len(own) > 1:
        small[own[~small].idxmin()] = True
    blanked = counts.convert_dtypes().copy()
    blanked.loc[small] = pd.NA
    return blanked
