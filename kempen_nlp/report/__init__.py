"""One self-contained HTML page from assignments: what was said, found against required, what could not be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kempen_nlp import __version__
from kempen_nlp.assignments import whole_file
from kempen_nlp.corpus import framework_names, load_framework
from kempen_nlp.errors import CommentsError, shown
from kempen_nlp.framework import Framework
from kempen_nlp.profiles import PERSON_COLUMNS, are_hashed, find_column
from kempen_nlp.report._blocks import cell_table, count_assignments, group_blocks, quote_blocks, summary, unjudged
from kempen_nlp.report._persons import person_blocks

__all__ = ["ReportSection", "count_assignments", "framework_of", "summary", "write_report"]

_WARNING = (
    "Hulpmiddel bij het lezen van opmerkingen. De toewijzingen zijn schattingen; neem geen beslissing over een "
    "medewerker zonder zelf de opmerkingen te lezen en de betrokkene te horen."
)
_READING = (
    "Een citaat telt mee als de kans dat het bewijs is voor de competentie boven de grens van het model ligt; wat "
    "daaronder blijft, staat onder ‘Wat niet kon worden beoordeeld’.",
    "Een gevonden niveau is het hoogste niveau dat ten minste twee sterke punten halen. Minder is te weinig bewijs: "
    "dat zegt iets over wat er geschreven is, niets over de medewerker.",
    "Ontwikkelpunten staan bij het niveau van het gedrag dat ontbreekt; zij verlagen het gevonden niveau niet.",
    "De indicator is de zin uit het raamwerk die het dichtst bij het citaat ligt op het toegewezen niveau.",
    "Groepen van minder dan vijf medewerkers worden niet apart getoond. Citaten staan er letterlijk; namen die in de "
    "tekst staan, zijn er niet uit gehaald.",
)
_PARTS = {
    "gezegd": "Wat er gezegd is",
    "verschil": "Waar gevonden en vereist niveau verschillen",
    "citaten": "De citaten",
    "niet": "Wat niet kon worden beoordeeld",
}
_HASHED = (
    "De namen zijn onleesbaar gemaakt: dezelfde code is dezelfde medewerker. Wie de namen mag zien, leest de "
    "opmerkingen opnieuw met `kempen classify --keep-persons`."
)


@dataclass(frozen=True)
class ReportSection:
    """One framework's part of a page."""

    framework: Framework
    assignments: pd.DataFrame
    """As ``assignments.to_frame`` gives."""
    per_person: bool = False
    """Add for each person a part with profile and quotes, on a page of its own when printed."""
    note: str = ""
    """What a reader must know of these assignments, in Dutch: who reviewed them."""


def write_report(sections: Sequence[ReportSection], path: str | Path, *, title: str) -> None:
    """
    Write the page, whole or not at all; it asks nothing of the network.

    Raises
    ------
    CommentsError
        If persons are asked for and no column holds them, or assignments name a competency that
        the framework does not have.
    """
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("kempen_nlp"), autoescape=True, trim_blocks=True)
    page = environment.get_template("report.html").render(
        title=title,
        warning=_WARNING,
        reading=_READING,
        made=f"Gemaakt met kempen_nlp {__version__}.",
        sections=[_section(section, f"r{number}") for number, section in enumerate(sections, start=1)],
    )
    with whole_file(path) as partial:
        partial.write_text(page, encoding="utf-8")


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


def _section(section: ReportSection, anchor: str) -> dict[str, object]:
    frame, framework = section.assignments, section.framework
    _check(section)
    return {
        "title": framework.title,
        "anchor": anchor,
        "parts": _PARTS,
        "note": section.note,
        "summary": summary(frame),
        "n_ranks": framework.n_ranks,
        "cells": cell_table(frame, framework, anchor),
        "group": group_blocks(frame, framework),
        "quotes": quote_blocks(frame, framework, anchor),
        "unjudged": unjudged(frame, framework),
        "persons": person_blocks(frame, framework) if section.per_person else [],
        "persons_note": _persons_note(section),
    }


def _persons_note(section: ReportSection) -> str:
    column = find_column(section.assignments, PERSON_COLUMNS) if section.per_person else None
    return _HASHED if column and are_hashed(section.assignments[column]) else ""


def _check(section: ReportSection) -> None:
    frame, framework = section.assignments, section.framework
    foreign = sorted(set(frame["competency"].dropna()) - set(framework.names))
    if foreign:
        msg = (
            f"The assignments name {', '.join(map(shown, foreign[:5]))}, which {framework.id} does not have. "
            "Give the framework that they were made with by --framework."
        )
        raise CommentsError(msg)
    if section.per_person and find_column(frame, PERSON_COLUMNS) is None:
        msg = (
            f"The assignments have no column named one of {', '.join(PERSON_COLUMNS)}, so nobody can be shown apart. "
            f"They have {', '.join(map(shown, frame.columns))}."
        )
        raise CommentsError(msg)
