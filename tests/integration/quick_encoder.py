"""An encoder of the shipped one's shape that makes vectors of letters: thousands of texts a second, for tests of everything around it."""

from __future__ import annotations

import zlib

import numpy as np


class QuickEncoder:
    """Gives a span a vector that its text decides, and nothing else; no meaning is in it."""

    name = "quick"

    def __init__(self, n_dims: int = 384) -> None:
        self.n_dims = n_dims

    def transform(self, texts):
        """Return unit vectors, shape (n_texts, n_dims)."""
        seeds = [zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in texts]
        vectors = [np.random.default_rng(seed).normal(size=self.n_dims) for seed in seeds]
        found = np.array(vectors, dtype=np.float32).reshape(len(texts), self.n_dims)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def transform_spans(self, texts, spans):
        """Read every span on its own."""
        return self.transform([text[a:b] for text, own in zip(texts, spans, strict=True) for a, b in own])
