"""Read segments in the context of their comment: one pass over the comment, then a mean over each segment's tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
"""First character and one past the last."""
SpanInput = tuple[list[int], NDArray[np.float32]]
"""Token ids of a text, and for each of its spans a weight per token, shape (n_spans, n_tokens)."""
PADDING_ID = 1
MAX_TOKENS = 256
"""Where a text is cut, in training as in use."""
MAX_WINDOW = 700
"""Characters of a comment that are read at once; longer ones are read in pieces."""


def windows(text: str, spans: Sequence[Span]) -> list[tuple[str, list[Span]]]:
    """
    Cut a long text into pieces that hold whole spans; a short one is its own and only piece.

    Examples
    --------
    >>> windows("Kort.", [(0, 5)])
    [('Kort.', [(0, 5)])]
    """
    if len(text) <= MAX_WINDOW or len(spans) < 2:
        return [(text, list(spans))]
    pieces: list[list[Span]] = [[]]
    for span in spans:
        if pieces[-1] and span[1] - pieces[-1][0][0] > MAX_WINDOW:
            pieces.append([])
        pieces[-1].append(span)
    return [(text[p[0][0] : p[-1][1]], [(a - p[0][0], b - p[0][0]) for a, b in p]) for p in pieces]


def span_inputs(encodings: Iterable[Any], spans: Sequence[Sequence[Span]]) -> list[SpanInput]:
    """
    Turn tokenized texts and their spans into token ids and weights.

    A span weighs each token that it shares a character with alike. A span that was cut off, or
    that no token reaches, is read as the whole text.
    """
    return [(list(e.ids), _weights(np.array(e.offsets), own)) for e, own in zip(encodings, spans, strict=True)]


def _weights(offsets: NDArray[np.int64], spans: Sequence[Span]) -> NDArray[np.float32]:
    starts, ends = offsets[:, 0], offsets[:, 1]
    within = np.array([(starts < b) & (ends > a) & (ends > starts) for a, b in spans], dtype=np.float32)
    within = within.reshape(len(spans), len(offsets))
    within[within.sum(axis=1) == 0] = 1
    return np.asarray(within / within.sum(axis=1, keepdims=True), dtype=np.float32)


def padded(
    inputs: Sequence[SpanInput],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
    """
    Pad texts to one length and one number of spans.

    Returns
    -------
    ids, mask : ndarrays of shape (n_texts, n_tokens)
    weights : ndarray of shape (n_texts, n_spans, n_tokens)
    is_span : ndarray of shape (n_texts, n_spans)
        False where a text has fewer spans than the longest.
    """
    n_tokens = max(len(ids) for ids, _ in inputs)
    n_spans = max(len(weights) for _, weights in inputs)
    ids = np.full((len(inputs), n_tokens), PADDING_ID, dtype=np.int64)
    weights = np.zeros((len(inputs), n_spans, n_tokens), dtype=np.float32)
    is_span = np.zeros((len(inputs), n_spans), dtype=bool)
    for row, (own, weight) in enumerate(inputs):
        ids[row, : len(own)] = own
        weights[row, : len(weight), : len(own)] = weight
        is_span[row, : len(weight)] = True
    return ids, (ids != PADDING_ID).astype(np.int64), weights, is_span
