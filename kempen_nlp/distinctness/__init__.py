"""
Are the levels of a framework distinct, and in order? Three signals, kept apart; a flag needs two of them.

The signals are character n-grams, sentence vectors of an encoder that was not fitted on the framework, and the
words by which level descriptions climb. Nothing here says that a framework is good: "not shown" is not "the same",
and with few indicators a level the answer is "too few indicators to tell".

References
----------
Wulff, D. U. and Mata, R. (2025). Semantic embeddings reveal and address taxonomic incommensurability in
psychological measurement. Nature Human Behaviour. (Same name for other things, other names for the same.)
Grand, G., Blank, I. A., Pereira, F. and Fedorenko, E. (2022). Semantic projection recovers rich human knowledge of
multiple object features from word embeddings. Nature Human Behaviour 6. (Reading an order from vectors.)
Hommel, B. E. and Arslan, R. C. (2025). Language models accurately infer correlations between psychological items
and scales from text alone. Advances in Methods and Practices in Psychological Science. (Negation and similarity.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from kempen_nlp.distinctness.simulated import simulated_framework
from kempen_nlp.framework import Framework

if TYPE_CHECKING:
    from kempen_nlp.encoders import Encoder

__all__ = [
    "Check",
    "check_framework",
    "count_confusable",
    "level_similarity",
    "power_study",
    "require_indicators",
    "simulated_framework",
]


@dataclass(frozen=True)
class Check:
    """What was found about one framework; tables, most telling first."""

    framework: Framework
    levels: pd.DataFrame
    """Each pair of levels within a competency, by signal: within- against between-similarity."""
    put_back: pd.DataFrame
    """How well indicators are put back at their level without seeing the label, by competency and signal."""
    overall: pd.DataFrame
    """Whether readings follow ranks at all, by signal."""
    order: pd.DataFrame
    """Kendall's tau between rank and reading, by competency and signal."""
    adjacent: pd.DataFrame
    """Each pair of neighbouring levels, by signal: does the upper read higher."""
    indicators: pd.DataFrame
    """Each indicator: where it stands, where it reads, flag or not."""
    confusable: pd.DataFrame
    """Pairs of indicators, or headlines, that say the same at two places."""
    lint: pd.DataFrame
    """What an editor would mark."""
    summary: pd.DataFrame
    """One row a pair of neighbouring levels: the verdicts of the three signals brought together."""
    competencies: pd.DataFrame
    """One row a competency: in order as a whole or not, and how much was flagged."""
    mend: pd.DataFrame
    """What to mend, in order of urgency, in Dutch."""


def check_framework(
    framework: Framework, *, reference: Framework | None = None, encoder: Encoder | None = None, seed: int = 20261122
) -> Check:
    """
    Test whether the levels of a framework are distinct and in order, and find what blurs them.

    Parameters
    ----------
    framework : Framework
        Any: one competency or hundreds, one level or ten, any number of indicators.
    reference : Framework, optional
        Another framework with the same number of ranks; it lends examples for reading ranks, which
        helps when the framework itself is small. Nothing is reported about it.
    encoder : Encoder, optional
        For the semantic signal; the general encoder by default.
    seed : int
        The same seed gives the same tables.

    Raises
    ------
    FrameworkError
        If the framework has no indicators, or the reference another number of ranks.
    """
    import numpy as np

    from kempen_nlp.distinctness._findings import mend_list, per_competency, summarize
    from kempen_nlp.distinctness._levels import level_pairs, put_back
    from kempen_nlp.distinctness._lint import lint
    from kempen_nlp.distinctness.described import confusable_pairs
    from kempen_nlp.distinctness.order import (
        adjacent_order,
        competency_order,
        indicator_order,
        overall_order,
        read_ranks,
    )
    from kempen_nlp.distinctness.pairs import BETWEEN, WITHIN, Lines
    from kempen_nlp.distinctness.signals import Rows, read_signals
    from kempen_nlp.encoders import load_encoder

    require_indicators(framework, *([reference] if reference else []))
    if reference:
        _require_same_ranks(framework, reference)
    lines = Rows.of(framework, *([reference] if reference else []), with_headlines=True)
    encoder = encoder or load_encoder("general")
    rows = lines.take(np.flatnonzero(lines.is_indicator))
    signals = read_signals(rows.texts, encoder)
    readings = read_ranks(rows, signals)
    tables = {
        "levels": level_pairs(rows, signals, seed=seed),
        "put_back": put_back(rows, signals, seed=seed),
        "overall": overall_order(rows, signals, readings, seed=seed),
        "order": competency_order(rows, readings, seed=seed),
        "adjacent": adjacent_order(rows, readings, seed=seed),
        "indicators": indicator_order(rows, readings),
        "lint": lint(framework),
    }
    pairs = confusable_pairs(Lines.read(lines, encoder))
    tables["confusable"] = pairs[pairs["kind"] != BETWEEN].reset_index(drop=True)
    tables["summary"] = summarize(
        tables["levels"], tables["adjacent"], tables["confusable"][tables["confusable"]["kind"] == WITHIN]
    )
    tables["competencies"] = per_competency(tables)
    return Check(framework, **tables, mend=mend_list(tables))


def require_indicators(*frameworks: Framework) -> None:
    """Raise FrameworkError for the first framework that has no indicators."""
    from kempen_nlp.errors import FrameworkError

    for framework in frameworks:
        if not any(competency.indicators for competency in framework):
            msg = f"{framework.id} has no indicators, so there is nothing to compare. Was the handbook parsed whole?"
            raise FrameworkError(msg)


def _require_same_ranks(framework: Framework, reference: Framework) -> None:
    from kempen_nlp.errors import FrameworkError

    if reference.n_ranks != framework.n_ranks:
        msg = (
            f"{framework.id} has {framework.n_ranks} ranks and the reference {reference.id} {reference.n_ranks}. "
            "Ranks can only be read from a framework with the same number; leave the reference out."
        )
        raise FrameworkError(msg)


def level_similarity(check: Check, competency: str, signal: str = "semantic") -> pd.DataFrame:
    """
    Return how alike each two levels of a competency are, one row and column a rank.

    Off the diagonal the mean similarity between the two levels; on it, within the level. Empty
    cells where a level has fewer than two indicators or none.
    """
    mine = check.levels[(check.levels["competency"] == competency) & (check.levels["signal"] == signal)]
    ranks = sorted({*mine["lower_rank"], *mine["upper_rank"]})
    table = pd.DataFrame(float("nan"), index=ranks, columns=ranks)
    for row in mine.to_dict("records"):
        lower, upper = row["lower_rank"], row["upper_rank"]
        table.loc[lower, upper] = table.loc[upper, lower] = row["between"]
        table.loc[lower, lower], table.loc[upper, upper] = row["within_lower"], row["within_upper"]
    return table


def count_confusable(check: Check) -> pd.DataFrame:
    """
    Count the pairs of sentences that say the same, by competency.

    Returns
    -------
    DataFrame of shape (n_competencies, n_competencies)
        In handbook order; pairs at two levels of one competency on the diagonal, those of two competencies on
        both sides of it.
    """
    names = list(check.framework.names)
    counts = pd.DataFrame(0, index=names, columns=names)
    for first, second in zip(check.confusable["competency_a"], check.confusable["competency_b"], strict=True):
        counts.loc[first, second] += 1
        if first != second:
            counts.loc[second, first] += 1
    return counts


def power_study(
    framework: Framework,
    *,
    encoder: Encoder | None = None,
    n_trials: int = 20,
    seed: int = 20261203,
    rewordings: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """
    Plant known faults in a framework and count how many the check finds, and what it flags by chance.

    Parameters
    ----------
    framework : Framework
        With at least two competencies.
    encoder : Encoder, optional
        The general encoder by default.
    n_trials : int
        Planted frameworks a fault. Trials share the framework's texts, so intervals over trials say how steady
        the figures are for this framework, not for frameworks in general.
    seed : int
    rewordings : mapping, optional
        Indicator id to the same behaviour in other words; adds the hardest kind of duplicate.

    Returns
    -------
    DataFrame
        Columns ``framework, fault, measure, found, n, share, low, high``; intervals are 95 %.
    """
    from kempen_nlp.distinctness._power import plant_and_count
    from kempen_nlp.distinctness.signals import Rows
    from kempen_nlp.encoders import load_encoder

    require_indicators(framework)
    return plant_and_count(
        Rows.of(framework), encoder or load_encoder("general"), n_trials=n_trials, seed=seed,
        rewordings=rewordings or {},
    )  # fmt: skip
