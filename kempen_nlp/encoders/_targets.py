"""What a fine-tuned encoder learns to tell apart, and how long it learns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TuningTargets:
    """What the encoder learns to tell apart, one row a segment."""

    competency: NDArray[np.float32]
    """Shape (n_segments, n_competencies): 0 or 1; a row of zeros is "none", nan is not known."""
    qualifier: NDArray[np.float32]
    """Shape (n_segments, n_qualifiers): 0 or 1, nan is not known."""
    polarity: NDArray[np.float32]
    """Shape (n_segments,): 1 development, 0 strength, nan without a label."""
    rank: NDArray[np.float32]
    """Shape (n_segments, n_ranks - 1): probability that the rank is above each boundary; nan without a label."""
    descriptions: tuple[tuple[str, ...], ...]
    """For each competency the sentences that describe it, at least one."""

    def without(self, columns: NDArray[np.intp]) -> TuningTargets:
        """Return the targets as if some competencies had no labels; segments that evidence them then say nothing."""
        rows = (self.competency[:, columns] > 0).any(axis=1)
        masked = {k: getattr(self, k).copy() for k in ("competency", "qualifier", "polarity", "rank")}
        for values in masked.values():
            values[rows] = np.nan
        masked["competency"][:, columns] = np.nan
        return replace(self, **masked)


@dataclass(frozen=True)
class TuningPlan:
    """How long and how fast to learn."""

    n_layers: int = 12
    """Layers of the encoder that is made, evenly spread over the base model's twelve."""
    with_teacher: bool = True
    """If fewer are kept, fine-tune a teacher of twelve layers first: the encoder learns from labels and teacher."""
    epochs: int = 5
    """Of the teacher and of the encoder, each."""
    batch: int = 24
    learning_rate: float = 1e-4
    seed: int = 20261122
    contrastive: float = 0.1
    """Weight of the supervised contrastive loss."""
    matching: float = 0.0
    """Weight of the loss that draws segments to descriptions of their competency; it costs half as much time again."""
    mixed: float = 0.3
    """Unlabelled comments put together from segments of others, as a share of all; the teacher alone speaks of them."""
