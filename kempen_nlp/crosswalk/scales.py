"""On which rank of another framework does a level read, with what all levels of that framework teach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness.order import read_ranks
from kempen_nlp.distinctness.signals import SIGNALS, Floats, Rows, Signals

STEP = 0.05
HIGHER, LOWER, UNSHOWN, OTHER_SCALE = "hoger", "lager", "niet aangetoond", "andere schaal"
MIN_SLOPE = 0.05
"""A signal whose readings rise by less than this a rank does not read ranks at all."""


@dataclass(frozen=True)
class _Scale:
    """Ranks of the second framework as one signal reads them from the first."""

    readings: Floats
    """Shape (n_indicators,): one for each indicator of the first, as the regression gives them."""
    slope: float
    """By how much readings of the second's own indicators rise with a rank, left out one competency at a time."""
    intercept: float
    spread: float
    """Standard deviation of those readings around the line, within competencies."""
    offset: float
    """Standard deviation of whole competencies around the line."""

    def posterior(self, level: NDArray[np.intp], grid: Floats) -> Floats:
        """Return how probable each rank of a grid is for a level, all ranks as likely beforehand; sums to 1."""
        variance = self.spread**2 / len(level) + self.offset**2
        misses = self.readings[level].mean() - (self.intercept + self.slope * grid)
        weights = np.exp(-(misses**2 - (misses**2).min()) / (2 * variance))
        return np.asarray(weights / weights.sum())


def level_answers(rows: Rows, signals: Signals, competencies: pd.DataFrame) -> pd.DataFrame:
    """Read each level of the first on the ranks of the second, with 95 % intervals."""
    scales = {signal: _scale(rows, signals, signal) for signal in SIGNALS}
    known = {signal: scale for signal, scale in scales.items() if scale is not None}
    first = np.flatnonzero(rows.framework_of == 0)
    second_ranks = rows.rank_of[rows.framework_of == 1]
    grid = np.arange(second_ranks.min(), second_ranks.max() + STEP / 2, STEP)
    same_scale = rows.rank_of[first].max() == second_ranks.max()
    found = []
    for number, name in rows.own:
        answers = competencies[(competencies["first"] == name) & competencies["answers"]]
        own = rows.competency_of[first] == number
        for rank in np.unique(rows.rank_of[first][own]).tolist():
            level = np.flatnonzero(own & (rows.rank_of[first] == rank))
            common = {"first": name, "rank": rank, "second": ", ".join(answers["second"]), "n": len(level)}
            found.append(common | _answer(known, level, rank if same_scale else None, grid))
    columns = ["first", "rank", "second", "n", *(f"{s}_{part}" for s in SIGNALS for part in ("rank", "low", "high")),
               "answers_to", "low", "high", "shift"]  # fmt: skip
    return pd.DataFrame(found, columns=columns)


def _answer(scales: Mapping[str, _Scale], level: NDArray[np.intp], rank: int | None, grid: Floats) -> dict[str, Any]:
    posteriors = {signal: scale.posterior(level, grid) for signal, scale in scales.items()}
    spans = {signal: _span(posterior, grid) for signal, posterior in posteriors.items()}
    row: dict[str, Any] = {"shift": UNSHOWN if rank is not None else OTHER_SCALE}
    for signal, (centre, low, high) in spans.items():
        row |= {f"{signal}_rank": centre, f"{signal}_low": low, f"{signal}_high": high}
    if rank is not None and sum(low > rank for _, low, _ in spans.values()) >= 2:
        row["shift"] = HIGHER
    if rank is not None and sum(high < rank for *_, high in spans.values()) >= 2:
        row["shift"] = LOWER
    if posteriors:
        # Averaged, not multiplied: the three read the same sentences and must not reassure each other.
        pooled = np.mean(list(posteriors.values()), axis=0)
        row["answers_to"], row["low"], row["high"] = _span(pooled, grid)
    return row


def _span(posterior: Floats, grid: Floats) -> tuple[float, float, float]:
    below = np.cumsum(posterior)
    low, high = np.minimum(np.searchsorted(below, [0.025, 0.975]), len(grid) - 1)
    return float(posterior @ grid), float(grid[low].round(2)), float(grid[high].round(2))


def _scale(rows: Rows, signals: Signals, signal: str) -> _Scale | None:
    """Return None where the second framework's own ranks cannot be read by this signal."""
    first, second = rows.framework_of == 0, rows.framework_of == 1
    taught = rows.take(np.flatnonzero(second))
    own = read_ranks(taught, signals.take(np.flatnonzero(second)))[signal]
    if np.isnan(own).any() or len(np.unique(taught.rank_of)) < 2:
        return None
    slope, intercept = np.polyfit(taught.rank_of, own, 1)
    if slope < MIN_SLOPE:
        return None
    misses = pd.Series(own - (intercept + slope * taught.rank_of)).groupby(taught.competency_of)
    spread = float(np.sqrt(misses.var(ddof=0).mean()))
    offset = float(misses.mean().std(ddof=0))
    readings = _read_by_all(signals.views[signal], first, second, rows.rank_of)
    return _Scale(readings[first], float(slope), float(intercept), max(spread, 1e-6), offset)


def _read_by_all(
    view: NDArray[np.float32], first: NDArray[np.bool_], second: NDArray[np.bool_], ranks: NDArray[np.intp]
) -> Floats:
    from sklearn.linear_model import Ridge

    readings = np.full(len(view), np.nan)
    readings[first] = Ridge(alpha=1.0).fit(view[second], ranks[second]).predict(view[first])
    return readings
