"""What an encoder is fined for: wrong decisions, and distance from the sentences that describe a competency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kempen_nlp.encoders._targets import TuningTargets

if TYPE_CHECKING:
    import torch

TASKS = ("competency", "qualifier", "polarity", "rank")
_WEIGHTS = {"competency": 9.0, "qualifier": 2.0, "polarity": 1.5, "rank": 2.0}
_TEMPERATURE = 0.1
_SCALE = 20
"""Unit vectors are short for a linear layer; the scale lets it be sure of itself."""


@dataclass
class Heads:
    """A linear layer on span vectors, one output a decision."""

    linear: Any
    sizes: dict[str, int]

    @classmethod
    def sized(cls, hidden: int, targets: TuningTargets) -> Heads:
        """Return heads with the outputs that the targets ask for."""
        import torch

        sizes = {name: 1 if name == "polarity" else getattr(targets, name).shape[1] for name in TASKS}
        return cls(torch.nn.Linear(hidden, sum(sizes.values())), sizes)

    def logits(self, vectors: torch.Tensor) -> torch.Tensor:
        """Return log odds of all decisions, shape (n_spans, n_decisions)."""
        return self.linear(_SCALE * vectors)

    def loss(self, vectors: torch.Tensor, wanted: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the weighted binary cross-entropies of all tasks."""
        import torch

        parts = torch.split(self.logits(vectors), list(self.sizes.values()), dim=1)
        losses = [
            _WEIGHTS[name] * binary_loss(own, wanted[name][:, None] if name == "polarity" else wanted[name])
            for name, own in zip(self.sizes, parts, strict=True)
        ]
        return torch.stack(losses).sum()


def binary_loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return binary cross-entropy over the entries that are not nan; 0 when all are."""
    import torch

    known = ~torch.isnan(wanted)
    if not bool(known.any()):
        return logits.sum() * 0
    return torch.nn.functional.binary_cross_entropy_with_logits(logits[known], wanted[known])


def contrastive_loss(vectors: torch.Tensor, competency: torch.Tensor) -> torch.Tensor:
    """
    Pull segments of one competency together; segments without any belong with nobody.

    References
    ----------
    Khosla, P. et al. (2020). Supervised contrastive learning. NeurIPS.
    """
    import torch

    known = torch.nan_to_num(competency)
    itself = torch.eye(len(vectors), device=vectors.device)
    same = (known @ known.T > 0).float() * (1 - itself)
    logits = vectors @ vectors.T / _TEMPERATURE - 1e9 * itself
    log_chance = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    paired = same.sum(1) > 0
    if not bool(paired.any()):
        return vectors.sum() * 0
    return -((same * log_chance).sum(1)[paired] / same.sum(1)[paired]).mean()


def matching_loss(
    vectors: torch.Tensor, described: torch.Tensor, competency: torch.Tensor, scale: torch.Tensor
) -> torch.Tensor:
    """
    Draw segments to some of the sentences that describe their competency, and away from the others'.

    Parameters
    ----------
    vectors : tensor of shape (n_spans, n_dims)
    described : tensor of shape (n_competencies, n_sentences, n_dims)
    competency : tensor of shape (n_spans, n_competencies)
        0 or 1; nan is not known.
    scale : tensor of shape (2,)
        Slope and offset that turn a cosine into log odds; learned.
    """
    import torch

    cosine = torch.einsum("sd,ckd->sck", vectors, described)
    near = (cosine.max(2).values + cosine.mean(2)) / 2
    return binary_loss(scale[0] * near + scale[1], competency)
