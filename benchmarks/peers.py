"""Peers in torch: sentence-transformers with our base weights, as they are or fine-tuned in SetFit's way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

SEED = 20261122
MAX_TOKENS = 256
Report = Callable[[str], None]


def prepare(folder: Path, *, n_train: int | None, n_pairs: int, report: Report) -> dict[str, float]:
    """
    Make both models and fit their heads on the shipped training comments, in this process.

    Parameters
    ----------
    folder : path
        Gets ``base/`` and ``tuned/``, each with the model and ``head.npz``.
    n_train : int, optional
        Only so many training comments, for a quick look.
    n_pairs : int
        Pairs of comments that the second model learns from.

    Returns
    -------
    dict
        Seconds that each took to make.
    """
    from kempen_nlp.corpus import load_feedback

    train, validation = load_feedback("train"), load_feedback("validation")
    if n_train is not None:
        rng = np.random.default_rng(SEED)
        train = [train[i] for i in rng.permutation(len(train))[:n_train]]
        validation = validation[:n_train]
    seconds = {}
    for name in ("base", "tuned"):
        started = time.perf_counter()
        report(f"preparing the {name} model")
        model = _base_model(folder / "raw")
        if name == "tuned":
            _tune(model, train, n_pairs, report)
        model.save(str(folder / name))
        _fit_head(model, train, validation, folder / name / "head.npz")
        seconds[name] = time.perf_counter() - started
    return seconds


def load(folder: Path) -> Callable[[Sequence[str]], np.ndarray]:
    """Return what turns comments into probabilities, shape (n_comments, n_competencies)."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    head = np.load(folder / "head.npz")

    def answer(texts: Sequence[str]) -> np.ndarray:
        vectors = model.encode(list(texts), batch_size=32, show_progress_bar=False, normalize_embeddings=True)
        return 1 / (1 + np.exp(-(vectors @ head["coef"].T + head["intercept"])))

    return answer


def threshold_of(folder: Path) -> float:
    """Return the threshold that was best on validation comments."""
    return float(np.load(folder / "head.npz")["threshold"])


def _base_model(folder: Path) -> Any:  # noqa: ANN401 - sentence-transformers is optional
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast

    from kempen_nlp.encoders._base_model import build_model
    from kempen_nlp.encoders._base_weights import base_tokenizer_path

    if not folder.exists():
        build_model(12).save_pretrained(folder)
        PreTrainedTokenizerFast(
            tokenizer_file=str(base_tokenizer_path()), pad_token="<pad>", unk_token="<unk>", model_max_length=MAX_TOKENS
        ).save_pretrained(folder)
    word = Transformer(str(folder), max_seq_length=MAX_TOKENS)
    return SentenceTransformer(modules=[word, Pooling(384, "mean"), Normalize()], device="cpu")


def _tune(model: Any, train: Sequence[Any], n_pairs: int, report: Report) -> None:  # noqa: ANN401
    """
    Pull comments with a competency in common together and push others apart, by cosine.

    The way of SetFit (Tunstall et al. 2022), in a plain loop; word embeddings are left alone.
    """
    import torch

    torch.manual_seed(SEED)
    pairs = _pairs(train, n_pairs)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_("word_embeddings" not in name)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-5)
    model.train()
    batches = [pairs[i : i + 16] for i in range(0, len(pairs), 16)]
    for number, batch in enumerate(batches, start=1):
        sides = [model(dict(model.preprocess([pair[side] for pair in batch])))["sentence_embedding"] for side in (0, 1)]
        wanted = torch.tensor([pair[2] for pair in batch])
        loss = torch.nn.functional.mse_loss(torch.nn.functional.cosine_similarity(*sides), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if number % 20 == 0 or number == len(batches):
            report(f"  fine-tuning: batch {number} of {len(batches)}, loss {loss.item():.3f}")
    model.eval()


def _pairs(train: Sequence[Any], n_pairs: int) -> list[tuple[str, str, float]]:
    """Return as many alike as unlike pairs; two comments without evidence are alike too."""
    rng = np.random.default_rng(SEED)
    kinds = [frozenset(x.competency for x in c.labels) or frozenset({"none"}) for c in train]
    pairs: list[tuple[str, str, float]] = []
    for turn in range(n_pairs):
        wanted = float(turn % 2)
        while True:
            a, b = (int(i) for i in rng.integers(len(train), size=2))
            if a != b and float(bool(kinds[a] & kinds[b])) == wanted:
                pairs.append((train[a].text, train[b].text, wanted))
                break
    return pairs


def _fit_head(model: Any, train: Sequence[Any], validation: Sequence[Any], path: Path) -> None:  # noqa: ANN401
    from sklearn.linear_model import LogisticRegression

    from kempen_nlp.calibration import best_f1_threshold
    from kempen_nlp.materials import shipped_frameworks
    from kempen_nlp.yardstick import Truth, competency_names

    names = competency_names(shipped_frameworks())
    vectors = [
        model.encode([c.text for c in part], batch_size=32, show_progress_bar=False, normalize_embeddings=True)
        for part in (train, validation)
    ]
    truth = [Truth.of(part, names).has for part in (train, validation)]
    heads = [LogisticRegression(C=100, max_iter=2000).fit(vectors[0], own) for own in truth[0].T]
    coef, intercept = np.vstack([h.coef_ for h in heads]), np.concatenate([h.intercept_ for h in heads])
    probability = 1 / (1 + np.exp(-(vectors[1] @ coef.T + intercept)))
    threshold = best_f1_threshold(probability.ravel(), truth[1].ravel())
    np.savez(path, coef=coef, intercept=intercept, threshold=threshold)
