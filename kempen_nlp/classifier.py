"""The meeting point: framework, language, encoder and estimators make assignments with evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from kempen_nlp.assignments import Assignment, Assignments, ClassifiedComment, Evidence, Polarity
from kempen_nlp.comments import Comment
from kempen_nlp.competencies import CompetencyClassifier, SigmoidCalibrator, damped, qualified_share
from kempen_nlp.encoders import Encoder, Span, encode_spans, encode_unique, load_encoder
from kempen_nlp.errors import ModelError
from kempen_nlp.features import (
    level_features,
    match_features,
    match_scores,
    pair_features,
    segment_features,
)
from kempen_nlp.framework import Framework
from kempen_nlp.framework_vectors import MATCHING_ENCODER, FrameworkVectors
from kempen_nlp.language.segments import MAX_CHARS, Segment, split_all, split_segments
from kempen_nlp.levels import LevelClassifier, median_rank
from kempen_nlp.polarity import PolarityClassifier

CHUNK = 512
_WORD = re.compile(r"\w+")
_HALF = re.compile("[\ud800-\udfff]")
NEVER = 2.0
"""A threshold that no probability reaches."""


@dataclass(frozen=True)
class Heads:
    """The fitted estimators and the table that turns a wanted precision into a threshold."""

    trained_on: tuple[str, ...]
    """Names of the competencies that the competency estimator knows, in its column order."""
    competency: CompetencyClassifier
    competency_calibrator: SigmoidCalibrator
    evidence: CompetencyClassifier
    """One column: is a segment evidence for anything at all; the matcher reads its log odds."""
    matcher: CompetencyClassifier
    """Reads ``features.pair_features``; serves competencies that were not in training."""
    matcher_calibrator: SigmoidCalibrator
    qualifier: CompetencyClassifier
    """Columns in the order of ``language.cues.QUALIFIERS``."""
    polarity: PolarityClassifier
    level: LevelClassifier
    thresholds: Mapping[str, float]
    """
    ``assign`` (default), ``abstain`` (below it, none), and one for each precision that can be had, such
    as ``0.90``; the same with ``match_`` before them for competencies that were not in training.
    """


@dataclass(frozen=True)
class Matching:
    """The part of ``Heads`` that serves competencies that were not in training."""

    evidence: CompetencyClassifier
    matcher: CompetencyClassifier
    matcher_calibrator: SigmoidCalibrator
    thresholds: Mapping[str, float]
    """Keys begin with ``match_``."""

    @classmethod
    def of(cls, heads: Heads) -> Matching:
        """Return the part of fitted heads, to be kept when the rest is fitted anew for the same encoder."""
        own = {key: value for key, value in heads.thresholds.items() if key.startswith("match_")}
        return cls(heads.evidence, heads.matcher, heads.matcher_calibrator, own)


@dataclass(frozen=True)
class _Judged:
    """What the estimators say of the segments of a batch."""

    probability: NDArray[np.float64]
    """Shape (n_segments, n_competencies)."""
    polarity: NDArray[np.str_]
    features: NDArray[np.float64]
    similarities: NDArray[np.float32]


class Classifier:
    """
    Map comments to competencies and levels of one framework.

    Parameters
    ----------
    framework : Framework
        Any framework. Competencies whose names were in training are served by the trained
        estimator, the others by matching with their own indicators.
    heads : Heads
        Fitted estimators, as ``load_classifier`` reads them.
    encoder : Encoder
        The one that the heads were fitted with.
    min_precision : float, optional
        Assign only where at least this share of assignments was right on validation comments;
        the rest is abstained. One of ``precisions``. By default the threshold with the best F1.
        A competency that was not in training is always abstained where matching never was that precise.
    begun : mapping of str to callable, optional
        Name of an encoder to what gives the framework's texts as it encodes them, for who began with that
        before; waited for on first use. By default they are encoded then.
    """

    def __init__(
        self,
        framework: Framework,
        heads: Heads,
        encoder: Encoder,
        *,
        min_precision: float | None = None,
        begun: Mapping[str, Callable[[], FrameworkVectors]] | None = None,
    ) -> None:
        self.framework = framework
        self.heads = heads
        self.encoder = encoder
        self._begun = begun or {}
        self.thresholds, self._lowest = self._choose_thresholds(min_precision)

    @property
    def precisions(self) -> tuple[float, ...]:
        """The precisions that can be asked for."""
        return tuple(float(key) for key in self.heads.thresholds if key.startswith("0."))

    @property
    def trained(self) -> tuple[str, ...]:
        """Competencies of the framework that were in training."""
        return tuple(name for name in self.framework.names if name in self.heads.trained_on)

    @property
    def matched(self) -> tuple[str, ...]:
        """Competencies of the framework that are served by matching only."""
        return tuple(name for name in self.framework.names if name not in self.heads.trained_on)

    def _choose_thresholds(self, min_precision: float | None) -> tuple[Mapping[str, float], NDArray[np.float64]]:
        """Return for each competency from where on it is assigned, and from where on it is named at all."""
        if min_precision is not None and min_precision not in self.precisions:
            offered = ", ".join(f"{p:g}" for p in self.precisions) or "none"
            msg = f"No threshold is known for a precision of {min_precision:g}. This model offers {offered}."
            raise ModelError(msg)
        known = self.heads.thresholds
        wanted = "assign" if min_precision is None else f"{min_precision:.2f}"
        prefixes = ["" if name in self.heads.trained_on else "match_" for name in self.framework.names]
        assign = [known.get(prefix + wanted, NEVER) for prefix in prefixes]
        lowest = [min(known[prefix + "abstain"], own) for prefix, own in zip(prefixes, assign, strict=True)]
        return dict(zip(self.framework.names, assign, strict=True)), np.array(lowest)

    def classify(self, text: str) -> Assignments:
        """
        Return the assignments of one comment, in text order; empty when it shows nothing.

        The tuple shows itself in a notebook as coloured text and a table. Use ``classify_comments``
        to see what was too uncertain, or for more than a few texts.
        """
        (result,) = self.classify_comments([Comment("1", text, 1)])
        return Assignments(result.assignments, text)

    def explain(self, text: str, competency: str) -> list[tuple[str, int, int, float]]:
        """
        Say how much each word of a comment moves the probability of a competency.

        Each word is left out in turn; what the probability then loses is the word's influence. A
        rule of thumb: words work together, and a shorter text may be cut into other segments.

        Parameters
        ----------
        text : str
            One comment.
        competency : str
            A name of the framework.

        Returns
        -------
        list of (word, start, end, influence)
            In text order; influence between -1 and 1, above 0 where the word speaks for the competency.

        Raises
        ------
        KeyError
            If the framework has no such competency.
        """
        name = self.framework[competency].name
        words = list(_WORD.finditer(text))
        shorter = [text[: m.start()] + text[m.end() :] for m in words]
        column = self.framework.names.index(name)
        whole, *without = (self._highest(variant, column) for variant in [text, *shorter])
        return [(m[0], m.start(), m.end(), whole - p) for m, p in zip(words, without, strict=True)]

    def _highest(self, text: str, column: int) -> float:
        """Return the probability of a competency in the segment that shows it most; 0 where nothing can be read."""
        segments = [] if _problems(Comment("1", text, 1)) else split_segments(text)
        if not segments:
            return 0.0
        spans = [[(s.start, s.end) for s in segments]]
        judged = self._judge([s.text for s in segments], [text], spans)
        return float(judged.probability[:, column].max())

    def classify_comments(
        self, comments: Iterable[Comment | str], *, chunk: int = CHUNK
    ) -> Iterator[ClassifiedComment]:
        """
        Classify comments in order, lazily, a chunk at a time.

        Parameters
        ----------
        comments : iterable of Comment or str
            Strings are numbered from 1.
        chunk : int
            How many comments are encoded together; changes speed and memory, never the answer.
        """
        numbered = (c if isinstance(c, Comment) else Comment(str(n), c, n) for n, c in enumerate(comments, start=1))
        while batch := list(islice(numbered, chunk)):
            # A matrix product that is shared out over cores may end in another last bit.
            with _matrix_libraries().limit(limits=1, user_api="blas"):
                results = self._classify_batch(batch)
            yield from results

    def _classify_batch(self, comments: Sequence[Comment]) -> list[ClassifiedComment]:
        problems = [_problems(comment) for comment in comments]
        segments = split_all("" if found else c.text for c, found in zip(comments, problems, strict=True))
        candidates = self._candidates([c.text for c in comments], segments) if any(segments) else []
        results, position = [], 0
        for comment, found, own in zip(comments, problems, segments, strict=True):
            mine = [a for per_segment in candidates[position : position + len(own)] for a in per_segment]
            position += len(own)
            merged = _merge(mine, comment.text)
            results.append(
                ClassifiedComment(
                    id=comment.id,
                    text=comment.text,
                    assignments=tuple(a for a in merged if a.probability >= self.thresholds[a.competency]),
                    abstained=tuple(a for a in merged if a.probability < self.thresholds[a.competency]),
                    problems=found,
                    extra=comment.extra,
                )
            )
        return results

    def _candidates(self, texts: Sequence[str], per_comment: Sequence[Sequence[Segment]]) -> list[list[Assignment]]:
        """Return for each segment what it may evidence, the abstained included."""
        spans = [[(s.start, s.end) for s in own] for own in per_comment]
        segments = [segment for own in per_comment for segment in own]
        judged = self._judge([s.text for s in segments], texts, spans)
        rows, columns = np.nonzero(judged.probability >= self._lowest)
        found: list[list[Assignment]] = [[] for _ in segments]
        for column in np.unique(columns):
            at = rows[columns == column]
            for row, assignment in zip(at, self._assign(segments, judged, at, column), strict=True):
                found[row].append(assignment)
        return found

    def _judge(self, texts: Sequence[str], comments: Sequence[str], spans: Sequence[Sequence[Span]]) -> _Judged:
        # First, because whoever began with it may still be making the encoder ready.
        known = self.framework_vectors
        vectors = encode_spans(self.encoder, comments, spans)
        features = segment_features(texts, vectors)
        qualified = qualified_share(self.heads.qualifier.predict_proba(features))
        probability = self._competency_probability(texts, vectors, features, qualified)
        probability[_only_named(texts, self.framework.names)] = 0.0
        polarity = self.heads.polarity.predict(features).astype(str)
        return _Judged(probability, polarity, features, known.similarities(vectors))

    def _competency_probability(
        self,
        texts: Sequence[str],
        vectors: NDArray[np.float32],
        features: NDArray[np.float64],
        qualified: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        heads = self.heads
        probability = np.empty((len(features), len(self.framework)))
        trained = [i for i, name in enumerate(self.framework.names) if name in heads.trained_on]
        if trained:
            scores = heads.competency.decision_function(features)
            columns = [heads.trained_on.index(self.framework.names[i]) for i in trained]
            probability[:, trained] = heads.competency_calibrator.transform(damped(scores[:, columns], qualified))
        matched = [i for i in range(len(self.framework)) if i not in trained]
        if matched:
            encoder, known = self._matching
            evidence = heads.evidence.decision_function(features)
            own = match_features(vectors, self.framework_vectors)
            pairs = pair_features(match_features(encode_unique(encoder, texts), known), own, evidence)[:, matched]
            probability[:, matched] = heads.matcher_calibrator.transform(match_scores(heads.matcher, pairs))
        return probability

    def _assign(
        self, segments: Sequence[Segment], judged: _Judged, rows: NDArray[np.intp], column: int
    ) -> Iterator[Assignment]:
        competency = self.framework.competencies[column]
        similarities = judged.similarities[rows]
        inputs = level_features(judged.features[rows], similarities, column, self.framework_vectors)
        n_levels = competency.levels[-1].rank
        chances = resample_ranks(self.heads.level.predict_proba(inputs), n_levels)
        chances = chances[:, [rank - 1 for rank in competency.ranks]]
        chances /= chances.sum(axis=1, keepdims=True)
        assigned = median_rank(chances)
        for i, row in enumerate(rows):
            rank = competency.ranks[assigned[i]]
            segment = segments[row]
            polarity: Polarity = "strength" if judged.polarity[row] == "strength" else "development"
            yield Assignment(
                competency=competency.name,
                rank=rank,
                polarity=polarity,
                start=segment.start,
                end=segment.end,
                quote=segment.text,
                probability=float(judged.probability[row, column]),
                rank_probabilities={r: float(p) for r, p in zip(competency.ranks, chances[i], strict=True)},
                evidence=self._evidence(similarities[i], column, rank),
            )

    def _evidence(self, similarities: NDArray[np.float32], column: int, rank: int) -> Evidence:
        """Return the most similar indicator of the rank, or of the nearest rank that has any."""
        known = self.framework_vectors
        mine = np.flatnonzero(known.competency_of == column)
        if len(mine) == 0:
            return Evidence("", "", rank, 0.0)
        distance = np.abs(known.rank_of[mine] - rank)
        nearest = mine[distance == distance.min()]
        best = nearest[np.argmax(similarities[nearest])]
        indicator = known.indicators[best]
        return Evidence(indicator.id, indicator.text, int(known.rank_of[best]), float(similarities[best]))

    @cached_property
    def framework_vectors(self) -> FrameworkVectors:
        """The framework's texts, encoded on first use at the latest."""
        return self._vectors_by(self.encoder)

    @cached_property
    def _matching(self) -> tuple[Encoder, FrameworkVectors]:
        """The general encoder, which never saw a label, and the framework's texts encoded by it."""
        encoder = load_encoder(MATCHING_ENCODER)
        return encoder, self._vectors_by(encoder)

    def _vectors_by(self, encoder: Encoder) -> FrameworkVectors:
        begun = self._begun.get(encoder.name)
        return begun() if begun else FrameworkVectors.of(self.framework, encoder)


@cache
def _matrix_libraries() -> ThreadpoolController:
    return ThreadpoolController()


def resample_ranks(probabilities: NDArray[np.float64], n_levels: int) -> NDArray[np.float64]:
    """
    Spread probabilities of four ranks over another number of levels.

    The cumulative probability is read as a line over the scale from lowest to highest and cut
    anew in equal parts.

    Examples
    --------
    >>> resample_ranks(np.array([[0.5, 0.5, 0.0, 0.0]]), 2)
    array([[1., 0.]])
    """
    n_known = probabilities.shape[1]
    if n_levels == n_known:
        return probabilities
    edges = np.linspace(0, 1, n_known + 1)
    cumulative = np.hstack([np.zeros((len(probabilities), 1)), np.cumsum(probabilities, axis=1)])
    cuts = np.linspace(0, 1, n_levels + 1)
    resampled = np.array([np.interp(cuts, edges, row) for row in cumulative])
    return np.diff(resampled.reshape(-1, n_levels + 1), axis=1)


def _only_named(texts: Sequence[str], names: Sequence[str]) -> NDArray[np.bool_]:
    """Say where a segment holds only words of a competency's name, which is no behaviour; (n_texts, n_names)."""
    words = [set(_WORD.findall(text.lower())) for text in texts]
    named = [set(_WORD.findall(name.lower())) for name in names]
    return np.array([[own <= name for name in named] for own in words], dtype=bool).reshape(len(texts), len(names))


def _problems(comment: Comment) -> tuple[str, ...]:
    if comment.problems:
        return comment.problems
    if not comment.text.strip():
        return ("The comment has no text.",)
    if len(comment.text) > MAX_CHARS:
        return (f"The comment has {len(comment.text):,} characters; at most {MAX_CHARS:,} can be read. Split it.",)
    if _HALF.search(comment.text):
        return ("The comment holds half a character (a lone surrogate), which no encoding has. Replace it.",)
    return ()


def _merge(assignments: Sequence[Assignment], text: str) -> list[Assignment]:
    """Join neighbours in the text that say the same; the surer of the two speaks for both."""
    merged: list[Assignment] = []
    for assignment in sorted(assignments, key=lambda a: (a.competency, a.start)):
        last = merged[-1] if merged else None
        if last and _says_the_same(last, assignment) and not _has_words(text[last.end : assignment.start]):
            surer = max(last, assignment, key=lambda a: a.probability)
            quote = text[last.start : assignment.end]
            merged[-1] = replace(surer, start=last.start, end=assignment.end, quote=quote)
        else:
            merged.append(assignment)
    return sorted(merged, key=lambda a: (a.start, a.end, a.competency))


def _says_the_same(one: Assignment, other: Assignment) -> bool:
    return (one.competency, one.rank, one.polarity) == (
        other.competency,
        other.rank,
        other.polarity,
    )


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))
