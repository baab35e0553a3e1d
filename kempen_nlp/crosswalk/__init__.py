"""Two frameworks side by side: which competency and rank of one answers to which of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kempen_nlp.crosswalk.content import competency_pairs, orphans, with_definitions
from kempen_nlp.crosswalk.scales import level_answers
from kempen_nlp.distinctness import require_indicators
from kempen_nlp.distinctness.described import confusable_pairs
from kempen_nlp.distinctness.pairs import BETWEEN, Lines
from kempen_nlp.distinctness.signals import Rows, read_signals
from kempen_nlp.framework import Framework

if TYPE_CHECKING:
    from kempen_nlp.encoders import Encoder

__all__ = ["Crosswalk", "compare_frameworks"]


@dataclass(frozen=True)
class Crosswalk:
    """What two frameworks have in common; tables."""

    first: Framework
    second: Framework
    competencies: pd.DataFrame
    """Every pair of competencies with both content signals and whether they answer to each other."""
    levels: pd.DataFrame
    """Each level of the first, read on the ranks of the second; ``second`` names what answers."""
    orphans: pd.DataFrame
    """Competencies of either side without an answer."""
    confusable: pd.DataFrame
    """Indicators that say the same on both sides."""

    def matrix(self, signal: str = "semantic") -> pd.DataFrame:
        """Return similarities, competencies of the first as rows and of the second as columns."""
        table = self.competencies.pivot_table(index="first", columns="second", values=signal, sort=False)
        return table.reindex(index=self.first.names, columns=self.second.names)


def compare_frameworks(
    first: Framework, second: Framework, *, encoder: Encoder | None = None, seed: int = 20261122
) -> Crosswalk:
    """
    Find which competencies and ranks of two frameworks answer to each other; one may answer to several, or to none.

    Competencies are compared by what their indicators, headlines and definitions say, never by their
    names: nearest sentences, both ways, against as many from the other competencies. Ranks are compared by reading
    the indicators of the one with what all levels of the other teach.

    Parameters
    ----------
    first, second : Framework
    encoder : Encoder, optional
        The general encoder by default.
    seed : int

    Raises
    ------
    FrameworkError
        If either has no indicators.
    """
    from kempen_nlp.encoders import load_encoder

    require_indicators(first, second)
    lines = Rows.of(first, second, with_headlines=True)
    content = with_definitions(lines)
    encoder = encoder or load_encoder("general")
    content_signals = read_signals(content.texts, encoder)
    competencies = competency_pairs(content, content_signals, np.random.default_rng(seed))
    pairs = confusable_pairs(Lines.read(lines, encoder))
    chosen = np.flatnonzero(lines.is_indicator)
    levels = level_answers(lines.take(chosen), content_signals.take(chosen), competencies)
    return Crosswalk(first, second, competencies, levels, orphans(competencies),
                     pairs[pairs["kind"] == BETWEEN].reset_index(drop=True))  # fmt: skip
