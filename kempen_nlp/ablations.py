"""What each part of a model contributes: leave it out, fit the rest anew, measure again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.classifier import Heads, Matching
from kempen_nlp.encoders import Encoder, RememberedEncoder, load_encoder
from kempen_nlp.evaluation import macro_f1, quadratic_kappa
from kempen_nlp.framework import Framework
from kempen_nlp.intervals import paired_difference
from kempen_nlp.splitting import Fold
from kempen_nlp.training import LEAVABLE, fit_heads
from kempen_nlp.yardstick import Scores, Truth, align, competency_names, measure, score_model

EVERYTHING = "everything"
CONTEXT = "context of a segment"
FINE_TUNING = "fine-tuned encoder (general one instead)"


@dataclass(frozen=True)
class _Variant:
    part: str
    encoder: Encoder
    without: frozenset[str]


def ablation_table(
    heads: Heads,
    encoder: Encoder,
    fold: Fold,
    frameworks: Sequence[Framework],
    *,
    n_resamples: int = 500,
    report: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """
    Return how the figures change when one part is left out, everything else fitted anew.

    Calibration and thresholds are chosen on the validation comments of the fold, figures come from
    its test comments.

    Parameters
    ----------
    heads : Heads
        Lends the matching that serves competencies outside training; nothing else of it is used.
    encoder : Encoder
        Of the model.
    fold : Fold
    frameworks : sequence of Framework
    n_resamples : int
    report : callable
        Told which part is left out.

    Returns
    -------
    DataFrame
        Columns ``part, macro_f1, macro_difference, macro_low, macro_high, kappa, kappa_difference,
        kappa_low, kappa_high, polarity_f1, off_topic, calibration_error, n_comments, n_labels``. A
        difference is what the part adds: everything less the rest, resampled by comment; nan in the
        first row, which is everything.
    """
    names = competency_names(frameworks)
    truth = Truth.of(fold.test, names)
    rows: list[dict[str, Any]] = []
    whole: Scores | None = None
    for variant in _variants(encoder):
        report(variant.part if whole is None else f"without {variant.part}")
        fitted = fit_heads(
            fold.train, fold.validation, frameworks, variant.encoder, Matching.of(heads),
            blocks=fold.blocks, without=variant.without,
        )  # fmt: skip
        scores = score_model(fitted, variant.encoder, fold.test, frameworks)
        row = _figures(truth, scores)
        if whole is None:
            whole = scores
        else:
            row |= _added(truth, whole, scores, n_resamples)
        rows.append({"part": variant.part, **row})
    return pd.DataFrame(rows).reindex(columns=_COLUMNS)


def _variants(encoder: Encoder) -> Iterator[_Variant]:
    remembered = encoder if isinstance(encoder, RememberedEncoder) else RememberedEncoder(encoder)
    yield _Variant(EVERYTHING, remembered, frozenset())
    for part in LEAVABLE:
        yield _Variant(part, remembered, frozenset({part}))
    yield _Variant(CONTEXT, RememberedEncoder(remembered.encoder, in_context=False), frozenset())
    if encoder.name != "general":
        yield _Variant(FINE_TUNING, RememberedEncoder(load_encoder("general")), frozenset())


_COLUMNS = [
    "part", "macro_f1", "macro_difference", "macro_low", "macro_high", "kappa", "kappa_difference", "kappa_low",
    "kappa_high", "polarity_f1", "off_topic", "calibration_error", "n_comments", "n_labels",
]  # fmt: skip


def _figures(truth: Truth, scores: Scores) -> dict[str, float]:
    figures = measure(truth, scores, n_resamples=1)
    table = figures["competency"].set_index("class")
    rank = figures["rank"]
    strict = rank[(rank["reading"] == "strict") & (rank["measure"] == "quadratic_kappa")]
    return {
        "macro_f1": table.loc["macro", "f1"],
        "kappa": strict["value"].iloc[0],
        "polarity_f1": figures["polarity_f1"].value,
        "off_topic": figures["off_topic_assigned"].value,
        "calibration_error": figures["calibration_error"].value,
        "n_comments": figures["n_comments"],
        "n_labels": figures["n_labels"],
    }


def _kappa_of_pairs(_: NDArray[np.bool_], pairs: NDArray[np.float64]) -> float:
    return quadratic_kappa(pairs[..., 0], pairs[..., 1])


def _added(truth: Truth, whole: Scores, rest: Scores, n_resamples: int) -> dict[str, float]:
    difference = partial(paired_difference, n_resamples=n_resamples)
    competency = difference(macro_f1, truth.has, (whole.assigned, rest.assigned))
    # Of several labels of a competency each model is held to the one that its own quote answers to.
    ranks = [np.stack([align(truth, own).rank, np.where(truth.has, own.rank, np.nan)], axis=2) for own in (whole, rest)]
    kappa = difference(_kappa_of_pairs, truth.has, (ranks[0], ranks[1]))
    return {
        "macro_difference": competency.value, "macro_low": competency.low, "macro_high": competency.high,
        "kappa_difference": kappa.value, "kappa_low": kappa.low, "kappa_high": kappa.high,
    }  # fmt: skip
