"""An encoder that encodes no text twice, for jobs that fit many models on the same comments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._spans import Span

if TYPE_CHECKING:
    from kempen_nlp.encoders import Encoder

_Key = tuple[str, tuple[Span, ...]]


class RememberedEncoder:
    """
    Keep every vector that another encoder gave; memory grows with the number of different texts.

    Parameters
    ----------
    encoder : Encoder
    in_context : bool
        Whether segments are read in their comment, as the encoder does; else each on its own.
    """

    def __init__(self, encoder: Encoder, *, in_context: bool = True) -> None:
        self.encoder = encoder
        self.in_context = in_context
        self.name = encoder.name
        self._texts: dict[str, NDArray[np.float32]] = {}
        self._spans: dict[_Key, NDArray[np.float32]] = {}

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n_texts, n_dims)."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._texts]
        if missing or not texts:
            vectors = self.encoder.transform(missing)
            self._texts.update(zip(missing, vectors, strict=True))
            if not texts:
                return vectors
        return np.stack([self._texts[text] for text in texts])

    def transform_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> NDArray[np.float32]:
        """Return unit vectors of all spans, shape (n_spans, n_dims), in the order of texts and spans."""
        if not self.in_context:
            return self.transform([text[a:b] for text, own in zip(texts, spans, strict=True) for a, b in own])
        keys: list[_Key] = [(text, tuple(own)) for text, own in zip(texts, spans, strict=True)]
        missing = [key for key in dict.fromkeys(keys) if key not in self._spans]
        vectors = self.encoder.transform_spans([text for text, _ in missing], [own for _, own in missing])
        ends = np.cumsum([len(own) for _, own in missing], dtype=np.intp)
        self._spans.update(zip(missing, np.split(vectors, ends[:-1]) if missing else [], strict=True))
        return np.vstack([vectors[:0], *(self._spans[key] for key in keys)])

    def save(self, folder: Path) -> list[str]:
        """Write what the encoder itself needs; the vectors are not kept."""
        return self.encoder.save(folder)
