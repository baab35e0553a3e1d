"""Does the crosswalk find what is known to answer: a framework laid beside a changed copy of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kempen_nlp.crosswalk.content import competency_pairs
from kempen_nlp.crosswalk.scales import HIGHER, LOWER, level_answers
from kempen_nlp.distinctness.signals import Rows, read_signals
from kempen_nlp.encoders import Encoder
from kempen_nlp.framework import Competency, Framework, Indicator

PLANT_COLUMNS = ["framework", "plant", "measure", "found", "n", "share", "low", "high"]
HALVES, REWORDED = "other half of the indicators", "all indicators in other words"
MIN_SPLIT = 8
"""Indicators from which a competency can be divided over two."""
_Count = tuple[str, str, int, int]


@dataclass(frozen=True)
class _Planted:
    first: Framework
    second: Framework
    answers: frozenset[tuple[str, str]]
    split: frozenset[tuple[str, str]]
    """The answers of the competency that the second framework divides over two."""


def crosswalk_counts(
    framework: Framework, encoder: Encoder, *, rewordings: Mapping[str, str], n_trials: int, seed: int
) -> pd.DataFrame:
    """Plant crosswalks and count; see ``crosswalk_study``."""
    from kempen_nlp.evaluation import wilson_interval

    rng = np.random.default_rng(seed)
    total: dict[tuple[str, str], list[int]] = {}
    for plant, measure, found, n in _counts(framework, encoder, rewordings, n_trials, rng):
        entry = total.setdefault((plant, measure), [0, 0])
        entry[0], entry[1] = entry[0] + found, entry[1] + n
    rows = [
        (framework.id, *key, found, n, found / max(n, 1), *map(float, wilson_interval(found, max(n, 1))))
        for key, (found, n) in total.items()
    ]
    return pd.DataFrame(rows, columns=PLANT_COLUMNS)


def _counts(
    framework: Framework, encoder: Encoder, rewordings: Mapping[str, str], n_trials: int, rng: np.random.Generator
) -> Iterator[_Count]:
    for plant in (HALVES, REWORDED) if rewordings else (HALVES,):
        for _ in range(n_trials):
            planted = _lay_out(framework, rng, rewordings if plant == REWORDED else {})
            yield from ((plant, *count) for count in _content(planted, encoder, rng))
    if rewordings:
        for shift in (0, 1):
            yield from _shift_counts(framework, encoder, rewordings, shift)


def _lay_out(framework: Framework, rng: np.random.Generator, rewordings: Mapping[str, str]) -> _Planted:
    """Give each competency to the first framework, the second or both, under names that say nothing."""
    n = len(framework)
    side = rng.permutation(np.r_[[0, 1, 2], rng.integers(0, 3, size=max(n - 3, 0))][:n])
    first, second, answers = [], [], []
    for number, competency in enumerate(framework):
        halves = _reworded(competency, rewordings) if rewordings else _halves(competency)
        if side[number] != 1:
            first.append(replace(halves[0], name=f"A{number}"))
        if side[number] != 0:
            second.append(replace(halves[1], name=f"B{number}"))
        if side[number] == 2:
            answers.append((f"A{number}", f"B{number}"))
    able = [a for a in answers if len(_named(second, a[1]).indicators) >= MIN_SPLIT]
    split: set[tuple[str, str]] = set()
    if able:
        own, other = able[int(rng.integers(len(able)))]
        parts = _halves(_named(second, other))
        second = [c for c in second if c.name != other] + [
            replace(part, name=f"{other}{letter}") for part, letter in zip(parts, "xy", strict=True)
        ]
        split = {(own, f"{other}x"), (own, f"{other}y")}
        answers = [a for a in answers if a[0] != own]
    return _Planted(
        _bare(framework, "A", first), _bare(framework, "B", second), frozenset(answers) | split, frozenset(split)
    )


def _named(competencies: list[Competency], name: str) -> Competency:
    return next(c for c in competencies if c.name == name)


def _bare(framework: Framework, id_: str, competencies: list[Competency]) -> Framework:
    """Leave nothing but indicators: a copied headline or definition would give the answer away."""
    found = tuple(
        replace(c, definition=None, levels=tuple(replace(level, headline=None) for level in c.levels))
        for c in competencies
    )
    return replace(framework, id=id_, competencies=found, profiles=())


def _halves(competency: Competency) -> tuple[Competency, Competency]:
    """Divide the indicators of each level over two, turn by turn through the whole competency."""
    place = {indicator.id: number % 2 for number, indicator in enumerate(competency.indicators)}
    halves = [
        tuple(
            replace(level, indicators=tuple(i for i in level.indicators if place[i.id] == half))
            for level in competency.levels
        )
        for half in (0, 1)
    ]
    return replace(competency, levels=halves[0]), replace(competency, levels=halves[1])


def _reworded(competency: Competency, rewordings: Mapping[str, str]) -> tuple[Competency, Competency]:
    levels = tuple(
        replace(level, indicators=tuple(Indicator(i.id, rewordings[i.id], i.lines) for i in level.indicators))
        for level in competency.levels
    )
    return competency, replace(competency, levels=levels)


def _content(planted: _Planted, encoder: Encoder, rng: np.random.Generator) -> Iterator[tuple[str, int, int]]:
    rows = Rows.of(planted.first, planted.second)
    table = competency_pairs(rows, read_signals(rows.texts, encoder), rng)
    pairs = list(zip(table["first"], table["second"], strict=True))
    found = {pair for pair, answers in zip(pairs, table["answers"], strict=True) if answers}
    one = planted.answers - planted.split
    yield "recall: competency answered", len(found & one), len(one)
    yield "recall: half of a divided competency answered", len(found & planted.split), len(planted.split)
    yield "false alarm: other pair answers", len(found - planted.answers), len(pairs) - len(planted.answers)
    for side, framework in ((0, planted.first), (1, planted.second)):
        alone = {c.name for c in framework} - {pair[side] for pair in planted.answers}
        named = {pair[side] for pair in found}
        yield "recall: orphan named", len(alone - named), len(alone)


def _shift_counts(
    framework: Framework, encoder: Encoder, rewordings: Mapping[str, str], shift: int
) -> Iterator[_Count]:
    """Leave the lowest level out on one side and the highest on the other, so that rank 1 answers to rank 2."""
    top = framework.n_ranks
    first = _window(framework, range(1 + shift, top + 1))
    second = _window(_bare(framework, "B", [_reworded(c, rewordings)[1] for c in framework]), range(1, top + 1 - shift))
    rows = Rows.of(first, second)
    signals = read_signals(rows.texts, encoder)
    table = competency_pairs(rows, signals, np.random.default_rng(0))
    levels = level_answers(rows, signals, table).dropna(subset=["answers_to"])
    levels = levels[levels["rank"] + shift <= top - shift]
    truth = levels["rank"] + shift
    plant = "copy one rank lower" if shift else "copy at the same ranks"
    yield plant, "true rank inside the interval", int(truth.between(levels["low"], levels["high"]).sum()), len(levels)
    near = (levels["answers_to"] - truth).abs() <= 1
    yield plant, "answer within one rank", int(near.sum()), len(levels)
    for name, verdict in (("higher", HIGHER), ("lower", LOWER)):
        right = shift == 1 and verdict == HIGHER
        word = "recall" if right else "false alarm"
        yield plant, f"{word}: shift to {name}", int((levels["shift"] == verdict).sum()), len(levels)


def _window(framework: Framework, ranks: range) -> Framework:
    """Keep some ranks, counted from 1 again."""
    competencies = [
        replace(c, levels=tuple(
            replace(level, rank=level.rank - ranks.start + 1) for level in c.levels if level.rank in ranks
        ))
        for c in framework
    ]  # fmt: skip
    return _bare(framework, framework.id, competencies)
