"""What a model is fitted and measured on: comments, what they were labelled with, and how they are divided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kempen_nlp import corpus
from kempen_nlp.encoders import TuningPlan
from kempen_nlp.errors import ModelError
from kempen_nlp.framework import Framework
from kempen_nlp.splitting import Comments, Division, Fold, Kind, divide

FINE_TUNE = "fine-tune"


@dataclass(frozen=True)
class TrainingPlan:
    """What a model is fitted on, and with which encoder."""

    encoder: str = "shipped"
    """``shipped``: that of the shipped model; ``general``; ``sentence-transformers:NAME``; or
    ``fine-tune``: make one from the base model (needs the extra ``train``)."""
    feedback: Path | None = None
    """The user's own labelled comments; None for the shipped ones only."""
    framework: str | None = None
    """What the user's own comments were labelled with; None for the two shipped ones."""
    with_shipped: bool = True
    """Keep the shipped comments in training besides the user's own."""
    blocks: bool = False
    """Measure on blocks of comments instead of on writers held out: for comments of a single writer."""
    learning_curve: bool = False
    """Also say how many more labels are worth making."""
    ablations: bool = False
    """Also say what each part of the model contributes; for the shipped comments only."""
    tuning: TuningPlan = field(default_factory=TuningPlan)
    """How long and how fast the encoder learns, for ``fine-tune``."""


@dataclass(frozen=True)
class Materials:
    """Comments of one or two sources, each knowing what it was labelled with."""

    division: Division
    """Of the comments that the model is measured on: the user's own, or the shipped ones."""
    measured: list[Framework]
    """What those comments were labelled with."""
    frameworks: list[Framework]
    """All frameworks in training."""
    is_shipped: bool
    """Whether there are no comments but the shipped ones."""
    shipped_train: Comments = field(default_factory=list)
    """Shipped comments beside the user's own."""
    shipped_validation: Comments = field(default_factory=list)
    file: str | None = None
    """Name of the user's file."""

    @property
    def train(self) -> Comments:
        """All comments that the model itself is fitted on."""
        return [*self.shipped_train, *self.division.final.train]

    def sources(self) -> list[dict[str, Any]]:
        """Say whose comments there are: numbers only, as writers are people."""
        own = [*self.division.final.train, *self.division.final.validation, *self.division.final.test]
        what = "shipped comments (synthetic)"
        found = [_source(self.file or what, own, is_synthetic=self.is_shipped)]
        if self.shipped_train:
            found.append(_source(what, [*self.shipped_train, *self.shipped_validation], is_synthetic=True))
        return found


def _source(what: str, comments: Sequence[corpus.LabelledComment], *, is_synthetic: bool) -> dict[str, Any]:
    return {
        "what": what,
        "is_synthetic": is_synthetic,
        "n_comments": len(comments),
        "n_labels": sum(len(c.labels) for c in comments),
        "n_without_evidence": sum(not c.labels for c in comments),
        "n_writers": len({c.writer for c in comments}),
    }


def shipped_frameworks() -> list[Framework]:
    """Return the frameworks that the shipped comments are labelled with, in that order."""
    return [corpus.load_framework(name) for name in corpus.LABELLED_WITH]


def gather(plan: TrainingPlan) -> Materials:
    """
    Read what a plan names, and divide it.

    Raises
    ------
    KempenError
        If files cannot be used, or comments are already in the shipped training or test part.
    """
    frameworks = shipped_frameworks()
    parts = {part: corpus.load_feedback(part) for part in ("train", "validation", "test")}
    if plan.feedback is None:
        if plan.framework is not None:
            msg = (
                "A framework without labelled comments needs no training: `kempen classify --framework FILE` "
                "matches its "
                "competencies with their own indicators. Name labelled comments with --feedback, or leave it out."
            )
            raise ModelError(msg)
        fold = Fold(parts["train"], parts["validation"], parts["test"])
        return Materials(Division("frozen", (fold,), fold), frameworks, frameworks, is_shipped=True)
    if plan.ablations or (plan.blocks and plan.encoder == FINE_TUNE):
        msg = (
            "Ablations are measured on the shipped comments, and a fine-tuned encoder on writers that it never saw. "
            f"Leave out {'--ablations' if plan.ablations else '--blocks or --encoder fine-tune'}."
        )
        raise ModelError(msg)
    own = corpus.read_feedback(plan.feedback)
    for part in ("test", "train"):
        if {c.text for c in own} & {c.text for c in parts[part]}:
            msg = (
                f"{plan.feedback} holds comments of the shipped {part} part. "
                f"{'Those are for measuring' if part == 'test' else 'The encoder has seen those'}; leave them out."
            )
            raise ModelError(msg)
    measured = frameworks if plan.framework is None else [_named(plan.framework, frameworks)]
    own = [replace(c, frameworks=tuple(measured)) for c in own]
    kind: Kind | None = "blocks" if plan.blocks else "writers" if plan.encoder == FINE_TUNE else None
    division = divide(own, kind=kind)
    if not plan.with_shipped:
        return Materials(division, measured, measured, is_shipped=False, file=plan.feedback.name)
    # Other names, as a user's writers may well be called w01 too.
    beside = {
        part: [replace(c, frameworks=tuple(frameworks), writer=f"shipped {c.writer}") for c in parts[part]]
        for part in ("train", "validation")
    }
    every = [*measured, *(f for f in frameworks if not any(f is m for m in measured))]
    return Materials(
        division, measured, every, is_shipped=False, shipped_train=beside["train"],
        shipped_validation=beside["validation"], file=plan.feedback.name,
    )  # fmt: skip


def _named(name: str, shipped: Sequence[Framework]) -> Framework:
    """Return a framework; a shipped one as the same object that the shipped comments were labelled with."""
    return next((f for f in shipped if f.id == name), None) or corpus.load_framework(name)
