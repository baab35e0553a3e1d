"""The two long jobs: fit a model on labelled comments, and measure one on comments it never saw."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from kempen_nlp import __version__, baselines, corpus, plots
from kempen_nlp.agreement import competency_alpha, rank_alpha
from kempen_nlp.assignments import whole_file
from kempen_nlp.cards import model_card
from kempen_nlp.classifier import Heads
from kempen_nlp.corpus import LabelledComment
from kempen_nlp.encoders import Encoder, TuningPlan, load_encoder
from kempen_nlp.errors import ModelError
from kempen_nlp.evaluation import (
    bootstrap_interval,
    coverage_table,
    f1_table,
    macro_f1,
    paired_difference,
    reliability_table,
)
from kempen_nlp.framework import Framework
from kempen_nlp.persistence import load_heads, save_model, to_json
from kempen_nlp.training import fit_heads, leave_one_out_scores, tuning_data
from kempen_nlp.yardstick import (
    Scores,
    Truth,
    challenge_report,
    competency_names,
    measure,
    measure_groups,
    measure_qualifiers,
    score_model,
    to_plain,
)

FRAMEWORKS = ("welzijn", "kempen")
"""In this order: where both have a competency, welzijn describes its levels."""
FINE_TUNE = "fine-tune"
Report = Callable[[str], None]


@dataclass(frozen=True)
class TrainingPlan:
    """What a model is fitted on, and with which encoder."""

    encoder: str = "shipped"
    """``shipped``: that of the shipped model; ``general``; ``sentence-transformers:NAME``; or
    ``fine-tune``: make one from the base model (needs the extra ``train``)."""
    feedback: Path | None = None
    """The user's own labelled comments; None for the shipped ones only."""
    framework: str | None = None
    """The user's own framework; None for the two shipped ones."""
    with_shipped: bool = True
    """Keep the shipped comments in training besides the user's own."""
    tuning: TuningPlan = field(default_factory=TuningPlan)
    """How long and how fast the encoder learns, for ``fine-tune``."""


def train_model(output: str | Path, plan: TrainingPlan | None = None, *, report: Report = lambda _: None) -> Path:
    """
    Fit a model and write its folder: weights, card, metrics on comments held out.

    The user's own comments are split by writer: the last writers, in order of name, with at least
    a fifth of the comments serve as validation; figures on the card come from the shipped
    frozen test part when only shipped competencies are involved, else from those writers.

    Parameters
    ----------
    output : path
        Folder to write; made if need be.
    plan : TrainingPlan, optional
    report : callable
        Told what is being done.

    Raises
    ------
    KempenError
        If labels, framework or encoder cannot be used.
    """
    plan = plan or TrainingPlan()
    frameworks = _frameworks(plan)
    train, validation, test = _parts(plan)
    with TemporaryDirectory() as scratch:
        encoder = _encoder(plan, train, frameworks, Path(scratch), report)
        heads = fit_heads(train, validation, frameworks, encoder, report=report)
        report("measuring")
        figures = _figures(heads, encoder, test, frameworks)
        if plan.feedback is None and plan.framework is None:
            figures |= _context(report)
        figures["training"] = {
            "encoder": plan.encoder, "n_train": len(train), "n_validation": len(validation), "n_test": len(test),
            "writers": sorted({c.writer for c in train}), "package": __version__,
        }  # fmt: skip
        save_model(output, heads, encoder, metrics=figures, card=model_card(figures, name=Path(output).name))
    report(f"Written: {output}")
    return Path(output)


def evaluate_model(
    model: str | Path | None = None,
    output: str | Path | None = None,
    *,
    with_baselines: bool = False,
    report: Report = lambda _: None,
) -> dict[str, Any]:
    """
    Measure a model on the frozen test comments, and the five baselines in the same run if asked.

    Parameters
    ----------
    model : str or path, optional
        Model folder; the shipped one by default.
    output : path, optional
        Folder for ``metrics.json``, ``reliability.png`` and ``coverage.png``.
    with_baselines : bool
    report : callable
        Told the table, a line at a time.

    Returns
    -------
    dict
        Name of the model or baseline to its figures; see ``yardstick.measure``.
    """
    heads, encoder = load_heads(model)
    frameworks = [corpus.load_framework(name) for name in FRAMEWORKS]
    test = corpus.load_feedback("test")
    truth = Truth.of(test, competency_names(frameworks))
    scored = {"kempen_nlp": score_model(heads, encoder, test, frameworks)}
    if with_baselines:
        parts = (corpus.load_feedback("train"), corpus.load_feedback("validation"), test)
        for name in baselines.BASELINES:
            report(f"fitting baseline: {name}")
            scored[name] = baselines.score_baseline(name, parts, frameworks, load_encoder("general"))
    results = {name: measure(truth, scores) for name, scores in scored.items()}
    for line in summary_lines(results):
        report(line)
    for name, scores in list(scored.items())[1:]:
        gap = paired_difference(macro_f1, truth.has, (scored["kempen_nlp"].assigned, scores.assigned))
        report(f"macro-F1 over {name}: {gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}], p {gap.p:.3f}, n {gap.n}")
    pairs = challenge_report(heads, encoder, corpus.load_challenge(), frameworks)
    report("minimal pairs passed: " + ", ".join(f"{r.phenomenon} {r.passed:.2f} (n {r.n})" for r in pairs.itertuples()))
    if output is not None:
        plain = {**to_plain(results), "challenge": to_plain(pairs)}
        _write_evaluation(Path(output), plain, truth, scored)
    return results


def _frameworks(plan: TrainingPlan) -> list[Framework]:
    shipped = [corpus.load_framework(name) for name in FRAMEWORKS]
    if plan.framework is None:
        return shipped
    own = corpus.load_framework(plan.framework)
    return [own, *shipped] if plan.with_shipped else [own]


_Comments = list[LabelledComment]


def _parts(plan: TrainingPlan) -> tuple[_Comments, _Comments, _Comments]:
    shipped: dict[str, _Comments] = {part: corpus.load_feedback(part) for part in ("train", "validation", "test")}
    if plan.feedback is None:
        return shipped["train"], shipped["validation"], shipped["test"]
    own = corpus.read_feedback(plan.feedback)
    if {c.text for c in own} & {c.text for c in shipped["test"]}:
        msg = f"{plan.feedback} holds comments of the frozen test part. Train on others; these are for measuring."
        raise ModelError(msg)
    train, validation = split_by_writer(own, share=0.2)
    if not plan.with_shipped:
        return train, validation, validation
    return [*shipped["train"], *train], [*shipped["validation"], *validation], shipped["test"]


def split_by_writer(comments: Sequence[LabelledComment], *, share: float) -> tuple[_Comments, _Comments]:
    """
    Split comments so that no writer is in both parts.

    Returns
    -------
    larger, smaller : lists of LabelledComment
        The smaller holds the last writers, in order of name, that together have at least ``share``
        of the comments.

    Raises
    ------
    ModelError
        If there are fewer than two writers.
    """
    writers = sorted({c.writer for c in comments})
    if len(writers) < 2:
        msg = (
            f"The labelled comments have {len(writers)} writer. Expected at least 2, so that the model can be "
            "measured on a writer it never saw; fill in `writer`."
        )
        raise ModelError(msg)
    held_out: set[str] = set()
    for writer in reversed(writers[1:]):
        if sum(c.writer in held_out for c in comments) >= share * len(comments):
            break
        held_out.add(writer)
    return [c for c in comments if c.writer not in held_out], [c for c in comments if c.writer in held_out]


def _encoder(
    plan: TrainingPlan, train: _Comments, frameworks: Sequence[Framework], scratch: Path, report: Report
) -> Encoder:
    if plan.encoder == "shipped":
        return load_heads()[1]
    if plan.encoder != FINE_TUNE:
        return load_encoder(plan.encoder)
    from kempen_nlp.encoders import fine_tuned_encoder

    texts, spans, targets = tuning_data(train, frameworks)
    return fine_tuned_encoder(texts, spans, targets, scratch, plan.tuning, report=report)


def _figures(heads: Heads, encoder: Encoder, test: _Comments, frameworks: Sequence[Framework]) -> dict[str, Any]:
    truth = Truth.of(test, competency_names(frameworks))
    scores = score_model(heads, encoder, test, frameworks)
    figures = measure(truth, scores)
    figures["groups"] = measure_groups(truth, scores)
    figures["challenge"] = challenge_report(heads, encoder, _known_pairs(frameworks), frameworks)
    figures["qualifiers"] = measure_qualifiers(heads, encoder, test)
    figures["thresholds"] = dict(heads.thresholds)
    return dict(to_plain(figures))


def _known_pairs(frameworks: Sequence[Framework]) -> list[corpus.ChallengePair]:
    """Return the minimal pairs about competencies that the frameworks have."""
    names = set(competency_names(frameworks))
    return [p for p in corpus.load_challenge() if {p.a.competency, p.b.competency} - {None} <= names]


def _context(report: Report) -> dict[str, Any]:
    """Return what the shipped model stands beside: the baselines, and competencies left out of training."""
    frameworks = [corpus.load_framework(name) for name in FRAMEWORKS]
    parts = (corpus.load_feedback("train"), corpus.load_feedback("validation"), corpus.load_feedback("test"))
    truth = Truth.of(parts[2], competency_names(frameworks))
    found = {}
    for name in baselines.BASELINES:
        report(f"fitting baseline: {name}")
        scores = baselines.score_baseline(name, parts, frameworks, load_encoder("general"))
        found[name] = to_plain(measure(truth, scores))
    report("leaving each competency out")
    return {"baselines": found, "leave_one_out": to_plain(leave_one_out())}


def summary_lines(results: dict[str, dict[str, Any]]) -> list[str]:
    """Return the table of an evaluation, one line a model, figures with their 95 % interval."""
    lines = [f"{'':30}  macro-F1 with none    rank kappa            off by 2+     none AUC              n"]
    for name, figures in results.items():
        table = figures["competency"].set_index("class")
        macro = table.loc["macro"]
        rank = figures["rank"]
        kappa, off = "-", "-"
        if rank is not None:
            strict = rank[rank["reading"] == "strict"].set_index("measure")
            kappa = _range(strict.loc["quadratic_kappa"])
            off = f"{strict.loc['share_off_by_two', 'value']:.3f}"
        auc = figures["none_auc"]
        lines.append(
            f"{name:30}  {macro['f1']:.3f} [{macro['low']:.3f}, {macro['high']:.3f}]  {kappa:20}  {off:12}  "
            f"{auc.value:.3f} [{auc.low:.3f}, {auc.high:.3f}]  {figures['n_comments']}"
        )
    return lines


def _range(row: pd.Series[Any]) -> str:
    return f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"


def _write_evaluation(folder: Path, results: dict[str, Any], truth: Truth, scored: dict[str, Scores]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / "metrics.json") as partial:
        partial.write_text(to_json(results), encoding="utf-8")
    scores = scored["kempen_nlp"]
    tables = {name: coverage_table(s.probability, truth.has) for name, s in scored.items()}
    plots.save_png(
        plots.plot_reliability(
            reliability_table(scores.probability, truth.has), ax=plots.new_axes(width=5.5, height=5)
        ),
        folder / "reliability.png",
    )
    plots.save_png(plots.plot_coverage(tables, ax=plots.new_axes(width=7.5, height=5)), folder / "coverage.png")


def annotation_agreement(*, n_resamples: int = 1000, seed: int = 0) -> dict[str, pd.DataFrame]:
    """
    Return how well writers' own labels and the blind second labels agree, before adjudication.

    Returns
    -------
    dict
        ``competency`` and ``rank``: Krippendorff's alpha per competency and over all, with
        intervals, as ``agreement.competency_alpha`` and ``agreement.rank_alpha`` give; ``counts``:
        how many comments were read twice, how many adjudicated, and what was decided.
    """
    folder = corpus.shipped_path("corpus", "feedback")
    second = {row["id"]: row["labels"] for row in _json_lines(folder / "second_labels.jsonl")}
    adjudicated = list(_json_lines(folder / "adjudication.jsonl"))
    before = {row["id"]: row["first_labels"] for row in adjudicated if row["decision"] == "changed"}
    names = competency_names([corpus.load_framework(name) for name in FRAMEWORKS])
    both = [c for c in corpus.load_feedback() if c.id in second]
    ranks = np.full((2, len(both), len(names)), np.nan)
    for row, comment in enumerate(both):
        own = (
            before[comment.id]
            if comment.id in before
            else [{"competency": x.competency, "rank": x.rank} for x in comment.labels]
        )
        for annotator, labels in enumerate((own, second[comment.id])):
            for label in reversed(labels):
                ranks[annotator, row, names.index(label["competency"])] = label["rank"]
    decisions = pd.Series([row["decision"] for row in adjudicated]).value_counts()
    return {
        "competency": competency_alpha(~np.isnan(ranks), names, n_resamples=n_resamples, random_state=seed),
        "rank": rank_alpha(ranks, names, n_resamples=n_resamples, random_state=seed),
        "counts": pd.DataFrame(
            {"n": pd.concat([pd.Series({"read twice": len(both), "adjudicated": len(adjudicated)}), decisions])}
        ),
    }


def leave_one_out(*, n_resamples: int = 1000, seed: int = 0) -> pd.DataFrame:
    """
    Return how well a competency is found that was not in training, one at a time.

    Returns
    -------
    DataFrame
        Columns ``competency, f1, low, high, n_true``; measured on the frozen test comments with the
        matcher that serves frameworks of users; the last row is the mean.
    """
    frameworks = [corpus.load_framework(name) for name in FRAMEWORKS]
    parts = (corpus.load_feedback("train"), corpus.load_feedback("validation"), corpus.load_feedback("test"))
    names, probability, thresholds = leave_one_out_scores(parts, frameworks)
    truth = Truth.of(parts[2], names)
    table = f1_table(truth.has, probability >= thresholds, names, n_resamples=n_resamples, random_state=seed)
    table = table[~table["class"].isin(["none", "macro", "micro"])]
    mean = bootstrap_interval(
        partial(macro_f1, include_none=False),
        truth.has,
        probability >= thresholds,
        n_resamples=n_resamples,
        random_state=seed,
    )
    rows = [*table[["class", "f1", "low", "high", "n_true"]].itertuples(index=False, name=None)]
    rows.append(("mean", mean.value, mean.low, mean.high, int(truth.has.sum())))
    return pd.DataFrame(rows, columns=["competency", "f1", "low", "high", "n_true"])


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
