"""How near two indicators are in words and in meaning, clause by clause: one shared behaviour is enough to confuse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.distinctness.signals import Floats, character_grams
from kempen_nlp.distinctness.wording import clauses, content_lemmas
from kempen_nlp.encoders import Encoder, encode_unique
from kempen_nlp.language.cues import find_cues

if TYPE_CHECKING:
    from scipy.sparse import csr_array

BLOCK = 500
"""Clauses compared with all later ones at a time, so that memory grows with the framework, not with its square."""
CHUNK = 10_000
"""Pairs measured at a time."""
MAX_CANDIDATES = 400_000
"""Pairs measured clause by clause, those that share most first; boilerplate can make a hundred million."""
SHARED = 0.15
"""Weight of shared lemmas from which a pair is measured at all; below it the letters would have to be nearly equal."""


@dataclass(frozen=True)
class Clauses:
    """The clauses of a list of texts, each in three forms."""

    first: NDArray[np.intp]
    """Shape (n_texts + 1,): clauses of text ``i`` are ``first[i]`` up to ``first[i + 1]``."""
    lemmas: csr_array
    """Content lemmas weighted by rarity, shape (n_clauses, n_lemmas), rows of unit length."""
    grams: csr_array
    """Character n-grams, rows of unit length."""
    vectors: NDArray[np.float32]
    """Sentence vectors, shape (n_clauses, n_dims)."""
    denies: NDArray[np.bool_]
    """Whether the clause says that something is not so."""

    @property
    def text_of(self) -> NDArray[np.intp]:
        """The number of the text that each clause belongs to."""
        return np.repeat(np.arange(len(self.first) - 1, dtype=np.intp), np.diff(self.first))


def read_clauses(texts: Sequence[str], encoder: Encoder) -> Clauses:
    """Split texts into clauses and look at each; rarity of a lemma counts the texts it occurs in."""
    split = [clauses(text) for text in texts]
    pieces = [piece for own in split for piece in own]
    first = np.r_[0, np.cumsum([len(own) for own in split])].astype(np.intp)
    denies = [len(find_cues(piece)["negation"]) % 2 == 1 for piece in pieces]
    return Clauses(
        first, _lemma_matrix(texts, pieces), character_grams(pieces),
        encode_unique(encoder, pieces).astype(np.float32), np.array(denies, dtype=bool),
    )  # fmt: skip


def _lemma_matrix(texts: Sequence[str], pieces: Sequence[str]) -> csr_array:
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    counter = CountVectorizer(analyzer=content_lemmas, binary=True, dtype=np.float32)
    if not any(content_lemmas(text) for text in texts):
        return csr_array((len(pieces), 1), dtype=np.float32)
    in_texts = counter.fit_transform(texts)
    rarity = np.log((1 + len(texts)) / (1 + in_texts.sum(axis=0))) + 0.05
    weighted = counter.transform(pieces).multiply(rarity)
    return csr_array(normalize(weighted.tocsr()).astype(np.float32))


def nearness(read: Clauses, a: NDArray[np.intp], b: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """
    Return how near pairs of texts are in words and in meaning: their two nearest clauses, each in its own way.

    Words count half by letters and half by lemmas. A clause that denies and one that affirms are never near:
    vectors hardly see "niet", and letters see it as three more.

    Parameters
    ----------
    read : Clauses
    a, b : ndarray of shape (n_pairs,)
        Numbers of texts.

    Returns
    -------
    tuple of two ndarray of shape (n_pairs,)
        Lexical and semantic nearness; 1 is the same, 0 has nothing in common.
    """
    lexical, semantic = np.zeros(len(a)), np.zeros(len(a))
    for begin in range(0, len(a), CHUNK):
        part = slice(begin, begin + CHUNK)
        lexical[part], semantic[part] = _nearest(read, a[part], b[part])
    return lexical, semantic


def _nearest(read: Clauses, a: NDArray[np.intp], b: NDArray[np.intp]) -> tuple[Floats, Floats]:
    if not len(a):
        return np.zeros(0), np.zeros(0)
    n_a, n_b = np.diff(read.first)[a], np.diff(read.first)[b]
    sizes = n_a * n_b
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    within = np.arange(sizes.sum()) - np.repeat(starts, sizes)
    i = np.repeat(read.first[a], sizes) + within // np.repeat(n_b, sizes)
    j = np.repeat(read.first[b], sizes) + within % np.repeat(n_b, sizes)
    words = (_row_products(read.lemmas, i, j) + _row_products(read.grams, i, j)) / 2
    meaning = np.einsum("ij,ij->i", read.vectors[i], read.vectors[j]).astype(np.float64)
    agree = read.denies[i] == read.denies[j]
    return np.maximum.reduceat(words * agree, starts), np.maximum.reduceat(meaning * agree, starts)


def _row_products(matrix: csr_array, i: NDArray[np.intp], j: NDArray[np.intp]) -> Floats:
    return np.asarray(matrix[i].multiply(matrix[j]).sum(axis=1), dtype=np.float64).ravel()


def candidates(read: Clauses, places: NDArray[np.intp], *, meaning: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """
    Return the pairs of texts at different places that are worth measuring, lower number first, in order.

    Parameters
    ----------
    read : Clauses
    places : ndarray of shape (n_texts,)
        Texts of equal place are never paired.
    meaning : float
        A pair that shares few lemmas is returned when two of its clauses are at least so near in meaning.
    """
    n, floor = len(read.first) - 1, 0.0
    keys, worth = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    for block_keys, block_worth in _blocks(read, places, meaning):
        keys, worth = np.r_[keys, block_keys[block_worth > floor]], np.r_[worth, block_worth[block_worth > floor]]
        if len(keys) > 2 * MAX_CANDIDATES:
            keys, worth = _best(keys, worth)
            floor = float(worth.min())
    keys, _ = _best(keys, worth)
    return (keys // n).astype(np.intp), (keys % n).astype(np.intp)


def _best(keys: NDArray[np.int64], worth: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Keep each pair once, with its most, and of all pairs those worth most; sorted by pair."""
    order = np.lexsort((-worth, keys))
    keys, worth = keys[order], worth[order]
    new = np.r_[True, keys[1:] != keys[:-1]] if len(keys) else np.zeros(0, dtype=bool)
    keys, worth = keys[new], worth[new]
    kept = np.sort(np.argsort(-worth, kind="stable")[:MAX_CANDIDATES])
    return keys[kept], worth[kept]


def _blocks(
    read: Clauses, places: NDArray[np.intp], meaning: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    text_of, n = read.text_of, len(read.first) - 1
    columns = read.lemmas.T.tocsc()
    for begin in range(0, len(text_of), BLOCK):
        shared = (read.lemmas[begin : begin + BLOCK] @ columns[:, begin:]).toarray()
        near = read.vectors[begin : begin + BLOCK] @ read.vectors[begin:].T
        # Near in meaning alone is worth as much as nearly the same words, so that neither crowds out the other.
        worth = np.where(near >= meaning, np.maximum(shared, near), shared)
        i, j = np.nonzero(np.triu(worth >= SHARED))
        a, b = text_of[begin + i], text_of[begin + j]
        other = places[a] != places[b]
        a, b, values = a[other], b[other], worth[i, j][other]
        yield np.minimum(a, b).astype(np.int64) * n + np.maximum(a, b), values
