"""How a model grows with the number of labelled comments, and whether more labels are worth making."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kempen_nlp.encoders import Encoder
from kempen_nlp.errors import ModelError
from kempen_nlp.evaluation import f1_per_class, quadratic_kappa
from kempen_nlp.framework import Framework
from kempen_nlp.splitting import Fold
from kempen_nlp.trials import Fit, Trial
from kempen_nlp.yardstick import align, competency_names

MACRO, KAPPA = "macro-F1", "rank kappa"
MIN_SIZES = 4
MIN_LABELS = 30
"""With fewer test labels an interval says nothing."""
WORTH, LITTLE, HARDLY, UNTOLD = "worth it", "helps a little", "hardly helps", "cannot be told"
WORTH_GAIN, HARDLY_GAIN = 0.01, 0.02
_EXPONENTS = (0.25, 0.5, 1.0)
Report = Callable[[str], None]


@dataclass(frozen=True)
class CurvePlan:
    """How many models to fit, and how to tell what is chance."""

    shares: tuple[float, ...] = (0.1, 0.2, 0.4, 0.7, 1.0)
    """Of the training comments, ascending; parts that are too small to fit are left out."""
    n_repeats: int = 2
    """Random parts of each size; one for the whole."""
    n_resamples: int = 300
    seed: int = 20261122


@dataclass(frozen=True)
class LearningCurve:
    """What was measured with growing parts of the labelled comments, and what twice as many may give."""

    measured: pd.DataFrame
    """Columns ``what`` (macro-F1 without none, rank kappa, and the F1 of each competency), ``n_comments``
    in training, ``value, low, high``."""
    outlook: pd.DataFrame
    """Columns ``what, n_comments, n_labels`` (in training, all comments used), ``n_test_labels, value,
    gain, gain_low, gain_high`` with twice as many comments of the same kind, ``verdict``."""


@dataclass(frozen=True)
class _Step:
    n_comments: float
    trials: list[Trial]


def learning_curve(
    folds: Sequence[Fold],
    fit: Fit,
    encoder: Encoder,
    frameworks: Sequence[Framework],
    plan: CurvePlan | None = None,
    *,
    report: Report = lambda _: None,
) -> LearningCurve:
    """
    Fit on growing random parts of the training comments and extrapolate to twice as many.

    The encoder stays as it is, so that nothing is learned but the estimators. A curve ``a - b * n ** -c``
    is fitted; its uncertainty comes from resampling test comments and repeats. More comments *of the
    same writers and kind* are meant: other writers may add more.

    Parameters
    ----------
    folds : sequence of Fold
        Their validation and test parts stay whole.
    fit : callable
        Fits a model on a fold.
    encoder : Encoder
        A ``RememberedEncoder`` saves most of the time.
    frameworks : sequence of Framework
        That the test comments were labelled with.
    plan : CurvePlan, optional
    report : callable
        Told the size that is being fitted.

    Raises
    ------
    ModelError
        If all training comments together are too few.
    """
    plan = plan or CurvePlan()
    rng = np.random.default_rng(plan.seed)
    orders = [[rng.permutation(len(fold.train)) for fold in folds] for _ in range(plan.n_repeats)]
    steps: list[_Step] = []
    for share in plan.shares:
        report(f"learning curve: {share:.0%} of the training comments")
        trials, sizes = [], []
        for order in orders if share < 1 else orders[:1]:
            parts = [_part(fold, own, share) for fold, own in zip(folds, order, strict=True)]
            try:
                trials.append(Trial.over_folds(parts, fit, encoder, frameworks))
            except ModelError:
                # Too few labels in so small a part; the next one may do.
                break
            sizes.append(np.mean([len(part.train) for part in parts]))
        if trials:
            steps.append(_Step(float(np.mean(sizes)), trials))
    if not steps:
        msg = "Not even all training comments are enough to fit a model, so there is no learning curve."
        raise ModelError(msg)
    return _summary(steps, folds, competency_names(frameworks), np.random.default_rng(plan.seed), plan.n_resamples)


def _part(fold: Fold, order: NDArray[np.intp], share: float) -> Fold:
    kept = np.sort(order[: max(1, round(share * len(order)))])
    return replace(fold, train=[fold.train[i] for i in kept])


def _summary(
    steps: Sequence[_Step], folds: Sequence[Fold], names: Sequence[str], rng: np.random.Generator, n_resamples: int
) -> LearningCurve:
    what = [MACRO, KAPPA, *names]
    rows_of = [[_Rows.of(trial) for trial in step.trials] for step in steps]
    whole = np.arange(len(rows_of[0][0].has))
    sizes = np.array([step.n_comments for step in steps])
    values = np.array([np.nanmean([rows.figures(whole) for rows in own], axis=0) for own in rows_of])
    samples = np.array([_resampled(rows_of, rng) for _ in range(n_resamples)])
    low, high = np.nanpercentile(samples, [2.5, 97.5], axis=0)
    measured = pd.DataFrame(
        [
            (name, size, values[i, j], low[i, j], high[i, j])
            for j, name in enumerate(what)
            for i, size in enumerate(sizes)
        ],
        columns=["what", "n_comments", "value", "low", "high"],
    )
    n_labels = np.mean([[sum(x.competency == n for c in f.train for x in c.labels) for n in names] for f in folds], 0)
    n_test = rows_of[0][0].has.sum(axis=0)
    rows = []
    for j, name in enumerate(what):
        own, tested = (n_labels.sum(), n_test.sum()) if j < 2 else (n_labels[j - 2], n_test[j - 2])
        gains = np.array([_gain(sizes, sample[:, j]) for sample in samples])
        spread = np.nanpercentile(gains, [2.5, 97.5]) if not np.isnan(gains).all() else np.array([np.nan, np.nan])
        gain = _gain(sizes, values[:, j])
        verdict = _verdict(spread[0], spread[1], n_sizes=len(sizes), n_test_labels=int(tested))
        rows.append((name, sizes[-1], round(own), int(tested), values[-1, j], gain, *spread, verdict))
    columns = ["what", "n_comments", "n_labels", "n_test_labels", "value", "gain", "gain_low", "gain_high", "verdict"]
    return LearningCurve(measured, pd.DataFrame(rows, columns=columns))


@dataclass(frozen=True)
class _Rows:
    """What a trial found, ready to be resampled by comment."""

    has: NDArray[np.bool_]
    assigned: NDArray[np.bool_]
    rank: NDArray[np.float64]
    given: NDArray[np.float64]

    @classmethod
    def of(cls, trial: Trial) -> _Rows:
        truth, scores = trial.truth, trial.scores
        return cls(truth.has, scores.assigned, align(truth, scores).rank, np.where(truth.has, scores.rank, np.nan))

    def figures(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return macro-F1, rank kappa and the F1 of each competency of some rows."""
        f1 = f1_per_class(self.has[rows], self.assigned[rows], include_none=False)
        macro = float(np.nanmean(f1)) if not np.isnan(f1).all() else float("nan")
        return np.array([macro, quadratic_kappa(self.rank[rows], self.given[rows]), *f1])


def _resampled(rows_of: Sequence[Sequence[_Rows]], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return figures of every size on the same resampled comments, of repeats drawn anew."""
    n = len(rows_of[0][0].has)
    drawn = rng.integers(n, size=n)
    return np.array([
        np.nanmean([own[i].figures(drawn) for i in rng.integers(len(own), size=len(own))], axis=0) for own in rows_of
    ])  # fmt: skip


def _gain(sizes: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return what a fitted curve gains between the last size and twice that; nan with fewer than three values."""
    known = ~np.isnan(values)
    if known.sum() < 3:
        return float("nan")
    fits = []
    for exponent in _EXPONENTS:
        falling = sizes[known] ** -exponent
        design = np.column_stack([np.ones_like(falling), -falling])
        (level, slope), *_ = np.linalg.lstsq(design, values[known], rcond=None)
        error = float(((design @ [level, slope] - values[known]) ** 2).sum())
        fits.append((error, slope * (sizes[-1] ** -exponent - (2 * sizes[-1]) ** -exponent)))
    return float(min(fits)[1])


def _verdict(low: float, high: float, *, n_sizes: int, n_test_labels: int) -> str:
    if n_sizes < MIN_SIZES or n_test_labels < MIN_LABELS or np.isnan(low):
        return UNTOLD
    if low > WORTH_GAIN:
        return WORTH
    if high < HARDLY_GAIN:
        return HARDLY
    return LITTLE if low > 0 else UNTOLD
