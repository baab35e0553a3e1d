"""Try a model on labelled comments and gather the figures that its card shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kempen_nlp.classifier import NEVER, Heads
from kempen_nlp.corpus import LabelledComment
from kempen_nlp.encoders import Encoder
from kempen_nlp.framework import Framework
from kempen_nlp.mistakes import confusion_table, rank_error_table
from kempen_nlp.splitting import Fold
from kempen_nlp.yardstick import (
    Scores,
    Threshold,
    Truth,
    competency_names,
    measure,
    measure_groups,
    measure_thresholds,
    score_model,
    threshold_rows,
)

Fit = Callable[[Fold], Heads]


@dataclass(frozen=True)
class Trial:
    """Comments, what annotators said of them, and what models said that never saw their writers."""

    truth: Truth
    scores: Scores
    thresholds: Mapping[str, Threshold]
    """For ``assign`` and each precision, as ``yardstick.threshold_rows``."""

    @classmethod
    def of(
        cls, heads: Heads, encoder: Encoder, comments: Sequence[LabelledComment], frameworks: Sequence[Framework]
    ) -> Trial:
        """Let a model read comments that were labelled with these frameworks."""
        names = competency_names(frameworks)
        scores = score_model(heads, encoder, comments, frameworks)
        return cls(Truth.of(comments, names), scores, threshold_rows(heads, names))

    @classmethod
    def with_scores(cls, comments: Sequence[LabelledComment], frameworks: Sequence[Framework], scores: Scores) -> Trial:
        """Put scores that something else gave beside the labels."""
        return cls(Truth.of(comments, competency_names(frameworks)), scores, {})

    @classmethod
    def over_folds(cls, folds: Sequence[Fold], fit: Fit, encoder: Encoder, frameworks: Sequence[Framework]) -> Trial:
        """Fit a model for every fold, let it read the comments held out, and put all of them together."""
        return cls.pooled([cls.of(fit(fold), encoder, fold.test, frameworks) for fold in folds])

    @classmethod
    def pooled(cls, trials: Sequence[Trial]) -> Trial:
        """Put trials of different comments together; a precision that a fold does not offer assigns nothing there."""
        if len(trials) == 1:
            return trials[0]
        shapes = [t.scores.probability.shape for t in trials]
        keys = dict.fromkeys(key for t in trials for key in t.thresholds)
        return cls(
            Truth(
                trials[0].truth.names,
                tuple(c for t in trials for c in t.truth.comments),
                np.vstack([t.truth.has for t in trials]),
            ),
            Scores.pooled([t.scores for t in trials]),
            {
                key: np.vstack([
                    np.broadcast_to(np.asarray(t.thresholds.get(key, NEVER), dtype=np.float64), shape)
                    for t, shape in zip(trials, shapes, strict=True)
                ])
                for key in keys
            },
        )  # fmt: skip

    def figures(self, *, show_text: bool, n_resamples: int = 1000, seed: int = 0) -> dict[str, Any]:
        """
        Return every figure of the card that rests on these comments.

        Parameters
        ----------
        show_text : bool
            Quote comments as examples of mistakes and name writers; never for a user's own comments.
        n_resamples, seed
            Of the bootstrap.
        """
        truth = self.truth if show_text else replace(self.truth, comments=_numbered_writers(self.truth.comments))
        fewer = max(1, n_resamples // 2)
        confusions, rank_errors = confusion_table(truth, self.scores), rank_error_table(truth, self.scores)
        if not show_text:
            confusions, rank_errors = confusions.assign(example=""), rank_errors.assign(example="")
        return {
            **measure(truth, self.scores, n_resamples=n_resamples, seed=seed),
            "groups": measure_groups(truth, self.scores, n_resamples=fewer, seed=seed),
            "reached": measure_thresholds(truth, self.scores, self.thresholds, n_resamples=fewer, seed=seed),
            "confusions": confusions,
            "rank_errors": rank_errors,
        }


def _numbered_writers(comments: Sequence[LabelledComment]) -> tuple[LabelledComment, ...]:
    """Return comments whose writers are numbers: a card goes round, and writers are people."""
    numbers = {writer: str(n) for n, writer in enumerate(sorted({c.writer for c in comments}), start=1)}
    return tuple(replace(c, writer=numbers[c.writer]) for c in comments)
