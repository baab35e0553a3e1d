"""What a model has to beat: five simple ways to map comments, scored like any other model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.corpus import LabelledComment, load_feedback, load_framework
from kempen_nlp.encoders import Encoder, encode_unique, load_encoder
from kempen_nlp.evaluation import best_f1_threshold
from kempen_nlp.framework import Framework
from kempen_nlp.framework_vectors import FrameworkVectors
from kempen_nlp.language.cues import find_cues
from kempen_nlp.language.segments import split_segments
from kempen_nlp.yardstick import Scores, Truth, competency_names

BASELINES = ("majority", "keyword", "tf-idf + logistic regression", "cosine threshold", "prototype")


@dataclass(frozen=True)
class _Task:
    """What every baseline gets."""

    train: Sequence[LabelledComment]
    frameworks: Sequence[Framework]
    names: tuple[str, ...]
    encoder: Encoder


Predict = Callable[[Sequence[LabelledComment]], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Comments to scores and ranks, each of shape (n_comments, n_competencies)."""


def score_baseline(
    name: str,
    parts: tuple[Sequence[LabelledComment], Sequence[LabelledComment], Sequence[LabelledComment]],
    frameworks: Sequence[Framework],
    encoder: Encoder,
) -> Scores:
    """
    Fit a baseline on training comments, choose its threshold on validation, score the test.

    Parameters
    ----------
    name : str
        One of ``BASELINES``.
    parts : train, validation and test comments
    frameworks : sequence of Framework
    encoder : Encoder
        The general encoder, for the two baselines that compare vectors.
    """
    train, validation, test = parts
    task = _Task(train, frameworks, competency_names(frameworks), encoder)
    predict = _FITTERS[name](task)
    held_out, _ = predict(validation)
    probability, rank = predict(test)
    is_development = [[bool(_says_development(c.text))] * len(task.names) for c in test]
    return Scores(
        probability=probability,
        rank=rank,
        is_development=np.array(is_development, dtype=np.float64),
        start=np.full(rank.shape, np.nan),
        end=np.full(rank.shape, np.nan),
        threshold=best_f1_threshold(held_out.ravel(), Truth.of(validation, task.names).has.ravel()),
    )


def fit_baseline(name: str) -> Predict:
    """Fit a baseline on the shipped training comments; returns comments to scores and ranks."""
    frameworks = [load_framework(framework) for framework in ("welzijn", "kempen")]
    task = _Task(load_feedback("train"), frameworks, competency_names(frameworks), load_encoder("general"))
    return _FITTERS[name](task)


def _says_development(text: str) -> bool:
    cues = find_cues(text)
    return bool(cues["development"] or (cues["negation"] and not cues["double_negation"]))


def _usual_rank(task: _Task) -> NDArray[np.float64]:
    """Return the median training rank of each competency."""
    ranks = [[x.rank for c in task.train for x in c.labels if x.competency == name] for name in task.names]
    return np.array([np.median(found) if found else np.nan for found in ranks]).round()


def _fit_majority(task: _Task) -> Predict:
    shares = Truth.of(task.train, task.names).has.mean(axis=0)
    usual = _usual_rank(task)
    return lambda comments: (np.tile(shares, (len(comments), 1)), np.tile(usual, (len(comments), 1)))


def _fit_keyword(task: _Task) -> Predict:
    """Count words that a competency's own texts have and those of others mostly have not."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    competencies = {name: next(f[name] for f in task.frameworks if name in f) for name in task.names}
    texts = [" ".join([c.name, c.definition or "", *(level.text for level in c.levels)]) for c in competencies.values()]
    vectorizer = TfidfVectorizer(sublinear_tf=True).fit(texts)
    weights = vectorizer.transform(texts).toarray()
    keywords = weights > np.sort(weights, axis=1)[:, [-26]]
    usual = _usual_rank(task)

    def predict(comments: Sequence[LabelledComment]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        present = vectorizer.transform([c.text for c in comments]).toarray() > 0
        return 1 - 0.5 ** (present @ keywords.T.astype(np.float64)), np.tile(usual, (len(comments), 1))

    return predict


def _fit_tfidf(task: _Task) -> Predict:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union

    def words() -> object:
        return make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=3),
        )

    texts = [c.text for c in task.train]
    competency = make_pipeline(words(), OneVsRestClassifier(LogisticRegression(C=10, max_iter=1000)))
    competency.fit(texts, Truth.of(task.train, task.names).has.astype(int))
    quotes = [(x.quote, x.rank) for c in task.train for x in c.labels]
    level = make_pipeline(words(), LogisticRegression(C=10, max_iter=1000))
    level.fit([quote for quote, _ in quotes], [rank for _, rank in quotes])

    def predict(comments: Sequence[LabelledComment]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        given = [c.text for c in comments]
        ranks = np.asarray(level.predict(given), dtype=np.float64)
        return np.asarray(competency.predict_proba(given)), np.tile(ranks[:, None], (1, len(task.names)))

    return predict


def _fit_cosine(task: _Task) -> Predict:
    """Take the most similar indicator of each competency, and its rank."""
    known = [FrameworkVectors.of(framework, task.encoder) for framework in task.frameworks]

    def compare(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        best, ranks = [], []
        for name in task.names:
            owner = next(k for k in known if name in k.framework)
            mine = owner.competency_of == owner.framework.names.index(name)
            similarity = owner.similarities(vectors)[:, mine]
            best.append(similarity.max(axis=1))
            ranks.append(owner.rank_of[mine][similarity.argmax(axis=1)])
        return np.column_stack(best), np.column_stack(ranks).astype(np.float64)

    return _by_segment(task, compare)


def _fit_prototype(task: _Task) -> Predict:
    """Compare with the mean vector of each competency's training quotes, and of each of its ranks."""
    labels = [x for c in task.train for x in c.labels]
    vectors = encode_unique(task.encoder, [x.quote for x in labels])

    def mean(mask: list[bool]) -> NDArray[np.float32]:
        total = vectors[mask].mean(axis=0) if any(mask) else np.zeros(vectors.shape[1], dtype=np.float32)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)

    whole = np.array([mean([x.competency == name for x in labels]) for name in task.names])
    ranks = sorted({x.rank for x in labels})
    levels = np.array([[mean([(x.competency, x.rank) == (n, r) for x in labels]) for r in ranks] for n in task.names])

    def compare(segments: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        nearest = np.einsum("sd,crd->scr", segments, levels).argmax(axis=2)
        return (segments @ whole.T).astype(np.float64), np.array(ranks, dtype=np.float64)[nearest]

    return _by_segment(task, compare)


def _by_segment(
    task: _Task, compare: Callable[[NDArray[np.float32]], tuple[NDArray[np.float64], NDArray[np.float64]]]
) -> Predict:
    """Turn a comparison of segments into one of comments: the best segment speaks."""

    def predict(comments: Sequence[LabelledComment]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        texts = [[s.text for s in split_segments(c.text)] or [c.text] for c in comments]
        score, rank = compare(encode_unique(task.encoder, [text for own in texts for text in own]))
        ends = np.cumsum([len(own) for own in texts])
        rows = [np.arange(end - len(own), end) for own, end in zip(texts, ends, strict=True)]
        best = [own[score[own].argmax(axis=0)] for own in rows]
        columns = np.arange(len(task.names))
        found = np.array([score[at, columns] for at in best])
        return np.clip((found + 1) / 2, 0, 1), np.array([rank[at, columns] for at in best])

    return predict


_FITTERS: dict[str, Callable[[_Task], Predict]] = {
    "majority": _fit_majority,
    "keyword": _fit_keyword,
    "tf-idf + logistic regression": _fit_tfidf,
    "cosine threshold": _fit_cosine,
    "prototype": _fit_prototype,
}
