"""Run models and baselines over labelled comments and measure them all in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp import evaluation
from kempen_nlp.assignments import Assignment, ClassifiedComment
from kempen_nlp.classifier import NEVER, Classifier, Heads
from kempen_nlp.comments import Comment
from kempen_nlp.corpus import ChallengePair, Label, LabelledComment
from kempen_nlp.encoders import Encoder, encode_spans
from kempen_nlp.features import segment_features
from kempen_nlp.framework import Framework
from kempen_nlp.language.cues import QUALIFIERS
from kempen_nlp.language.segments import split_segments

PRECISIONS = (0.80, 0.85, 0.90, 0.95)
Threshold = float | NDArray[np.float64]
GROUPS = ("register", "sector", "writer")
CARD_BINS = 10


@dataclass(frozen=True)
class Truth:
    """What the annotators said, as matrices of shape (n_comments, n_competencies)."""

    names: tuple[str, ...]
    comments: tuple[LabelledComment, ...]
    has: NDArray[np.bool_]

    @classmethod
    def of(cls, comments: Sequence[LabelledComment], names: Sequence[str]) -> Truth:
        """Read the labels of comments for the competencies named."""
        has = [[any(x.competency == name for x in c.labels) for name in names] for c in comments]
        return cls(tuple(names), tuple(comments), np.array(has, dtype=bool).reshape(len(comments), len(names)))


@dataclass(frozen=True)
class Scores:
    """What a model says, as matrices of shape (n_comments, n_competencies)."""

    probability: NDArray[np.float64]
    """Highest of any segment; a score from 0 to 1 for models that know no probability."""
    rank: NDArray[np.float64]
    """The rank it would give if the competency were right; nan where it has no opinion."""
    is_development: NDArray[np.float64]
    """1 development, 0 strength, nan where it has no opinion."""
    start: NDArray[np.float64]
    """First character of the quote that decided, nan where there is none."""
    end: NDArray[np.float64]
    threshold: Threshold
    """Chosen on validation comments; at or above it the competency is assigned. One number, or a matrix
    where models or competencies have thresholds of their own."""

    @property
    def assigned(self) -> NDArray[np.bool_]:
        """Which competencies are assigned, shape (n_comments, n_competencies)."""
        return np.asarray(self.probability >= self.threshold)

    @classmethod
    def pooled(cls, parts: Sequence[Scores]) -> Scores:
        """Put scores of different comments for the same competencies below each other."""
        if len(parts) == 1:
            return parts[0]
        thresholds = [np.broadcast_to(p.threshold, p.probability.shape) for p in parts]
        matrices = {
            f.name: np.vstack([getattr(p, f.name) for p in parts]) for f in fields(cls) if f.name != "threshold"
        }
        return cls(**matrices, threshold=np.vstack(thresholds))


def competency_names(frameworks: Sequence[Framework]) -> tuple[str, ...]:
    """Return each name once, in the order in which the frameworks give them."""
    return tuple(dict.fromkeys(name for framework in frameworks for name in framework.names))


def score_model(
    heads: Heads, encoder: Encoder, comments: Sequence[LabelledComment], frameworks: Sequence[Framework]
) -> Scores:
    """
    Classify comments with every framework and keep the best candidate a competency.

    Where a competency occurs in several frameworks, the first speaks for it. Nothing is held
    back as too uncertain, so that the rank can be judged wherever the competency is right.
    """
    open_heads = replace(heads, thresholds=dict.fromkeys(heads.thresholds, 0.0))
    names = competency_names(frameworks)
    found: dict[str, list[Assignment | None]] = {}
    for framework in frameworks:
        classifier = Classifier(framework, open_heads, encoder)
        results = list(classifier.classify_comments(Comment(c.id, c.text, 0) for c in comments))
        for name in framework.names:
            found.setdefault(name, [_best(result, name) for result in results])
    table = [[found[name][row] for name in names] for row in range(len(comments))]
    return Scores(
        probability=_matrix(table, lambda a: a.probability, 0.0),
        rank=_matrix(table, lambda a: a.rank, np.nan),
        is_development=_matrix(table, lambda a: a.polarity == "development", np.nan),
        start=_matrix(table, lambda a: a.start, np.nan),
        end=_matrix(table, lambda a: a.end, np.nan),
        threshold=threshold_rows(heads, names)["assign"],
    )


def threshold_rows(heads: Heads, names: Sequence[str]) -> dict[str, Threshold]:
    """
    Return for ``assign`` and each offered precision the threshold of every competency.

    A number where all were in training, else an array of shape (1, n_names); competencies outside
    training have thresholds of their own, above 1 where matching never was that precise.
    """
    known = heads.thresholds
    keys = [key for key in known if key == "assign" or not np.isnan(_as_number(key))]
    if all(name in heads.trained_on for name in names):
        return {key: known[key] for key in keys}
    return {
        key: np.array([[known[key] if n in heads.trained_on else known.get(f"match_{key}", NEVER) for n in names]])
        for key in keys
    }


def _best(result: ClassifiedComment, name: str) -> Assignment | None:
    mine = [a for a in result.assignments if a.competency == name]
    return max(mine, key=lambda a: a.probability, default=None)


def _matrix(table: Sequence[Sequence[Assignment | None]], read: Any, missing: float) -> NDArray[np.float64]:  # noqa: ANN401 - a callable of one assignment
    return np.array([[missing if a is None else float(read(a)) for a in row] for row in table], dtype=np.float64)


@dataclass(frozen=True)
class Aligned:
    """For each comment and competency the label that the model's quote answers to."""

    rank: NDArray[np.float64]
    alt: NDArray[np.float64]
    is_development: NDArray[np.float64]


def align(truth: Truth, scores: Scores) -> Aligned:
    """Find for each comment and competency the label that shares most with the model's quote; nan without a label."""
    shape = truth.has.shape
    aligned = Aligned(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan))
    for row, comment in enumerate(truth.comments):
        for column, name in enumerate(truth.names):
            labels = [x for x in comment.labels if x.competency == name]
            if labels:
                start, end = scores.start[row, column], scores.end[row, column]
                label = max(labels, key=partial(_shared, start=start, end=end))
                aligned.rank[row, column] = label.rank
                aligned.alt[row, column] = np.nan if label.alt_rank is None else label.alt_rank
                aligned.is_development[row, column] = label.polarity == "development"
    return aligned


def rank_confusion(truth: Truth, scores: Scores) -> pd.DataFrame:
    """
    Count which rank the model gives for which rank of the annotators, given the right competency.

    Returns
    -------
    DataFrame of shape (n_ranks, n_ranks)
        Index what annotators said, columns what the model gives, from 1; where a comment has several
        labels of a competency, the one that the model's quote answers to.
    """
    said, given = align(truth, scores).rank, scores.rank
    known = truth.has & ~np.isnan(said) & ~np.isnan(given)
    ranks = range(1, int(max(said[known].max(initial=1), given[known].max(initial=1))) + 1)
    counts = pd.crosstab(said[known].astype(int), given[known].astype(int))
    return counts.reindex(index=ranks, columns=ranks, fill_value=0).rename_axis(index=None, columns=None)


def _shared(label: Label, *, start: float, end: float) -> float:
    return 0.0 if np.isnan(start) else min(end, label.end) - max(start, label.start)


def measure(truth: Truth, scores: Scores, *, n_resamples: int = 1000, seed: int = 0) -> dict[str, Any]:
    """
    Return every figure of the yardstick with a 95 % interval, resampled by comment.

    Returns
    -------
    dict
        ``competency`` (table), ``rank`` (table), ``joint_f1``, ``none_auc``, ``off_topic_assigned``,
        ``polarity_f1`` (of development points), ``calibration_error`` with ``calibration_floor``,
        ``coverage`` (at the offered precisions, thresholds chosen on these same comments),
        ``reliability`` (table), ``promised`` (mean probability of what was assigned, beside
        ``precision_at_threshold``, which is what came true).
    """
    aligned = align(truth, scores)
    interval = partial(evaluation.bootstrap_interval, n_resamples=n_resamples, random_state=seed)
    table = partial(evaluation.f1_table, n_resamples=n_resamples, random_state=seed)
    rank_given = np.where(truth.has, scores.rank, np.nan)
    assigned_rank = np.where(scores.assigned, scores.rank, np.nan)
    without_none = partial(evaluation.macro_f1, include_none=False)
    polarity_given = np.where(truth.has, scores.is_development, np.nan)
    no_opinion = np.isnan(rank_given).all()
    return {
        "n_comments": len(truth.comments),
        "n_labels": int(truth.has.sum()),
        "threshold": float(np.mean(scores.threshold)),
        "competency": table(truth.has, scores.assigned, truth.names),
        "competency_without_none": interval(without_none, truth.has, scores.assigned),
        "rank": None
        if no_opinion
        else evaluation.rank_table(aligned.rank, rank_given, aligned.alt, n_resamples=n_resamples, random_state=seed),
        "joint_f1": interval(evaluation.joint_f1, aligned.rank, assigned_rank),
        "none_auc": interval(evaluation.none_auc, truth.has, scores.probability),
        "off_topic_assigned": interval(evaluation.off_topic_assigned_share, truth.has, scores.assigned),
        "polarity_f1": interval(_rarer_polarity_f1, aligned.is_development, polarity_given),
        "calibration_error": interval(evaluation.expected_calibration_error, scores.probability, truth.has),
        "calibration_floor": evaluation.calibration_noise_floor(scores.probability, random_state=seed),
        "precision_at_threshold": interval(_precision, truth.has, scores.assigned),
        "promised": interval(_promised, scores.probability, scores.assigned),
        "reliability": evaluation.reliability_table(scores.probability, truth.has, n_bins=CARD_BINS),
        "coverage": {
            f"{p:.2f}": interval(partial(evaluation.coverage_at_precision, precision=p), scores.probability, truth.has)
            for p in PRECISIONS
        },
    }


def _precision(truth: NDArray[np.bool_], assigned: NDArray[np.bool_]) -> float:
    return float((truth & assigned).sum() / assigned.sum()) if assigned.any() else float("nan")


def _promised(probability: NDArray[np.float64], assigned: NDArray[np.bool_]) -> float:
    return float(probability[assigned].mean()) if assigned.any() else float("nan")


def measure_thresholds(
    truth: Truth, scores: Scores, thresholds: Mapping[str, Threshold], *, n_resamples: int = 500, seed: int = 0
) -> pd.DataFrame:
    """
    Return what thresholds that were chosen elsewhere give on these comments.

    Parameters
    ----------
    truth, scores
    thresholds : mapping
        ``assign``, and wanted precisions such as ``0.90``, to a threshold or a matrix of them, as
        ``threshold_rows`` gives. Other keys are left out: they speak of something else than these scores.

    Returns
    -------
    DataFrame
        Columns ``wanted`` (nan for the default), ``threshold``, ``precision, precision_low,
        precision_high, coverage, coverage_low, coverage_high, n_assigned``; coverage is the share
        of labels found. Intervals by comment.
    """
    interval = partial(evaluation.bootstrap_interval, n_resamples=n_resamples, random_state=seed)
    rows = []
    for key, threshold in thresholds.items():
        wanted = np.nan if key == "assign" else _as_number(key)
        if key == "assign" or not np.isnan(wanted):
            assigned = np.asarray(scores.probability >= threshold)
            precision, coverage = interval(_precision, truth.has, assigned), interval(_recall, truth.has, assigned)
            rows.append(
                (wanted, float(np.mean(threshold)), precision.value, precision.low, precision.high,
                 coverage.value, coverage.low, coverage.high, int(assigned.sum()))
            )  # fmt: skip
    columns = [
        "wanted",
        "threshold",
        *(f"{what}{end}" for what in ("precision", "coverage") for end in ("", "_low", "_high")),
        "n_assigned",
    ]
    return pd.DataFrame(rows, columns=columns).sort_values("wanted", na_position="first", ignore_index=True)


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _recall(truth: NDArray[np.bool_], assigned: NDArray[np.bool_]) -> float:
    return float((truth & assigned).sum() / truth.sum()) if truth.any() else float("nan")


def _rarer_polarity_f1(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    """Return the F1 of development points, the rarer polarity, over the labels that the model has an opinion on."""
    known = ~np.isnan(truth) & ~np.isnan(predicted)
    hits = ((truth == 1) & (predicted == 1) & known).sum()
    total = ((truth == 1) & known).sum() + ((predicted == 1) & known).sum()
    return float(2 * hits / total) if total else float("nan")


def measure_groups(truth: Truth, scores: Scores, *, n_resamples: int = 500, seed: int = 0) -> pd.DataFrame:
    """
    Return macro-F1 and rank kappa per register, sector and writer, and for Flemish comments.

    Returns
    -------
    DataFrame
        Columns ``kind, group, n_comments, n_labels, macro_f1, low, high, kappa, kappa_low, kappa_high``.
    """
    aligned = align(truth, scores)
    rows = []
    for kind, group, mask in _groups(truth):
        f1 = evaluation.bootstrap_interval(
            partial(evaluation.macro_f1, include_none=True), truth.has[mask], scores.assigned[mask],
            n_resamples=n_resamples, random_state=seed,
        )  # fmt: skip
        given = np.where(truth.has, scores.rank, np.nan)[mask]
        kappa = evaluation.bootstrap_interval(
            evaluation.quadratic_kappa, aligned.rank[mask], given, n_resamples=n_resamples, random_state=seed
        )
        rows.append(
            (kind, group, int(mask.sum()), int(truth.has[mask].sum()), f1.value, f1.low, f1.high,
             kappa.value, kappa.low, kappa.high)
        )  # fmt: skip
    columns = ["kind", "group", "n_comments", "n_labels", "macro_f1", "low", "high", "kappa", "kappa_low", "kappa_high"]
    return pd.DataFrame(rows, columns=columns)


def _groups(truth: Truth) -> list[tuple[str, str, NDArray[np.bool_]]]:
    found = []
    for kind in GROUPS:
        values = np.array([getattr(c, kind) for c in truth.comments])
        found += [(kind, str(value), values == value) for value in np.unique(values)]
    flemish = np.array(["flemish" in c.tags for c in truth.comments])
    # Without a single Flemish tag nobody looked, and "not Flemish" would say nothing.
    return [*found, ("variety", "Flemish", flemish), ("variety", "other", ~flemish)] if flemish.any() else found


def measure_qualifiers(
    heads: Heads, encoder: Encoder, comments: Sequence[LabelledComment], *, n_resamples: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """
    Return the F1 of each qualifier at comment level: is there a stretch that only looks like evidence.

    A comment has a qualifier when its tags say so; the model says so when any segment reaches one
    half.

    Returns
    -------
    DataFrame
        As ``evaluation.f1_table``; without the row for none.
    """
    segments = [split_segments(c.text) for c in comments]
    spans = [[(s.start, s.end) for s in own] for own in segments]
    vectors = encode_spans(encoder, [c.text for c in comments], spans)
    probability = heads.qualifier.predict_proba(segment_features([s.text for own in segments for s in own], vectors))
    rows = [row for row, own in enumerate(segments) for _ in own]
    highest = np.zeros((len(comments), len(QUALIFIERS)))
    np.maximum.at(highest, rows, probability)
    truth = np.array([[kind in c.tags for kind in QUALIFIERS] for c in comments])
    table = evaluation.f1_table(truth, highest >= 0.5, QUALIFIERS, n_resamples=n_resamples, random_state=seed)
    return table[~table["class"].isin(["none", "micro", "macro"])].reset_index(drop=True)


def challenge_report(
    heads: Heads, encoder: Encoder, pairs: Sequence[ChallengePair], frameworks: Sequence[Framework]
) -> pd.DataFrame:
    """
    Return the share of minimal pairs passed, per phenomenon and over all.

    A pair passes when the model sees what must change change, in the right direction for a
    rank, and what must stay stay. Rank and polarity are read for the competency that the
    pair names; evidence is whether that competency is assigned.

    Returns
    -------
    DataFrame
        Columns ``phenomenon, passed, low, high, n``; Wilson intervals; last row ``all``.
    """
    texts = [side.text for pair in pairs for side in (pair.a, pair.b)]
    comments = [LabelledComment(str(i), text, (), "", "", "", "", ()) for i, text in enumerate(texts)]
    scores = score_model(heads, encoder, comments, frameworks)
    names = competency_names(frameworks)
    if not pairs:
        return pd.DataFrame(columns=["phenomenon", "passed", "low", "high", "n"])
    passed = np.array([_passes(pair, scores, 2 * i, names) for i, pair in enumerate(pairs)])
    kinds = np.array([pair.phenomenon for pair in pairs])
    groups = [(kind, kinds == kind) for kind in dict.fromkeys(kinds.tolist())] + [
        ("all", np.ones(len(pairs), dtype=bool))
    ]
    rows = []
    for kind, mask in groups:
        low, high = evaluation.wilson_interval(passed[mask].sum(), mask.sum())
        rows.append((kind, float(passed[mask].mean()), float(low), float(high), int(mask.sum())))
    return pd.DataFrame(rows, columns=["phenomenon", "passed", "low", "high", "n"])


def _passes(pair: ChallengePair, scores: Scores, row: int, names: Sequence[str]) -> bool:
    named = [side.competency for side in (pair.a, pair.b) if side.competency is not None]
    column = names.index(named[0])
    for aspect, must_change in [*((c, True) for c in pair.changes), *((k, False) for k in pair.keeps)]:
        if aspect == "competency":
            first, second = scores.probability[row : row + 2].argmax(axis=1)
            ok = (names[first], names[second]) == (pair.a.competency, pair.b.competency)
        elif aspect == "evidence":
            given = scores.assigned[row : row + 2, column].tolist()
            ok = given == [pair.a.competency is not None, pair.b.competency is not None]
        elif aspect == "polarity":
            given = scores.is_development[row : row + 2, column].tolist()
            ok = given == [float(side.polarity == "development") for side in (pair.a, pair.b)]
        else:
            lower, upper = scores.rank[row : row + 2, column]
            wanted = np.sign((pair.b.rank or 0) - (pair.a.rank or 0))
            ok = bool(np.sign(upper - lower) == wanted) if must_change else bool(lower == upper)
        if not ok:
            return False
    return True


def to_plain(figures: Any) -> Any:  # noqa: ANN401 - whatever `measure` returns
    """Turn figures into what JSON can hold; a figure keeps its interval and n, nan becomes null."""
    if isinstance(figures, (evaluation.Estimate, evaluation.Difference)):
        keys = [k for k in ("value", "low", "high", "p", "n") if hasattr(figures, k)]
        return {k: to_plain(getattr(figures, k)) for k in keys}
    if isinstance(figures, pd.DataFrame):
        return [to_plain(row) for row in figures.to_dict("records")]
    if isinstance(figures, Mapping):
        return {str(k): to_plain(v) for k, v in figures.items()}
    if isinstance(figures, (list, tuple)):
        return [to_plain(v) for v in figures]
    if isinstance(figures, (float, np.floating)):
        return None if np.isnan(figures) else round(float(figures), 4)
    return figures.item() if isinstance(figures, np.generic) else figures
