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
from kempen_nlp.distinctness.pairs import BETWEEN, confusable_pairs
from kempen_nlp.distinctness.signals import SIGNALS, Floats, Rows, Signals, read_signals
from kempen_nlp.framework import Framework, Indicator

if TYPE_CHECKING:
    from kempen_nlp.encoders import Encoder

ALPHA = 0.05
AGREES = 0.10
"""Where one signal has shown an answer after correction, the other has to be at least this sure before it."""
N_SHUFFLES = 499
N_RESAMPLES = 400
Z_95 = 1.959963984540054
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
    """Each level of the first, read on the ranks of the second; ``second`` names the competencies that answer."""
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
    names: nearest sentences, both ways, against as many sentences drawn from all competencies. Ranks are compared by reading
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
    content_signals = read_signals(content.texts, encoder or load_encoder("general"))
    competencies = _competency_pairs(content, content_signals, np.random.default_rng(seed))
    pairs = confusable_pairs(lines, content_signals.take(np.arange(len(lines.indicators))))
    chosen = np.flatnonzero(lines.is_indicator)
    levels = _level_answers(lines.take(chosen), content_signals.take(chosen), competencies)
    return Crosswalk(first, second, competencies, levels, _orphans(competencies),
                     pairs[pairs["kind"] == BETWEEN].reset_index(drop=True))  # fmt: skip


def _with_definitions(lines: Rows) -> Rows:
    """Add the definitions at the end; they say what a competency is about, but stand at no rank."""
    competencies = [(f, c) for f, framework in enumerate(lines.frameworks) for c in framework]
    found = [(f, n, c.id, c.definition) for n, (f, c) in enumerate(competencies) if c.definition]
    added = [np.array(column, dtype=np.intp) for column in ([f for f, *_ in found], [n for _, n, *_ in found])]
    return replace(
        lines, indicators=(*lines.indicators, *(Indicator(f"{id_}/definitie", text, (0, 0)) for *_, id_, text in found)),
        framework_of=np.r_[lines.framework_of, added[0]], competency_of=np.r_[lines.competency_of, added[1]],
        rank_of=np.r_[lines.rank_of, np.zeros(len(found), dtype=np.intp)],
    )  # fmt: skip


def _competency_pairs(rows: Rows, signals: Signals, rng: np.random.Generator) -> pd.DataFrame:
    left, right = np.flatnonzero(rows.framework_of == 0), np.flatnonzero(rows.framework_of == 1)
    columns = {signal: _nearness(rows, left, right, signals.similarity(signal, left, right), rng) for signal in CONTENT_SIGNALS}
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
    by_size: dict[tuple[int, int, int], tuple[float, float]] = {}
    found = {}
    for a, mine in groups[0].items():
        for b, other in groups[1].items():
            block = cosines[np.ix_(mine, other)]
            # It must be near from either side: a competency that is near to everything is near to nothing.
            for key, matrix, size, fixed in ((0, cosines, len(mine), other), (1, cosines.T, len(other), mine)):
                at = (key, size, b if key == 0 else a)
                if at not in by_size:
                    by_size[at] = _by_chance(matrix, size, fixed, rng)
            value = _both_ways(block)
            chance = by_size[0, len(mine), b], by_size[1, len(other), a]
            p = max(_normal_tail(value, *drawn) for drawn in chance)
            found[a, b] = value, *_interval(block, rng), p
    return found


def _groups(rows: Rows, side: NDArray[np.intp]) -> dict[int, NDArray[np.intp]]:
    numbers = rows.competency_of[side]
    return {int(number): np.flatnonzero(numbers == number) for number in dict.fromkeys(numbers.tolist())}


def _both_ways(block: Floats) -> float:
    return float((block.max(axis=1).mean() + block.max(axis=0).mean()) / 2)


def _by_chance(cosines: Floats, size: int, other: NDArray[np.intp], rng: np.random.Generator) -> tuple[float, float]:
    """Return mean and standard deviation of the nearness of as many indicators drawn from all competencies."""
    chosen = cosines[:, other]
    n = int(np.clip(20_000_000 // max(size * len(other), 1), 99, N_SHUFFLES))
    drawn = [_both_ways(chosen[rng.choice(len(chosen), size=size, replace=False)]) for _ in range(n)]
    return float(np.mean(drawn)), float(np.std(drawn))


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
                nearest = pairs.loc[pairs["semantic"].idxmax()]
                found.append((side, name, nearest[other], nearest["semantic"], nearest["semantic_q"]))
    return pd.DataFrame(found, columns=["side", "competency", "nearest", "semantic", "semantic_q"])


@dataclass(frozen=True)
class _Scale:
    """Ranks of the second framework as one signal reads them from the first."""

    ranks: Floats
    """Shape (n_indicators,): one for each indicator of the first, on the ranks of the second; may lie outside them."""
    spread: float
    """Standard deviation, in ranks, with which the second's own indicators miss their rank."""


def _level_answers(rows: Rows, signals: Signals, competencies: pd.DataFrame) -> pd.DataFrame:
    """Read each level of the first on the ranks of the second, with 95 % intervals."""
    scales = {signal: _scale(rows, signals, signal) for signal in SIGNALS}
    known = {signal: scale for signal, scale in scales.items() if scale is not None}
    first = np.flatnonzero(rows.framework_of == 0)
    found = []
    for number, name in rows.own:
        answers = competencies[(competencies["first"] == name) & competencies["answers"]]
        ranks = rows.rank_of[first[rows.competency_of[first] == number]]
        for rank in np.unique(ranks).tolist():
            level = np.flatnonzero((rows.competency_of[first] == number) & (rows.rank_of[first] == rank))
            found.append({"first": name, "rank": rank, "second": ", ".join(answers["second"]), "n": len(level),
                          **_answer(known, level, rank)})  # fmt: skip
    columns = ["first", "rank", "second", "n", *(f"{s}_{part}" for s in SIGNALS for part in ("rank", "low", "high")),
               "answers_to", "low", "high", "shift"]  # fmt: skip
    table = pd.DataFrame(found, columns=columns)
    highest = int(rows.rank_of[rows.framework_of == 1].max())
    table["answers_to"] = table["answers_to"].clip(1, highest)
    return table


def _answer(scales: Mapping[str, _Scale], level: NDArray[np.intp], rank: int) -> dict[str, Any]:
    values = {signal: float(scale.ranks[level].mean()) for signal, scale in scales.items()}
    half = {signal: Z_95 * scale.spread / np.sqrt(len(level)) for signal, scale in scales.items()}
    row: dict[str, Any] = {}
    for signal, value in values.items():
        row |= {f"{signal}_rank": value, f"{signal}_low": value - half[signal], f"{signal}_high": value + half[signal]}
    up = sum(values[signal] - half[signal] > rank for signal in values)
    down = sum(values[signal] + half[signal] < rank for signal in values)
    row["shift"] = "hoger" if up >= 2 else "lager" if down >= 2 else "niet aangetoond"
    if values:
        weights = np.array([1 / scale.spread**2 for scale in scales.values()])
        centre = float(np.average(list(values.values()), weights=weights))
        # The three read the same sentences, so the joint interval is as wide as that of the steadiest one.
        width = min(half.values())
        row |= {"answers_to": centre, "low": centre - width, "high": centre + width}
    return row


def _scale(rows: Rows, signals: Signals, signal: str) -> _Scale | None:
    """Return None where the second framework's own ranks cannot be read by this signal."""
    first, second = rows.framework_of == 0, rows.framework_of == 1
    taught = rows.take(np.flatnonzero(second))
    # Left out one competency at a time, the second's own indicators show how readings relate to its ranks.
    own = read_ranks(taught, signals.take(np.flatnonzero(second)))[signal]
    if np.isnan(own).any() or len(np.unique(taught.rank_of)) < 2:
        return None
    slope, intercept = np.polyfit(taught.rank_of, own, 1)
    if slope < MIN_SLOPE:
        return None
    spread = float(np.std((own - intercept) / slope - taught.rank_of))
    readings = _read_by_all(signals.views[signal], first, second, rows.rank_of)
    # Regression pulls readings to the middle; undoing that makes them comparable with ranks.
    return _Scale((readings - intercept) / slope, max(spread, 1e-6))


def _read_by_all(
    view: NDArray[np.float32], first: NDArray[np.bool_], second: NDArray[np.bool_], ranks: NDArray[np.intp]
) -> Floats:
    from sklearn.linear_model import Ridge

    return np.asarray(Ridge(alpha=1.0).fit(view[second], ranks[second]).predict(view[first]), dtype=np.float64)
