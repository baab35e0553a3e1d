"""Fit the estimators of a classifier on labelled comments and on frameworks' own indicators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kempen_nlp.classifier import Classifier, Heads, Matching, resample_ranks
from kempen_nlp.comments import Comment
from kempen_nlp.competencies import CompetencyClassifier, SigmoidCalibrator, damped, qualified_share
from kempen_nlp.corpus import Label, LabelledComment
from kempen_nlp.encoders import Encoder, Span, TuningTargets, encode_spans
from kempen_nlp.errors import ModelError, shown
from kempen_nlp.evaluation import best_f1_threshold, precision_threshold
from kempen_nlp.features import level_features, segment_features
from kempen_nlp.framework import Framework
from kempen_nlp.framework_vectors import FrameworkVectors
from kempen_nlp.language.cues import CUE_KINDS, LEVEL_MARKERS, QUALIFIERS, find_cues
from kempen_nlp.language.segments import Segment, split_segments
from kempen_nlp.levels import LevelClassifier
from kempen_nlp.polarity import PolarityClassifier

OFFERED_PRECISIONS = (0.80, 0.85, 0.90, 0.95)
MIN_OVERLAP = 0.5
ALT_RANK_WEIGHT = 0.3
N_RANKS = 4
"""Ranks of any framework are read on a common scale of four; see ``common_ranks``."""
MIN_LABELS = 5
"""A competency with fewer labels is left to matching."""
UNKNOWN = -1
LEAVABLE = ("cues", "level markers", "level texts", "indicators", "qualifiers", "calibration")
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
    segments = _segments(comment.text)
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


@lru_cache(maxsize=20_000)
def _segments(text: str) -> tuple[Segment, ...]:
    """Cut a text once; ablations, folds and learning curves fit many models on the same comments."""
    return tuple(split_segments(text))


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
        vectors = encode_spans(encoder, *in_comments(examples))
        return cls(examples, vectors, segment_features([e.text for e in examples], vectors), known)

    def targets(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return 1 where a segment evidences a competency, -1 where nobody looked; shape (n_segments, n_names)."""
        looked_for = _Looked(names)
        rows = [
            np.where(looked_for(e.comment), [any(x.competency == name for x in e.labels) for name in names], UNKNOWN)
            for e in self.examples
        ]
        return np.array(rows, dtype=np.int64).reshape(len(rows), len(names))


@dataclass(frozen=True)
class _Looked:
    """Says which of the names an annotator looked for."""

    names: Sequence[str]

    def __call__(self, comment: LabelledComment) -> NDArray[np.bool_]:
        if comment.frameworks is None:
            return np.ones(len(self.names), dtype=bool)
        return np.array([any(name in framework for framework in comment.frameworks) for name in self.names])


def in_comments(examples: Sequence[SegmentExample]) -> tuple[list[str], list[list[Span]]]:
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


def fit_heads(  # noqa: PLR0913 - parts, frameworks, encoder and matching are one thing each
    train: Sequence[LabelledComment],
    validation: Sequence[LabelledComment],
    frameworks: Sequence[Framework],
    encoder: Encoder,
    matching: Matching,
    *,
    blocks: bool = False,
    without: frozenset[str] = frozenset(),
    report: Report = lambda _: None,
) -> Heads:
    """
    Fit all estimators on training comments; calibrate and choose thresholds on validation ones.

    Parameters
    ----------
    train, validation : sequences of LabelledComment
        No writer may occur in both, unless ``blocks``.
    frameworks : sequence of Framework
        Where a competency occurs in several, the first that a comment was labelled with describes its levels.
    encoder : Encoder
    matching : Matching
        Fitted for the same encoder; serves competencies that are not in training.
    blocks : bool
        The parts are blocks of the same writers' comments: too few writers to hold one out.
    without : frozenset of str
        Some of ``LEAVABLE``, to see what they contribute; see ``ablations``.
    report : callable
        Told in a few words what is being done.

    Raises
    ------
    ModelError
        If a writer is in both parts, or a label names a competency or rank of no framework.
    """
    _check(train, validation, frameworks, blocks=blocks)
    names = trainable(train, frameworks)
    if not names:
        msg = f"No competency has {MIN_LABELS} labels in training. Label more comments; until then nothing is learned."
        raise ModelError(msg)
    report("encoding")
    known = [FrameworkVectors.of(framework, encoder) for framework in frameworks]
    data = _Data.of(segment_examples(train), known, encoder)
    held_out = _Data.of(segment_examples(validation), known, encoder)

    report("competencies and qualifiers")
    hidden = _hidden(data, without)
    data.features[:, hidden] = 0
    indicators = _indicator_features(known, names, train)
    indicators[0][:, hidden] = 0
    rows = slice(len(data.features)) if "indicators" in without else slice(None)
    targets = _as_matrix(np.vstack([data.targets(names), indicators[1]]))[rows]
    competency = CompetencyClassifier(C=10.0, balance=0.3).fit(np.vstack([data.features, indicators[0]])[rows], targets)
    qualifier = _fit_qualifier(data, never="qualifiers" in without)
    qualified = qualified_share(qualifier.predict_proba(held_out.features))
    scores = damped(competency.decision_function(held_out.features)[:, : len(names)], qualified)
    truth = held_out.targets(names)
    is_true = truth[truth != UNKNOWN] > 0
    # Scores without a true one among them are left as they are.
    calibrator = SigmoidCalibrator().fit(scores[truth != UNKNOWN], is_true & ("calibration" not in without))

    report("polarity, levels")
    heads = Heads(
        trained_on=names,
        competency=competency,
        competency_calibrator=calibrator,
        evidence=matching.evidence,
        matcher=matching.matcher,
        matcher_calibrator=matching.matcher_calibrator,
        qualifier=qualifier,
        polarity=_fit_polarity(data),
        level=_fit_level(data, names, without),
        thresholds={"assign": 0.5, "abstain": 0.02, **matching.thresholds},
    )
    report("thresholds")
    return replace(heads, thresholds={**matching.thresholds, **_thresholds(heads, validation, frameworks, encoder)})


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
    texts, spans = in_comments(examples)
    data = _Data(examples, np.zeros((0, 0), np.float32), np.zeros((0, 0)), [])
    competency = [data.targets(names)]
    rows = [([_label_ranks(x, e.comment, frameworks) for x in e.labels], e.qualifiers, _polarity(e)) for e in examples]
    together = _judged_together(frameworks, train)
    for position, name, ranks, sentence in _sentences(frameworks):
        texts.append(sentence)
        spans.append([(0, len(sentence))])
        rows.append(([ranks], (), 0.0))
        competency.append(np.array([[n == name if n in together[position] else UNKNOWN for n in names]]))
    known = np.vstack(competency).astype(np.float32)
    targets = TuningTargets(
        competency=np.where(known == UNKNOWN, np.float32("nan"), known),
        qualifier=_indicator_matrix([kinds for _, kinds, _ in rows], QUALIFIERS),
        polarity=np.array([polarity for *_, polarity in rows], dtype=np.float32),
        rank=np.array([_above(ranks) for ranks, *_ in rows], dtype=np.float32),
        descriptions=tuple(_descriptions(frameworks, name) for name in names),
    )
    return texts, spans, targets


def trainable(train: Sequence[LabelledComment], frameworks: Sequence[Framework]) -> tuple[str, ...]:
    """Return the competencies with labels enough to be trained, in the order in which frameworks name them."""
    labels = Counter(x.competency for c in train for x in c.labels)
    names = dict.fromkeys(name for framework in frameworks for name in framework.names)
    return tuple(name for name in names if labels[name] >= MIN_LABELS)


def common_ranks(rank: int, n_levels: int) -> NDArray[np.float64]:
    """
    Return how much of a rank lies at each rank of the common scale, shape (N_RANKS,).

    Both scales run from lowest to highest in equal steps; ``classifier.resample_ranks`` is the way back.

    Examples
    --------
    >>> common_ranks(1, 2)
    array([0.5, 0.5, 0. , 0. ])
    """
    return np.asarray(resample_ranks(np.eye(n_levels)[[rank - 1]], N_RANKS)[0], dtype=np.float64)


def _label_ranks(label: Label, comment: LabelledComment, frameworks: Sequence[Framework]) -> NDArray[np.float64]:
    """Return the rank of a label on the common scale, the alternative weighed in."""
    owner = frameworks[_owner(comment, label.competency, frameworks)]
    n_levels = owner[label.competency].levels[-1].rank
    ranks = common_ranks(label.rank, n_levels)
    if label.alt_rank is None:
        return ranks
    return (1 - ALT_RANK_WEIGHT) * ranks + ALT_RANK_WEIGHT * common_ranks(label.alt_rank, n_levels)


def _owner(comment: LabelledComment, name: str, frameworks: Sequence[Framework]) -> int:
    """Return the position of the first framework that the comment was labelled with and that has the competency."""
    owner = next(f for f in (frameworks if comment.frameworks is None else comment.frameworks) if name in f)
    return next(i for i, framework in enumerate(frameworks) if framework is owner)


def _judged_together(frameworks: Sequence[Framework], comments: Sequence[LabelledComment]) -> list[set[str]]:
    """Return for each framework the competencies that were looked for in the same comments, its own included."""
    groups = {tuple(map(id, c.frameworks)): c.frameworks for c in comments if c.frameworks is not None}
    if any(c.frameworks is None for c in comments):
        groups[()] = tuple(frameworks)
    return [
        set(framework.names).union(*(f.names for group in groups.values() if _holds(group, framework) for f in group))
        for framework in frameworks
    ]


def _holds(group: Sequence[Framework], framework: Framework) -> bool:
    return any(framework is one for one in group)


def _sentences(frameworks: Sequence[Framework]) -> Iterator[tuple[int, str, NDArray[np.float64], str]]:
    """Yield framework position, competency, ranks on the common scale and text of every headline and indicator."""
    for position, framework in enumerate(frameworks):
        for competency in framework:
            for level in competency.levels:
                ranks = common_ranks(level.rank, competency.levels[-1].rank)
                for text in (*([level.headline] if level.headline else []), *(i.text for i in level.indicators)):
                    yield position, competency.name, ranks, text


def _descriptions(frameworks: Sequence[Framework], name: str) -> tuple[str, ...]:
    """Return name and definition, headlines and indicators of a competency in every framework that has it."""
    found = [f"{name}. {f[name].definition or ''}".strip() for f in frameworks if name in f]
    return (*found, *(sentence for _, own, _, sentence in _sentences(frameworks) if own == name))


def _indicator_matrix(found: Sequence[Sequence[str]], names: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[name in own for name in names] for own in found], dtype=np.float32)


def _polarity(example: SegmentExample) -> float:
    found = {x.polarity for x in example.labels}
    return float("nan") if len(found) != 1 else float(found == {"development"})


def _above(ranks: Sequence[NDArray[np.float64]]) -> list[float]:
    """Return for each boundary of the common scale the probability that the rank is above it; nan without a rank."""
    if not ranks:
        return [float("nan")] * (N_RANKS - 1)
    return [float(p) for p in 1 - np.cumsum(np.mean(ranks, axis=0))[:-1]]


def _check(
    train: Sequence[LabelledComment],
    validation: Sequence[LabelledComment],
    frameworks: Sequence[Framework],
    *,
    blocks: bool,
) -> None:
    shared = {c.writer for c in train} & {c.writer for c in validation}
    if shared and not blocks:
        msg = (
            f"The writers {sorted(shared)} are in training and validation. "
            "Split by writer, or accuracy looks better than it is."
        )
        raise ModelError(msg)
    for comment in (*train, *validation):
        own = frameworks if comment.frameworks is None else comment.frameworks
        for label in comment.labels:
            framework = next((f for f in own if label.competency in f), None)
            if framework is None:
                names = ", ".join(dict.fromkeys(name for f in own for name in f.names))
                msg = f"Comment {comment.id}: a label names {shown(label.competency)}. The framework has {names}."
                raise ModelError(msg)
            highest = framework[label.competency].levels[-1].rank
            given = max(label.rank, label.alt_rank or 0)
            if given > highest:
                msg = f"Comment {comment.id}: {label.competency} is given rank {given}. Its levels go up to {highest}."
                raise ModelError(msg)


def _as_matrix(targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add a column that nobody looked for to a single one, which would be taken for labels."""
    return targets if targets.shape[1] > 1 else np.hstack([targets, np.full_like(targets, UNKNOWN)])


def _indicator_features(
    known: Sequence[FrameworkVectors], names: Sequence[str], comments: Sequence[LabelledComment]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return features of all indicators, and what each evidences; unknown for what nobody judged beside it."""
    texts = [i.text for k in known for i in k.indicators]
    vectors = np.vstack([k.vectors for k in known])
    together = _judged_together([k.framework for k in known], comments)
    targets = [
        [k.framework.names[c] == n if n in judged else UNKNOWN for n in names]
        for k, judged in zip(known, together, strict=True)
        for c in k.competency_of
    ]
    return segment_features(texts, vectors), np.array(targets, dtype=np.int64).reshape(len(texts), len(names))


def _hidden(data: _Data, without: frozenset[str]) -> list[int]:
    """Return the columns of the features that are left out: a constant column teaches nothing."""
    n_dims, n_features = data.vectors.shape[1], data.features.shape[1]
    cues = range(n_dims, n_features) if "cues" in without else []
    markers = [n_dims + CUE_KINDS.index(kind) for kind in LEVEL_MARKERS if "level markers" in without]
    return [*cues, *markers]


def _fit_qualifier(data: _Data, *, never: bool = False) -> CompetencyClassifier:
    # A writer who never tagged a qualifier was not asked to look for them.
    asked = {e.comment.writer for e in data.examples if set(e.comment.tags) & set(QUALIFIERS)}
    targets = [
        [kind in e.qualifiers if e.comment.writer in asked else UNKNOWN for kind in QUALIFIERS] for e in data.examples
    ]
    known = np.array(targets, dtype=np.int64)
    return CompetencyClassifier(C=3.0, balance=0.5).fit(data.features, np.zeros_like(known) if never else known)


def _fit_polarity(data: _Data) -> PolarityClassifier:
    polarities = [{x.polarity for x in e.labels} for e in data.examples]
    rows = [i for i, found in enumerate(polarities) if len(found) == 1]
    seen = {next(iter(polarities[i])) for i in rows}
    if len(seen) < 2:
        msg = f"The labels in training are all of polarity {seen}. Label both strengths and development points."
        raise ModelError(msg)
    return PolarityClassifier().fit(data.features[rows], np.array([next(iter(polarities[i])) for i in rows]))


def _fit_level(data: _Data, names: Sequence[str], without: frozenset[str] = frozenset()) -> LevelClassifier:
    rows = [row for name in names for row in _level_rows(data, name, with_indicators="indicators" not in without)]
    inputs = np.array([features for features, _ in rows])
    inputs[:, _hidden(data, without)] = 0
    if "level texts" in without:
        inputs[:, data.features.shape[1] :] = 0
    chances = np.array([ranks for _, ranks in rows])
    # Every rank is possible, also one that no label or indicator has.
    inputs = np.vstack([inputs, np.tile(inputs.mean(axis=0), (N_RANKS, 1))])
    chances = np.vstack([chances, np.where(chances.any(axis=0), 0.0, 1e-3) * np.eye(N_RANKS)])
    at, ranks = np.nonzero(chances)
    return LevelClassifier().fit(inputs[at], ranks + 1, sample_weight=chances[at, ranks])


def _level_rows(
    data: _Data, name: str, *, with_indicators: bool
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield level features and ranks on the common scale of a competency's labelled segments and indicators."""
    frameworks = [k.framework for k in data.known]
    found = [(i, x) for i, e in enumerate(data.examples) for x in e.labels if x.competency == name]
    owners = [_owner(data.examples[i].comment, name, frameworks) for i, _ in found]
    for position, known in enumerate(data.known):
        if name in known.framework:
            column = known.framework.names.index(name)
            mine = [pair for pair, owner in zip(found, owners, strict=True) if owner == position]
            rows = [i for i, _ in mine]
            own = level_features(data.features[rows], known.similarities(data.vectors[rows]), column, known)
            for features, (i, label) in zip(own, mine, strict=True):
                yield features, _label_ranks(label, data.examples[i].comment, frameworks)
            if with_indicators and (mine or position == next(i for i, f in enumerate(frameworks) if name in f)):
                yield from _indicator_levels(known, column)


def _indicator_levels(
    known: FrameworkVectors, column: int
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield features and ranks of a competency's indicators, none of them compared with itself."""
    rows = np.flatnonzero(known.competency_of == column)
    if len(rows):
        similarities = known.similarities(known.vectors[rows])
        similarities[np.arange(len(rows)), rows] = similarities[np.arange(len(rows))][:, rows].min(axis=1)
        texts = [known.indicators[i].text for i in rows]
        features = level_features(segment_features(texts, known.vectors[rows]), similarities, column, known)
        n_levels = known.framework.competencies[column].levels[-1].rank
        for own, rank in zip(features, known.rank_of[rows], strict=True):
            yield own, common_ranks(int(rank), n_levels)


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
    Return for each comment and trained competency looked for the highest probability of any segment, and the truth.

    Returns
    -------
    probability, is_true : ndarrays of shape (n_decisions,)
        Each competency of a comment counts once, in the first framework that it was labelled with.
    """
    probability, is_true = [], []
    for position, framework in enumerate(frameworks):
        mine = [c for c in comments if c.speaks_of(framework)]
        results = list(Classifier(framework, heads, encoder).classify_comments(Comment(c.id, c.text, 0) for c in mine))
        for name in (n for n in framework.names if n in heads.trained_on):
            for comment, result in zip(mine, results, strict=True):
                if _owner(comment, name, frameworks) == position:
                    found = [a.probability for a in (*result.assignments, *result.abstained) if a.competency == name]
                    probability.append(max(found, default=0.0))
                    is_true.append(any(x.competency == name for x in comment.labels))
    return np.array(probability), np.array(is_true)
