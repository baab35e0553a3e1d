"""Three views of indicators that may disagree: letters, meaning, and the words by which levels climb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders import Encoder, encode_unique
from kempen_nlp.framework import Framework, Indicator
from kempen_nlp.language.ladders import marker_matrix

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Cosines = NDArray[np.float32]
SIGNALS = ("lexical", "semantic", "markers")
HEADLINE_ID = "/kernzin"
"""Ends the id under which a headline takes part where it is compared like an indicator."""
BLOCK = 500
"""Rows of a sparse product at a time."""
N_LEXICAL = 200
"""Dimensions kept of the character n-grams for reading levels; similarity uses all of them."""


@dataclass(frozen=True)
class Signals:
    """The three views of a list of texts."""

    views: dict[str, NDArray[np.float32]]
    """Signal to ndarray of shape (n_texts, n_dims), rows of unit length; the lexical view is reduced to 200."""
    grams: csr_array
    """Character n-grams, all of them, shape (n_texts, n_grams), rows of unit length."""
    markers: Floats
    """Shape (n_texts, n_ladders * 4): which rungs each text touches."""

    def similarity(self, signal: str, rows: NDArray[np.intp], columns: NDArray[np.intp] | None = None) -> Cosines:
        """Return cosines of some texts with some others, shape (n_rows, n_columns), 4 bytes each."""
        other = rows if columns is None else columns
        if signal == "lexical":
            return _sparse_products(self.grams[rows], self.grams[other])
        view = self.views[signal]
        return view[rows] @ view[other].T

    def take(self, rows: NDArray[np.intp]) -> Signals:
        """Return the signals of some of the texts only."""
        views = {signal: view[rows] for signal, view in self.views.items()}
        return Signals(views, self.grams[rows], self.markers[rows])


@dataclass(frozen=True)
class Rows:
    """The indicators of one or more frameworks as one list, with where each stands."""

    frameworks: tuple[Framework, ...]
    indicators: tuple[Indicator, ...]
    framework_of: NDArray[np.intp]
    competency_of: NDArray[np.intp]
    """Counts through over the frameworks, so that no two frameworks share a number."""
    rank_of: NDArray[np.intp]
    names: tuple[str, ...]
    """Competency names by the numbers of ``competency_of``."""

    @classmethod
    def of(cls, *frameworks: Framework, with_headlines: bool = False) -> Rows:
        """Collect the indicators of frameworks in order; headlines count as indicators when asked for."""
        found = list(_walk(frameworks, with_headlines=with_headlines))
        return cls(
            frameworks=frameworks,
            indicators=tuple(indicator for *_, indicator in found),
            framework_of=np.array([f for f, *_ in found], dtype=np.intp),
            competency_of=np.array([c for _, c, *_ in found], dtype=np.intp),
            rank_of=np.array([r for *_, r, _ in found], dtype=np.intp),
            names=tuple(competency.name for framework in frameworks for competency in framework),
        )

    @property
    def texts(self) -> list[str]:
        """The indicators' sentences."""
        return [indicator.text for indicator in self.indicators]

    @property
    def is_indicator(self) -> NDArray[np.bool_]:
        """False for headlines."""
        return np.array([not i.id.endswith(HEADLINE_ID) for i in self.indicators], dtype=bool)

    def take(self, rows: NDArray[np.intp]) -> Rows:
        """Return some of the rows; numbers of competencies stay as they were."""
        indicators = tuple(self.indicators[row] for row in rows)
        return replace(
            self, indicators=indicators, framework_of=self.framework_of[rows], competency_of=self.competency_of[rows],
            rank_of=self.rank_of[rows],
        )  # fmt: skip

    @property
    def own(self) -> tuple[tuple[int, str], ...]:
        """Numbers and names of the competencies of the first framework; the others only lend examples."""
        return tuple(enumerate(self.names[: len(self.frameworks[0])]))

    def of_competency(self, number: int) -> NDArray[np.intp]:
        """Return the rows of one competency."""
        return np.flatnonzero(self.competency_of == number)


def _walk(frameworks: Sequence[Framework], *, with_headlines: bool) -> Iterator[tuple[int, int, int, Indicator]]:
    number = 0
    for position, framework in enumerate(frameworks):
        for competency in framework:
            for level in competency.levels:
                if with_headlines and level.headline:
                    headline = Indicator(f"{competency.id}/{level.rank}{HEADLINE_ID}", level.headline, (0, 0))
                    yield position, number, level.rank, headline
                for indicator in level.indicators:
                    yield position, number, level.rank, indicator
            number += 1


def read_signals(texts: Sequence[str], encoder: Encoder) -> Signals:
    """
    Look at texts in three ways that share nothing but the texts.

    Parameters
    ----------
    texts : sequence of str
    encoder : Encoder
        One that was not fitted on these levels; otherwise it repeats what the handbook says.
    """
    markers = marker_matrix(texts)
    # The constant column makes two texts without any marker alike instead of undefined.
    with_constant = np.hstack([np.ones((len(texts), 1)), markers])
    grams = character_grams(texts)
    views = {
        "lexical": _reduced(grams),
        "semantic": encode_unique(encoder, texts).astype(np.float32),
        "markers": _unit(with_constant).astype(np.float32),
    }
    return Signals(views, grams, markers)


def character_grams(texts: Sequence[str]) -> csr_array:
    """Return TF-IDF weights of runs of three to five characters within words, shape (n_texts, n_grams), unit rows."""
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(char.isalnum() for text in texts for char in text):
        return csr_array((len(texts), 1), dtype=np.float32)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float32)
    return csr_array(vectorizer.fit_transform(texts))


def _sparse_products(first: csr_array, second: csr_array) -> Cosines:
    found = np.empty((first.shape[0], second.shape[0]), dtype=np.float32)
    columns = second.T.tocsr()
    # A sparse product that is nearly full takes three times the room of the table itself.
    for begin in range(0, len(found), BLOCK):
        found[begin : begin + BLOCK] = (first[begin : begin + BLOCK] @ columns).toarray()
    return found


def _reduced(grams: csr_array) -> NDArray[np.float32]:
    from sklearn.decomposition import TruncatedSVD

    if min(grams.shape) <= 2 * N_LEXICAL:
        # Of n texts only n dimensions matter: rotating onto them keeps every similarity.
        vectors, values, _ = np.linalg.svd(grams.toarray(), full_matrices=False)
        return np.asarray(vectors * values, dtype=np.float32)
    reduced = TruncatedSVD(N_LEXICAL, random_state=0, n_iter=3).fit_transform(grams)
    return _unit(reduced).astype(np.float32)


def _unit(matrix: NDArray[np.floating]) -> Floats:
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths == 0, 1, lengths), dtype=np.float64)
