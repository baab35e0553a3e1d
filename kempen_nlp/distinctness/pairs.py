"""Indicators that say the same at two places: which signals agree, and so which pairs a reader should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.distinctness.nearness import Clauses, candidates, nearness, read_clauses
from kempen_nlp.distinctness.signals import SIGNALS, Floats, Rows
from kempen_nlp.language.ladders import marker_matrix

if TYPE_CHECKING:
    from kempen_nlp.encoders import Encoder

WITHIN, ACROSS, BETWEEN = "within a competency", "across competencies", "between frameworks"
KINDS = (WITHIN, ACROSS, BETWEEN)
NEAR = {"lexical": 0.36, "semantic": 0.45}
"""From where two signals that both look at content vote "the same". Chosen on the first 72 judged pairs, and
frozen before the other judged pairs were scored (`corpus/distinctness/PAIRS.md`)."""
SURE = {"lexical": 0.60, "semantic": 0.90}
"""How near one of them must be when only the level words agree with it: in one pair of ten they do so by chance."""
MAX_FLAGS = 2_000
"""Pairs that are described, the closest first; more nobody reads, and boilerplate can make millions."""


@dataclass(frozen=True)
class Lines:
    """Indicators, and perhaps headlines, as they are compared with each other."""

    rows: Rows
    clauses: Clauses
    markers: Floats
    """Shape (n_texts, n_ladders * 4): which rungs each text touches."""

    @classmethod
    def read(cls, rows: Rows, encoder: Encoder) -> Lines:
        """Look at the texts of rows; the slow part."""
        return cls(rows, read_clauses(rows.texts, encoder), marker_matrix(rows.texts))


@dataclass(frozen=True)
class Pairs:
    """Pairs of lines with how near they are, one entry a pair."""

    a: NDArray[np.intp]
    b: NDArray[np.intp]
    lexical: Floats
    semantic: Floats
    votes: NDArray[np.bool_]
    """Shape (n_pairs, 3): which signals call the pair the same, in the order of ``SIGNALS``."""

    @property
    def closeness(self) -> Floats:
        """Mean of lexical and semantic nearness; level words say how high a thing stands, not what it is."""
        return (self.lexical + self.semantic) / 2

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Two signals agree; with level words, which often agree by chance, the other must be surer."""
        words, meaning, markers = self.votes.T
        sure = (self.lexical >= SURE["lexical"]) | (self.semantic >= SURE["semantic"])
        return np.asarray((words & meaning) | (markers & sure), dtype=bool)

    def names_of(self, pair: int) -> tuple[str, ...]:
        """Name the signals that voted for one pair."""
        return tuple(signal for signal, vote in zip(SIGNALS, self.votes[pair], strict=True) if vote)

    def take(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.a[chosen], self.b[chosen], self.lexical[chosen], self.semantic[chosen], self.votes[chosen])


def measure(lines: Lines, a: NDArray[np.intp], b: NDArray[np.intp]) -> Pairs:
    """Measure given pairs of lines and let the three signals vote."""
    lexical, semantic = nearness(lines.clauses, a, b)
    same = (lines.markers[a] == lines.markers[b]).all(axis=1)
    votes = np.column_stack([lexical >= NEAR["lexical"], semantic >= NEAR["semantic"], same])
    return Pairs(a, b, lexical, semantic, votes)


def flagged_pairs(lines: Lines) -> Pairs:
    """
    Return the pairs that two of three signals call the same, closest first, all kinds together.

    Pairs of one level are not looked at: there, saying a thing twice blurs nothing. Nor are pairs that lie wholly
    in a framework which only lends examples.
    """
    rows = lines.rows
    places = rows.competency_of * (1 + rows.rank_of.max(initial=0)) + rows.rank_of
    a, b = candidates(lines.clauses, places, meaning=SURE["semantic"])
    asked = kinds(rows, a, b) != ""
    pairs = measure(lines, a[asked], b[asked])
    pairs = pairs.take(pairs.flagged)
    return pairs.take(np.lexsort((pairs.b, pairs.a, -pairs.closeness)))


def kinds(rows: Rows, a: NDArray[np.intp], b: NDArray[np.intp]) -> NDArray[np.str_]:
    """Name the kind of each pair, shape (n_pairs,); empty where the pair is not asked about."""
    found = np.where(rows.framework_of[a] != rows.framework_of[b], BETWEEN, "")
    own = (rows.framework_of[a] == 0) & (rows.framework_of[b] == 0)
    other_competency = rows.competency_of[a] != rows.competency_of[b]
    found = np.where(own & other_competency, ACROSS, found)
    return np.where(own & ~other_competency & (rows.rank_of[a] != rows.rank_of[b]), WITHIN, found)


def closeness(lines: Lines) -> pd.DataFrame:
    """
    Return every pair of different ranks within each competency with its nearness.

    Columns ``a, b`` (row numbers), ``lexical, semantic, closeness, flagged``.
    """
    rows, found = lines.rows, []
    for number, _ in rows.own:
        mine = rows.of_competency(number)
        first, second = np.triu_indices(len(mine), 1)
        differ = rows.rank_of[mine[first]] != rows.rank_of[mine[second]]
        found.append(np.column_stack([mine[first[differ]], mine[second[differ]]]))
    both = np.concatenate([np.zeros((0, 2), dtype=np.intp), *found])
    pairs = measure(lines, both[:, 0], both[:, 1])
    columns = ("a", "b", "lexical", "semantic", "closeness", "flagged")
    return pd.DataFrame({name: getattr(pairs, name) for name in columns})
