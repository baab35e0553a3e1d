"""One self-contained HTML page about a framework, for the committee that keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kempen_nlp import plots
from kempen_nlp.assignments import whole_file
from kempen_nlp.distinctness import Check, level_similarity
from kempen_nlp.distinctness.pairs import MAX_FLAGS
from kempen_nlp.dutch import agreeing, counted
from kempen_nlp.glossary import RULE_TERMS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_SHOWN = 40
"""Findings on the page; a committee that mends forty runs the check again."""
N_HEATMAPS = 24
_WARNING = (
    "Dit is een hulpmiddel bij het herlezen van het handboek. Een vlag zegt dat twee van de drie signalen iets zien; "
    "of het een fout is, beslist wie het handboek kent. Geen vlag is geen bewijs dat een tekst goed is."
)
_METHOD = (
    "Drie signalen kijken los van elkaar: woorden (reeksen van drie tot vijf tekens, en grondvormen van "
    "woorden van inhoud), betekenis (zinsvectoren van een algemeen taalmodel dat deze niveaus nooit zag) en "
    "niveauwoorden (reikwijdte, zelfstandigheid, initiatief, termijn, invloed). Een vlag vraagt dat er twee hetzelfde "
    "zeggen.",
    "Onderscheid: gelijkenis binnen tegenover tussen twee niveaus, getoetst door de indicatoren op alle andere "
    "manieren over de twee niveaus te verdelen, met correctie voor het aantal toetsen (Benjamini-Hochberg). Met drie "
    "indicatoren per niveau kan zo'n toets niets aantonen; dan staat er ‘te weinig indicatoren om iets te zeggen’.",
    "Volgorde: uit de andere competenties wordt geleerd hoe een laag en een hoog niveau klinken; daarmee wordt elke "
    "competentie gelezen zonder haar eigen niveaus te kennen. Het idee om een volgorde uit vectoren te lezen komt van "
    "Grand e.a. (2022).",
    "Zelfde gedrag op twee plaatsen: zinnen worden gedrag voor gedrag vergeleken, want één gedrag dat op twee plaatsen "
    "staat is genoeg om te verwarren. Hoe dichtbij dichtbij is, werd gekozen op 72 paren die tweemaal beoordeeld zijn, "
    "en gemeten op 142 andere (notebook 03); beide keren oordeelde een taalmodel, geen mensen. Een zin die ontkent en "
    "een die bevestigt gelden nooit als hetzelfde, want vectoren zien ‘niet’ nauwelijks (Hommel en Arslan 2025). "
    "Hetzelfde gedrag in heel andere woorden vindt de toets meestal niet. Zelfde naam voor iets anders en een andere "
    "naam voor hetzelfde: Wulff en Mata (2025).",
    "‘Niet aangetoond’ is niet ‘hetzelfde’. Hoe vaak de toets een ingeplante fout vindt, en hoe vaak hij vals alarm "
    "geeft, staat in notebook 03; een verplaatste indicator of verwisselde buurniveaus vindt hij lang niet altijd.",
    "De lijst met niveauwoorden is geschreven door wie de twee meegeleverde handboeken kende; in andere handboeken "
    "ziet dit signaal minder.",
)


def write_check_page(check: Check, path: str | Path) -> None:
    """Write the page, whole or not at all; it asks nothing of the network."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("kempen_nlp"), autoescape=True, trim_blocks=True)
    environment.filters["counted"] = counted
    page = environment.get_template("check.html").render(
        title=f"Zijn de niveaus onderscheiden, en op volgorde? {check.framework.title}",
        summary=summary_sentences(check),
        warning=_WARNING,
        mend=check.mend.head(N_SHOWN).to_dict("records"),
        n_more=max(0, len(check.mend) - N_SHOWN),
        competencies=check.competencies.to_dict("records"),
        figures=[_order_figure(check)],
        heatmaps=[_heatmap(check, name) for name in check.framework.names[:N_HEATMAPS] if _has_pairs(check, name)],
        pairs=check.summary.to_dict("records"),
        lint=_lint_blocks(check.lint),
        method=_METHOD,
    )
    with whole_file(path) as partial:
        partial.write_text(page, encoding="utf-8")


def summary_sentences(check: Check) -> str:
    """Return what was found in three Dutch sentences."""
    in_order = int((check.competencies["order"] == "op volgorde").sum())
    within = int((check.confusable["kind"] == "within a competency").sum())
    across = len(check.confusable) - within
    too_few = int(check.summary["distinct"].str.startswith("te weinig").sum())
    shown = int((check.summary["distinct"] == "onderscheiden").sum())
    reversed_pairs = int((check.summary["order"] == "omgekeerd").sum())
    n_odd = int((check.indicators["verdict"] == "flag").sum())
    n_pairs, n_competencies, n_indicators = len(check.summary), len(check.competencies), len(check.indicators)
    return (
        f"Bij {in_order} van de {n_competencies} competenties is aangetoond dat de niveaus als geheel oplopen; "
        f"{reversed_pairs} van de {n_pairs} paren buurniveaus {agreeing(reversed_pairs, 'staat', 'staan')} omgekeerd "
        f"en {n_odd} van de {n_indicators} indicatoren {agreeing(n_odd, 'leest', 'lezen')} als een ander niveau dan "
        "dat van het handboek. "
        f"{_count(within)} keer zeggen zinnen op twee niveaus van één competentie vrijwel hetzelfde, "
        f"{_count(across)} keer in twee competenties. "
        f"Dat twee buurniveaus over verschillende dingen gaan, is bij {counted(shown, 'paar')} aangetoond; bij "
        f"{too_few} zijn er te weinig indicatoren om iets te zeggen."
    )


def _count(n: int) -> str:
    return f"minstens {n}" if n >= MAX_FLAGS else str(n)


def _order_figure(check: Check) -> dict[str, Any]:
    ax = plots.new_axes(width=8.5, rows=len(check.competencies))
    plots.plot_level_order(check.order, title="Lopen de niveaus op?", ax=ax)
    return _figure(ax, "Samenhang van gelezen niveau met niveau in het handboek, per competentie")


def _has_pairs(check: Check, name: str) -> bool:
    return bool((check.levels["competency"] == name).any())


def _heatmap(check: Check, name: str) -> dict[str, Any]:
    ax = plots.new_axes(width=4.2, height=2.7)
    plots.plot_level_similarity(level_similarity(check, name), title=name, ax=ax)
    return _figure(ax, f"Gelijkenis tussen de niveaus van {name}")


def _figure(ax: Axes, label: str) -> dict[str, Any]:
    from markupsafe import Markup

    svg = plots.svg_of(ax)
    # matplotlib escapes the texts that it draws; what precedes the element is not HTML.
    return {"label": label, "svg": Markup(svg[svg.index("<svg") :])}  # noqa: S704


def _lint_blocks(lint: pd.DataFrame) -> list[dict[str, Any]]:
    shown = lint.assign(rank=[("" if pd.isna(rank) else str(rank)) for rank in lint["rank"]])
    return [
        {"title": RULE_TERMS[str(rule)], "rows": rows.to_dict("records")}
        for rule, rows in shown.groupby("rule", sort=False)
    ]
