"""A framework's texts as vectors; needs no estimator, so that encoding can begin before their libraries are there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders import Encoder, encode_unique
from kempen_nlp.framework import Competency, Framework, Indicator

MATCHING_ENCODER = "general"
"""Never saw a label; competencies that were not in training are matched with it too."""


@dataclass(frozen=True)
class FrameworkVectors:
    """A framework's texts, encoded once."""

    framework: Framework
    indicators: tuple[Indicator, ...]
    vectors: NDArray[np.float32]
    """Shape (n_indicators, n_dims), unit length."""
    competency_of: NDArray[np.intp]
    """Position in the framework of each indicator's competency."""
    rank_of: NDArray[np.intp]
    headline_vectors: NDArray[np.float32]
    """Shape (n_headlines, n_dims); names, definitions and headlines."""
    headline_competency: NDArray[np.intp]

    @classmethod
    def of(cls, framework: Framework, encoder: Encoder) -> FrameworkVectors:
        """Encode all indicators, definitions and headlines of a framework."""
        rows = [
            (position, level.rank, indicator)
            for position, competency in enumerate(framework)
            for level in competency.levels
            for indicator in level.indicators
        ]
        heads = [(position, text) for position, c in enumerate(framework) for text in _headline_texts(c)]
        vectors = encode_unique(encoder, [i.text for *_, i in rows] + [text for _, text in heads])
        return cls(
            framework=framework,
            indicators=tuple(i for *_, i in rows),
            vectors=vectors[: len(rows)],
            competency_of=np.array([p for p, *_ in rows], dtype=np.intp),
            rank_of=np.array([r for _, r, _ in rows], dtype=np.intp),
            headline_vectors=vectors[len(rows) :],
            headline_competency=np.array([p for p, _ in heads], dtype=np.intp),
        )

    def similarities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return cosines with every indicator, shape (n_segments, n_indicators)."""
        return vectors @ self.vectors.T


def _headline_texts(competency: Competency) -> list[str]:
    headlines = [level.headline for level in competency.levels if level.headline]
    return [
        competency.name,
        *([competency.definition] if competency.definition else []),
        *headlines,
    ]
