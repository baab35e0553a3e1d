"""An encoder of a model folder: int8 ONNX and its tokenizer; no torch."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._recent import Key, RecentVectors
from kempen_nlp.encoders._spans import MAX_TOKENS, Span, span_inputs

ENCODER_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"
RECENT_BYTES = 32 * 2**20
"""About nine thousand comments of two segments."""


class OnnxEncoder:
    """
    Sentence vectors of the fine-tuned encoder that a model folder carries.

    Parameters
    ----------
    folder : path
        Holds ``encoder.onnx`` and ``tokenizer.json``, hashes verified by the caller.
    threads : int, optional
        How many comments are read at the same time; one a core by default.

    Notes
    -----
    Comments are read one by one, each on one core. The int8 products scale their input by what is
    read together, so that in a batch a comment's vector would depend on its neighbours; alone it never
    does. There is no padding to compute either. So the texts that came by last can be remembered.
    """

    def __init__(self, folder: str | Path, *, threads: int | None = None) -> None:
        self.name = "fine-tuned"
        self.folder = Path(folder)
        self.threads = threads

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors of whole texts, shape (n_texts, n_dims)."""
        return self.transform_spans(texts, [[(0, len(text))] for text in texts])

    def transform_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> NDArray[np.float32]:
        """Return unit vectors of all spans, each read in its text, shape (n_spans, n_dims)."""
        keys: list[Key] = [(text, tuple(own)) for text, own in zip(texts, spans, strict=True)]
        found = self._recent.find(keys)
        missing = [key for key in dict.fromkeys(keys) if key not in found and key[1]]
        new = dict(zip(missing, self._read(missing), strict=True))
        self._recent.keep(new)
        found |= new
        return np.concatenate([np.zeros((0, self.n_dims), np.float32), *(found[key] for key in keys if key[1])])

    def _read(self, keys: Sequence[Key]) -> list[NDArray[np.float32]]:
        """Return the vectors of the spans of each text, in order."""
        inputs = span_inputs(self._tokenizer.encode_batch([text for text, _ in keys]), [own for _, own in keys])
        vectors: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(keys)

        def read(row: int) -> None:
            ids, weights = inputs[row]
            given = {"input_ids": np.array([ids], dtype=np.int64), "weights": weights[None]}
            vectors[row] = self._session.run(None, given)[0][0]

        if len(inputs) < 2 or self._n_threads == 1:
            for row in range(len(inputs)):
                read(row)
        else:
            with ThreadPoolExecutor(self._n_threads) as pool:
                # Longest first, so that no core is left alone with a long one at the end.
                list(pool.map(read, sorted(range(len(inputs)), key=lambda row: -len(inputs[row][0]))))
        return vectors

    def save(self, folder: Path) -> list[str]:
        """Copy encoder and tokenizer into another model folder."""
        names = [ENCODER_FILE, TOKENIZER_FILE]
        if folder.resolve() != self.folder.resolve():
            for name in names:
                shutil.copyfile(self.folder / name, folder / name)
        return names

    @property
    def n_dims(self) -> int:
        """Length of a vector."""
        return int(self._session.get_outputs()[0].shape[2])

    @property
    def _n_threads(self) -> int:
        return self.threads or _n_cores()

    @cached_property
    def _recent(self) -> RecentVectors:
        return RecentVectors(RECENT_BYTES)

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401 - tokenizers has no types
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / TOKENIZER_FILE))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 - onnxruntime has no types
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(str(self.folder / ENCODER_FILE), options, ["CPUExecutionProvider"])


def _n_cores() -> int:
    """Return how many cores this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
