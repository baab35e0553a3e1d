"""Found ranks against the ranks that a job profile requires, per person or group."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kempen_nlp.errors import FrameworkError
from kempen_nlp.framework import Framework, Profile, Status

MIN_QUOTES = 2
"""Fewer strengths than this say too little to name a rank."""
MIN_PERSONS = 5
"""Smaller groups are not shown apart: a figure of them is a figure of persons."""
PERSON_COLUMNS = ("medewerker", "persoon", "naam", "person", "employee")
PROFILE_COLUMNS = ("profiel", "functieprofiel", "functie", "profile")
HASHED = r"persoon-[0-9a-f]{16}"
"""How a name reads once it is hashed, see ``privacy.hashed``."""
STATUS_WORDS = {Status.GROWTH: "groei", Status.DESIRED: "gewenst", Status.SURPASSED: "ontstegen"}
TOO_LITTLE = "te weinig bewijs"
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


def find_column(frame: pd.DataFrame, known: Sequence[str]) -> str | None:
    """Return the first column with one of these names, capitals ignored; None when there is none."""
    return next((str(c) for c in frame.columns if str(c).strip().casefold() in known), None)


def are_hashed(persons: pd.Series) -> bool:
    """
    Say whether all names in a column are hashes as `kempen classify` writes them; empty cells aside.

    Examples
    --------
    >>> are_hashed(pd.Series(["persoon-0123456789abcdef", ""])), are_hashed(pd.Series(["Noor", ""]))
    (True, False)
    """
    named = persons.dropna().astype(str)
    named = named[named != ""]
    return len(named) > 0 and bool(named.str.fullmatch(HASHED).all())


def compare_persons(assignments: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """
    Compare every person with the profile that the table gives for them.

    Parameters
    ----------
    assignments : DataFrame
        As ``assignments.to_frame`` gives, with a column of ``PERSON_COLUMNS`` and one of
        ``PROFILE_COLUMNS``; rows where either is empty are left out.
    framework : Framework

    Returns
    -------
    DataFrame
        Columns ``person, profile, note`` and those of ``compare_with_profile``; a profile that the
        framework does not have keeps one row with a note. Empty when a column is missing.
    """
    person, profile = find_column(assignments, PERSON_COLUMNS), find_column(assignments, PROFILE_COLUMNS)
    parts = [pd.DataFrame(columns=["person", "profile", "note", *COLUMNS])]
    if person and profile:
        known = assignments[(assignments[[person, profile]].fillna("") != "").all(axis=1)]
        for (name, label), rows in known.groupby([person, profile], sort=False):
            try:
                part = compare_with_profile(rows, framework, framework.profile(str(label)))
            except FrameworkError:
                part = pd.DataFrame({"note": [f"Het raamwerk heeft geen profiel {label}."]})
            parts.append(part.assign(person=str(name), profile=str(label)))
    table = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    return table.reindex(columns=["person", "profile", *COLUMNS, "note"])


def compare_groups(persons: pd.DataFrame, *, min_persons: int = MIN_PERSONS) -> pd.DataFrame:
    """
    Count persons below, at and above the required rank, for all and for each profile.

    Parameters
    ----------
    persons : DataFrame
        As ``compare_persons`` gives.
    min_persons : int
        A group of fewer persons is not shown apart, nor one that would leave so few of the whole;
        when all together are fewer, nothing is.

    Returns
    -------
    DataFrame
        Columns ``group, n_persons, competency, surpassed, desired, growth, too_little``; ``group`` is
        empty for all together, else a profile. Empty when no group is large enough.
    """
    judged = persons[persons["competency"].notna()]
    rows = []
    for group in ["", *_shown_groups(judged, min_persons)]:
        members = judged[judged["profile"] == group] if group else judged
        n_persons = members["person"].nunique()
        for name, mine in members.groupby("competency", sort=False) if n_persons >= min_persons else ():
            counts = [int((mine["status"] == s.value).sum()) for s in (Status.SURPASSED, Status.DESIRED, Status.GROWTH)]
            rows.append((group, n_persons, name, *counts, int(mine["status"].isna().sum())))
    columns = ["group", "n_persons", "competency", "surpassed", "desired", "growth", "too_little"]
    return pd.DataFrame(rows, columns=columns)


def _shown_groups(judged: pd.DataFrame, min_persons: int) -> list[str]:
    """Return the profiles to show apart; what they leave of the whole is large enough too, or nothing."""
    sizes = judged.groupby("profile", sort=False)["person"].nunique().sort_values(ascending=False, kind="stable")
    shown = [str(label) for label in sizes.index[sizes >= min_persons]]
    total = int(sizes.sum())
    # Else the whole minus what is shown would be a figure of a few persons.
    while shown and 0 < total - int(sizes[shown].sum()) < min_persons:
        shown.pop()
    return shown if len(sizes) > 1 else []


def profile_sheet(assignments: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Return ``compare_persons`` as an analyst reads it; one row that says why when nobody can be compared."""
    table = compare_persons(assignments, framework)
    if table.empty:
        columns = f"{PERSON_COLUMNS[0]} en {PROFILE_COLUMNS[0]}"
        why = f"Geef de invoer kolommen {columns}." if framework.profiles else "Het raamwerk heeft geen profielen."
        return pd.DataFrame({"opmerking bij profiel": [f"Niemand kon worden vergeleken. {why}"]})
    shown = in_dutch_headings(table)
    shown["stand"] = shown["stand"].where(table["note"].isna(), "")
    shown.insert(0, "medewerker", table["person"])
    shown.insert(1, "profiel", table["profile"])
    return shown.assign(**{"opmerking bij profiel": table["note"]})


def in_dutch_headings(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of ``compare_with_profile`` as an analyst reads them, statuses in words."""
    status = comparison["status"].map({s.value: word for s, word in STATUS_WORDS.items()})
    return pd.DataFrame(
        {
            "competentie": comparison["competency"], "vereist niveau": comparison["required"],
            "gevonden niveau": comparison["found"], "stand": status.where(status.notna(), TOO_LITTLE),
            # Whole numbers also where a profile is not known and its row has none.
            "sterke punten": comparison["n_strengths"].astype("Int64"),
            "ontwikkelpunten": comparison["n_developments"].astype("Int64"),
        }
    )  # fmt: skip
