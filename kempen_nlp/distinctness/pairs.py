"""Indicators that say the same at two places: found by three signals, shown with what sets them apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness.signals import SIGNAL_TERMS, SIGNALS, Floats, Rows, Signals
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
MAX_FLAGS = 2_000
"""Pairs that are described, the closest first; more nobody reads, and boilerplate can make millions."""
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
    DataFrame of shape (n_flags, 21), at most 2,000 rows
        Both texts with their places; which signals agreed (``votes``); the words that only one of
        them has; ``contrast``, what makes the difference ("no words", "words of degree", "level
        words", "other words") with the words themselves; ``why`` and ``sharpen`` in Dutch.
    """
    near = sorted(_near_pairs(rows, signals), key=lambda pair: (-pair.closeness, pair.a, pair.b))
    return pd.DataFrame([_described(rows, signals, pair) for pair in near[:MAX_FLAGS]], columns=PAIR_COLUMNS)


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
    denies = np.array([_denies(text) for text in rows.texts], dtype=bool)
    votes = _votes(signals, denies, table["a"].to_numpy(np.intp), table["b"].to_numpy(np.intp),
                   table["lexical"].to_numpy(float), table["semantic"].to_numpy(float), WITHIN)  # fmt: skip
    table["flagged"] = votes.sum(axis=1) >= 2
    return table


@dataclass(frozen=True, slots=True)
class _Pair:
    a: int
    b: int
    kind: str
    lexical: float
    semantic: float
    closeness: float
    votes: tuple[str, ...]


def _near_pairs(rows: Rows, signals: Signals) -> Iterator[_Pair]:
    denies = np.array([_denies(text) for text in rows.texts], dtype=bool)
    everything = np.arange(len(rows.indicators), dtype=np.intp)
    for begin in range(0, len(everything), BLOCK):
        block, later = everything[begin : begin + BLOCK], everything[begin:]
        lexical = signals.similarity("lexical", block, later)
        semantic = signals.similarity("semantic", block, later)
        near = np.triu((lexical >= NEAR[ACROSS]["lexical"]) | (semantic >= NEAR[ACROSS]["semantic"]), 1)
        i, j = np.nonzero(near)
        a, b, cosines, meanings = block[i], later[j], lexical[i, j], semantic[i, j]
        markers = np.einsum("ij,ij->i", signals.views["markers"][a], signals.views["markers"][b])
        kinds = _kinds(rows, a, b)
        for kind in NEAR:
            mine = np.flatnonzero(kinds == kind)
            votes = _votes(signals, denies, a[mine], b[mine], cosines[mine], meanings[mine], kind)
            for at, agreed in zip(mine[votes.sum(axis=1) >= 2], votes[votes.sum(axis=1) >= 2], strict=True):
                mean = (cosines[at] + meanings[at] + markers[at]) / 3
                names = tuple(signal for signal, vote in zip(SIGNALS, agreed, strict=True) if vote)
                yield _Pair(int(a[at]), int(b[at]), kind, float(cosines[at]), float(meanings[at]), float(mean), names)


def _kinds(rows: Rows, a: NDArray[np.intp], b: NDArray[np.intp]) -> NDArray[np.str_]:
    kinds = np.where(rows.framework_of[a] != rows.framework_of[b], BETWEEN, "")
    own = (rows.framework_of[a] == 0) & (rows.framework_of[b] == 0)
    other_competency = rows.competency_of[a] != rows.competency_of[b]
    kinds = np.where(own & other_competency, ACROSS, kinds)
    return np.where(own & ~other_competency & (rows.rank_of[a] != rows.rank_of[b]), WITHIN, kinds)


def _votes(  # noqa: PLR0913, PLR0917 - three signals of two lists of texts
    signals: Signals,
    denies: NDArray[np.bool_],
    a: NDArray[np.intp],
    b: NDArray[np.intp],
    lexical: Floats,
    semantic: Floats,
    kind: str,
) -> NDArray[np.bool_]:
    """Return which signals call each pair the same, shape (n_pairs, 3)."""
    # Vectors hardly see "niet": when one text denies and the other does not, nearness in meaning says nothing.
    alike = (semantic >= NEAR[kind]["semantic"]) & (denies[a] == denies[b])
    same_markers = (signals.markers[a] == signals.markers[b]).all(axis=1)
    return np.column_stack([lexical >= NEAR[kind]["lexical"], alike, same_markers])


def _denies(text: str) -> bool:
    return len(find_cues(text)["negation"]) % 2 == 1


def _described(rows: Rows, signals: Signals, pair: _Pair) -> list[Any]:
    a, b = pair.a, pair.b
    first, second = rows.indicators[a].text, rows.indicators[b].text
    only_first, only_second = differing_words(first, second)
    contrast, words = _contrast(rows, signals, (a, b), only_first + only_second)
    place = [[rows.names[rows.competency_of[r]], int(rows.rank_of[r]), rows.indicators[r].id] for r in (a, b)]
    return [
        pair.kind, *place[0], first, *place[1], second, pair.lexical, pair.semantic, "markers" in pair.votes,
        ", ".join(pair.votes), len(pair.votes), pair.closeness, " ".join(only_first), " ".join(only_second),
        contrast, ", ".join(words), _why(pair.votes, contrast, words), _sharpen(rows, a, b),
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
    agreed = " en ".join(", ".join(SIGNAL_TERMS[vote] for vote in votes).rsplit(", ", 1))
    rest = {
        SAME: "geen woord van inhoud maakt het verschil",
        BY_DEGREE: f"alleen graadwoorden maken het verschil: {', '.join(words)}",
        BY_MARKER: f"het verschil in niveau hangt aan: {', '.join(words)}",
        BY_OTHER: f"geen niveauwoord maakt het verschil, wel: {', '.join(words[:6])}{' …' if len(words) > 6 else ''}",
    }
    return f"{agreed[:1].upper()}{agreed[1:]} wijzen op hetzelfde; {rest[contrast]}.".replace("….", "…")


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
