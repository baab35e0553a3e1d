"""What is compared: each contender answers comments, and those that map them can be measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

Answer = Callable[[Sequence[str]], object]
OURS = "kempen_nlp"
LIMIT = "encoder alone"
PEER = "sentence-transformers, same base"
TUNED = "SetFit's way, same base"
TFIDF = "TF-IDF + logistic regression"
COSINE = "general encoder + cosine"
CONTENDERS = (OURS, LIMIT, PEER, TUNED, TFIDF, COSINE)
IN_TORCH = {PEER: "base", TUNED: "tuned"}


def make(name: str, folder: Path) -> Answer:
    """Load or fit a contender; what torch needs was prepared in a folder."""
    return _MAKERS[name](folder) if name not in IN_TORCH else _peer(folder / IN_TORCH[name])


def _ours(_: Path) -> Answer:
    from kempen_nlp import load_classifier

    classifier = load_classifier("welzijn")
    return lambda texts: list(classifier.classify_comments(texts))


def _encoder_alone(_: Path) -> Answer:
    from kempen_nlp.encoders import encode_spans
    from kempen_nlp.language import split_segments
    from kempen_nlp.persistence import load_heads

    encoder = load_heads()[1]
    cut: dict[str, list[tuple[int, int]]] = {}

    def answer(texts: Sequence[str]) -> object:
        if not cut:
            # Cutting is not the encoder's work, so it is done before the clock of the second run.
            cut.update({text: [(s.start, s.end) for s in split_segments(text)] for text in texts})
        return encode_spans(encoder, texts, [cut.get(text, [(0, len(text))]) for text in texts])

    return answer


def _peer(folder: Path) -> Answer:
    import peers

    return peers.load(folder)


def _baseline(position: int) -> Callable[[Path], Answer]:
    def maker(_: Path) -> Answer:
        from kempen_nlp.baselines import BASELINES, fit_baseline
        from kempen_nlp.corpus import LabelledComment

        predict = fit_baseline(BASELINES[position])
        return lambda texts: predict([LabelledComment("", text, (), "", "", "", "", ()) for text in texts])

    return maker


_MAKERS: dict[str, Callable[[Path], Answer]] = {
    OURS: _ours,
    LIMIT: _encoder_alone,
    TFIDF: _baseline(2),
    COSINE: _baseline(3),
}


def accuracy(name: str, folder: Path, n_train: int | None, n_test: int | None) -> dict[str, object]:
    """Return macro-F1 with none and rank kappa on the frozen test comments, thresholds from validation ones."""
    from kempen_nlp import baselines
    from kempen_nlp.corpus import load_feedback
    from kempen_nlp.encoders import load_encoder
    from kempen_nlp.materials import shipped_frameworks
    from kempen_nlp.persistence import load_heads
    from kempen_nlp.yardstick import Scores, Truth, competency_names, measure, score_model, to_plain

    frameworks, test = shipped_frameworks(), load_feedback("test")[:n_test]
    truth = Truth.of(test, competency_names(frameworks))
    if name == LIMIT:
        return {}
    if name == OURS:
        scores = score_model(*load_heads(), test, frameworks)
    elif name in IN_TORCH:
        import peers

        unknown = np.full(truth.has.shape, np.nan)
        probability = peers.load(folder / IN_TORCH[name])([c.text for c in test])
        threshold = peers.threshold_of(folder / IN_TORCH[name])
        scores = Scores(probability, unknown, unknown, unknown, unknown, threshold)
    else:
        baseline = baselines.BASELINES[2 if name == TFIDF else 3]
        parts = (load_feedback("train")[:n_train], load_feedback("validation")[:n_train], test)
        scores = baselines.score_baseline(baseline, parts, frameworks, load_encoder("general"))
    figures = to_plain(measure(truth, scores))
    macro = next(row for row in figures["competency"] if row["class"] == "macro")
    kappa = next(
        (r for r in figures["rank"] or [] if (r["reading"], r["measure"]) == ("strict", "quadratic_kappa")), None
    )
    return {
        "macro_f1": {"value": macro["f1"], "low": macro["low"], "high": macro["high"], "n": len(test)},
        "rank_kappa": kappa and {"value": kappa["value"], "low": kappa["low"], "high": kappa["high"], "n": kappa["n"]},
    }
