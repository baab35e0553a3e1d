"""Vectors of the texts that came by last: forms repeat themselves, and no text need be encoded twice."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._spans import Span

Key = tuple[str, tuple[Span, ...]]
_ENTRY = 400
"""About what one entry takes besides its text and its numbers."""


class RecentVectors:
    """
    A bounded memory; what was not asked for longest is forgotten first.

    Only for encoders whose vector of a text never depends on what is encoded beside it.

    Parameters
    ----------
    max_bytes : int

    Attributes
    ----------
    n_bytes : int
        What is held, at most ``max_bytes``.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.n_bytes = 0
        self._kept: dict[Key, NDArray[np.float32]] = {}
        self._lock = Lock()

    def find(self, keys: Iterable[Key]) -> dict[Key, NDArray[np.float32]]:
        """Return what is known of the texts and spans asked for."""
        with self._lock:
            found = {key: self._kept.pop(key) for key in dict.fromkeys(keys) if key in self._kept}
            self._kept.update(found)
            return found

    def keep(self, vectors: Mapping[Key, NDArray[np.float32]]) -> None:
        """Keep vectors, shape (n_spans, n_dims) each, and forget others where there is no room."""
        with self._lock:
            for key, value in vectors.items():
                size = _size(key, value)
                # One very long text is not worth all the others.
                if key not in self._kept and size <= self.max_bytes // 16:
                    self._kept[key] = value
                    self.n_bytes += size
            while self.n_bytes > self.max_bytes:
                oldest = next(iter(self._kept))
                self.n_bytes -= _size(oldest, self._kept.pop(oldest))


def _size(key: Key, vectors: NDArray[np.float32]) -> int:
    text, spans = key
    return sys.getsizeof(text) + 150 * len(spans) + vectors.nbytes + _ENTRY
