"""Fit the estimators of a classifier on labelled comments and on frameworks' own indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.classifier import MATCHING_ENCODER, Classifier, Heads
from kempen_nlp.comments import Comment
from kempen_nlp.competencies import CompetencyClassifier, SigmoidCalibrator
from kempen_nlp.corpus import Label, LabelledComment
from kempen_nlp.encoders import Encoder, Span, TuningTargets, encode_spans, encode_unique, load_encoder
from kempen_nlp.errors import ModelError
from kempen_nlp.evaluation import best_f1_threshold, precision_threshold
from kempen_nlp.features import FrameworkVectors, level_features, match_features, segment_features
from kempen_nlp.framework import Framework
from kempen_nlp.language.cues import QUALIFIERS, find_cues
from kempen_nlp.language.segments import split_segments
from kempen_nlp.levels import LevelClassifier
from kempen_nlp.polarity import PolarityClassifier

OFFERED_PRECISIONS = (0.80, 0.85, 0.90, 0.95)
MIN_OVERLAP = 0.5
ALT_RANK_WEIGHT = 0.3
N_RANKS = 4
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SegmentExample:
    """One segment of a labelled comment, with what was said of it."""

    text: str
    span: Span
    """Start and end in the comment."""
    labels: tuple[Label, ...]
    qualifiers: tuple[str, ...]
    comment: LabelledComment


def segment_examples(comments: Sequence[LabelledComment]) -> list[SegmentExample]:
    """
    Cut comments into segments and hand each the labels whose quote it shares.

    A segment gets a label when quote and segment overlap for at least half of the shorter of
    the two. A qualifier is recorded for a comment, not for a stretch of it: it goes to the
    segments without a label that hold a cue of it, or to all of those when none does.
    """
    return [example for comment in comments for example in _examples(comment)]


def _examples(comment: LabelledComment) -> list[SegmentExample]:
    segments = split_segments(comment.text)
    labels = [tuple(x for x in comment.labels if _overlap(s.start, s.end, x) >= MIN_OVERLAP) for s in segments]
    bare = [i for i, own in enumerate(labels) if not own]
    qualifiers: list[list[str]] = [[] for _ in segments]
    for kind in QUALIFIERS:
        if kind in comment.tags:
            with_cue = [i for i in bare if find_cues(segments[i].text)[kind]]
            for i in with_cue or bare:
                qualifiers[i].append(kind)
    return [
        SegmentExample(s.text, (s.start, s.end), own, tuple(kinds), comment)
        for s, own, kinds in zip(segments, labels, qualifiers, strict=True)
    ]


def _overlap(start: int, end: int, label: Label) -> float:
    shared = min(end, label.end) - max(start, label.start)
    return shared / max(1, min(end - start, label.end - label.start))


@dataclass(frozen=True)
class _Data:
    """Everything that the estimators are fitted on, encoded once."""

    examples: list[SegmentExample]
    vectors: NDArray[np.float32]
    features: NDArray[np.float64]
    known: list[FrameworkVectors]

    @classmethod
    def of(cls, examples: list[SegmentExample], known: list[FrameworkVectors], encoder: Encoder) -> _Data:
        vectors = encode_spans(encoder, *_in_comments(examples))
        return cls(examples, vectors, segment_features([e.text for e in examples], vectors), known)

    def targets(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return 1 where a segment evidences a competency, shape (n_segments, n_names)."""
        return np.array(
            [[any(x.competency == name for x in e.labels) for name in names] for e in self.examples],
            dtype=np.int64,
        )


def _in_comments(examples: Sequence[SegmentExample]) -> tuple[list[str], list[list[Span]]]:
    """Return the comments that examples come from, and the spans of each; examples of one comment stand together."""
    texts: list[str] = []
    spans: list[list[Span]] = []
    previous = None
    for example in examples:
        if example.comment is not previous:
            texts.append(example.comment.text)
            spans.append([])
            previous = example.comment
        spans[-1].append(example.span)
    return texts, spans


def fit_heads(
    train: Sequence[LabelledComment],
    validation: Sequence[LabelledComment],
    frameworks: Sequence[Framework],
    encoder: Encoder,
    *,
    report: Report = lambda _: None,
) -> Heads:
    """
    Fit all estimators on training comments; calibrate and choose thresholds on validation ones.

    Parameters
    ----------
    train, validation : sequences of LabelledComment
        No writer may occur in both.
    frameworks : sequence of Framework
        Where a competency occurs in several, the first describes its levels.
    encoder : Encoder
    report : callable
        Told in a few words what is being done.

    Raises
    ------
    ModelError
        If a writer is in both parts, or a label names a competency of no framework.
    """
    names = tuple(dict.fromkeys(name for framework in frameworks for name in framework.names))
    _check(train, validation, names)
    report("encoding")
    known = [FrameworkVectors.of(framework, encoder) for framework in frameworks]
    data = _Data.of(segment_examples(train), known, encoder)
    held_out = _Data.of(segment_examples(validation), known, encoder)

    report("competencies")
    indicators = _indicator_features(known, names)
    targets = np.vstack([data.targets(names), indicators[1]])
    competency = CompetencyClassifier(C=10.0, balance=0.3).fit(np.vstack([data.features, indicators[0]]), targets)
    scores = competency.decision_function(held_out.features)
    calibrator = SigmoidCalibrator().fit(scores.ravel(), held_out.targets(names).ravel() > 0)

    report("matching")
    general = [FrameworkVectors.of(framework, load_encoder(MATCHING_ENCODER)) for framework in frameworks]
    matcher = CompetencyClassifier(C=1.0).fit(*_pairs(data, general))
    pairs, is_true = _pairs(held_out, general)
    match_calibrator = SigmoidCalibrator().fit(matcher.decision_function(pairs), is_true)

    report("qualifiers, polarity, levels")
    heads = Heads(
        trained_on=names,
        competency=competency,
        competency_calibrator=calibrator,
        matcher=matcher,
        matcher_calibrator=match_calibrator,
        qualifier=_fit_qualifier(data),
        polarity=_fit_polarity(data),
        level=_fit_level(data, names),
        thresholds={"assign": 0.5, "abstain": 0.02},
    )
    report("thresholds")
    return replace(heads, thresholds=_thresholds(heads, validation, frameworks, encoder))


def tuning_data(
    train: Sequence[LabelledComment], frameworks: Sequence[Framework]
) -> tuple[list[str], list[list[Span]], TuningTargets]:
    """
    Return what an encoder is fine-tuned on: training comments and the frameworks' own sentences.

    Returns
    -------
    texts, spans : lists
        Comments and sentences, and the segments of each.
    targets : TuningTargets
        One row a segment; competencies in the order in which the frameworks name them first.
    """
    names = tuple(dict.fromkeys(name for framework in frameworks for name in framework.names))
    examples = segment_examples(train)
    texts, spans = _in_comments(examples)
    rows = [([(x.competency, x.rank, x.alt_rank) for x in e.labels], e.qualifiers, _polarity(e)) for e in examples]
    for competency, rank, sentence in _sentences(frameworks):
        texts.append(sentence)
        spans.append([(0, len(sentence))])
        rows.append(([(competency, rank, None)], (), 0.0))
    targets = TuningTargets(
        competency=_indicator_matrix([[name for name, *_ in found] for found, *_ in rows], names),
        qualifier=_indicator_matrix([kinds for _, kinds, _ in rows], QUALIFIERS),
        polarity=np.array([polarity for *_, polarity in rows], dtype=np.float32),
        rank=np.array(
            [_above([r for _, r, _ in found], [a for *_, a in found]) for found, *_ in rows], dtype=np.float32
        ),
        descriptions=tuple(_descriptions(frameworks, name) for name in names),
    )
    return texts, spans, targets


def _sentences(frameworks: Sequence[Framework]) -> Iterator[tuple[str, int, str]]:
    """Yield competency, rank and text of every headline and indicator."""
    for framework in frameworks:
        for competency in framework:
            for level in competency.levels:
                for text in (*([level.headline] if level.headline else []), *(i.text for i in level.indicators)):
                    yield competency.name, level.rank, text


def _descriptions(frameworks: Sequence[Framework], name: str) -> tuple[str, ...]:
    """Return name and definition, headlines and indicators of a competency in every framework that has it."""
    found = [f"{name}. {f[name].definition or ''}".strip() for f in frameworks if name in f]
    return (*found, *(sentence for own, _, sentence in _sentences(frameworks) if own == name))


def _indicator_matrix(found: Sequence[Sequence[str]], names: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[name in own for name in names] for own in found], dtype=np.float32)


def _polarity(example: SegmentExample) -> float:
    found = {x.polarity for x in example.labels}
    return float("nan") if len(found) != 1 else float(found == {"development"})


def _above(ranks: Sequence[int], alternatives: Sequence[int | None]) -> list[float]:
    """Return for each boundary the probability that the rank is above it; nan without a rank."""
    if not ranks:
        return [float("nan")] * (N_RANKS - 1)
    weighted = [
        (1 - ALT_RANK_WEIGHT) * np.array([r > k for k in range(1, N_RANKS)])
        + ALT_RANK_WEIGHT * np.array([(a or r) > k for k in range(1, N_RANKS)])
        for r, a in zip(ranks, alternatives, strict=True)
    ]
    return [float(p) for p in np.mean(weighted, axis=0)]


def _check(train: Sequence[LabelledComment], validation: Sequence[LabelledComment], names: Sequence[str]) -> None:
    shared = {c.writer for c in train} & {c.writer for c in validation}
    if shared:
        msg = (
            f"The writers {sorted(shared)} are in training and validation. "
            "Split by writer, or accuracy looks better than it is."
        )
        raise ModelError(msg)
    unknown = {x.competency for c in [*train, *validation] for x in c.labels} - set(names)
    if unknown:
        msg = f"The labels name {sorted(unknown)}, which no framework has. The frameworks have {', '.join(names)}."
        raise ModelError(msg)


def _indicator_features(
    known: Sequence[FrameworkVectors], names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    texts = [i.text for k in known for i in k.indicators]
    vectors = np.vstack([k.vectors for k in known])
    owners = [k.framework.names[c] for k in known for c in k.competency_of]
    return segment_features(texts, vectors), np.array([[o == n for n in names] for o in owners], dtype=np.int64)


def _pairs(data: _Data, known: Sequence[FrameworkVectors]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return match features of every segment with every competency, and whether it evidences it."""
    vectors = encode_unique(load_encoder(MATCHING_ENCODER), [e.text for e in data.examples])
    features, is_true = [], []
    for framework in known:
        pairs = match_features(vectors, framework)
        features.append(pairs.reshape(-1, pairs.shape[2]))
        is_true.append(data.targets(framework.framework.names).ravel() > 0)
    return np.vstack(features), np.concatenate(is_true)


def _fit_qualifier(data: _Data) -> CompetencyClassifier:
    targets = np.array([[kind in e.qualifiers for kind in QUALIFIERS] for e in data.examples], dtype=np.int64)
    return CompetencyClassifier(C=3.0, balance=0.5).fit(data.features, targets)


def _fit_polarity(data: _Data) -> PolarityClassifier:
    polarities = [{x.polarity for x in e.labels} for e in data.examples]
    rows = [i for i, found in enumerate(polarities) if len(found) == 1]
    return PolarityClassifier().fit(data.features[rows], np.array([next(iter(polarities[i])) for i in rows]))


def _fit_level(data: _Data, names: Sequence[str]) -> LevelClassifier:
    inputs, ranks, weights = [], [], []
    for name in names:
        known = next(k for k in data.known if name in k.framework)
        column = known.framework.names.index(name)
        found = [(i, x) for i, e in enumerate(data.examples) for x in e.labels if x.competency == name]
        if found:
            rows = [i for i, _ in found]
            similarities = known.similarities(data.vectors[rows])
            own = level_features(data.features[rows], similarities, column, known)
            for row, (_, label) in zip(own, found, strict=True):
                alternatives = [(label.rank, 1.0 - ALT_RANK_WEIGHT * (label.alt_rank is not None))]
                if label.alt_rank is not None:
                    alternatives.append((label.alt_rank, ALT_RANK_WEIGHT))
                for rank, weight in alternatives:
                    inputs.append(row)
                    ranks.append(rank)
                    weights.append(weight)
        for features, rank in _indicator_levels(known, column):
            inputs.append(features)
            ranks.append(rank)
            weights.append(1.0)
    return LevelClassifier().fit(np.array(inputs), np.array(ranks), sample_weight=np.array(weights))


def _indicator_levels(known: FrameworkVectors, column: int) -> list[tuple[NDArray[np.float64], int]]:
    """Return features and rank of a competency's indicators, none of them compared with itself."""
    rows = np.flatnonzero(known.competency_of == column)
    if len(rows) == 0:
        return []
    similarities = known.similarities(known.vectors[rows])
    similarities[np.arange(len(rows)), rows] = similarities[np.arange(len(rows))][:, rows].min(axis=1)
    texts = [known.indicators[i].text for i in rows]
    features = level_features(segment_features(texts, known.vectors[rows]), similarities, column, known)
    return [(features[i], int(known.rank_of[row])) for i, row in enumerate(rows)]


def _thresholds(
    heads: Heads,
    validation: Sequence[LabelledComment],
    frameworks: Sequence[Framework],
    encoder: Encoder,
) -> Mapping[str, float]:
    probability, is_true = comment_probabilities(heads, validation, frameworks, encoder)
    assign = best_f1_threshold(probability, is_true)
    table = {"assign": assign, "abstain": round(assign / 3, 4)}
    for precision in OFFERED_PRECISIONS:
        threshold = precision_threshold(probability, is_true, precision)
        if threshold is not None:
            table[f"{precision:.2f}"] = threshold
    return table


def comment_probabilities(
    heads: Heads,
    comments: Sequence[LabelledComment],
    frameworks: Sequence[Framework],
    encoder: Encoder,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """
    Return for each comment and competency the highest probability of any segment, and the truth.

    Returns
    -------
    probability, is_true : ndarrays of shape (n_comments * n_competencies,)
        Each competency counts once, in the first framework that has it.
    """
    probability, is_true = [], []
    seen: set[str] = set()
    for framework in frameworks:
        classifier = Classifier(framework, heads, encoder)
        results = list(classifier.classify_comments(Comment(c.id, c.text, 0) for c in comments))
        for name in framework.names:
            if name not in seen:
                seen.add(name)
                for comment, result in zip(comments, results, strict=True):
                    found = [a.probability for a in (*result.assignments, *result.abstained) if a.competency == name]
                    probability.append(max(found, default=0.0))
                    is_true.append(any(x.competency == name for x in comment.labels))
    return np.array(probability), np.array(is_true)


def leave_one_out_scores(
    parts: tuple[Sequence[LabelledComment], Sequence[LabelledComment], Sequence[LabelledComment]],
    frameworks: Sequence[Framework],
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """
    Match every competency with a matcher that never saw a label of it.

    The general encoder is used, which never saw any label; the threshold of a competency is the one
    with the best F1 for the *other* competencies on validation comments.

    Parameters
    ----------
    parts : train, validation and test comments
    frameworks : sequence of Framework
        Where a competency occurs in several, the first describes it.

    Returns
    -------
    names : tuple of str
    probability : ndarray of shape (n_test_comments, n_names)
        Highest of any segment.
    thresholds : ndarray of shape (n_names,)
    """
    encoder = load_encoder(MATCHING_ENCODER)
    names = tuple(dict.fromkeys(name for framework in frameworks for name in framework.names))
    known = [FrameworkVectors.of(framework, encoder) for framework in frameworks]
    train, validation, test = (_matched_part(comments, known, names, encoder) for comments in parts)
    probability = np.zeros((len(parts[2]), len(names)))
    thresholds = np.zeros(len(names))
    for column in range(len(names)):
        others = [i for i in range(len(names)) if i != column]
        pairs, is_true = train
        matcher = CompetencyClassifier(C=1.0).fit(
            np.concatenate([pairs[:, i] for i in others]),
            np.concatenate([is_true[:, i] for i in others]),
        )
        held_out = _by_comment(_match(matcher, validation[0]), parts[1])[:, others]
        truth = _by_comment(validation[1].astype(np.float64), parts[1])[:, others] > 0
        thresholds[column] = best_f1_threshold(held_out.ravel(), truth.ravel())
        probability[:, column] = _by_comment(_match(matcher, test[0]), parts[2])[:, column]
    return names, probability, thresholds


def _matched_part(
    comments: Sequence[LabelledComment], known: Sequence[FrameworkVectors], names: Sequence[str], encoder: Encoder
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return match features (n_segments, n_names, 6) and truth (n_segments, n_names)."""
    examples = segment_examples(comments)
    vectors = encode_unique(encoder, [e.text for e in examples])
    by_framework = [match_features(vectors, k) for k in known]
    columns = []
    for name in names:
        owner = next(i for i, k in enumerate(known) if name in k.framework)
        columns.append(by_framework[owner][:, known[owner].framework.names.index(name)])
    truth = [[any(x.competency == name for x in e.labels) for name in names] for e in examples]
    return np.stack(columns, axis=1), np.array(truth, dtype=bool)


def _match(matcher: CompetencyClassifier, pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = matcher.predict_proba(pairs.reshape(-1, pairs.shape[2]))[:, 1]
    return scores.reshape(pairs.shape[:2])


def _by_comment(values: NDArray[np.float64], comments: Sequence[LabelledComment]) -> NDArray[np.float64]:
    """Return the highest value of any segment of each comment; 0 for a comment without segments."""
    found = np.zeros((len(comments), values.shape[1]))
    position = {comment.id: row for row, comment in enumerate(comments)}
    rows = [position[e.comment.id] for e in segment_examples(comments)]
    np.maximum.at(found, rows, values)
    return found
