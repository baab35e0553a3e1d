"""An encoder of a model folder: int8 ONNX and its tokenizer; no torch."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.encoders._spans import MAX_TOKENS, Span, padded, span_inputs

ENCODER_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"
BATCH = 32


class OnnxEncoder:
    """
    Sentence vectors of the fine-tuned encoder that a model folder carries.

    Parameters
    ----------
    folder : path
        Holds ``encoder.onnx`` and ``tokenizer.json``, hashes verified by the caller.
    threads : int, optional
        Cores for one batch; all there are by default.
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
        inputs = span_inputs(self._tokenizer.encode_batch(list(texts)), spans)
        first = np.cumsum([0, *map(len, spans)])
        # Batches of like lengths waste no work on padding.
        order = sorted((i for i in range(len(inputs)) if spans[i]), key=lambda i: len(inputs[i][0]))
        vectors = np.zeros((first[-1], self.n_dims), dtype=np.float32)
        for begin in range(0, len(order), BATCH):
            rows = order[begin : begin + BATCH]
            ids, mask, weights, is_span = padded([inputs[i] for i in rows])
            given = {"input_ids": ids, "attention_mask": mask, "weights": weights}
            at = np.concatenate([np.arange(first[i], first[i + 1]) for i in rows])
            vectors[at] = self._session.run(None, given)[0][is_span]
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
        options.intra_op_num_threads = self.threads or os.cpu_count() or 1
        # Threads that wait by spinning take the core that tokenizing needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(str(self.folder / ENCODER_FILE), options, ["CPUExecutionProvider"])
