"""Find the words by which level descriptions climb: scope, autonomy, initiative, horizon, influence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.language.terms import load_terms

LADDERS = ("scope", "autonomy", "initiative", "horizon", "influence")
LADDER_TERMS = {
    "scope": "reikwijdte",
    "autonomy": "zelfstandigheid",
    "initiative": "initiatief",
    "horizon": "termijn",
    "influence": "invloed",
}
N_RUNGS = 4
"""Every ladder has four rungs, counted from 1; higher is broader, freer, earlier, farther or stronger."""


@dataclass(frozen=True, slots=True)
class LevelMarker:
    """One word or phrase of a text that points at a rung."""

    ladder: str
    rung: int
    words: str
    """As found in the text, in lower case."""


@lru_cache(maxsize=20_000)
def find_level_markers(text: str) -> tuple[LevelMarker, ...]:
    """
    Find the level markers of a text, whole words only, by ladder and then in text order.

    Examples
    --------
    >>> find_level_markers("Ondersteunt collega's op verzoek.")[0]
    LevelMarker(ladder='scope', rung=2, words="collega's")
    """
    lowered = text.lower()
    return tuple(
        LevelMarker(ladder, rung, match[0])
        for ladder, rung, pattern in _patterns()
        for match in pattern.finditer(lowered)
    )


def marker_matrix(texts: Sequence[str]) -> NDArray[np.float64]:
    """
    Say which rungs each text touches.

    Returns
    -------
    ndarray of shape (n_texts, n_ladders * 4)
        1 where a marker of that rung occurs, otherwise 0; ladders in the order of ``LADDERS``.
    """
    matrix = np.zeros((len(texts), len(LADDERS) * N_RUNGS))
    for row, text in enumerate(texts):
        for marker in find_level_markers(text):
            matrix[row, LADDERS.index(marker.ladder) * N_RUNGS + marker.rung - 1] = 1
    return matrix


@cache
def _patterns() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    terms: dict[tuple[str, int], list[str]] = {}
    for line in load_terms("ladders"):
        place, _, term = line.partition(":")
        ladder, rung = place.split()
        terms.setdefault((ladder, int(rung)), []).append(_as_regex(term.strip()))
    return tuple(
        (ladder, rung, re.compile(rf"(?<!\w)(?:{'|'.join(sorted(found, key=len, reverse=True))})(?!\w)"))
        for (ladder, rung), found in sorted(terms.items(), key=lambda item: (LADDERS.index(item[0][0]), item[0][1]))
    )


def _as_regex(term: str) -> str:
    # Between words a star is a gap within the clause ("stelt * op"), after a word any ending.
    words = [r"[^.;,]{1,60}?" if word == "*" else re.escape(word).replace(r"\*", r"[\w'-]*") for word in term.split()]
    return r"\s+".join(words)
