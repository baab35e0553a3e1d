"""What is made before the estimators: the encoder, and the matching that serves competencies outside training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from kempen_nlp import corpus
from kempen_nlp.classifier import Matching
from kempen_nlp.encoders import Encoder, RememberedEncoder, TuningPlan, fine_tuned_encoder, load_encoder
from kempen_nlp.evaluation import f1_table, macro_f1
from kempen_nlp.intervals import bootstrap_interval
from kempen_nlp.matching import Fold, Pairs, fit_matching, held_out_pairs, leave_one_out_scores
from kempen_nlp.materials import FINE_TUNE, Materials, TrainingPlan, shipped_frameworks
from kempen_nlp.persistence import load_heads
from kempen_nlp.training import tuning_data
from kempen_nlp.yardstick import competency_names

N_ENCODERS = 3
"""For measuring competencies outside training: each of so many encoders never sees the labels of a third of them."""
_EVERY = 2
"""Those encoders learn from every second comment, with half the layers, for fewer epochs; what they find is a lower
bound."""
Report = Callable[[str], None]


@dataclass(frozen=True)
class Workshop:
    """An encoder and the matching that goes with it."""

    encoder: Encoder
    matching: Matching
    left_out: pd.DataFrame | None
    """How well competencies outside training are found; None where it was not measured with this encoder."""


def open_workshop(
    plan: TrainingPlan, materials: Materials, scratch: Path, *, report: Report = lambda _: None
) -> Workshop:
    """
    Load or make the encoder that a plan names, and its matching.

    Parameters
    ----------
    plan : TrainingPlan
    materials : Materials
    scratch : path
        Folder for a fine-tuned encoder.
    report : callable
        Told what is being done.
    """
    if plan.encoder == "shipped":
        heads, encoder = load_heads()
        return Workshop(RememberedEncoder(encoder), Matching.of(heads), None)
    if plan.encoder != FINE_TUNE:
        encoder = RememberedEncoder(load_encoder(plan.encoder))
        folds = _unlabelled(encoder, competency_names(shipped_frameworks()))
    else:
        encoder = RememberedEncoder(_tuned(plan.tuning, materials, scratch / "encoder", (), report))
        lesser = replace(plan.tuning, n_layers=6, with_teacher=False, epochs=3, matching=3.0)
        names = competency_names(shipped_frameworks())
        seen = [name for name in names if name in competency_names(materials.frameworks)]
        groups = [seen[i::N_ENCODERS] for i in range(N_ENCODERS)] if seen else []
        folds = _unlabelled(encoder, [name for name in names if name not in seen])
        for number, group in enumerate(groups, start=1):
            report(f"encoder {number} of {N_ENCODERS} for matching: without labels of {', '.join(group)}")
            tuned = _tuned(lesser, materials, scratch / f"without-{number}", group, report)
            folds.append(Fold(RememberedEncoder(tuned), tuple(group)))
    report("pairs of comments and competencies outside training")
    validation, test = (_pairs(part, folds) for part in ("validation", "test"))
    matching = fit_matching(validation, corpus.load_feedback("train"), encoder, report=report)
    return Workshop(encoder, matching, left_out_table(validation, test))


def matching_for(encoder: Encoder, *, report: Report = lambda _: None) -> Matching:
    """Return the matching of an encoder that never saw a label, fitted on the shipped comments."""
    folds = _unlabelled(encoder, competency_names(shipped_frameworks()))
    return fit_matching(_pairs("validation", folds), corpus.load_feedback("train"), encoder, report=report)


def _unlabelled(encoder: Encoder, names: Sequence[str]) -> list[Fold]:
    """Return folds of an encoder that never saw labels of these; what tells evidence from the rest must not either."""
    return [Fold(encoder, tuple(names[i::N_ENCODERS])) for i in range(N_ENCODERS) if names[i::N_ENCODERS]]


def left_out_table(validation: Pairs, test: Pairs, *, n_resamples: int = 1000, seed: int = 0) -> pd.DataFrame:
    """
    Return how well a competency is found that was not in training, one at a time.

    Returns
    -------
    DataFrame
        Columns ``competency, f1, low, high, n_true``; the last row is the mean.
    """
    scores, thresholds = leave_one_out_scores(validation, test)
    assigned, truth = scores >= thresholds, test.truth
    table = f1_table(truth, assigned, test.names, n_resamples=n_resamples, random_state=seed)
    table = table[~table["class"].isin(["none", "macro", "micro"])]
    mean = bootstrap_interval(
        partial(macro_f1, include_none=False), truth, assigned, n_resamples=n_resamples, random_state=seed
    )
    rows = [*table[["class", "f1", "low", "high", "n_true"]].itertuples(index=False, name=None)]
    rows.append(("mean", mean.value, mean.low, mean.high, int(truth.sum())))
    return pd.DataFrame(rows, columns=["competency", "f1", "low", "high", "n_true"])


def _pairs(part: corpus.Split, folds: Sequence[Fold]) -> Pairs:
    return held_out_pairs(corpus.load_feedback(part), corpus.load_feedback("train"), shipped_frameworks(), folds)


def _tuned(plan: TuningPlan, materials: Materials, folder: Path, without: Sequence[str], report: Report) -> Encoder:
    """Fine-tune an encoder as if some competencies had no labels."""
    folder.mkdir(parents=True, exist_ok=True)
    comments = materials.train[::_EVERY] if without else materials.train
    texts, spans, targets = tuning_data(comments, materials.frameworks)
    names = competency_names(materials.frameworks)
    columns = np.array([names.index(name) for name in without if name in names], dtype=np.intp)
    masked = targets.without(columns) if len(columns) else targets
    return fine_tuned_encoder(texts, spans, masked, folder, plan, report=report)
