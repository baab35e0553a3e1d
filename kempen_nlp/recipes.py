"""The two long jobs: fit a model on labelled comments, and measure one on comments it never saw."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from kempen_nlp import __version__, baselines, corpus, plots
from kempen_nlp.ablations import ablation_table
from kempen_nlp.annotations import annotation_agreement
from kempen_nlp.assignments import whole_file
from kempen_nlp.cards import evaluation_page, model_card, summary_lines
from kempen_nlp.classifier import Heads
from kempen_nlp.encoders import RememberedEncoder, load_encoder
from kempen_nlp.errors import ModelError, shown
from kempen_nlp.evaluation import coverage_table, macro_f1, paired_difference, reliability_table
from kempen_nlp.framework import Framework
from kempen_nlp.language.cues import QUALIFIERS
from kempen_nlp.learning import learning_curve
from kempen_nlp.materials import FINE_TUNE, Materials, TrainingPlan, gather, shipped_frameworks
from kempen_nlp.persistence import load_heads, model_folder, save_model, stored_metrics, to_json
from kempen_nlp.splitting import Fold, split_by_writer
from kempen_nlp.training import fit_heads
from kempen_nlp.trials import Trial
from kempen_nlp.workshop import Workshop, matching_for, open_workshop
from kempen_nlp.yardstick import (
    challenge_report,
    competency_names,
    measure,
    measure_qualifiers,
    to_plain,
)

__all__ = [
    "FRAMEWORKS", "EvaluationPlan", "TrainingPlan", "annotation_agreement", "evaluate_model", "split_by_writer",
    "train_model",
]  # fmt: skip
FRAMEWORKS = corpus.LABELLED_WITH
Report = Callable[[str], None]


def train_model(output: str | Path, plan: TrainingPlan | None = None, *, report: Report = lambda _: None) -> Path:
    """
    Fit a model and write its folder: weights, card, metrics on comments held out.

    A user's own comments are held out by writer: in three parts where there are many writers and
    comments, else the writers take turns; thresholds are never chosen on the comments that measure.

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
    materials = gather(plan)
    with TemporaryDirectory() as scratch:
        workshop = open_workshop(plan, materials, Path(scratch), report=report)
        heads = _fit(materials.division.final, materials, workshop, report=report)
        report("measuring")
        figures = _figures(heads, materials, workshop, plan, report)
        figures["training"] = _provenance(heads, materials, plan)
        # As the file gives them back, so that the card can be made again from it.
        plain = json.loads(to_json(dict(to_plain(figures))))
        save_model(output, heads, workshop.encoder, metrics=plain, card=model_card(plain, name=Path(output).name))
    report(f"Written: {output}")
    return Path(output)


def _fit(fold: Fold, materials: Materials, workshop: Workshop, *, report: Report = lambda _: None) -> Heads:
    return fit_heads(
        [*materials.shipped_train, *fold.train], [*materials.shipped_validation, *fold.validation],
        materials.frameworks, workshop.encoder, workshop.matching, blocks=fold.blocks, report=report,
    )  # fmt: skip


def _figures(
    heads: Heads, materials: Materials, workshop: Workshop, plan: TrainingPlan, report: Report
) -> dict[str, Any]:
    division, own = materials.division, materials.measured
    if division.final.test:
        trial = Trial.of(heads, workshop.encoder, division.final.test, own)
    else:
        report(f"fitting {len(division.folds)} more times, each on other comments, to measure")
        trial = Trial.over_folds(division.folds, lambda f: _fit(f, materials, workshop), workshop.encoder, own)
    figures = trial.figures(show_text=materials.is_shipped)
    figures["thresholds"] = dict(heads.thresholds)
    figures["leave_one_out"] = workshop.left_out
    if any(set(c.tags) & set(QUALIFIERS) for c in division.final.test):
        figures["qualifiers"] = measure_qualifiers(heads, workshop.encoder, division.final.test)
    if set(competency_names(shipped_frameworks())) <= set(heads.trained_on):
        figures["challenge"] = challenge_report(
            heads, workshop.encoder, corpus.load_challenge(), _shipped_among(materials.frameworks)
        )
    if materials.is_shipped:
        figures["baselines"] = _measured_baselines(report)
    elif materials.shipped_train:
        beside = Trial.of(heads, workshop.encoder, corpus.load_feedback("test"), _shipped_among(materials.frameworks))
        figures["shipped_test"] = measure(beside.truth, beside.scores)
    if plan.ablations and materials.is_shipped:
        figures["ablations"] = ablation_table(
            heads, workshop.encoder, division.final, materials.frameworks, report=report
        )
    if plan.learning_curve:
        figures["learning_curve"] = _learning_curve(materials, workshop, plan, report)
    return figures


def _shipped_among(frameworks: Sequence[Framework]) -> list[Framework]:
    """Return the shipped frameworks, in the order in which they rank the shipped comments."""
    by_id = {framework.id: framework for framework in shipped_frameworks()}
    return [next((f for f in frameworks if f is known), known) for known in by_id.values()]


def _learning_curve(materials: Materials, workshop: Workshop, plan: TrainingPlan, report: Report) -> dict[str, Any]:
    """Return the curve with an encoder that saw none of the labels: one that did would show no growth."""
    saw_labels = plan.encoder == FINE_TUNE or (materials.is_shipped and plan.encoder == "shipped")
    shop = workshop
    if saw_labels:
        encoder = RememberedEncoder(load_encoder("general"))
        shop = Workshop(encoder, matching_for(encoder, report=report), None)
    curve = learning_curve(
        materials.division.folds, lambda f: _fit(f, materials, shop), shop.encoder, materials.measured, report=report
    )
    return {
        "encoder": shop.encoder.name, "saw_labels": saw_labels, "measured": curve.measured, "outlook": curve.outlook,
    }  # fmt: skip


def _measured_baselines(report: Report) -> dict[str, Any]:
    scored = _score_baselines(report)
    return {name: measure(trial.truth, trial.scores) for name, trial in scored.items()}


def _score_baselines(report: Report) -> dict[str, Trial]:
    frameworks = shipped_frameworks()
    train, validation, test = (corpus.load_feedback(part) for part in ("train", "validation", "test"))
    encoder = RememberedEncoder(load_encoder("general"))
    found = {}
    for name in baselines.BASELINES:
        report(f"fitting baseline: {name}")
        scores = baselines.score_baseline(name, (train, validation, test), frameworks, encoder)
        found[name] = Trial.with_scores(test, frameworks, scores)
    return found


def _provenance(heads: Heads, materials: Materials, plan: TrainingPlan) -> dict[str, Any]:
    division = materials.division
    return {
        "package": __version__,
        "encoder": plan.encoder,
        "is_shipped": materials.is_shipped,
        "sources": materials.sources(),
        "feedback_sha256": corpus.sha256_of(plan.feedback) if plan.feedback else None,
        "frameworks": [
            {"id": f.id, "title": f.title, "levels": {c.name: list(c.ranks) for c in f}} for f in materials.measured
        ],
        "trained_on": list(heads.trained_on),
        "measured": {
            "how": division.kind,
            "n_folds": len(division.folds),
            "n_comments": sum(len(fold.test) for fold in division.folds),
            "n_writers": len({c.writer for fold in division.folds for c in fold.test}),
        },
        "n_train": len(materials.shipped_train) + len(division.final.train),
        "n_validation": len(materials.shipped_validation) + len(division.final.validation),
    }


@dataclass(frozen=True)
class EvaluationPlan:
    """What to measure a model on, and beside what."""

    feedback: Path | None = None
    """Labelled comments of your own; None for the frozen test part."""
    framework: str | None = None
    """What those comments were labelled with; None for the two shipped ones."""
    baselines: bool = False
    """Measure the five baselines in the same run; on the frozen test part only."""
    ablations: bool = False
    """Fit the model anew on the shipped comments without each of its parts; on the frozen test part only."""


def evaluate_model(
    model: str | Path | None = None,
    output: str | Path | None = None,
    plan: EvaluationPlan | None = None,
    *,
    report: Report = lambda _: None,
) -> dict[str, dict[str, Any]]:
    """
    Measure a model on the frozen test comments, or on any labelled comments.

    Parameters
    ----------
    model : str or path, optional
        Model folder; the shipped one by default.
    output : path, optional
        Folder for ``metrics.json``, ``EVALUATION.md``, ``reliability.png`` and ``coverage.png``.
    plan : EvaluationPlan, optional
    report : callable
        Told the table, a line at a time.

    Returns
    -------
    dict
        Name of the model or baseline to its figures; see ``yardstick.measure``.

    Raises
    ------
    KempenError
        If model, labels or framework cannot be used, or baselines or ablations are asked for with
        comments of one's own.
    """
    plan = plan or EvaluationPlan()
    if plan.feedback is not None and (plan.baselines or plan.ablations):
        msg = "Baselines and ablations are measured on the frozen test part only. Leave out --feedback, or them."
        raise ModelError(msg)
    heads, bare = load_heads(model)
    encoder = RememberedEncoder(bare)
    comments, frameworks = _to_measure(plan, model, report)
    trials = {"kempen_nlp": Trial.of(heads, encoder, comments, frameworks)}
    if plan.baselines:
        trials |= _score_baselines(report)
    figures = trials["kempen_nlp"].figures(show_text=plan.feedback is None)
    results = {"kempen_nlp": figures} | {
        name: measure(trial.truth, trial.scores) for name, trial in list(trials.items())[1:]
    }
    for line in (*summary_lines(dict(to_plain(results))), *_gaps(trials)):
        report(line)
    if plan.feedback is None:
        figures["qualifiers"] = measure_qualifiers(heads, encoder, comments)
        figures["challenge"] = challenge_report(heads, encoder, corpus.load_challenge(), frameworks)
        report(_passed(figures["challenge"]))
    if plan.ablations:
        fold = Fold(corpus.load_feedback("train"), corpus.load_feedback("validation"), comments)
        figures["ablations"] = ablation_table(heads, encoder, fold, frameworks, report=report)
    if output is not None:
        _write_evaluation(Path(output), results, trials, model)
        report(f"Written: {output}")
    return results


def _to_measure(
    plan: EvaluationPlan, model: str | Path | None, report: Report
) -> tuple[list[corpus.LabelledComment], list[Framework]]:
    if plan.feedback is None:
        return corpus.load_feedback("test"), shipped_frameworks()
    frameworks = [corpus.load_framework(plan.framework)] if plan.framework else shipped_frameworks()
    comments = corpus.read_feedback(plan.feedback)
    unknown = {x.competency for c in comments for x in c.labels} - set(competency_names(frameworks))
    if unknown:
        named = ", ".join(map(shown, sorted(unknown)[:5]))
        msg = f"{plan.feedback}: the labels name {named}, which the framework does not have."
        raise ModelError(msg)
    training = stored_metrics(model_folder(model)).get("training", {})
    if training.get("feedback_sha256") == corpus.sha256_of(plan.feedback):
        report(
            "These are the comments that the model was fitted on: the figures say nothing of new ones. See its card."
        )
    return comments, frameworks


def _gaps(trials: dict[str, Trial]) -> list[str]:
    own, *others = trials.items()
    truth, assigned = own[1].truth, own[1].scores.assigned
    lines = []
    for name, trial in others:
        gap = paired_difference(macro_f1, truth.has, (assigned, trial.scores.assigned))
        lines.append(
            f"macro-F1 over {name}: {gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}], p {gap.p:.3f}, n {gap.n}"
        )
    return lines


def _passed(pairs: pd.DataFrame) -> str:
    return "minimal pairs passed: " + ", ".join(f"{r.phenomenon} {r.passed:.2f} (n {r.n})" for r in pairs.itertuples())


def _write_evaluation(
    folder: Path, results: dict[str, dict[str, Any]], trials: dict[str, Trial], model: str | Path | None
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    plain = dict(to_plain(results))
    with whole_file(folder / "metrics.json") as partial:
        partial.write_text(to_json(plain), encoding="utf-8")
    with whole_file(folder / "EVALUATION.md") as partial:
        partial.write_text(evaluation_page(plain, model=model_folder(model).name), encoding="utf-8")
    truth, scores = trials["kempen_nlp"].truth, trials["kempen_nlp"].scores
    tables = {name: coverage_table(t.scores.probability, truth.has) for name, t in trials.items()}
    reliability = reliability_table(scores.probability, truth.has)
    plots.save_png(
        plots.plot_reliability(reliability, ax=plots.new_axes(width=5.5, height=5)), folder / "reliability.png"
    )
    plots.save_png(plots.plot_coverage(tables, ax=plots.new_axes(width=7.5, height=5)), folder / "coverage.png")
