"""Framework files in; workbook, page, figure and a text for the terminal out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kempen_nlp import plots
from kempen_nlp.assignments import whole_file
from kempen_nlp.check_page import summary_sentences, write_check_page
from kempen_nlp.corpus import load_framework
from kempen_nlp.crosswalk import Crosswalk, compare_frameworks
from kempen_nlp.distinctness import Check, check_framework
from kempen_nlp.errors import FrameworkError
from kempen_nlp.glossary import CHECK_HEADINGS
from kempen_nlp.workbook import write_sheets


def check_file(
    name: str, *, html: Path | None = None, output: Path | None = None, reference: str | None = None
) -> tuple[str, str]:
    """
    Check a framework and write what is asked for.

    Parameters
    ----------
    name : str
        A shipped framework or the path of a JSON file.
    html, output : path, optional
        Page and workbook to write; a workbook name ending in ``.csv`` gets the list to mend only.
    reference : str, optional
        Another framework that lends examples for reading ranks.

    Returns
    -------
    tuple of (str, str)
        The list to mend as CSV, empty when something was written, and the findings in three sentences.

    Raises
    ------
    FrameworkError
        If a framework cannot be read, or ``output`` ends in something else than .xlsx or .csv.
    """
    _require_ending(output, (".xlsx", ".csv"))
    check = check_framework(load_framework(name), reference=load_framework(reference) if reference else None)
    if html is not None:
        write_check_page(check, html)
    mend = _in_dutch(check.mend)
    if output is not None and output.suffix.lower() == ".csv":
        with whole_file(output) as partial:
            mend.to_csv(partial, index=False, sep=";", encoding="utf-8-sig")
    elif output is not None:
        write_sheets({sheet: _in_dutch(table) for sheet, table in _check_tables(check).items()}, output)
    return "" if html or output else mend.to_csv(index=False), summary_sentences(check)


def crosswalk_file(
    first: str, second: str, *, output: Path | None = None, figure: Path | None = None
) -> tuple[str, str]:
    """
    Compare two frameworks and write what is asked for.

    Returns
    -------
    tuple of (str, str)
        Levels with their answers as CSV, empty when a workbook was written, and what was found in Dutch.

    Raises
    ------
    FrameworkError
        If a framework cannot be read, or ``output`` ends in something else than .xlsx.
    """
    _require_ending(output, (".xlsx",))
    found = compare_frameworks(load_framework(first), load_framework(second))
    if output is not None:
        tables = {
            "Niveaus": found.levels, "Competenties": found.competencies, "Zonder antwoord": found.orphans,
            "Zelfde zinnen": found.confusable,
        }  # fmt: skip
        write_sheets({sheet: _in_dutch(table) for sheet, table in tables.items()}, output)
    if figure is not None:
        ax = plots.new_axes(columns=len(found.second), rows=len(found.first))
        title = f"{found.first.id} (rijen) naast {found.second.id} (kolommen)"
        plots.save_png(plots.plot_crosswalk(found.matrix(), found.competencies, title=title, ax=ax), figure)
    return "" if output else _in_dutch(found.levels).to_csv(index=False), crosswalk_sentences(found)


def crosswalk_sentences(found: Crosswalk) -> str:
    """Return what was found in Dutch sentences: answers, orphans, shifts."""
    pairs = found.competencies[found.competencies["answers"]]
    answers = "; ".join(f"{row['first']} → {row['second']}" for row in pairs.to_dict("records")) or "geen"
    orphans = {side: ", ".join(rows["competency"]) for side, rows in found.orphans.groupby("side", sort=False)}
    shifted = found.levels[found.levels["shift"].isin(["hoger", "lager"])]
    moves = "; ".join(f"{r['first']} {r['rank']} leest {r['shift']}" for r in shifted.to_dict("records"))
    return (
        f"Competenties die elkaar beantwoorden: {answers}. "
        f"Zonder antwoord in {found.first.id}: {orphans.get('first', 'geen')}; "
        f"in {found.second.id}: {orphans.get('second', 'geen')}. "
        f"Verschuivingen van niveau: {moves or 'geen aangetoond'}."
    )


def _check_tables(check: Check) -> Mapping[str, pd.DataFrame]:
    return {
        "Verbeteren": check.mend, "Competenties": check.competencies, "Buurniveaus": check.summary,
        "Zelfde zinnen": check.confusable, "Indicatoren": check.indicators, "Paren van niveaus": check.levels,
        "Volgorde": check.order, "Terugplaatsen": check.put_back, "Redactie": check.lint,
    }  # fmt: skip


def _in_dutch(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=CHECK_HEADINGS)


def _require_ending(output: Path | None, endings: tuple[str, ...]) -> None:
    if output is not None and output.suffix.lower() not in endings:
        msg = f"{output} ends in {output.suffix or 'nothing'}. Expected {' or '.join(endings)}."
        raise FrameworkError(msg)
