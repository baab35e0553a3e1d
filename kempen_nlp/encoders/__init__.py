"""Texts to arrays of shape (n_texts, n_dims): a catalogue of encoders, loaded when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kempen_nlp.encoders._remembered import RememberedEncoder
from kempen_nlp.encoders._spans import Span, windows
from kempen_nlp.encoders._targets import TuningPlan, TuningTargets
from kempen_nlp.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


__all__ = [
    "Encoder",
    "RememberedEncoder",
    "Span",
    "TuningPlan",
    "TuningTargets",
    "encode_spans",
    "encode_unique",
    "fine_tuned_encoder",
    "load_encoder",
]


class Encoder(Protocol):
    """What every encoder can do."""

    name: str
    """The name under which ``load_encoder`` finds it."""

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of unit length a text, shape (n_texts, n_dims)."""
        ...

    def transform_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> NDArray[np.float32]:
        """Return one row a span, shape (n_spans, n_dims), in the order of texts and spans."""
        ...

    def save(self, folder: Path) -> list[str]:
        """Write what a model folder must carry to load the encoder again; return the file names."""
        ...


def load_encoder(name: str, *, folder: Path | None = None) -> Encoder:
    """
    Return an encoder that is ready for use.

    Parameters
    ----------
    name : str
        ``general``: Google's multilingual sentence encoder, 512 dims, for similarity;
        ``fine-tuned``: the one that a model folder carries; ``sentence-transformers:NAME``: any
        model that you have on this machine.
    folder : path, optional
        Model folder, for ``fine-tuned``.

    Raises
    ------
    ModelError
        If the name is unknown or what it needs is not installed.
    """
    if name == "general":
        from kempen_nlp.encoders._general import GeneralEncoder

        return GeneralEncoder()
    if name == "fine-tuned" and folder is not None:
        from kempen_nlp.encoders._onnx import OnnxEncoder

        return OnnxEncoder(folder)
    if name.startswith("sentence-transformers:"):
        from kempen_nlp.encoders._sentence_transformers import SentenceTransformersEncoder

        return SentenceTransformersEncoder(name)
    msg = f"No encoder is called {name!r}. There are 'general' and 'sentence-transformers:NAME'."
    raise ModelError(msg)


def encode_unique(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Encode each different text once; returns shape (n_texts, n_dims) in the order given."""
    import numpy as np

    unique = list(dict.fromkeys(texts))
    row_of = {text: row for row, text in enumerate(unique)}
    vectors = encoder.transform(unique)
    return vectors[np.array([row_of[text] for text in texts], dtype=np.intp)]


def encode_spans(encoder: Encoder, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> NDArray[np.float32]:
    """
    Encode segments, each comment once; long comments are read in pieces.

    Parameters
    ----------
    encoder : Encoder
    texts : sequence of str
        Comments; the same text must come with the same spans.
    spans : sequence of sequences of (start, end)
        The segments of each text, in characters.

    Returns
    -------
    ndarray of shape (n_spans, n_dims)
        In the order of texts and spans.
    """
    import numpy as np

    first_row: dict[str, int] = {}
    pieces: list[tuple[str, list[Span]]] = []
    n_rows = 0
    for text, own in zip(texts, spans, strict=True):
        if own and text not in first_row:
            first_row[text] = n_rows
            pieces += windows(text, own)
            n_rows += len(own)
    vectors = encoder.transform_spans([text for text, _ in pieces], [own for _, own in pieces])
    rows = [first_row[text] + i for text, own in zip(texts, spans, strict=True) for i in range(len(own))]
    return vectors[np.array(rows, dtype=np.intp)]


def fine_tuned_encoder(
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    targets: TuningTargets,
    folder: Path,
    plan: TuningPlan,
    *,
    report: Callable[[str], None] = lambda _: None,
) -> Encoder:
    """
    Fine-tune the base model, export it as int8 ONNX into a folder, and return it ready for use.

    Needs the extra ``train``. Takes about half an hour on two cores for 5,000 comments.
    """
    from kempen_nlp.encoders._export import export_encoder
    from kempen_nlp.encoders._fine_tune import fine_tune
    from kempen_nlp.encoders._onnx import OnnxEncoder

    tuned = fine_tune(texts, spans, targets, plan, report=report)
    report("exporting the encoder")
    export_encoder(tuned.model, tuned.tokenizer, folder, texts=texts)
    return OnnxEncoder(folder)
