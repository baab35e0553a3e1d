"""Any sentence-transformers model that the user has on this machine; nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._spans import Span
from kempen_nlp.errors import ModelError


class SentenceTransformersEncoder:
    """Sentence vectors of a model named by the user, from a folder or the local cache."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._loaded: Any = None

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n_texts, n_dims of the model)."""
        if self._loaded is None:
            self._loaded = self._load()
        vectors = self._loaded.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def transform_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> NDArray[np.float32]:
        """Return unit vectors of all spans, each read on its own, shape (n_spans, n_dims)."""
        return self.transform([text[a:b] for text, own in zip(texts, spans, strict=True) for a, b in own])

    def save(self, folder: Path) -> list[str]:  # noqa: ARG002 - part of the protocol
        """Write nothing: the encoder comes with its own package."""
        return []

    def _load(self) -> Any:  # noqa: ANN401 - the class is known only if the package is installed
        model = self.name.partition(":")[2]
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            msg = f"{self.name} needs the package sentence-transformers. Install it, or choose the encoder 'general'."
            raise ModelError(msg) from error
        try:
            return SentenceTransformer(model, local_files_only=True)
        except (OSError, ValueError) as error:
            msg = (
                f"No model {model!r} on this machine. "
                "Give a folder, or fetch the model once yourself; nothing is fetched here."
            )
            raise ModelError(msg) from error
