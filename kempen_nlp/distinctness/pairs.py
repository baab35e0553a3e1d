"""Indicators that say the same at two places: found by three signals, shown with what sets them apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from kempen_nlp.distinctness.signals import SIGNAL_TERMS, Rows, Signals
from kempen_nlp.framework import Competency, Framework
from kempen_nlp.language.cues import find_cues
from kempen_nlp.language.ladders import LADDER_TERMS, find_level_markers
from kempen_nlp.language.terms import load_terms

WITHIN, ACROSS, BETWEEN = "within a competency", "across competencies", "between frameworks"
# What 99 % of the pairs at one level of one competency stay below in the two shipped frameworks, rounded; those are
# near in subject and yet meant as two things. For the other kinds: what 99.5 % of pairs of two competencies stay below.
NEAR = {
    WITHIN: {"lexical": 0.37, "semantic": 0.71},
    ACROSS: {"lexical": 0.24, "semantic": 0.56},
    BETWEEN: {"lexical": 0.24, "semantic": 0.56},
}
SAME, BY_DEGREE, BY_MARKER, BY_OTHER = "no words", "words of degree", "level words", "other words"
BLOCK = 1_000
"""Indicators compared with all others at a time, so that memory grows with the framework, not with its square."""
PAIR_COLUMNS = [
    "kind", "competency_a", "rank_a", "indicator_id_a", "text_a", "competency_b", "rank_b", "indicator_id_b", "text_b",
    "lexical", "semantic", "same_markers", "votes", "n_votes", "closeness", "only_in_a", "only_in_b", "contrast",
    "contrast_words", "why", "sharpen",
]  # fmt: skip


def confusable_pairs(rows: Rows, signals: Signals) -> pd.DataFrame:
    """
    Return the pairs of indicators that two of three signals call the same, closest first.

    Pairs of one level are not looked at: there, saying a thing twice blurs nothing.

    Returns
    -------
    DataFrame of shape (n_flags, 21)
        Both texts with their places; which signals agreed (``votes``); the words that only one of
        them has; ``contrast``, what makes the difference ("no words", "words of degree", "level
        words", "other words") with the words themselves; ``why`` and ``sharpen`` in Dutch.
    """
    found = [_described(rows, signals, *pair) for pair in _near_pairs(rows, signals)]
    table = pd.DataFrame(found, columns=PAIR_COLUMNS)
    table = table[table["n_votes"] >= 2]
    return table.sort_values(["closeness", "indicator_id_a"], ascending=[False, True], ignore_index=True)


def closeness(rows: Rows, signals: Signals) -> pd.DataFrame:
    """
    Return every pair of different ranks within each competency with its three signals and their mean.

    Columns ``a, b`` (row numbers), ``lexical, semantic, markers, closeness, flagged``.
    """
    found = []
    for number, _ in rows.own:
        mine = rows.of_competency(number)
        first, second = np.triu_indices(len(mine), 1)
        differ = rows.rank_of[mine[first]] != rows.rank_of[mine[second]]
        first, second = first[differ], second[differ]
        values = {signal: signals.similarity(signal, mine)[first, second] for signal in SIGNAL_TERMS}
        found.append(pd.DataFrame({"a": mine[first], "b": mine[second], **values}))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["a", "b", *SIGNAL_TERMS])
    table["closeness"] = table[list(SIGNAL_TERMS)].mean(axis=1)
    votes = [_votes(rows, signals, int(r.a), int(r.b), r.lexical, r.semantic, WITHIN) for r in table.itertuples()]
    table["flagged"] = [len(v) >= 2 for v in votes]
    return table


def _near_pairs(rows: Rows, signals: Signals) -> Iterator[tuple[int, int, float, float, str]]:
    everything = np.arange(len(rows.indicators), dtype=np.intp)
    for begin in range(0, len(everything), BLOCK):
        block = everything[begin : begin + BLOCK]
        later = everything[begin:]
        lexical = signals.similarity("lexical", block, later)
        semantic = signals.similarity("semantic", block, later)
        lowest = NEAR[ACROSS]
        near = (lexical >= lowest["lexical"]) | (semantic >= lowest["semantic"])
        for i, j in np.argwhere(np.triu(near, 1)):
            a, b = int(block[i]), int(later[j])
            kind = _kind(rows, a, b)
            if kind and (lexical[i, j] >= NEAR[kind]["lexical"] or semantic[i, j] >= NEAR[kind]["semantic"]):
                yield a, b, float(lexical[i, j]), float(semantic[i, j]), kind


def _kind(rows: Rows, a: int, b: int) -> str | None:
    if rows.framework_of[a] != rows.framework_of[b]:
        return BETWEEN
    if rows.framework_of[a] != 0:
        return None
    if rows.competency_of[a] != rows.competency_of[b]:
        return ACROSS
    return WITHIN if rows.rank_of[a] != rows.rank_of[b] else None


def _votes(rows: Rows, signals: Signals, a: int, b: int, lexical: float, semantic: float, kind: str) -> tuple[str, ...]:  # noqa: PLR0913, PLR0917
    near = NEAR[kind]
    votes = []
    if lexical >= near["lexical"]:
        votes.append("lexical")
    # Vectors hardly see "niet": when one text denies and the other does not, nearness in meaning says nothing.
    if semantic >= near["semantic"] and _denies(rows.indicators[a].text) == _denies(rows.indicators[b].text):
        votes.append("semantic")
    if (signals.markers[a] == signals.markers[b]).all():
        votes.append("markers")
    return tuple(votes)


def _denies(text: str) -> bool:
    return len(find_cues(text)["negation"]) % 2 == 1


def _described(rows: Rows, signals: Signals, a: int, b: int, lexical: float, semantic: float, kind: str) -> list[Any]:  # noqa: PLR0913, PLR0917
    votes = _votes(rows, signals, a, b, lexical, semantic, kind)
    first, second = rows.indicators[a].text, rows.indicators[b].text
    only_first, only_second = differing_words(first, second)
    contrast, words = _contrast(rows, signals, (a, b), only_first + only_second)
    same_markers = float(signals.similarity("markers", np.array([a]), np.array([b]))[0, 0])
    place = [[rows.names[rows.competency_of[r]], int(rows.rank_of[r]), rows.indicators[r].id] for r in (a, b)]
    return [
        kind, *place[0], first, *place[1], second, lexical, semantic, bool((signals.markers[a] == signals.markers[b]).all()),
        ", ".join(votes), len(votes), (lexical + semantic + same_markers) / 3, " ".join(only_first), " ".join(only_second),
        contrast, ", ".join(words), _why(votes, contrast, words), _sharpen(rows, a, b),
    ]  # fmt: skip


def differing_words(first: str, second: str) -> tuple[list[str], list[str]]:
    """
    Return the words that only one of two texts has, in text order, small words left out.

    Examples
    --------
    >>> differing_words("Neemt kleine risico's.", "Neemt grote risico's.")
    (['kleine'], ['grote'])
    """
    words = [re.findall(r"[\w'’-]+", text.lower()) for text in (first, second)]
    small = set(load_terms("functional"))
    sides = ((words[0], set(words[1])), (words[1], set(words[0])))
    return tuple(list(dict.fromkeys(w for w in own if w not in other and w not in small)) for own, other in sides)  # type: ignore[return-value]


def _contrast(rows: Rows, signals: Signals, pair: tuple[int, int], words: list[str]) -> tuple[str, list[str]]:
    if not words:
        return SAME, []
    a, b = pair
    if (signals.markers[a] != signals.markers[b]).any():
        return BY_MARKER, _marker_words(rows.indicators[a].text, rows.indicators[b].text)
    degree = [word for word in words if word in load_terms("degree")]
    if len(degree) == len(words):
        return BY_DEGREE, degree
    return BY_OTHER, words


def _marker_words(first: str, second: str) -> list[str]:
    found = [{(m.ladder, m.rung): m.words for m in find_level_markers(text)} for text in (first, second)]
    single = [(key, words) for own, other in (found, found[::-1]) for key, words in own.items() if key not in other]
    return list(dict.fromkeys(f"{words} ({LADDER_TERMS[key[0]]})" for key, words in single))


def _why(votes: tuple[str, ...], contrast: str, words: list[str]) -> str:
    agreed = " en ".join(SIGNAL_TERMS[vote] for vote in votes)
    rest = {
        SAME: "geen woord van inhoud maakt het verschil",
        BY_DEGREE: f"alleen graadwoorden maken het verschil: {', '.join(words)}",
        BY_MARKER: f"het verschil in niveau hangt aan: {', '.join(words)}",
        BY_OTHER: "geen niveauwoord maakt het verschil",
    }
    return f"{agreed[:1].upper()}{agreed[1:]} wijzen op hetzelfde; {rest[contrast]}."


def _sharpen(rows: Rows, a: int, b: int) -> str:
    """Quote what the handbook itself says of the higher of the two places."""
    row = b if rows.rank_of[b] >= rows.rank_of[a] else a
    framework = rows.frameworks[rows.framework_of[row]]
    competency = framework[rows.names[rows.competency_of[row]]]
    rank, own = int(rows.rank_of[row]), rows.indicators[row].text
    for label, text in _own_words(framework, competency, rank):
        if text != own and _adds_marker(text, own):
            return f"{label}: {text}"
    return ""


def _own_words(framework: Framework, competency: Competency, rank: int) -> Iterator[tuple[str, str]]:
    level = competency.level(rank)
    if level.headline:
        yield f"Kernzin {competency.name} {rank}", level.headline
    for indicator in level.indicators:
        yield f"Andere indicator van {competency.name} {rank}", indicator.text
    for scheme_rank, text in framework.level_scheme:
        if scheme_rank == rank:
            yield f"Algemene uitleg van niveau {rank}", text


def _adds_marker(text: str, own: str) -> bool:
    mine = {(m.ladder, m.rung) for m in find_level_markers(own)}
    return any((m.ladder, m.rung) not in mine and m.rung > 1 for m in find_level_markers(text))


