"""How far reviewer and model agree, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.agreement import competency_alpha, rank_alpha
from kempen_nlp.evaluation import bootstrap_interval, quadratic_kappa, wilson_interval
from kempen_nlp.review._decisions import Decision

COLUMNS = ("measure", "value", "low", "high", "n")
_ENOUGH = 10
"""Fewer decisions than this say nothing; the row then stands without a figure."""


def agreement_table(
    decisions: Sequence[Decision], reviewed: Sequence[str], names: Sequence[str], *, seed: int = 0
) -> pd.DataFrame:
    """
    Return how far reviewer and model agree.

    Parameters
    ----------
    decisions : sequence of Decision
    reviewed : sequence of str
        Ids of comments of which every row was decided; only these tell what the model missed.
    names : sequence of str
        The competencies of the framework.
    seed : int
        Of the resampling, by comment.

    Returns
    -------
    DataFrame
        Columns ``measure`` (Dutch), ``value``, ``low``, ``high``, ``n``. Values are nan with fewer
        than ten decisions. The reviewer saw what the model said, so agreement flatters the model.
    """
    assigned = [d for d in decisions if d.state == "assigned" and d.model]
    kept = [d for d in assigned if d.final and d.model and d.final.competency == d.model.competency]
    rows = [
        _share("competentie klopt, van wat is toegewezen", assigned, lambda d: _same(d, "competency"), seed),
        _share("competentie en niveau kloppen", assigned, lambda d: _same(d, "competency", "rank"), seed),
        _share("niveau klopt, als de competentie klopt", kept, lambda d: _same(d, "rank"), seed),
        _share("oordeel klopt, als de competentie klopt", kept, lambda d: _same(d, "polarity"), seed),
        _kappa(kept, seed),
        _share(
            "te onzeker, en toch juist",
            [d for d in decisions if d.state == "abstained"],
            lambda d: d.final is not None,
            seed,
        ),
        _share(
            "geen bewijs, en er staat niets",
            [d for d in decisions if d.state == "none"],
            lambda d: d.final is None,
            seed,
        ),
        *_alphas(decisions, reviewed, names, seed),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _same(decision: Decision, *fields: str) -> bool:
    model, final = decision.model, decision.final
    return final is not None and all(getattr(model, f) == getattr(final, f) for f in fields)


_Row = tuple[str, float, float, float, int]


def _share(measure: str, decisions: Sequence[Decision], is_right: Callable[[Decision], bool], seed: int) -> _Row:
    right = np.array([is_right(d) for d in decisions], dtype=bool)
    if len(right) < _ENOUGH:
        return measure, np.nan, np.nan, np.nan, len(right)
    share = float(right.mean())
    if share in (0.0, 1.0):
        # Resampling gives an interval without width there.
        low, high = wilson_interval(right.sum(), len(right))
        return measure, share, float(low), float(high), len(right)
    found = bootstrap_interval(_mean, right, clusters=[d.comment_id for d in decisions], random_state=seed)
    return measure, share, found.low, found.high, len(right)


def _mean(right: NDArray[np.bool_]) -> float:
    return float(right.mean())


def _kappa(kept: Sequence[Decision], seed: int) -> _Row:
    measure = "niveau, gewogen kappa (1 is volmaakt, 0 is toeval)"
    if len(kept) < _ENOUGH:
        return measure, np.nan, np.nan, np.nan, len(kept)
    true = [d.final.rank for d in kept if d.final]
    found = [d.model.rank for d in kept if d.model]
    kappa = bootstrap_interval(quadratic_kappa, true, found, clusters=[d.comment_id for d in kept], random_state=seed)
    return measure, kappa.value, kappa.low, kappa.high, len(kept)


def _alphas(decisions: Sequence[Decision], reviewed: Sequence[str], names: Sequence[str], seed: int) -> list[_Row]:
    """Return Krippendorff's alpha of model and reviewer over comments that were decided as a whole."""
    number = {identifier: n for n, identifier in enumerate(reviewed)}
    ranks = np.full((2, len(number), len(names)), np.nan)
    for decision in decisions:
        if decision.comment_id not in number:
            continue
        says = (decision.model if decision.state == "assigned" else None, decision.final)
        for reader, finding in enumerate(says):
            if finding is not None:
                ranks[reader, number[decision.comment_id], names.index(finding.competency)] = finding.rank
    measures = ("alfa van Krippendorff, competentie", "alfa van Krippendorff, niveau")
    if len(number) < _ENOUGH:
        return [(measure, np.nan, np.nan, np.nan, len(number)) for measure in measures]
    rows = []
    both = ~np.isnan(ranks).any(axis=0)
    for measure, of, table in zip(measures, (competency_alpha, rank_alpha), (~np.isnan(ranks), ranks), strict=True):
        if of is rank_alpha and not both.any():
            rows.append((measure, np.nan, np.nan, np.nan, 0))
            continue
        pooled = of(table, names, random_state=seed).iloc[-1]
        rows.append(
            (measure, float(pooled["alpha"]), float(pooled["low"]), float(pooled["high"]), int(pooled["n_units"]))
        )
    return rows
