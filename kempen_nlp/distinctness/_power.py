"""Does the check itself work? Known faults planted in real frameworks, and frameworks without any order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness import _findings, _levels
from kempen_nlp.distinctness import order as order_tests
from kempen_nlp.distinctness.pairs import closeness, confusable_pairs
from kempen_nlp.distinctness.signals import Rows, Signals, read_signals
from kempen_nlp.encoders import Encoder
from kempen_nlp.framework import Framework, Indicator
from kempen_nlp.language.terms import load_terms

DUPLICATE_FORMS = ("copy", "degree word", "words dropped", "clauses exchanged")
POWER_COLUMNS = ["framework", "fault", "measure", "found", "n", "share", "low", "high"]
_DEGREE = ("zeer", "regelmatig", "actief", "voortdurend")


def plant_and_count(
    framework: Framework, encoder: Encoder, *, n_trials: int = 20, seed: int = 20261122
) -> pd.DataFrame:
    """
    Plant faults in a framework and count how many are found, and what is flagged where nothing was planted.

    Parameters
    ----------
    framework : Framework
        With at least two competencies.
    encoder : Encoder
    n_trials : int
        Planted frameworks per fault. Trials share the framework's texts, so intervals over trials
        say how steady the figures are for this framework, not for frameworks in general.
    seed : int

    Returns
    -------
    DataFrame
        Columns ``framework, fault, measure, found, n, share, low, high``; ``measure`` is "recall"
        (planted and flagged), "false alarm" (flagged though nothing was planted there) or "AUC" of
        closeness, planted pairs against all other pairs of two levels of a competency.
    """
    from kempen_nlp.evaluation import wilson_interval

    rng = np.random.default_rng(seed)
    rows = Rows.of(framework)
    signals = read_signals(rows.texts, encoder)
    counts: dict[tuple[str, str], list[int]] = {}
    for fault, measure, found, n in _counts(rows, signals, n_trials, rng):
        total = counts.setdefault((fault, measure), [0, 0])
        total[0], total[1] = total[0] + found, total[1] + n
    table = [
        (framework.id, fault, measure, found, n, found / max(n, 1), *map(float, wilson_interval(found, max(n, 1))))
        for (fault, measure), (found, n) in counts.items()
    ]
    table += [(framework.id, *row) for row in _duplicates(rows, encoder, n_trials, rng)]
    return pd.DataFrame(table, columns=POWER_COLUMNS)


def _counts(
    rows: Rows, signals: Signals, n_trials: int, rng: np.random.Generator
) -> Iterator[tuple[str, str, int, int]]:
    plants: dict[str, Callable[[Rows, np.random.Generator], tuple[Rows, Any]]] = {
        "ranks shuffled": _shuffled, "levels exchanged": _exchanged,
        "lowest and highest level exchanged": _ends_exchanged,
        "levels merged": _merged,
        "indicator moved by 1": lambda r, g: _moved(r, g, 1), "indicator moved by 2": lambda r, g: _moved(r, g, 2),
        "indicator moved by 3": lambda r, g: _moved(r, g, 3), "nothing": lambda r, _: (r, None),
    }  # fmt: skip
    for fault, plant in plants.items():
        for _ in range(n_trials if fault != "nothing" else 1):
            planted, where = plant(rows, rng)
            for measure, found, n in _measured(fault, planted, where, signals, int(rng.integers(2**31))):
                yield fault, measure, found, n
    for _ in range(n_trials):
        mixed = replace(rows, competency_of=rng.permutation(rows.competency_of))
        table = closeness(mixed, signals)
        yield "indicators mixed over competencies", "false alarm: pair flagged", int(table["flagged"].sum()), len(table)


def _measured(
    fault: str,
    rows: Rows,
    where: Any,  # noqa: ANN401 - rows or a pair of levels
    signals: Signals,
    seed: int,
) -> Iterator[tuple[str, int, int]]:
    readings = order_tests.read_ranks(rows, signals)
    if fault.startswith("indicator moved"):
        flags = order_tests.indicator_order(rows, readings)
        able = flags["verdict"] != order_tests.TOO_FEW
        planted = np.zeros(len(flags), dtype=bool)
        planted[where] = True
        yield "recall: indicator flagged", int((flags["verdict"] == "flag")[planted].sum()), int(planted.sum())
        yield (
            "recall where n allows",
            int((flags["verdict"] == "flag")[planted & able].sum()),
            int((planted & able).sum()),
        )
        return
    tables = {
        "levels": _levels.level_pairs(rows, signals, seed=seed),
        "adjacent": order_tests.adjacent_order(rows, readings, seed=seed),
        "order": order_tests.competency_order(rows, readings, seed=seed),
    }
    summary = _findings.summarize(tables["levels"], tables["adjacent"], _NO_PAIRS)
    key = list(zip(summary["competency"], summary["lower_rank"], summary["upper_rank"], strict=True))
    if where is not None and fault != "ranks shuffled":
        verdict = "blurred" if fault == "levels merged" else "reversed"
        column = summary["is_blurred"] if verdict == "blurred" else summary["order"] == _findings.REVERSED
        elsewhere = np.array([k[0] != where[0] for k in key])
        if where in key:
            yield f"recall: pair {verdict}", int(column[[k == where for k in key]].sum()), 1
        else:
            yield f"recall: some pair {verdict}", int(column[~elsewhere].any()), 1
        yield f"false alarm: other competency {verdict}", int(column[elsewhere].sum()), int(elsewhere.sum())
        return
    flags = order_tests.indicator_order(rows, readings)
    shown = tables["levels"][tables["levels"]["verdict"] == _levels.DISTINCT].groupby(_PAIR).size()
    word = "false alarm" if fault == "ranks shuffled" else "flagged"
    yield f"{word}: pair of levels distinct", int((shown >= 2).sum()), len(tables["levels"]) // 3
    yield f"{word}: neighbours in order", int((summary["order"] == _findings.IN_ORDER).sum()), len(summary)
    yield f"{word}: neighbours reversed", int((summary["order"] == _findings.REVERSED).sum()), len(summary)
    yield f"{word}: neighbours blurred", int(summary["is_blurred"].sum()), len(summary)
    rising = tables["order"][tables["order"]["q"] <= order_tests.ALPHA].groupby("competency").size()
    yield f"{word}: competency in order", int((rising >= 2).sum()), len(rows.own)
    yield f"{word}: indicator misplaced", int((flags["verdict"] == "flag").sum()), len(flags)


_PAIR = ["competency", "lower_rank", "upper_rank"]
_NO_PAIRS = pd.DataFrame(columns=["competency_a", "rank_a", "rank_b"])


def _shuffled(rows: Rows, rng: np.random.Generator) -> tuple[Rows, Any]:
    ranks = rows.rank_of.copy()
    for number, _ in rows.own:
        mine = rows.of_competency(number)
        ranks[mine] = rng.permutation(ranks[mine])
    return replace(rows, rank_of=ranks), None


def _neighbours(rows: Rows, rng: np.random.Generator) -> tuple[int, int, int]:
    number = int(rng.choice([n for n, _ in rows.own if len(np.unique(rows.rank_of[rows.of_competency(n)])) > 1]))
    present = np.unique(rows.rank_of[rows.of_competency(number)])
    position = int(rng.integers(len(present) - 1))
    return number, int(present[position]), int(present[position + 1])


def _exchanged(rows: Rows, rng: np.random.Generator) -> tuple[Rows, Any]:
    number, lower, upper = _neighbours(rows, rng)
    ranks, mine = rows.rank_of.copy(), rows.competency_of == number
    ranks[mine & (rows.rank_of == lower)], ranks[mine & (rows.rank_of == upper)] = upper, lower
    return replace(rows, rank_of=ranks), (rows.names[number], lower, upper)


def _ends_exchanged(rows: Rows, rng: np.random.Generator) -> tuple[Rows, Any]:
    number = int(rng.choice([n for n, _ in rows.own if len(np.unique(rows.rank_of[rows.of_competency(n)])) > 2]))
    mine = rows.competency_of == number
    lowest, highest = int(rows.rank_of[mine].min()), int(rows.rank_of[mine].max())
    ranks = rows.rank_of.copy()
    ranks[mine & (rows.rank_of == lowest)], ranks[mine & (rows.rank_of == highest)] = highest, lowest
    return replace(rows, rank_of=ranks), (rows.names[number], lowest, highest)


def _merged(rows: Rows, rng: np.random.Generator) -> tuple[Rows, Any]:
    number, lower, upper = _neighbours(rows, rng)
    ranks = rows.rank_of.copy()
    both = np.flatnonzero((rows.competency_of == number) & np.isin(rows.rank_of, [lower, upper]))
    ranks[both] = rng.permutation(ranks[both])
    return replace(rows, rank_of=ranks), (rows.names[number], lower, upper)


def _moved(rows: Rows, rng: np.random.Generator, steps: int) -> tuple[Rows, NDArray[np.intp]]:
    """Move one indicator of each competency, so that a trial holds several plants and most stays as it was."""
    ranks, chosen = rows.rank_of.copy(), []
    for number, _ in rows.own:
        mine = rows.of_competency(number)
        present = set(rows.rank_of[mine].tolist())
        able = [(r, t) for r in mine for t in (rows.rank_of[r] - steps, rows.rank_of[r] + steps) if int(t) in present]
        if able:
            row, target = able[int(rng.integers(len(able)))]
            ranks[row] = target
            chosen.append(row)
    return replace(rows, rank_of=ranks), np.array(chosen, dtype=np.intp)


def _duplicates(
    rows: Rows, encoder: Encoder, n_trials: int, rng: np.random.Generator
) -> Iterator[tuple[str, str, int, int, float, float, float]]:
    from kempen_nlp.evaluation import wilson_interval

    for form in DUPLICATE_FORMS:
        hits, planted_values, other_values = [], [], []
        for _ in range(max(1, n_trials // 4)):
            grown, twins = _with_twins(rows, form, rng)
            signals = read_signals(grown.texts, encoder)
            pairs = confusable_pairs(grown, signals)
            flagged = set(zip(pairs["indicator_id_a"], pairs["indicator_id_b"], strict=True))
            hits += [bool({(a, b), (b, a)} & flagged) for a, b in _ids(grown, twins)]
            table = closeness(grown, signals)
            keys = list(zip(table["a"], table["b"], strict=True))
            is_planted = np.array([(a, b) in twins or (b, a) in twins for a, b in keys])
            touches = np.array([bool({a, b} & {t for _, t in twins}) for a, b in keys])
            planted_values.append(table["closeness"].to_numpy()[is_planted])
            other_values.append(table["closeness"].to_numpy()[~is_planted & ~touches])
        low, high = wilson_interval(sum(hits), len(hits))
        yield (
            f"duplicate: {form}",
            "recall: pair flagged",
            sum(hits),
            len(hits),
            float(np.mean(hits)),
            float(low),
            float(high),
        )
        yield (f"duplicate: {form}", "AUC", len(hits), len(hits), *_auc(planted_values, other_values, rng))


def _ids(rows: Rows, twins: set[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(rows.indicators[a].id, rows.indicators[b].id) for a, b in sorted(twins)]


def _with_twins(rows: Rows, form: str, rng: np.random.Generator) -> tuple[Rows, set[tuple[int, int]]]:
    """Add to each competency a changed copy of one of its indicators, at another rank."""
    chosen, ranks, made = [], [], []
    for number, _ in rows.own:
        mine = rows.of_competency(number)
        others = np.unique(rows.rank_of[mine])
        row = int(rng.choice(mine))
        others = others[others != rows.rank_of[row]]
        if len(others):
            text = _changed(rows.indicators[row].text, form, rng)
            chosen.append(row)
            ranks.append(int(rng.choice(others)))
            made.append(Indicator(f"{rows.indicators[row].id}/twin", text, (0, 0)))
    n = len(rows.indicators)
    grown = replace(
        rows, indicators=(*rows.indicators, *made), rank_of=np.r_[rows.rank_of, np.array(ranks, dtype=np.intp)],
        framework_of=np.r_[rows.framework_of, np.zeros(len(made), dtype=np.intp)],
        competency_of=np.r_[rows.competency_of, rows.competency_of[chosen]],
    )  # fmt: skip
    return grown, {(row, n + i) for i, row in enumerate(chosen)}


def _changed(text: str, form: str, rng: np.random.Generator) -> str:
    words = text.split()
    if form == "degree word":
        known = [i for i, word in enumerate(words) if word.strip(".,;").lower() in load_terms("degree")]
        other = str(rng.choice(_DEGREE))
        if known:
            words[int(rng.choice(known))] = other
        else:
            words.insert(1, other)
        return " ".join(words)
    if form == "words dropped" and len(words) > 4:
        n_dropped = max(1, len(words) // 6)
        dropped = set(rng.choice(np.arange(1, len(words)), size=n_dropped, replace=False).tolist())
        return " ".join(word for i, word in enumerate(words) if i not in dropped)
    if form == "clauses exchanged":
        parts = re.split(r",\s+|\s+en\s+", text.rstrip("."))
        return ", ".join(reversed(parts)) + "."
    return text


def _auc(
    planted: list[NDArray[Any]], others: list[NDArray[Any]], rng: np.random.Generator
) -> tuple[float, float, float]:
    def value(chosen: list[NDArray[Any]]) -> float:
        high, low = np.concatenate(chosen), np.sort(np.concatenate(others))
        below = np.searchsorted(low, high, side="left")
        upto = np.searchsorted(low, high, side="right")
        return float((below + upto).mean() / (2 * len(low)))

    pooled = np.concatenate(planted)
    drawn = [value([rng.choice(pooled, size=len(pooled))]) for _ in range(400)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return value(planted), float(low), float(high)
