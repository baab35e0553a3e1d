"""Put a flagged pair into words: what differs, what makes the contrast, why it was flagged, what could sharpen it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from kempen_nlp.distinctness.pairs import ACROSS, BETWEEN, KINDS, MAX_FLAGS, Lines, Pairs, flagged_pairs, kinds
from kempen_nlp.distinctness.signals import Rows
from kempen_nlp.distinctness.wording import differing_words
from kempen_nlp.framework import Competency, Framework
from kempen_nlp.glossary import SIGNAL_TERMS
from kempen_nlp.language.ladders import LADDER_TERMS, find_level_markers
from kempen_nlp.language.terms import load_terms

SAME, BY_DEGREE, BY_MARKER, BY_OTHER = "no words", "words of degree", "level words", "other words"
NOTHING = "Het handboek zegt hier zelf niets dat de twee uit elkaar houdt; noem reikwijdte, zelfstandigheid of termijn."
PAIR_COLUMNS = [
    "kind", "competency_a", "rank_a", "indicator_id_a", "text_a", "competency_b", "rank_b", "indicator_id_b", "text_b",
    "lexical", "semantic", "same_markers", "votes", "n_votes", "closeness", "only_in_a", "only_in_b", "contrast",
    "contrast_words", "why", "sharpen",
]  # fmt: skip


def confusable_pairs(lines: Lines) -> pd.DataFrame:
    """
    Return the pairs of indicators that two of three signals call the same, closest first.

    Returns
    -------
    DataFrame of shape (n_flags, 21), at most 2,000 rows of each kind
        Both texts with their places; which signals agreed (``votes``); the words that only one of
        them has; ``contrast``, what makes the difference ("no words", "words of degree", "level
        words", "other words") with the words themselves; ``why`` and ``sharpen`` in Dutch.
    """
    pairs = flagged_pairs(lines)
    kind = kinds(lines.rows, pairs.a, pairs.b)
    found = [_described(lines, pairs, i, kind[i]) for k in KINDS for i in (kind == k).nonzero()[0][:MAX_FLAGS]]
    table = pd.DataFrame(found, columns=PAIR_COLUMNS)
    return table.sort_values("closeness", ascending=False, kind="stable", ignore_index=True)


def _described(lines: Lines, pairs: Pairs, pair: int, kind: str) -> list[Any]:
    rows, a, b = lines.rows, int(pairs.a[pair]), int(pairs.b[pair])
    first, second = rows.indicators[a].text, rows.indicators[b].text
    only_first, only_second = differing_words(first, second)
    contrast, words = _contrast(first, second, only_first + only_second)
    places = [[rows.names[rows.competency_of[r]], int(rows.rank_of[r]), rows.indicators[r].id] for r in (a, b)]
    votes = pairs.names_of(pair)
    return [
        kind, *places[0], first, *places[1], second, pairs.lexical[pair], pairs.semantic[pair], "markers" in votes,
        ", ".join(votes), len(votes), pairs.closeness[pair], " ".join(only_first), " ".join(only_second),
        contrast, ", ".join(words), _why(votes, contrast, words), _sharpen(rows, a, b, kind),
    ]  # fmt: skip


def _contrast(first: str, second: str, words: list[str]) -> tuple[str, list[str]]:
    if not words:
        return SAME, []
    if level_words := _marker_words(first, second):
        return BY_MARKER, level_words
    degree = [word for word in words if word in load_terms("degree")]
    return (BY_DEGREE, degree) if len(degree) == len(words) else (BY_OTHER, words)


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


def _sharpen(rows: Rows, a: int, b: int, kind: str) -> str:
    """Quote what the handbook itself says: of two competencies what sets them apart, of two levels of the higher."""
    if kind in {ACROSS, BETWEEN}:
        both = [_competency_of(rows, row) for row in (a, b)]
        return " ".join(f"Definitie {c.name}: {c.definition}" for c in both if c.definition)
    row = b if rows.rank_of[b] >= rows.rank_of[a] else a
    rank, own = int(rows.rank_of[row]), rows.indicators[row].text
    framework = rows.frameworks[rows.framework_of[row]]
    for label, text in _own_words(framework, _competency_of(rows, row), rank):
        if text != own and _adds_marker(text, own):
            return f"{label}: {text}"
    return NOTHING


def _competency_of(rows: Rows, row: int) -> Competency:
    framework: Framework = rows.frameworks[rows.framework_of[row]]
    return framework[rows.names[rows.competency_of[row]]]


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
