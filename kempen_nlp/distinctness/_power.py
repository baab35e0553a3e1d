"""Does the check itself work? How many planted faults it finds, and what it flags where nothing was planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness import _findings, _levels, _plants
from kempen_nlp.distinctness import order as order_tests
from kempen_nlp.distinctness._plants import Plant
from kempen_nlp.distinctness.pairs import Lines, Pairs, closeness, measure
from kempen_nlp.distinctness.signals import Floats, Rows, Signals, read_signals
from kempen_nlp.encoders import Encoder

POWER_COLUMNS = ["framework", "fault", "measure", "found", "n", "share", "low", "high"]
N_MIXED = 5
_PAIR = ["competency", "lower_rank", "upper_rank"]
_NO_PAIRS = pd.DataFrame(columns=["competency_a", "rank_a", "rank_b"])
_Count = tuple[str, int, int]
_ORDER_FAULTS: Mapping[str, Callable[[Rows, np.random.Generator], Plant]] = {
    "levels exchanged": _plants.exchanged,
    "lowest and highest level exchanged": _plants.ends_exchanged,
}
_MOVES = {f"indicator moved by {steps}": _plants.moved_by(steps) for steps in (1, 2, 3)}


def plant_and_count(
    rows: Rows, encoder: Encoder, *, n_trials: int, seed: int, rewordings: Mapping[str, str]
) -> pd.DataFrame:
    """
    Plant faults and count how many are found, and what is flagged where nothing was planted.

    Returns
    -------
    DataFrame
        Columns ``framework, fault, measure, found, n, share, low, high``; ``measure`` is "recall: …"
        (planted and flagged), "false alarm: …" (flagged though nothing was planted there), "flagged: …" (in the
        framework as it is), or "AUC" of closeness, planted pairs against all other pairs of two levels of a
        competency, where ``n`` counts the planted pairs.
    """
    from kempen_nlp.evaluation import wilson_interval

    rng = np.random.default_rng(seed)
    signals, lines = read_signals(rows.texts, encoder), Lines.read(rows, encoder)
    counts: dict[tuple[str, str], list[int]] = {}
    for fault, (what, found, n) in [*_order_counts(rows, signals, n_trials, rng), *_mixed(lines, rng)]:
        total = counts.setdefault((fault, what), [0, 0])
        total[0], total[1] = total[0] + found, total[1] + n
    table = [
        (fault, what, found, n, found / max(n, 1), *map(float, wilson_interval(found, max(n, 1))))
        for (fault, what), (found, n) in counts.items()
    ]
    table += [row for form in _plants.FORMS for row in _twin_rows(rows, form, encoder, rng, rewordings)]
    return pd.DataFrame([(rows.frameworks[0].id, *row) for row in table], columns=POWER_COLUMNS)


def _order_counts(
    rows: Rows, signals: Signals, n_trials: int, rng: np.random.Generator
) -> Iterator[tuple[str, _Count]]:
    for count in _all_tables(rows, signals, "flagged", int(rng.integers(2**31))):
        yield "nothing", count
    for _ in range(n_trials):
        for count in _all_tables(_plants.shuffled(rows, rng).rows, signals, "false alarm", int(rng.integers(2**31))):
            yield "ranks shuffled", count
        for fault, plant in _ORDER_FAULTS.items():
            for count in _reversals(plant(rows, rng), signals, int(rng.integers(2**31))):
                yield fault, count
        for count in _blurs(_plants.merged(rows, rng), signals, int(rng.integers(2**31))):
            yield "levels merged", count
        for fault, plant in _MOVES.items():
            for count in _odd_ones(plant(rows, rng), signals):
                yield fault, count


def _reversals(planted: Plant, signals: Signals, seed: int) -> Iterator[_Count]:
    readings = order_tests.read_ranks(planted.rows, signals)
    found = _findings.order_votes(order_tests.adjacent_order(planted.rows, readings, seed=seed))
    is_reversed = found["order"] == _findings.REVERSED
    elsewhere = found["competency"] != planted.competency
    here = ~elsewhere & (found["lower_rank"] >= planted.lower) & (found["upper_rank"] <= planted.upper)
    yield f"recall: {'pair' if here.sum() == 1 else 'some pair'} reversed", int(is_reversed[here].any()), 1
    yield "false alarm: other competency reversed", int(is_reversed[elsewhere].sum()), int(elsewhere.sum())


def _blurs(planted: Plant, signals: Signals, seed: int) -> Iterator[_Count]:
    summary, _ = _summary(planted.rows, signals, order_tests.read_ranks(planted.rows, signals), seed)
    here = (summary[_PAIR] == [planted.competency, planted.lower, planted.upper]).all(axis=1)
    elsewhere = summary["competency"] != planted.competency
    yield "recall: pair blurred", int(summary["is_blurred"][here].any()), 1
    yield "false alarm: other competency blurred", int(summary["is_blurred"][elsewhere].sum()), int(elsewhere.sum())


def _odd_ones(planted: Plant, signals: Signals) -> Iterator[_Count]:
    flags = order_tests.indicator_order(planted.rows, order_tests.read_ranks(planted.rows, signals))
    is_planted = np.isin(np.arange(len(flags)), planted.moved)
    able, flag = flags["verdict"] != order_tests.TOO_FEW, flags["verdict"] == "flag"
    yield "recall: indicator flagged", int(flag[is_planted].sum()), int(is_planted.sum())
    yield "recall where n allows", int(flag[is_planted & able].sum()), int((is_planted & able).sum())


def _summary(rows: Rows, signals: Signals, readings: dict[str, Floats], seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    levels = _levels.level_pairs(rows, signals, seed=seed)
    adjacent = order_tests.adjacent_order(rows, readings, seed=seed)
    return _findings.summarize(levels, adjacent, _NO_PAIRS), levels


def _all_tables(rows: Rows, signals: Signals, word: str, seed: int) -> Iterator[_Count]:
    readings = order_tests.read_ranks(rows, signals)
    summary, levels = _summary(rows, signals, readings, seed)
    flags = order_tests.indicator_order(rows, readings)
    order = order_tests.competency_order(rows, readings, seed=seed)
    shown = levels[levels["verdict"] == _levels.DISTINCT].groupby(_PAIR).size()
    rising = order[order["q"] <= order_tests.ALPHA].groupby("competency").size()
    yield f"{word}: pair of levels distinct", int((shown >= 2).sum()), len(levels) // 3
    yield f"{word}: neighbours in order", int((summary["order"] == _findings.IN_ORDER).sum()), len(summary)
    yield f"{word}: neighbours reversed", int((summary["order"] == _findings.REVERSED).sum()), len(summary)
    yield f"{word}: neighbours blurred", int(summary["is_blurred"].sum()), len(summary)
    yield f"{word}: competency in order", int((rising >= 2).sum()), len(rows.own)
    yield f"{word}: indicator misplaced", int((flags["verdict"] == "flag").sum()), len(flags)


def _mixed(lines: Lines, rng: np.random.Generator) -> Iterator[tuple[str, _Count]]:
    """Pair indicators of different competencies: hardly any of them says the same."""
    rows, n = lines.rows, len(lines.rows.indicators)
    a, b = rng.integers(n, size=(2, N_MIXED * n))
    other = rows.competency_of[a] != rows.competency_of[b]
    pairs = measure(lines, a[other], b[other])
    yield "indicators mixed over competencies", ("false alarm: pair flagged", int(pairs.flagged.sum()), len(pairs.a))


def _twin_rows(
    rows: Rows, form: str, encoder: Encoder, rng: np.random.Generator, rewordings: Mapping[str, str]
) -> Iterator[tuple[str, str, int, int, float, float, float]]:
    from kempen_nlp.evaluation import wilson_interval

    grown, first, second = _plants.twins(rows, form, rng, rewordings=rewordings)
    if not len(first):
        return
    lines = Lines.read(grown, encoder)
    pairs = measure(lines, first, second)
    hits, n = int(pairs.flagged.sum()), len(first)
    # An indicator and its denial describe opposite behaviour: flagging them is a false alarm.
    what = "false alarm: pair flagged" if form == "denied" else "recall: pair flagged"
    low, high = wilson_interval(hits, n)
    yield f"duplicate: {form}", what, hits, n, hits / n, float(low), float(high)
    if form != "denied":
        yield f"duplicate: {form}", "AUC", n, n, *_auc(pairs, _real(lines, len(rows.indicators)), rng)


def _real(lines: Lines, n: int) -> Floats:
    table = closeness(lines)
    return table.loc[(table["a"] < n) & (table["b"] < n), "closeness"].to_numpy(dtype=float)


def _auc(planted: Pairs, others: Floats, rng: np.random.Generator) -> tuple[float, float, float]:
    below = np.sort(others)

    def value(drawn: NDArray[np.float64]) -> float:
        beaten = np.searchsorted(below, drawn, side="left") + np.searchsorted(below, drawn, side="right")
        return float(beaten.mean() / (2 * len(below)))

    near = planted.closeness
    low, high = np.quantile([value(rng.choice(near, size=len(near))) for _ in range(400)], [0.025, 0.975])
    return value(near), float(low), float(high)
