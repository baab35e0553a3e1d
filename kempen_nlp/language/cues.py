"""Find the Dutch words that turn a judgement around, keep it from being evidence, or mark its level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.language.terms import load_terms

POLARITY_CUES = ("development", "negation", "double_negation")
QUALIFIERS = ("wish", "hypothetical", "past", "other_person")
LEVEL_MARKERS = ("scope_own", "initiative", "influence", "organisation")
CUE_KINDS = (*POLARITY_CUES, *QUALIFIERS, *LEVEL_MARKERS)


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one segment: for each kind, the terms found, in text order."""

    found: dict[str, tuple[str, ...]]

    def __getitem__(self, kind: str) -> tuple[str, ...]:
        return self.found.get(kind, ())


def find_cues(text: str) -> Cues:
    """
    Find the terms of each kind in a segment, whole words only, capitals ignored.

    Examples
    --------
    >>> find_cues("Komt afspraken nog niet na.")["development"]
    ('nog niet',)
    """
    lowered = text.lower()
    return Cues({kind: tuple(m[0] for m in _pattern(kind).finditer(lowered)) for kind in CUE_KINDS})


def cue_features(texts: Sequence[str]) -> NDArray[np.float64]:
    """
    Count the cues of each kind.

    Returns
    -------
    ndarray of shape (n_texts, n_kinds)
        Columns in the order of ``CUE_KINDS``; counts are capped at 3.
    """
    found = [find_cues(text) for text in texts]
    counts = [[min(len(cues[kind]), 3) for kind in CUE_KINDS] for cues in found]
    return np.array(counts, dtype=np.float64).reshape(len(texts), len(CUE_KINDS))


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    # Longest first, so that "nog niet" wins over "niet" of the same list.
    terms = sorted(load_terms(kind), key=len, reverse=True)
    alternatives = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in terms)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
