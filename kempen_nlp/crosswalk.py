"""Two frameworks side by side: which competency and rank of one answers to which of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness import require_indicators
from kempen_nlp.distinctness.chance import adjusted_p, resample_weights
from kempen_nlp.distinctness.order import read_ranks
from kempen_nlp.distinctness.described import confusable_pairs
from kempen_nlp.distinctness.pairs import BETWEEN, Lines
from kempen_nlp.distinctness.signals import SIGNALS, Floats, Rows, Signals, read_signals
from kempen_nlp.framework import Framework, Indicator

if TYPE_CHECKING:
    from kempen_nlp.encoders import Encoder

ALPHA = 0.05
AGREES = 0.10
"""Where one signal has shown an answer after correction, the other has to be at least this sure before it."""
N_SHUFFLES = 499
MANY = 20
"""Competencies above which chance is drawn from all of them, the one in question included."""
N_RESAMPLES = 400
STEP = 0.05
HIGHER, LOWER, UNSHOWN, OTHER_SCALE = "hoger", "lager", "niet aangetoond", "andere schaal"
MIN_SLOPE = 0.05
"""A signal whose readings rise by less than this a rank does not read ranks at all."""
CONTENT_SIGNALS = ("lexical", "semantic")
"""Level words say how high a behaviour stands, not what it is about."""
JINGLE, JANGLE, EXPECTED = "zelfde naam, andere inhoud", "andere naam, zelfde inhoud", "zelfde naam, zelfde inhoud"


@dataclass(frozen=True)
class Crosswalk:
    """What two frameworks have in common; tables."""

    first: Framework
    second: Framework
    competencies: pd.DataFrame
    """Every pair of competencies with both content signals and whether they answer to each other."""
    levels: pd.DataFrame
    """Each level of the first, read on the ranks of the second; ``second`` names what answers."""
    orphans: pd.DataFrame
    """Competencies of either side without an answer."""
    confusable: pd.DataFrame
    """Indicators that say the same on both sides."""

    def matrix(self, signal: str = "semantic") -> pd.DataFrame:
        """Return similarities, competencies of the first as rows and of the second as columns."""
        table = self.competencies.pivot_table(index="first", columns="second", values=signal, sort=False)
        return table.reindex(index=self.first.names, columns=self.second.names)


def compare_frameworks(
    first: Framework, second: Framework, *, encoder: Encoder | None = None, seed: int = 20261122
) -> Crosswalk:
    """
    Find which competencies and ranks of two frameworks answer to each other; one may answer to several, or to none.

    Competencies are compared by what their indicators, headlines and definitions say, never by their
    names: nearest sentences, both ways, against as many from the other competencies. Ranks are compared by reading
    the indicators of the one with what all levels of the other teach.

    Parameters
    ----------
    first, second : Framework
    encoder : Encoder, optional
        The general encoder by default.
    seed : int

    Raises
    ------
    FrameworkError
        If either has no indicators.
    """
    from kempen_nlp.encoders import load_encoder

    require_indicators(first, second)
    lines = Rows.of(first, second, with_headlines=True)
    content = _with_definitions(lines)
    encoder = encoder or load_encoder("general")
    content_signals = read_signals(content.texts, encoder)
    competencies = _competency_pairs(content, content_signals, np.random.default_rng(seed))
    pairs = confusable_pairs(Lines.read(lines, encoder))
    chosen = np.flatnonzero(lines.is_indicator)
    levels = _level_answers(lines.take(chosen), content_signals.take(chosen), competencies)
    return Crosswalk(first, second, competencies, levels, _orphans(competencies),
                     pairs[pairs["kind"] == BETWEEN].reset_index(drop=True))  # fmt: skip


def _with_definitions(lines: Rows) -> Rows:
    """Add the definitions at the end; they say what a competency is about, but stand at no rank."""
    competencies = [(f, c) for f, framework in enumerate(lines.frameworks) for c in framework]
    found = [(f, n, c.id, c.definition) for n, (f, c) in enumerate(competencies) if c.definition]
    added = [np.array([row[column] for row in found], dtype=np.intp) for column in (0, 1)]
    definitions = [Indicator(f"{id_}/definitie", text, (0, 0)) for *_, id_, text in found]
    return replace(
        lines, indicators=(*lines.indicators, *definitions),
        framework_of=np.r_[lines.framework_of, added[0]], competency_of=np.r_[lines.competency_of, added[1]],
        rank_of=np.r_[lines.rank_of, np.zeros(len(found), dtype=np.intp)],
    )  # fmt: skip


def _competency_pairs(rows: Rows, signals: Signals, rng: np.random.Generator) -> pd.DataFrame:
    left, right = np.flatnonzero(rows.framework_of == 0), np.flatnonzero(rows.framework_of == 1)
    columns = {
        signal: _nearness(rows, left, right, signals.similarity(signal, left, right), rng) for signal in CONTENT_SIGNALS
    }
    keys = list(next(iter(columns.values())))
    table = pd.DataFrame([(rows.names[a], rows.names[b]) for a, b in keys], columns=["first", "second"])
    for signal, found in columns.items():
        table[signal], table[f"{signal}_low"], table[f"{signal}_high"], table[f"{signal}_p"] = zip(
            *[found[key] for key in keys], strict=True
        )
        table[f"{signal}_q"] = adjusted_p(table[f"{signal}_p"])
    # Of the three signals only two speak about content, so both are needed: one to show it, one to agree.
    shown = (table[[f"{signal}_q" for signal in CONTENT_SIGNALS]] <= ALPHA).any(axis=1)
    agrees = (table[[f"{signal}_p" for signal in CONTENT_SIGNALS]] <= AGREES).all(axis=1)
    differs = (table[[f"{signal}_p" for signal in CONTENT_SIGNALS]] > AGREES).all(axis=1)
    table["answers"] = shown & agrees
    same = table["first"].str.casefold() == table["second"].str.casefold()
    table["names"] = ""
    table.loc[same & table["answers"], "names"] = EXPECTED
    table.loc[same & differs, "names"] = JINGLE
    table.loc[~same & table["answers"], "names"] = JANGLE
    return table


def _nearness(
    rows: Rows, left: NDArray[np.intp], right: NDArray[np.intp], cosines: Floats, rng: np.random.Generator
) -> dict[tuple[int, int], tuple[float, float, float, float]]:
    """Return for each pair of competencies nearness, its interval, and p."""
    groups = [_groups(rows, side) for side in (left, right)]
    chances: dict[tuple[int, int, int], tuple[float, float]] = {}
    found = {}
    for a, mine in groups[0].items():
        for b, other in groups[1].items():
            # It must be near from either side: a competency that is near to everything is near to nothing.
            first = _cached(chances, (0, a, b), cosines[:, other], mine, groups[0], rng)
            second = _cached(chances, (1, b, a), cosines[mine].T, other, groups[1], rng)
            block = cosines[np.ix_(mine, other)]
            value = _both_ways(block)
            found[a, b] = value, *_interval(block, rng), max(_normal_tail(value, *first), _normal_tail(value, *second))
    return found


def _cached(
    chances: dict[tuple[int, int, int], tuple[float, float]],
    key: tuple[int, int, int],
    cosines: Floats,
    own: NDArray[np.intp],
    groups: Mapping[int, NDArray[np.intp]],
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return mean and spread of the nearness of as many sentences drawn from the other competencies."""
    pool = np.arange(len(cosines))
    if len(groups) > MANY:
        # Among so many, its own sentences hardly weigh, and draws can serve all competencies of one size.
        key = (key[0], -len(own), key[2])
    elif len(groups) > 1:
        pool = np.setdiff1d(pool, own)
    if key not in chances:
        chances[key] = _by_chance(cosines[pool], min(len(own), len(pool)), rng)
    return chances[key]


def _groups(rows: Rows, side: NDArray[np.intp]) -> dict[int, NDArray[np.intp]]:
    numbers = rows.competency_of[side]
    return {int(number): np.flatnonzero(numbers == number) for number in dict.fromkeys(numbers.tolist())}


def _both_ways(block: Floats) -> float:
    return float((block.max(axis=1).mean() + block.max(axis=0).mean()) / 2)


def _by_chance(cosines: Floats, size: int, rng: np.random.Generator) -> tuple[float, float]:
    n = int(np.clip(20_000_000 // max(size * cosines.shape[1], 1), 99, N_SHUFFLES))
    chosen = np.array([rng.permutation(len(cosines))[:size] for _ in range(n)])
    # The same as `_both_ways` of each draw, all draws at once.
    drawn = (cosines.max(axis=1)[chosen].mean(axis=1) + cosines[chosen].max(axis=1).mean(axis=1)) / 2
    return float(drawn.mean()), float(drawn.std())


def _normal_tail(value: float, mean: float, spread: float) -> float:
    """Return the chance of a value at least as high; means of many nearest similarities are close to normal."""
    from math import erfc, sqrt

    return 0.5 * erfc((value - mean) / (spread * sqrt(2))) if spread > 1e-9 else 1.0


def _interval(block: Floats, rng: np.random.Generator) -> tuple[float, float]:
    n_rows, n_columns = block.shape
    rows = resample_weights(n_rows, n_resamples=N_RESAMPLES, rng=rng) / n_rows
    columns = resample_weights(n_columns, n_resamples=N_RESAMPLES, rng=rng) / n_columns
    # The nearest is sought among all, not among those drawn, or every similarity would seem lower than it is.
    low, high = np.quantile((rows @ block.max(axis=1) + columns @ block.max(axis=0)) / 2, [0.025, 0.975])
    return float(low), float(high)


def _orphans(competencies: pd.DataFrame) -> pd.DataFrame:
    found = []
    for side, other in (("first", "second"), ("second", "first")):
        for name, pairs in competencies.groupby(side, sort=False):
            if not pairs["answers"].any():
                nearest = pairs.iloc[int(pairs["semantic"].argmax())]
                found.append((side, name, nearest[other], nearest["semantic"], nearest["semantic_q"]))
    return pd.DataFrame(found, columns=["side", "competency", "nearest", "semantic", "semantic_q"])


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


def _level_answers(rows: Rows, signals: Signals, competencies: pd.DataFrame) -> pd.DataFrame:
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
