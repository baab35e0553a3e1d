"""What a fine-tuned encoder learns to tell apart, and how long it learns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TuningTargets:
    """What the encoder learns to tell apart, one row a segment."""

    competency: NDArray[np.float32]
    """Shape (n_segments, n_competencies), 0 or 1; a row of zeros is "none"."""
    qualifier: NDArray[np.float32]
    """Shape (n_segments, n_qualifiers), 0 or 1."""
    polarity: NDArray[np.float32]
    """Shape (n_segments,): 1 development, 0 strength, nan without a label."""
    rank: NDArray[np.float32]
    """Shape (n_segments, n_ranks - 1): probability that the rank is above each boundary; nan without a label."""


@dataclass(frozen=True)
class TuningPlan:
    """How long and how fast to learn."""

    n_layers: int = 12
    """Layers kept of the base model's twelve, evenly spread."""
    epochs: int = 6
    batch: int = 8
    learning_rate: float = 9e-5
    seed: int = 20261122
    contrastive: float = 0.1
    """Weight of the supervised contrastive loss."""
